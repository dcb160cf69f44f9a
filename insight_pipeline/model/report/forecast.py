"""What the report says of the weeks to come, as plain values in the order in which they are shown."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date


@dataclass(frozen=True)
class ExpectedRow:
    """What an ordinary week brings a queue within its hours, and its busiest quarter hour."""

    queue_id: int
    name: str
    week_offered: float
    weekday: int
    """Of the busiest quarter hour, 1 = Monday."""
    interval_of_day: int
    offered: float
    low_offered: float
    high_offered: float
    agents: int | None
    """None where no call was answered, and so nothing is known of its length."""
    agents_by_hour: tuple[tuple[int, ...], ...]
    """Seven weekdays by 24 hours: most agents of a quarter hour; 0 where no call is expected."""


@dataclass(frozen=True)
class Expected:
    """Queues with expected calls, the busiest first, and what that rests on; no dates without queues."""

    rows: tuple[ExpectedRow, ...]
    first: date | None
    last: date | None
    target: float | None
