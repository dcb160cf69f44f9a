"""Arithmetic between an installation's wall clock and UTC, on whole arrays.

A `Zone` holds the clock changes of an IANA zone from 2000 to 2099. Wall-clock values are seconds since
1970-01-01 00:00 *local*, instants are seconds since the same moment in UTC, both int64. Which of two
readings of a repeated hour is meant is decided elsewhere (`legs.time`); here stands only what the clock
allows.
"""

from __future__ import annotations

from dataclasses import dataclass
from datetime import UTC, datetime
from functools import lru_cache
from zoneinfo import ZoneInfo

import numpy as np
import numpy.typing as npt

from insight_pipeline.model.calendar import DAY_SECONDS, DAYS_A_WEEK

Ints = npt.NDArray[np.int64]
Flags = npt.NDArray[np.bool_]

_WEEKDAY_OF_DAY_0 = 3
"""1970-01-01 was a Thursday; Monday is 0."""
_FIRST = int(datetime(1999, 12, 30, tzinfo=UTC).timestamp())
_LAST = int(datetime(2100, 1, 3, tzinfo=UTC).timestamp())


@dataclass(frozen=True)
class Zone:
    """The periods of constant offset: period k runs from `starts[k]` (UTC) with `offsets[k]`."""

    name: str
    starts: Ints
    offsets: Ints

    @classmethod
    def of(cls, name: str) -> Zone:
        """The zone of that IANA name; KeyError (ZoneInfoNotFoundError) if there is none."""
        return _zone(name)

    def readings(self, wall: Ints) -> tuple[Ints, Flags, Flags]:
        """The first UTC reading of each wall-clock value, whether it repeats, whether it exists."""
        ends = self.starts[1:] + self.offsets[:-1]
        period = np.searchsorted(ends, wall, side="right")
        first = wall - self.offsets[period]
        exists = first >= self.starts[period]
        following = np.minimum(period + 1, len(self.starts) - 1)
        begins = self.starts[following] + self.offsets[following]
        repeats = exists & (following > period) & (wall >= begins)
        return first, repeats, exists

    def second_reading(self, first: Ints) -> Ints:
        """The later UTC reading of values that repeat, given their first one."""
        period = np.searchsorted(self.starts, first, side="right") - 1
        following = np.minimum(period + 1, len(self.starts) - 1)
        return first + self.offsets[period] - self.offsets[following]

    def wall(self, instant: Ints) -> Ints:
        """Wall-clock seconds of UTC instants."""
        return instant + self.offsets[np.searchsorted(self.starts, instant, side="right") - 1]

    def local_day(self, instant: Ints) -> Ints:
        """Local date of UTC instants, as days since 1970-01-01."""
        return self.wall(instant) // DAY_SECONDS


def weekday_of(day: Ints) -> Ints:
    """Weekday of local dates (days since 1970-01-01), 0 = Monday."""
    found: Ints = (day + _WEEKDAY_OF_DAY_0) % DAYS_A_WEEK
    return found


@lru_cache(maxsize=64)
def _zone(name: str) -> Zone:
    """Find the changes: sample every day, then bisect the days on which the offset differs."""
    zone = ZoneInfo(name)

    def offset(instant: int) -> int:
        delta = datetime.fromtimestamp(instant, UTC).astimezone(zone).utcoffset()
        return 0 if delta is None else int(delta.total_seconds())

    starts, offsets = [_FIRST], [offset(_FIRST)]
    for day in range(_FIRST, _LAST, DAY_SECONDS):
        after = offset(day + DAY_SECONDS)
        if after == offsets[-1]:
            continue
        low, high = day, day + DAY_SECONDS
        while high - low > 1:
            middle = (low + high) // 2
            low, high = (middle, high) if offset(middle) == offsets[-1] else (low, middle)
        starts.append(high)
        offsets.append(after)
    return Zone(name, np.array(starts, dtype=np.int64), np.array(offsets, dtype=np.int64))
