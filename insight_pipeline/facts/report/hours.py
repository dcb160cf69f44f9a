"""Visits by weekday and local hour of entering a queue: both those of the hour, whatever the partition."""

from __future__ import annotations

import numpy as np
import numpy.typing as npt

from insight_pipeline.model.calendar import DAY_SECONDS, DAYS_A_WEEK, HOURS_A_DAY
from insight_pipeline.model.columns import instants, ints
from insight_pipeline.model.report.figures import Hours, WeekGrid
from insight_pipeline.model.report.given import Given
from insight_pipeline.model.zone import Zone, weekday_of

COUNTERS = ("offered", "answered", "no_user", "overflow", "abandoned")
_HOUR_SECONDS = 3600


def hours(given: Given) -> Hours:
    """A grid a counter, seven weekdays by 24 hours of the installation's clock."""
    intervals = given.tables["fact_queue_interval"]
    wall = Zone.of(given.period.timezone).wall(instants(intervals, "interval_start_utc"))
    weekday = weekday_of(wall // DAY_SECONDS)
    cell = weekday * HOURS_A_DAY + wall % DAY_SECONDS // _HOUR_SECONDS
    grids = tuple(WeekGrid(name, _grid(cell, ints(intervals, name))) for name in COUNTERS)
    weekdays = [day.weekday() for day in given.period.loaded]
    return Hours(grids, tuple(weekdays.count(place) for place in range(DAYS_A_WEEK)))


def _grid(
    cell: npt.NDArray[np.int64], counts: npt.NDArray[np.int64]
) -> tuple[tuple[int, ...], ...]:
    size = DAYS_A_WEEK * HOURS_A_DAY
    sums = np.bincount(cell, weights=counts, minlength=size).astype(np.int64)
    return tuple(map(tuple, sums.reshape(DAYS_A_WEEK, HOURS_A_DAY).tolist()))
