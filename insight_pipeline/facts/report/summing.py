"""Sums of counters, and ratios of these sums, for any grouping of a report."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import fields
from datetime import UTC, date, datetime
from typing import Any

import pandas as pd
import pyarrow as pa

from insight_pipeline.facts.kpi import abandonment_rate, asa_seconds, ratio, service_level
from insight_pipeline.model.columns import ints
from insight_pipeline.model.report.figures import QueueFigures
from insight_pipeline.model.tables import QUEUE_COUNTERS

_MAXIMUM = "wait_max_seconds"
_SUMMED = [column.name for column in QUEUE_COUNTERS if column.name != _MAXIMUM]
_FIGURES = [field.name for field in fields(QueueFigures)]


def queue_frame(table: pa.Table, **keys: Any) -> pd.DataFrame:  # noqa: ANN401 - arrays of any type
    """Counters of `fact_queue_interval` as a frame, with the keys by which they will be grouped."""
    counters = {name: ints(table, name) for name in (*_SUMMED, _MAXIMUM)}
    return pd.DataFrame({**keys, **counters})


def summed(frame: pd.DataFrame, by: Sequence[str]) -> pd.DataFrame:
    """Counters summed (the longest waiting: its maximum) by some keys, in their order."""
    groups = frame.groupby(list(by), sort=True)
    found = groups[_SUMMED].sum().astype("int64")
    return found.assign(**{_MAXIMUM: groups[_MAXIMUM].max().astype("int64")})


def queue_figures(counters: pd.DataFrame, variant: str) -> list[QueueFigures]:
    """Figures of each row of summed counters."""
    frame = counters.assign(
        service_level=service_level(counters, variant),
        abandonment_rate=abandonment_rate(counters),
        asa_seconds=asa_seconds(counters),
        average_talk_seconds=ratio(counters["talk_seconds"], counters["answered"]),
        **{_MAXIMUM: counters[_MAXIMUM].where(counters["offered"] > 0)},
    )
    rows = frame[_FIGURES].astype(object).where(frame[_FIGURES].notna(), None)
    return [QueueFigures(*row) for row in rows.itertuples(index=False)]


def total_figures(frame: pd.DataFrame, variant: str) -> QueueFigures:
    """Figures over all rows of a frame of counters; zeros and no ratios where it has none."""
    totals = {name: [int(frame[name].sum())] for name in _SUMMED}
    longest = int(frame[_MAXIMUM].max()) if len(frame) else 0
    return queue_figures(pd.DataFrame({**totals, _MAXIMUM: [longest]}), variant)[0]


def names_of(dimension: pa.Table, key: str) -> dict[int, str]:
    """Names of a dimension by id."""
    return dict(zip(dimension[key].to_pylist(), dimension["name"].to_pylist(), strict=True))


def number_of(day: date) -> int:
    """Days since 1970-01-01, as day columns are computed with."""
    return day.toordinal() - date(1970, 1, 1).toordinal()


def instant_of(seconds: int) -> datetime:
    """Seconds since 1970 as an instant without zone."""
    return datetime.fromtimestamp(seconds, UTC).replace(tzinfo=None)


def share(part: float, whole: float) -> float | None:
    """Part / whole; None where whole is zero."""
    return part / whole if whole else None
