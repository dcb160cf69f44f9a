"""Databases: one writer over SQLAlchemy, loading from the lake's tables."""
