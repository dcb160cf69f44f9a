"""A day without calls is an ordinary day: every pure function gives an empty table for none."""

from __future__ import annotations

from collections.abc import Callable

import numpy as np
import pyarrow as pa
import pytest

from insight_pipeline.facts import dimensions
from insight_pipeline.facts.calls import calls
from insight_pipeline.facts.contacts import agent_contacts
from insight_pipeline.facts.intervals import agent_intervals, queue_intervals
from insight_pipeline.facts.kpi import agent_days, queue_days
from insight_pipeline.facts.reconciliation import count_fates
from insight_pipeline.facts.visits import QueueRules, queue_visits
from insight_pipeline.legs.build import build_legs
from insight_pipeline.model.directory import Directory
from insight_pipeline.model.rows import CALL_LIST
from insight_pipeline.model.tables import TABLES
from insight_pipeline.model.zone import Zone

NONE = np.empty(0, dtype=np.int64)


def _empty(name: str) -> pa.Table:
    return TABLES[name].arrow_schema().empty_table()


LEGS, VISITS, CONTACTS = (
    _empty(n) for n in ("fact_call_leg", "fact_queue_visit", "fact_agent_contact")
)
MAKERS: dict[str, Callable[[], pa.Table]] = {
    "fact_call_leg": lambda: (
        build_legs(
            CALL_LIST.raw_schema().empty_table(),
            NONE.astype(np.int8),
            Directory(),
            Zone.of("Europe/Berlin"),
            "demo",
        ).table
    ),
    "fact_queue_visit": lambda: queue_visits(LEGS, Directory(), QueueRules(20, 5)),
    "fact_agent_contact": lambda: agent_contacts(LEGS, VISITS),
    "fact_call": lambda: calls(LEGS, VISITS, CONTACTS, pa.array([], pa.string())),
    "fact_queue_interval": lambda: queue_intervals(VISITS, CONTACTS),
    "fact_agent_interval": lambda: agent_intervals(CONTACTS),
    "kpi_queue_day": lambda: queue_days(_empty("fact_queue_interval"), VISITS, "offered"),
    "kpi_agent_day": lambda: agent_days(_empty("fact_agent_interval")),
}


@pytest.mark.parametrize("name", MAKERS)
def test_no_rows_give_the_declared_table_without_rows(name: str) -> None:
    made = MAKERS[name]()
    assert made.schema.equals(TABLES[name].arrow_schema())
    assert len(made) == 0


def test_no_rows_have_no_fate_and_refer_to_nothing() -> None:
    assert len(count_fates(NONE, NONE.astype(np.int8))) == 0
    assert len(dimensions.references(LEGS, VISITS, CONTACTS, _empty("fact_call"))) == 0
