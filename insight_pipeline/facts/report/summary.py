"""The headline: calls each once, visits to queues summed, lost calls and what became of them."""

from __future__ import annotations

import numpy as np
import pyarrow as pa

from insight_pipeline.facts.report.summing import queue_frame, share, total_figures
from insight_pipeline.model.columns import flags, ints, is_text
from insight_pipeline.model.report.figures import CallFigures, LostFigures, Summary
from insight_pipeline.model.report.given import Given


def summary(given: Given) -> Summary:
    """Headline figures of the loaded days, and the definitions they depend on."""
    tables, defined = given.tables, given.definitions
    thresholds = np.unique(ints(tables["fact_queue_visit"], "threshold_seconds"))
    return Summary(
        call_figures(tables["fact_call"]),
        total_figures(queue_frame(tables["fact_queue_interval"]), defined.service_level_variant),
        lost_figures(tables["fact_callback"]),
        defined.service_level_variant,
        tuple(thresholds.tolist()),
        defined.short_abandon_seconds,
        defined.callback_window_hours,
    )


def call_figures(calls: pa.Table) -> CallFigures:
    """Calls by direction, and what came of the inbound and outbound ones (R 9)."""
    directions = {
        name: is_text(calls, "direction", name) for name in ("inbound", "outbound", "internal")
    }
    inbound, outbound = directions["inbound"], directions["outbound"]

    def with_outcome(outcome: str) -> int:
        return int((inbound & is_text(calls, "outcome", outcome)).sum())

    return CallFigures(
        calls=len(calls),
        **{name: int(where.sum()) for name, where in directions.items()},
        inbound_answered=with_outcome("answered"),
        inbound_no_user=with_outcome("no_user"),
        inbound_abandoned=with_outcome("abandoned"),
        inbound_missed=with_outcome("missed"),
        outbound_connected=int((outbound & is_text(calls, "outcome", "connected")).sum()),
    )


def lost_figures(callbacks: pa.Table) -> LostFigures:
    """Lost calls by who recovered them, if anybody did (R 14)."""
    is_recovered = flags(callbacks, "is_recovered")
    delays = ints(callbacks, "delay_seconds")[is_recovered]
    return LostFigures(
        lost=len(callbacks),
        by_customer=int((is_recovered & is_text(callbacks, "recovered_by", "customer")).sum()),
        by_us=int((is_recovered & is_text(callbacks, "recovered_by", "us")).sum()),
        open=int((~is_recovered).sum()),
        average_delay_seconds=share(float(delays.sum()), len(delays)),
    )
