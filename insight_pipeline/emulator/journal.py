"""The log of requests that tests and the web page read.

Belongs here: what is remembered of a request. Never here: tokens, device codes, bodies, query strings.
"""

from __future__ import annotations

from collections import deque
from dataclasses import dataclass


@dataclass(frozen=True)
class Entry:
    """One request; status 0 means that it got no answer."""

    time_utc: str
    operation: str
    method: str
    path: str
    status: int
    rows: int | None
    sequence_number: int | None
    fault: str


class Journal:
    """The last requests, oldest first."""

    def __init__(self, most: int) -> None:
        """Keep so many."""
        self._entries: deque[Entry] = deque(maxlen=most)

    def add(self, entry: Entry) -> None:
        """Note a request."""
        self._entries.append(entry)

    def entries(self) -> list[Entry]:
        """All that are kept."""
        return list(self._entries)
