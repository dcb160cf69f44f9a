"""Whether calls keep coming: working days that have ended without any.

A working day is one on which a queue is open; where no hours are set, Monday to Friday but for the public
holidays of the region. A day counts a few hours after its end, since exports come by night.
"""

from __future__ import annotations

from datetime import date, datetime, timedelta

import numpy as np
import numpy.typing as npt

from insight_pipeline.facts.hours import OpeningHours, is_holiday
from insight_pipeline.model.zone import weekday_of

GRACE_HOURS = 6
"""How long after midnight the calls of a day may still be on their way."""
_SATURDAY = 5
_EPOCH = date(1970, 1, 1)

Ints = npt.NDArray[np.int64]


def silent_days(newest: date, now: datetime, hours: OpeningHours, region: str) -> list[date]:
    """Working days after that of the newest call that have ended; `now` is the installation's clock."""
    last_ended = (now - timedelta(hours=GRACE_HOURS)).date() - timedelta(days=1)
    return working_days(newest + timedelta(days=1), last_ended, hours, region)


def working_days(first: date, last: date, hours: OpeningHours, region: str) -> list[date]:
    """The working days from `first` to `last`, both included."""
    days = np.arange((first - _EPOCH).days, (last - _EPOCH).days + 1, dtype=np.int64)
    plans = [plan for plan in (hours.default, *hours.queues.values()) if plan is not None]
    if plans:
        is_working = np.any([plan.is_open_some_time(days) for plan in plans], axis=0)
    else:
        is_working = (weekday_of(days) < _SATURDAY) & ~is_holiday(days, region)
    return [_EPOCH + timedelta(days=int(day)) for day in days[is_working]]
