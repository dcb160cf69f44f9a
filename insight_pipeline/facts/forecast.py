"""What to expect of each quarter hour of the week in each queue, and how many agents that takes.

Expected is the mean over the last weeks of the same weekday and quarter hour on the installation's clock.
Days that are not loaded, public holidays and closing days are left out, not counted as zero; so are quarter
hours that a clock change repeats or skips. What the agents needed rest on stands in `erlang`, and all of it
in docs/forecast.md.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date

import numpy as np
import numpy.typing as npt
import pandas as pd
import pyarrow as pa

from insight_pipeline.facts.erlang import agents_needed, service_level
from insight_pipeline.facts.hours import OpeningHours, flags_of, is_holiday
from insight_pipeline.facts.kpi import ratio
from insight_pipeline.model.calendar import (
    DAY_SECONDS,
    DAYS_A_WEEK,
    QUARTER_SECONDS,
    QUARTERS_A_DAY,
)
from insight_pipeline.model.columns import NO_ID, instants, ints, table_of
from insight_pipeline.model.tables import FORECAST_QUEUE_INTERVAL
from insight_pipeline.model.zone import weekday_of

Floats = npt.NDArray[np.float64]
Flags = npt.NDArray[np.bool_]
Ints = npt.NDArray[np.int64]

LOW, HIGH = 0.1, 0.9
_EPOCH = date(1970, 1, 1)


@dataclass(frozen=True)
class ForecastRules:
    """How far back to look, the share to be answered in time, and what closes days."""

    weeks: int
    service_level: float
    hours: OpeningHours
    region: str


@dataclass(frozen=True)
class _Week:
    """Cells of one weekday with calls: queue (its place) and quarter hour, and their counts by day."""

    weekday: int
    queue: Ints
    quarter: Ints
    counts: Floats
    """Cells by days, oldest first; NaN where the day does not count for the cell."""


def forecast(
    intervals: pa.Table,
    history: Sequence[date],
    thresholds: pd.Series,
    rules: ForecastRules,
    installation: str,
) -> pa.Table:
    """`forecast_queue_interval` from `fact_queue_interval` of the days in `history`, each a full day.

    `thresholds` gives every queue's service level threshold in seconds. Quarter hours in which no call
    came on any of the days have no row.
    """
    days = _window(history, rules.weeks)
    frame = _counted(intervals, days, rules)
    queues = np.unique(frame["queue_id"].to_numpy(np.int64))
    frame = frame.assign(queue=np.searchsorted(queues, frame["queue_id"]))
    is_off = _off_days(queues, days, rules) | (days < _first_days(frame, len(queues))[:, None])
    is_odd = _odd_quarters(days, rules)
    weeks = [_week(n, frame, days, is_off, is_odd) for n in range(DAYS_A_WEEK)]
    columns = [_cells(week, queues) for week in weeks]
    merged = {name: np.concatenate([part[name] for part in columns]) for name in columns[0]}
    cells = pd.DataFrame(merged).sort_values(["queue_id", "weekday", "interval_of_day"])
    cells = cells[cells["expected_offered"] > 0]
    handle = _handle_seconds(frame, queues)
    return _table(cells, handle, thresholds, days, rules, installation)


def _window(history: Sequence[date], weeks: int) -> Ints:
    """The days that count, as days since 1970-01-01: those of the weeks that end with the newest."""
    days = np.unique(np.array([(day - _EPOCH).days for day in history], dtype=np.int64))
    return days[days > days.max(initial=0) - DAYS_A_WEEK * weeks]


def _counted(intervals: pa.Table, days: Ints, rules: ForecastRules) -> pd.DataFrame:
    """The quarter hours that lie in the days, by the clock: a call after midnight is the next day's."""
    wall = rules.hours.zone.wall(instants(intervals, "interval_start_utc"))
    names = ("queue_id", "offered", "answered", "talk_seconds")
    frame = pd.DataFrame({name: ints(intervals, name) for name in names})
    frame = frame.assign(day=wall // DAY_SECONDS, quarter=wall % DAY_SECONDS // QUARTER_SECONDS)
    return frame[np.isin(frame["day"], days)]


def _first_days(frame: pd.DataFrame, queues: int) -> Ints:
    """The first day on which each queue had a call: before it, it may not have been there."""
    first = np.full(queues, np.iinfo(np.int64).max)
    np.minimum.at(first, frame["queue"].to_numpy(), frame["day"].to_numpy(np.int64))
    return first


def _off_days(queues: Ints, days: Ints, rules: ForecastRules) -> Flags:
    """Queues by days: closing days and holidays by the queue's hours, else holidays alone."""
    found = np.tile(is_holiday(days, rules.region), (len(queues), 1))
    is_own = np.isin(queues, list(rules.hours.queues))
    groups = [(~is_own, rules.hours.default)]
    groups += [(queues == queue, plan) for queue, plan in rules.hours.queues.items()]
    for rows, plan in groups:
        if plan is not None:
            found[rows] = plan.is_closed_all_day(days)
    return found


def _odd_quarters(days: Ints, rules: ForecastRules) -> Flags:
    """Days by quarter hours: those that the clock repeats or skips, and so hold twice as much or nothing."""
    wall = days[:, None] * DAY_SECONDS + np.arange(QUARTERS_A_DAY) * QUARTER_SECONDS
    _, repeats, exists = rules.hours.zone.readings(wall.ravel())
    found: Flags = (repeats | ~exists).reshape(wall.shape)
    return found


def _week(weekday: int, frame: pd.DataFrame, days: Ints, is_off: Flags, is_odd: Flags) -> _Week:
    chosen = np.flatnonzero(weekday_of(days) == weekday)
    rows = frame[np.isin(frame["day"], days[chosen])]
    cell = (rows["queue"] * QUARTERS_A_DAY + rows["quarter"]).to_numpy(np.int64)
    distinct, place = np.unique(cell, return_inverse=True)
    column = np.searchsorted(days[chosen], rows["day"])
    counts = np.zeros((len(distinct), len(chosen)))
    np.add.at(counts, (place, column), rows["offered"].to_numpy(np.float64))
    queue, quarter = distinct // QUARTERS_A_DAY, distinct % QUARTERS_A_DAY
    is_out = is_off[queue][:, chosen] | is_odd[chosen][:, quarter].T
    return _Week(weekday, queue, quarter, np.where(is_out, np.nan, counts))


def _cells(week: _Week, queues: Ints) -> dict[str, npt.NDArray[np.generic]]:
    weeks = (~np.isnan(week.counts)).sum(axis=1)
    return {
        "queue_id": queues[week.queue],
        "weekday": np.full(len(weeks), week.weekday + 1),
        "interval_of_day": week.quarter,
        "weeks": weeks,
        "expected_offered": _mean(week.counts, weeks),
        "low_offered": _quantile(week.counts, weeks, LOW),
        "high_offered": _quantile(week.counts, weeks, HIGH),
    }


def _mean(counts: Floats, weeks: Ints) -> Floats:
    """Mean over the days that count; NaN where none does."""
    total = np.nansum(counts, axis=1)
    return np.divide(total, weeks, out=np.full(len(counts), np.nan), where=weeks > 0)


def _quantile(counts: Floats, weeks: Ints, share: float) -> Floats:
    """Quantile of the days that count, between neighbours in proportion; NaN where none does."""
    if not counts.size:
        return np.full(len(counts), np.nan)
    ordered = np.sort(counts, axis=1)  # NaN comes last
    place = np.maximum(weeks - 1, 0) * share
    low = np.floor(place).astype(np.int64)
    high = np.ceil(place).astype(np.int64)
    row = np.arange(len(counts))
    found: Floats = ordered[row, low] + (ordered[row, high] - ordered[row, low]) * (place - low)
    return found


def _handle_seconds(frame: pd.DataFrame, queues: Ints) -> pd.Series:
    """Talk per answered call of each queue over all the days; NaN where none was answered."""
    summed = frame.groupby("queue_id")[["talk_seconds", "answered"]].sum().reindex(queues)
    return pd.Series(ratio(summed["talk_seconds"], summed["answered"]), index=queues)


def _table(
    cells: pd.DataFrame,
    handle: pd.Series,
    thresholds: pd.Series,
    days: Ints,
    rules: ForecastRules,
    installation: str,
) -> pa.Table:
    queue = cells["queue_id"].to_numpy(np.int64)
    seconds = handle.reindex(queue).to_numpy(np.float64)
    threshold = thresholds.reindex(queue).to_numpy(np.int64)
    load = cells["expected_offered"].to_numpy(np.float64) * seconds / QUARTER_SECONDS
    is_told = ~np.isnan(load)
    needed, level = np.full(len(cells), NO_ID), np.full(len(cells), np.nan)
    told = (load[is_told], seconds[is_told], threshold[is_told].astype(np.float64))
    needed[is_told] = agents_needed(*told, rules.service_level)
    level[is_told] = service_level(told[0], needed[is_told], *told[1:])
    names = ("queue_id", "weekday", "interval_of_day", "weeks")
    offered = ("expected_offered", "low_offered", "high_offered")
    return table_of(
        FORECAST_QUEUE_INTERVAL,
        {
            **{name: cells[name].to_numpy(np.int64) for name in names},
            **{name: cells[name].to_numpy(np.float64) for name in offered},
            "installation": installation,
            "first_date": np.full(len(cells), days.min(initial=days.max(initial=0))),
            "last_date": np.full(len(cells), days.max(initial=0)),
            "is_open": _open_quarters(cells, rules.hours),
            "average_handle_seconds": seconds,
            "threshold_seconds": threshold,
            "target_service_level": np.full(len(cells), rules.service_level),
            "agents_needed": needed,
            "expected_service_level": level,
            "expected_occupancy": np.where(is_told, load / np.maximum(needed, 1), np.nan),
        },
    )


def _open_quarters(cells: pd.DataFrame, hours: OpeningHours) -> pa.Array:
    """Whether the quarter hour of an ordinary week is within the queue's hours; NULL: not known."""
    queue = cells["queue_id"].to_numpy(np.int64)
    weekday = cells["weekday"].to_numpy(np.int64) - 1
    quarter = cells["interval_of_day"].to_numpy(np.int64)
    found = np.full(len(cells), -1, dtype=np.int8)
    for each in np.unique(queue).tolist():
        if (plan := hours.of(each)) is not None:
            rows = queue == each
            found[rows] = plan.quarters[weekday[rows], quarter[rows]]
    return flags_of(found)
