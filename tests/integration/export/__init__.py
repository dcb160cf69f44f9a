"""Exports: from the lake to files that other programs read."""
