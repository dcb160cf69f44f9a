"""Lost calls that nobody has recovered yet (R 14), with what a callback needs."""

from __future__ import annotations

import pyarrow as pa

from insight_pipeline.facts.report.summary import lost_figures
from insight_pipeline.facts.report.summing import names_of
from insight_pipeline.model.columns import flags
from insight_pipeline.model.report.figures import Lost, LostCall
from insight_pipeline.model.report.given import Given

_OF_CALLBACKS = ("lost_call_id", "lost_utc", "queue_id")
_OF_CALLS = ("call_id", "caller_number", "caller_name", "wait_seconds")


def lost(given: Given) -> Lost:
    """What became of the lost calls, and those still open, newest first."""
    callbacks = given.tables["fact_callback"]
    is_open = ~flags(callbacks, "is_recovered")
    waiting = callbacks.select(_OF_CALLBACKS).filter(pa.array(is_open))
    calls = given.tables["fact_call"].select(_OF_CALLS)
    joined = waiting.join(calls, "lost_call_id", "call_id", join_type="inner")
    joined = joined.sort_by([("lost_utc", "descending"), ("lost_call_id", "ascending")])
    queues = names_of(given.tables["dim_queue"], "queue_id")
    found = tuple(
        LostCall(
            row["lost_utc"],
            row["caller_number"],
            row["caller_name"],
            queues.get(row["queue_id"]),
            row["wait_seconds"],
        )
        for row in joined.to_pylist()
    )
    return Lost(lost_figures(callbacks), given.definitions.callback_window_hours, found)
