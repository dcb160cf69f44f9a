"""Vocabulary that every room shares: tables, rows, zones, terms, messages, settings' types, errors.

Nothing here reads or writes anything, and nothing here knows another room.
"""
