"""R 13: figures of a queue or agent on a day. Ratios come from summed counters, never from averages."""

from __future__ import annotations

import numpy as np
import numpy.typing as npt
import pandas as pd
import pyarrow as pa

from insight_pipeline.model.columns import days, ints, table_of
from insight_pipeline.model.tables import (
    AGENT_COUNTERS,
    KPI_AGENT_DAY,
    KPI_QUEUE_DAY,
    QUEUE_COUNTERS,
)

Floats = npt.NDArray[np.float64]

SERVICE_LEVEL_VARIANTS = (
    "answered_only",
    "ignore_abandoned_within",
    "abandoned_negative",
    "abandoned_positive",
    "exclude_short",
    "short_as_success",
    "offered",
)


def service_level(counters: pd.DataFrame, variant: str) -> Floats:
    """Share answered in time under a named formula; NaN where its denominator is zero.

    `counters` has the columns offered, answered, abandoned, short_abandoned, answered_within and
    abandoned_within.
    """
    o, a, b = counters["offered"], counters["answered"], counters["abandoned"]
    s, a_t, b_t = (
        counters["short_abandoned"],
        counters["answered_within"],
        counters["abandoned_within"],
    )
    formulas = {
        "answered_only": (a_t, a),
        "ignore_abandoned_within": (a_t, a + b - b_t),
        "abandoned_negative": (a_t, a + b),
        "abandoned_positive": (a_t + b_t, a + b),
        "exclude_short": (a_t, a + b - s),
        "short_as_success": (a_t + s, a + b),
        "offered": (a_t, o),
    }
    return ratio(*formulas[variant])


def abandonment_rate(counters: pd.DataFrame) -> Floats:
    """Share of callers who gave up, short ones left out of both; NaN where none is left."""
    short = counters["short_abandoned"]
    return ratio(counters["abandoned"] - short, counters["offered"] - short)


def asa_seconds(counters: pd.DataFrame) -> Floats:
    """Average speed of answer; NaN where nothing was answered."""
    return ratio(counters["wait_answered_seconds"], counters["answered"])


def ratio(part: pd.Series, whole: pd.Series) -> Floats:
    """Part / whole, not rounded; NaN where whole is zero."""
    above, below = part.to_numpy(np.float64), whole.to_numpy(np.float64)
    return np.divide(above, below, out=np.full(len(above), np.nan), where=below != 0)


def queue_days(intervals: pa.Table, visits: pa.Table, variant: str) -> pa.Table:
    """`kpi_queue_day` from the intervals; thresholds from the visits."""
    names = [column.name for column in QUEUE_COUNTERS]
    summed = _by_day(intervals, "queue_id", [n for n in names if n != "wait_max_seconds"])
    longest = _by_day(intervals, "queue_id", ["wait_max_seconds"], how="max")
    frame = summed.join(longest).reset_index()
    threshold = _by_day(visits, "queue_id", ["threshold_seconds"], how="max")
    keys = pd.MultiIndex.from_frame(frame[["local_date", "queue_id"]])
    return table_of(
        KPI_QUEUE_DAY,
        {
            "installation": _installation(intervals),
            **{name: frame[name].to_numpy() for name in ("local_date", "queue_id", *names)},
            "service_level": service_level(frame, variant),
            "service_level_variant": variant,
            "threshold_seconds": threshold["threshold_seconds"].reindex(keys).to_numpy(),
            "abandonment_rate": abandonment_rate(frame),
            "asa_seconds": asa_seconds(frame),
            "average_talk_seconds": ratio(frame["talk_seconds"], frame["answered"]),
        },
    )


def agent_days(intervals: pa.Table) -> pa.Table:
    """`kpi_agent_day` from the intervals. Occupancy needs agent states, which call data has not."""
    names = [column.name for column in AGENT_COUNTERS]
    frame = _by_day(intervals, "agent_id", names).reset_index()
    return table_of(
        KPI_AGENT_DAY,
        {
            "installation": _installation(intervals),
            **{name: frame[name].to_numpy() for name in ("local_date", "agent_id", *names)},
            "average_talk_seconds": ratio(frame["answered_talk_seconds"], frame["answered"]),
            "occupancy": np.full(len(frame), np.nan),
        },
    )


def _by_day(table: pa.Table, owner: str, names: list[str], how: str = "sum") -> pd.DataFrame:
    keys = {"local_date": days(table, "local_date"), owner: ints(table, owner)}
    frame = pd.DataFrame({**keys, **{name: ints(table, name) for name in names}})
    return frame.groupby(list(keys), sort=True)[names].agg(how).astype("int64")


def _installation(table: pa.Table) -> str:
    return str(table["installation"][0].as_py()) if len(table) else ""
