"""Figures by day: every loaded day has its row, also one without a single call."""

from __future__ import annotations

import numpy as np

from insight_pipeline.facts.report.summing import (
    number_of,
    queue_figures,
    queue_frame,
    summed,
)
from insight_pipeline.model.columns import days as day_numbers
from insight_pipeline.model.columns import is_text
from insight_pipeline.model.report.figures import DayRow
from insight_pipeline.model.report.given import Given

_DIRECTIONS = ("inbound", "outbound", "internal")


def days(given: Given) -> tuple[DayRow, ...]:
    """One row a loaded day, in order."""
    loaded = given.period.loaded
    numbers = np.array([number_of(day) for day in loaded], dtype=np.int64)
    intervals, calls = given.tables["fact_queue_interval"], given.tables["fact_call"]
    frame = queue_frame(intervals, local_date=day_numbers(intervals, "local_date"))
    counters = summed(frame, ["local_date"]).reindex(numbers, fill_value=0)
    figures = queue_figures(counters, given.definitions.service_level_variant)
    places = np.searchsorted(numbers, day_numbers(calls, "local_date"))
    counts = [
        np.bincount(places[is_text(calls, "direction", name)], minlength=len(loaded)).tolist()
        for name in _DIRECTIONS
    ]
    rows = zip(loaded, *counts, figures, strict=True)
    return tuple(DayRow(*row) for row in rows)
