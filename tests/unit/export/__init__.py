"""Exports: the files themselves."""
