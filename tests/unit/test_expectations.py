"""What the checks of a table find: types, values that must be there, and values outside the model."""

from __future__ import annotations

from datetime import date, datetime

import pyarrow as pa
import pytest

from insight_pipeline.model.tables import FACT_CALLBACK
from insight_pipeline.orchestration.expectations import broken_expectations

SOUND = {
    "lost_call_id": "demo:1",
    "installation": "demo",
    "local_date": date(2026, 3, 12),
    "lost_utc": datetime(2026, 3, 12, 9),
    "recovered_by": "us",
    "delay_seconds": 60,
    "is_recovered": True,
}


def _table(*rows: dict[str, object]) -> pa.Table:
    whole = [{**dict.fromkeys(FACT_CALLBACK.names), **row} for row in rows]
    return pa.Table.from_pylist(whole, schema=FACT_CALLBACK.arrow_schema())


def test_a_sound_table_breaks_nothing() -> None:
    assert (
        broken_expectations(FACT_CALLBACK, _table(SOUND, {**SOUND, "lost_call_id": "demo:2"})) == []
    )


@pytest.mark.parametrize(
    ("column", "value"),
    [
        ("lost_call_id", None),
        ("installation", None),
        ("is_recovered", None),
        ("recovered_by", "them"),
        ("delay_seconds", -1),
    ],
)
def test_a_value_that_is_missing_or_outside_is_named_with_its_column_and_row(
    column: str, value: object
) -> None:
    data = _table(SOUND, {**SOUND, "lost_call_id": "demo:2", column: value})
    (found,) = broken_expectations(FACT_CALLBACK, data)
    assert (found.column, found.rows) == (column, 1)
    assert ("demo:2" if column != "lost_call_id" else "None") in found.sample[0]


def test_a_key_that_occurs_twice_is_found() -> None:
    (found,) = broken_expectations(FACT_CALLBACK, _table(SOUND, SOUND))
    assert (found.column, found.rows) == ("lost_call_id", 2)


def test_a_column_of_another_type_is_found_before_any_value() -> None:
    data = _table(SOUND)
    place = data.schema.get_field_index("delay_seconds")
    wrong = data.set_column(place, "delay_seconds", data["delay_seconds"].cast(pa.float64()))
    (found,) = broken_expectations(FACT_CALLBACK, wrong)
    assert found.expectation == "types of the model"
