"""What a report starts from: a period of an installation, and tables of the lake. No figure stands here."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import date, datetime, timedelta

import pyarrow as pa


@dataclass(frozen=True)
class Period:
    """Which days of which installation, and how far they are loaded."""

    installation: str
    timezone: str
    first: date
    last: date
    loaded: tuple[date, ...]
    """Days of the period that the lake holds, ascending."""
    stale: tuple[date, ...]
    """Those of them that something new has touched since they were loaded."""
    made_utc: datetime
    """When the report was made, without zone."""

    @property
    def days(self) -> tuple[date, ...]:
        """Every day of the period."""
        count = (self.last - self.first).days + 1
        return tuple(self.first + timedelta(days=place) for place in range(count))

    @property
    def missing(self) -> tuple[date, ...]:
        """Days of the period that the lake does not hold."""
        return tuple(sorted(set(self.days) - set(self.loaded)))


@dataclass(frozen=True)
class Definitions:
    """What the settings say of the figures; thresholds of queues stand with their visits."""

    service_level_variant: str
    short_abandon_seconds: int
    callback_window_hours: int


@dataclass(frozen=True)
class Given:
    """The tables of the loaded days by name, whole dimensions, and the definitions in force."""

    period: Period
    definitions: Definitions
    is_agent_named: bool
    """Whether the privacy profile lets names of agents out."""
    tables: Mapping[str, pa.Table]
