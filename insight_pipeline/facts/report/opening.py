"""Queue counters of a period, split into inside and outside of opening hours. Sums first, ratios after."""

from __future__ import annotations

import math
from collections.abc import Iterator

import numpy as np
import pandas as pd
import pyarrow as pa

from insight_pipeline.facts.kpi import service_level
from insight_pipeline.facts.report.summing import names_of
from insight_pipeline.model.columns import flags, ints
from insight_pipeline.model.report.given import Given
from insight_pipeline.model.report.opening import OpeningRow, Openings, OpeningState

_COUNTERS = (
    *("offered", "answered", "abandoned", "short_abandoned"),
    *("answered_within", "abandoned_within"),
)


def opening(given: Given) -> Openings:
    """Visits of the period by opening hours, with the names of the queues."""
    variant = given.definitions.service_level_variant
    rows = by_opening(given.tables["fact_queue_interval"], variant)
    return Openings(rows, names_of(given.tables["dim_queue"], "queue_id"))


def by_opening(intervals: pa.Table, variant: str) -> tuple[OpeningRow, ...]:
    """Visits of `fact_queue_interval` inside, outside and where it is not known: all queues, then each.

    The service level is that of `variant` (R 13). What has no visits has no row; queues come by id.
    """
    is_known = np.asarray(intervals["is_open"].is_valid())
    is_open = flags(intervals, "is_open")
    place = np.select([is_known & is_open, is_known], [0, 1], 2)
    keys = {"queue_id": ints(intervals, "queue_id"), "place": place}
    frame = pd.DataFrame({**keys, **{name: ints(intervals, name) for name in _COUNTERS}})
    every = frame.assign(queue_id=-1).groupby(list(keys), sort=True)[list(_COUNTERS)].sum()
    each = frame.groupby(list(keys), sort=True)[list(_COUNTERS)].sum()
    return (*_rows(every, variant), *_rows(each, variant))


def _rows(summed: pd.DataFrame, variant: str) -> Iterator[OpeningRow]:
    levels = service_level(summed, variant).tolist()
    places = list(OpeningState)
    for (queue, place), offered, answered, abandoned, level in zip(
        summed.index,
        summed["offered"],
        summed["answered"],
        summed["abandoned"],
        levels,
        strict=True,
    ):
        yield OpeningRow(
            int(queue) if queue >= 0 else None,
            places[place],
            int(offered),
            int(answered),
            int(abandoned),
            None if math.isnan(level) else level,
        )
