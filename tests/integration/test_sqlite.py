"""The SQLite sink: partitions replaced as wholes, and calls that a late file moves to another day."""

from __future__ import annotations

from collections.abc import Iterator
from datetime import date, datetime
from pathlib import Path

import pyarrow as pa
import pytest
import sqlalchemy as sa

from insight_pipeline.model.tables import FACT_CALL_LEG, Kind
from insight_pipeline.sinks.relational.writer import RelationalSink

FRIDAY, SATURDAY = date(2026, 3, 27), date(2026, 3, 28)
_FILL: dict[Kind, object] = {
    Kind.TEXT: "x",
    Kind.INTEGER: 1,
    Kind.FLAG: False,
    Kind.INSTANT: datetime(2026, 3, 27, 9),
}


def _legs(day: date, *ids: int) -> pa.Table:
    """Legs of one call on one day."""
    rows = [
        {
            **{c.name: _FILL.get(c.kind) for c in FACT_CALL_LEG.columns},
            "leg_id": f"demo:{number}",
            "installation": "demo",
            "local_date": day,
        }
        for number in ids
    ]
    return pa.Table.from_pylist(rows, FACT_CALL_LEG.arrow_schema())


@pytest.fixture
def url(tmp_path: Path) -> str:
    return f"sqlite:///{tmp_path / 'insight.db'}"


@pytest.fixture
def sink(url: str) -> Iterator[RelationalSink]:
    found = RelationalSink(url)
    found.create()
    yield found
    found.close()


def _held(url: str) -> list[tuple[str, str]]:
    engine = sa.create_engine(url)
    with engine.connect() as connection:
        query = sa.text("SELECT leg_id, local_date FROM fact_call_leg ORDER BY leg_id")
        return [(row[0], row[1]) for row in connection.execute(query)]


def test_a_partition_loaded_twice_holds_its_rows_once(sink: RelationalSink, url: str) -> None:
    for legs in (_legs(FRIDAY, 1, 2), _legs(FRIDAY, 2, 3)):
        sink.replace_partition({"fact_call_leg": legs}, "demo", FRIDAY)
    assert _held(url) == [("demo:2", "2026-03-27"), ("demo:3", "2026-03-27")]


def test_a_call_that_a_late_file_moves_to_another_day_is_held_once(
    sink: RelationalSink, url: str
) -> None:
    sink.replace_partition({"fact_call_leg": _legs(SATURDAY, 2, 3)}, "demo", SATURDAY)
    sink.replace_partition({"fact_call_leg": _legs(FRIDAY, 1, 2)}, "demo", FRIDAY)
    assert _held(url) == [
        ("demo:1", "2026-03-27"),
        ("demo:2", "2026-03-27"),
        ("demo:3", "2026-03-28"),
    ]


def test_a_load_that_fails_leaves_what_was_there(sink: RelationalSink, url: str) -> None:
    sink.replace_partition({"fact_call_leg": _legs(FRIDAY, 1)}, "demo", FRIDAY)
    legs = _legs(FRIDAY, 2)
    place = legs.schema.get_field_index("call_id")
    broken = legs.set_column(place, legs.schema.field("call_id"), pa.nulls(1, pa.string()))
    with pytest.raises(sa.exc.IntegrityError):
        sink.replace_partition({"fact_call_leg": broken}, "demo", FRIDAY)
    assert _held(url) == [("demo:1", "2026-03-27")]
