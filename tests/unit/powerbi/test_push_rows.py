"""Rows of the model as Power BI gets them."""

from __future__ import annotations

import dataclasses
import json
from datetime import date, datetime

import pyarrow as pa
import pytest

from insight_pipeline.model.tables import DIM_AGENT, FACT_CALL, FACT_QUEUE_VISIT, TABLES, Kind
from insight_pipeline.sinks.powerbi.datasets import (
    Copied,
    Delivered,
    PushColumn,
    PushTable,
    PushType,
    historical,
)
from insight_pipeline.sinks.powerbi.figures import Granularity
from insight_pipeline.sinks.powerbi.push_rows import cut_texts, push_rows
from tests.unit.powerbi.history import golden

ZONES = {"demo": "Europe/Berlin", "island": "Atlantic/Azores"}
ARROW = {
    PushType.INT64: pa.int64(),
    PushType.DOUBLE: pa.float64(),
    PushType.BOOLEAN: pa.bool_(),
    PushType.DATE_TIME: pa.string(),
    PushType.STRING: pa.string(),
}
VISITS = historical("call", "de", ZONES).table("fact_queue_visit")
AGENTS = historical("call", "de").table("dim_agent")


def _visits(*changes: dict[str, object]) -> pa.Table:
    first = golden("fact_queue_visit").slice(0, 1).to_pylist()[0]
    return pa.Table.from_pylist(
        [first | c for c in changes], schema=FACT_QUEUE_VISIT.arrow_schema()
    )


def _agents(*names: str) -> pa.Table:
    row = {"installation": "demo", "agent_id": 1, "is_active": True, "is_known": True}
    rows = [row | {"name": name} for name in names]
    return pa.Table.from_pylist(rows, schema=DIM_AGENT.arrow_schema())


def _names(*names: str) -> list[str]:
    found: list[str] = push_rows(AGENTS, _agents(*names))["name"].to_pylist()
    return found


@pytest.mark.parametrize("granularity", ["call", "interval"])
def test_rows_have_exactly_the_pushed_columns_in_the_types_of_the_api(
    granularity: Granularity,
) -> None:
    for table in historical(granularity, "de", ZONES).tables:
        empty = TABLES[table.name].arrow_schema().empty_table()
        rows = push_rows(table, golden(table.name) if table.is_fact else empty)
        columns = [c for c in table.columns if c.origin != Delivered()]
        assert rows.schema.names == [c.name for c in columns]
        assert rows.schema.types == [ARROW[c.data_type] for c in columns]


def test_no_row_is_added_dropped_or_moved() -> None:
    visits = golden("fact_queue_visit")
    rows = push_rows(VISITS, visits)
    for name in ("visit_id", "wait_seconds", "was_offered", "agent_id"):
        assert rows[name].to_pylist() == visits[name].to_pylist()


def test_instants_and_dates_are_texts_that_say_their_zone_where_they_have_one() -> None:
    rows = push_rows(
        VISITS,
        _visits(
            {
                "enter_utc": datetime(2026, 3, 12, 9),
                "link_utc": None,
                "local_date": date(2026, 3, 12),
            }
        ),
    )
    assert rows["enter_utc"].to_pylist() == ["2026-03-12T09:00:00Z"]
    assert rows["link_utc"].to_pylist() == [None]
    assert rows["local_date"].to_pylist() == ["2026-03-12T00:00:00"]


def test_keys_of_facts_are_those_of_the_dimension_and_none_stays_none() -> None:
    visits = _visits({"agent_id": 1, "queue_id": 3001}, {"agent_id": None, "queue_id": 3001})
    rows = push_rows(VISITS, visits)
    assert rows["agent_key"].to_pylist() == ["demo|1", None]
    assert rows["queue_key"].to_pylist() == ["demo|3001"] * 2
    assert push_rows(AGENTS, _agents("A"))["agent_key"].to_pylist() == ["demo|1"]


def test_keys_of_two_installations_do_not_meet() -> None:
    visits = _visits({"agent_id": 1}, {"agent_id": 1, "installation": "island"})
    assert push_rows(VISITS, visits)["agent_key"].to_pylist() == ["demo|1", "island|1"]


def test_the_quarter_hour_is_that_of_the_wall_clock_of_the_installation() -> None:
    rows = push_rows(
        VISITS,
        _visits(
            {"enter_utc": datetime(2026, 3, 12, 9, 14, 59)},  # winter, UTC+1
            {"enter_utc": datetime(2026, 7, 12, 9, 15)},  # summer, UTC+2
            {"enter_utc": datetime(2026, 7, 12, 22, 0)},  # midnight
            {"enter_utc": datetime(2026, 3, 12, 9, 15), "installation": "island"},  # UTC-1
        ),
    )
    assert rows["interval_of_day"].to_pylist() == [40, 45, 0, 33]


def test_an_installation_without_a_time_zone_is_not_guessed() -> None:
    with pytest.raises(KeyError, match="elsewhere"):
        push_rows(VISITS, _visits({"installation": "elsewhere"}))


def test_texts_up_to_the_limit_stay_and_longer_ones_end_in_an_ellipsis() -> None:
    full, over = "a" * 4000, "b" * 4001
    assert _names("short", full, over) == ["short", full, "b" * 3999 + "…"]


def test_the_limit_counts_as_the_service_does_and_halves_no_character() -> None:
    accents, full, over = "ä" * 4000, "😀" * 2000, "😀" * 2001
    assert _names(accents, full, over) == [accents, full, "😀" * 1999 + "…"]


def test_cut_texts_are_counted() -> None:
    assert cut_texts(AGENTS, _agents("a" * 4000, "b" * 4001, "😀" * 2001, "ä" * 4000)) == 2
    assert cut_texts(VISITS, golden("fact_queue_visit")) == 0


def test_coded_texts_and_finer_instants_give_the_same_rows() -> None:
    calls, table = golden("fact_call"), historical("call", "de", ZONES).table("fact_call")
    fields = [
        f.with_type(pa.timestamp("ms")) if pa.types.is_timestamp(f.type) else f
        for f in FACT_CALL.coded_schema()
    ]
    assert push_rows(table, calls.cast(pa.schema(fields))).equals(push_rows(table, calls))


def test_ratios_that_are_no_numbers_are_none() -> None:
    column = PushColumn("share", PushType.DOUBLE, Copied("share"), Kind.RATIO)
    rows = push_rows(PushTable("t", "", (column,)), pa.table({"share": [0.5, float("nan"), None]}))
    assert rows["share"].to_pylist() == [0.5, None, None]


def test_rows_can_be_written_as_json() -> None:
    rows = push_rows(VISITS, golden("fact_queue_visit"))
    text = json.dumps({"rows": rows.to_pylist()}, allow_nan=False)
    assert json.loads(text)["rows"][0]["enter_utc"].endswith("Z")


def test_a_dataset_cannot_be_changed_by_accident() -> None:
    with pytest.raises(dataclasses.FrozenInstanceError):
        AGENTS.name = "other"  # type: ignore[misc]
