"""Figures by agent, where the privacy profile lets them out."""

from __future__ import annotations

import pandas as pd

from insight_pipeline.facts.kpi import ratio
from insight_pipeline.facts.report.summing import names_of
from insight_pipeline.model.columns import ints
from insight_pipeline.model.report.figures import AgentRow, Agents
from insight_pipeline.model.report.given import Given

_COUNTERS = (
    *("contacts", "answered", "missed", "answered_elsewhere", "rona", "placed"),
    "answered_talk_seconds",
)


def agents(given: Given) -> Agents:
    """Agents with contacts, most answers first, "Kein Benutzer" last."""
    if not given.is_agent_named:
        return Agents(is_named=False, rows=())
    intervals = given.tables["fact_agent_interval"]
    frame = pd.DataFrame({name: ints(intervals, name) for name in ("agent_id", *_COUNTERS)})
    found = frame.groupby("agent_id", as_index=False).sum()
    found = found.assign(
        average=ratio(found["answered_talk_seconds"], found["answered"]),
        is_nobody=found["agent_id"] == 0,
    )
    order = ["is_nobody", "answered", "contacts", "agent_id"]
    found = found.sort_values(order, ascending=[True, False, False, True])
    names = names_of(given.tables["dim_agent"], "agent_id")
    average = found["average"].astype(object).where(found["average"].notna(), None)
    columns = [found[name].tolist() for name in ("agent_id", *_COUNTERS)]
    rows = zip(columns[0], *columns[1:], average.tolist(), strict=True)
    return Agents(
        is_named=True,
        rows=tuple(AgentRow(row[0], names.get(row[0], str(row[0])), *row[1:]) for row in rows),
    )
