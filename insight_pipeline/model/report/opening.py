"""Figures inside and outside of opening hours, as values that a report can show."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from enum import StrEnum


class OpeningState(StrEnum):
    """Where a quarter hour lies; not known where no hours are set."""

    INSIDE = "inside"
    OUTSIDE = "outside"
    NOT_KNOWN = "not_known"


@dataclass(frozen=True)
class OpeningRow:
    """Visits to a queue, or to all (None), inside or outside of its hours (R 12, R 13)."""

    queue_id: int | None
    opening: OpeningState
    offered: int
    answered: int
    abandoned: int
    service_level: float | None
    """None where nothing counts."""


@dataclass(frozen=True)
class Openings:
    """All queues together, then each of them, and how queues are called."""

    rows: tuple[OpeningRow, ...]
    names: Mapping[int, str]
