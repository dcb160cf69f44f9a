"""Notices, sent to real servers."""
