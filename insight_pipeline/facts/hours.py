"""Opening hours: which moments lie within the hours of a queue, on whole arrays.

The clock of the installation decides, and its date: in the repeated hour of autumn both readings are as
open as the clock says, the hour that spring skips does not occur. What the settings may say stands in
`model.hours`.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field
from datetime import date
from functools import lru_cache

import holidays
import numpy as np
import numpy.typing as npt
import pyarrow as pa

from insight_pipeline.model.calendar import (
    DAY_SECONDS,
    DAYS_A_WEEK,
    QUARTER_SECONDS,
    QUARTERS_A_DAY,
)
from insight_pipeline.model.hours import Hours, Opening
from insight_pipeline.model.zone import Zone, weekday_of

Ints = npt.NDArray[np.int64]
Flags = npt.NDArray[np.bool_]

_EPOCH = date(1970, 1, 1)
_NOT_KNOWN = -1


@dataclass(frozen=True)
class Plan:
    """The hours of a queue: 7 weekdays by 96 quarter hours, own closing days, and the holidays' region."""

    quarters: Flags
    closing_days: Ints
    holidays_of: str | None
    """None where public holidays are days as usual."""

    def is_closed_all_day(self, day: Ints) -> Flags:
        """Which local dates (days since 1970-01-01) are closing days or public holidays."""
        is_closed = np.isin(day, self.closing_days)
        if self.holidays_of is not None:
            is_closed |= is_holiday(day, self.holidays_of)
        return is_closed

    def is_open_some_time(self, day: Ints) -> Flags:
        """Which local dates have any hours at all."""
        return self.quarters[weekday_of(day)].any(axis=1) & ~self.is_closed_all_day(day)

    def is_open(self, wall: Ints) -> Flags:
        """Which wall-clock moments (`Zone.wall`) are within the hours."""
        day = wall // DAY_SECONDS
        quarter = wall % DAY_SECONDS // QUARTER_SECONDS
        return self.quarters[weekday_of(day), quarter] & ~self.is_closed_all_day(day)


@dataclass(frozen=True)
class OpeningHours:
    """Plans of an installation: the default, and those of queues that have their own; None: not known."""

    zone: Zone
    default: Plan | None = None
    queues: Mapping[int, Plan | None] = field(default_factory=dict)

    def of(self, queue: int) -> Plan | None:
        """The plan of a queue."""
        return self.queues.get(queue, self.default)


def opening_hours(hours: Hours | None, zone: Zone, region: str) -> OpeningHours:
    """The hours of the settings as arrays; without any, nothing is known."""
    if hours is None:
        return OpeningHours(zone)
    own = {queue: _plan(hours.of(queue), region) for queue in hours.queues}
    return OpeningHours(zone, _plan(hours.of(None), region), own)


def _plan(opening: Opening | None, region: str) -> Plan | None:
    if opening is None:
        return None
    quarters = np.zeros((DAYS_A_WEEK, QUARTERS_A_DAY), dtype=bool)
    for weekday, spans in enumerate(opening.week):
        for span in spans or ():
            quarters[weekday, span.first : span.end] = True
    closing = sorted((day - _EPOCH).days for day in opening.closed or ())
    is_usual = opening.holidays == "as usual"
    return Plan(quarters, np.array(closing, dtype=np.int64), None if is_usual else region)


def open_flags(hours: OpeningHours | None, queue: Ints, instant: Ints) -> pa.Array:
    """Whether each queue is open at each UTC instant, as Arrow flags; NULL where it is not known."""
    found = np.full(len(queue), _NOT_KNOWN, dtype=np.int8)
    if hours is None:
        return flags_of(found)
    is_own = np.isin(queue, list(hours.queues))
    wall = hours.zone.wall(instant)
    groups = [(~is_own, hours.default), *((queue == i, p) for i, p in hours.queues.items())]
    for rows, plan in groups:
        if plan is not None:
            found[rows] = plan.is_open(wall[rows])
    return flags_of(found)


def flags_of(codes: npt.NDArray[np.int8]) -> pa.Array:
    """Arrow flags from 1, 0 and, for NULL, a negative number."""
    return pa.array(codes > 0, mask=codes < 0)


def is_holiday(day: Ints, region: str) -> Flags:
    """Which local dates are public holidays of a region such as DE or DE-BW."""
    distinct = np.unique(day)
    years = np.unique(distinct.astype("datetime64[D]").astype("datetime64[Y]").astype(np.int64))
    free = [number for year in years.tolist() for number in _holidays(region, 1970 + year)]
    return np.isin(day, free)


@lru_cache(maxsize=256)
def _holidays(region: str, year: int) -> tuple[int, ...]:
    return tuple((day - _EPOCH).days for day in public_holidays(region, [year]))


def public_holidays(region: str, years: Iterable[int]) -> Mapping[date, str]:
    """Public holidays of a region such as DE or DE-BW by date, with their names."""
    country, _, subdivision = region.partition("-")
    found: Mapping[date, str] = holidays.country_holidays(
        country, subdiv=subdivision or None, years=years
    )
    return found
