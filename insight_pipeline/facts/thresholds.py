"""Thresholds of queues: a figure over a window, held against its limit and against how it stood before.

Figures come from summed counters of the quarter hours, with the formulas of R 13. What says nothing (too
few calls, a zero denominator) leaves a threshold as it stands. Keeping and telling is done elsewhere.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from datetime import UTC, date, datetime, timedelta

import numpy as np
import pandas as pd
import pyarrow as pa
import pyarrow.compute as pc

from insight_pipeline.facts.kpi import Floats, abandonment_rate, asa_seconds, service_level
from insight_pipeline.model.alerts import (
    FigureName,
    Judged,
    Reading,
    Standing,
    Threshold,
    Window,
)
from insight_pipeline.model.calendar import QUARTER_SECONDS
from insight_pipeline.model.columns import days, instants, ints
from insight_pipeline.model.tables import QUEUE_COUNTERS

STALE_DAYS = 7
"""A window that ended longer ago is not judged: nobody is woken for last month's queue."""
_COUNTERS = [column.name for column in QUEUE_COUNTERS]
_COUNTED = ("offered", "wait_max_seconds")
"""Figures that say something however few calls there were."""
_EPOCH = date(1970, 1, 1)


def window_of(
    threshold: Threshold, intervals: pa.Table, loaded: Sequence[date], today: date
) -> Window | None:
    """The newest window that is loaded; None where there is none, or it is too long ago.

    `intervals` is fact_queue_interval of one installation, `loaded` the days that it was loaded for. Too
    few calls can only be told of what is over: then it is a day before today, or ends before the newest
    quarter hour.
    """
    is_over = threshold.needs_what_is_over
    known = [day for day in loaded if today - timedelta(days=STALE_DAYS) <= day <= today]
    if not threshold.quarter_hours:
        known = [day for day in known if not is_over or day < today]
        return Window(max(known)) if known else None
    numbers = days(intervals, "local_date")
    starts = instants(intervals, "interval_start_utc")
    is_known = np.isin(numbers, [(day - _EPOCH).days for day in known])
    if not is_known.any():
        return None
    newest = int(starts[is_known].max())
    day = _EPOCH + timedelta(days=int(numbers[is_known][starts[is_known].argmax()]))
    end = newest if is_over and day == today else newest + QUARTER_SECONDS
    return Window(day, _instant(end - threshold.quarter_hours * QUARTER_SECONDS), _instant(end))


def readings(
    threshold: Threshold, intervals: pa.Table, window: Window, queues: Iterable[int], variant: str
) -> list[Reading]:
    """The figure of each of these queues over the window, in the order of their ids.

    A queue without calls there was offered none; its other figures say nothing.
    """
    rows = intervals.filter(_within(intervals, window))
    frame = pd.DataFrame({name: ints(rows, name) for name in ("queue_id", *_COUNTERS)})
    by_queue = frame.groupby("queue_id")
    sums = by_queue[_COUNTERS].sum()
    sums["wait_max_seconds"] = by_queue["wait_max_seconds"].max()
    sums = sums.reindex(sorted(set(queues)), fill_value=0)
    values = figure(sums, threshold.figure, variant)
    needed = 0 if threshold.figure == "offered" else 1
    needed = needed if threshold.figure in _COUNTED else threshold.minimum_offered
    counted = (sums["offered"] >= needed).to_numpy() & ~np.isnan(values)
    offered = sums["offered"].to_numpy()
    return [
        Reading(int(queue), float(value) if is_counted else None, int(count), window)
        for queue, value, is_counted, count in zip(
            sums.index, values, counted, offered, strict=True
        )
    ]


def days_beyond(threshold: Threshold, kpis: pa.Table) -> list[Reading]:
    """Rows of kpi_queue_day that lie beyond a threshold of days."""
    values = kpis[threshold.figure].cast(pa.float64())
    least = 0 if threshold.figure in _COUNTED else threshold.minimum_offered
    is_counted = pc.greater_equal(kpis["offered"], least)
    compare = pc.greater if threshold.is_above else pc.less
    is_beyond = pc.fill_null(pc.and_(compare(values, threshold.limit), is_counted), False)  # noqa: FBT003
    found = kpis.set_column(0, "value", values).filter(is_beyond)
    columns = ("queue_id", "value", "offered", "local_date")
    return [
        Reading(queue, value, offered, Window(day))
        for queue, value, offered, day in zip(
            *(found[name].to_pylist() for name in columns), strict=True
        )
    ]


def figure(counters: pd.DataFrame, name: FigureName, variant: str) -> Floats:
    """A figure of each row of summed counters; NaN where its denominator is zero."""
    if name == "service_level":
        return service_level(counters, variant)
    if name == "abandonment_rate":
        return abandonment_rate(counters)
    if name == "asa_seconds":
        return asa_seconds(counters)
    return counters[name].to_numpy(np.float64)


def judge(
    threshold: Threshold,
    installation: str,
    found: Iterable[Reading],
    standings: Mapping[int, Standing],
    at: float,
) -> list[Judged]:
    """Each reading with how its queue stood and stands; only a crossing or a return changes that."""
    return [
        _judged(threshold, installation, reading, standings.get(reading.queue_id), at)
        for reading in found
    ]


def _judged(
    threshold: Threshold,
    installation: str,
    reading: Reading,
    before: Standing | None,
    at: float,
) -> Judged:
    was_crossed = before is not None and before.is_crossed
    if reading.value is None or threshold.is_crossed_by(reading.value) == was_crossed:
        return Judged(reading, before, before)
    queue = reading.queue_id
    after = Standing(threshold.name, installation, queue, not was_crossed, at, reading.value)
    return Judged(reading, before, after)


def _within(intervals: pa.Table, window: Window) -> pa.ChunkedArray:
    if window.start_utc is None:
        return pc.equal(intervals["local_date"], window.local_date)
    starts = intervals["interval_start_utc"]
    return pc.and_(
        pc.greater_equal(starts, pa.scalar(window.start_utc, starts.type)),
        pc.less(starts, pa.scalar(window.end_utc, starts.type)),
    )


def _instant(seconds: int) -> datetime:
    return datetime.fromtimestamp(seconds, UTC).replace(tzinfo=None)
