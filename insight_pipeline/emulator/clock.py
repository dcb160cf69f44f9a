"""The emulator's time: that of the machine, and what a test has moved it ahead.

Belongs here: the one clock that tokens, limits and late effects are reckoned by. Does not: sleeping, which
is always in real time.
"""

from __future__ import annotations

import time
from dataclasses import dataclass
from datetime import UTC, datetime


@dataclass
class Clock:
    """Seconds since 1970, which tests may move ahead."""

    ahead_seconds: float = 0.0

    def now(self) -> float:
        """Seconds since 1970 in the emulator's time."""
        return time.time() + self.ahead_seconds

    def advance(self, seconds: float) -> None:
        """Move ahead; never back, since limits and tokens only know forward."""
        if seconds < 0:
            message = "the clock only moves ahead"
            raise ValueError(message)
        self.ahead_seconds += seconds


def iso(seconds: float) -> str:
    """A time as UTC text, to the millisecond."""
    return datetime.fromtimestamp(seconds, UTC).isoformat(timespec="milliseconds")
