"""Figures by queue, and how long visits waited that were answered or abandoned."""

from __future__ import annotations

import numpy as np
import numpy.typing as npt
import pyarrow as pa

from insight_pipeline.facts.report.summing import names_of, queue_figures, queue_frame, summed
from insight_pipeline.model.columns import ints, is_text
from insight_pipeline.model.report.figures import QueueRow, Queues, Waits
from insight_pipeline.model.report.given import Given

EDGES_SECONDS = (5, 10, 20, 30, 60, 120, 300)
"""Upper ends of the classes of waiting, each included, as a threshold is (R 10)."""


def queues(given: Given) -> Queues:
    """Queues with visits in the period, most offered first."""
    intervals, visits = given.tables["fact_queue_interval"], given.tables["fact_queue_visit"]
    frame = queue_frame(intervals, queue_id=ints(intervals, "queue_id"))
    counters = summed(frame, ["queue_id"])
    counters = counters.sort_values("offered", ascending=False, kind="stable")
    figures = queue_figures(counters, given.definitions.service_level_variant)
    ids: list[int] = counters.index.tolist()
    names = names_of(given.tables["dim_queue"], "queue_id")
    owner, threshold = ints(visits, "queue_id"), ints(visits, "threshold_seconds")
    rows = tuple(
        QueueRow(
            queue,
            names.get(queue, str(queue)),
            tuple(np.unique(threshold[owner == queue]).tolist()),
            found,
            _waits(visits.filter(pa.array(owner == queue))),
        )
        for queue, found in zip(ids, figures, strict=True)
    )
    return Queues(EDGES_SECONDS, _waits(visits), rows)


def _waits(visits: pa.Table) -> Waits:
    classes = np.searchsorted(EDGES_SECONDS, ints(visits, "wait_seconds"), side="left")
    return Waits(
        _counts(classes[is_text(visits, "exit_reason", "answered")]),
        _counts(classes[is_text(visits, "exit_reason", "abandoned")]),
    )


def _counts(classes: npt.NDArray[np.int64]) -> tuple[int, ...]:
    return tuple(np.bincount(classes, minlength=len(EDGES_SECONDS) + 1).tolist())
