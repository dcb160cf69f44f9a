"""Every database: partitions replaced as wholes, and calls that a late file moves to another day."""

from __future__ import annotations

from datetime import date
from threading import Barrier, Thread

import pyarrow as pa
import pytest
import sqlalchemy as sa

from insight_pipeline.sinks.relational.connecting import Database
from insight_pipeline.sinks.relational.writer import RelationalSink
from tests.relational import FRIDAY, SATURDAY, Rows, held, legs


def _held(database: Database) -> Rows:
    return held(database, "fact_call_leg", ["leg_id", "local_date"])


def test_a_partition_loaded_twice_holds_its_rows_once(
    sink: RelationalSink, database: Database
) -> None:
    for rows in (legs(FRIDAY, 1, 2), legs(FRIDAY, 2, 3)):
        sink.replace_partition({"fact_call_leg": rows}, "demo", FRIDAY)
    assert _held(database) == [("demo:2", FRIDAY), ("demo:3", FRIDAY)]


def test_a_partition_without_rows_is_empty_afterwards(
    sink: RelationalSink, database: Database
) -> None:
    for rows in (legs(FRIDAY, 1, 2), legs(FRIDAY)):
        sink.replace_partition({"fact_call_leg": rows}, "demo", FRIDAY)
    assert _held(database) == []


def test_a_call_that_a_late_file_moves_to_another_day_is_held_once(
    sink: RelationalSink, database: Database
) -> None:
    sink.replace_partition({"fact_call_leg": legs(SATURDAY, 2, 3)}, "demo", SATURDAY)
    sink.replace_partition({"fact_call_leg": legs(FRIDAY, 1, 2)}, "demo", FRIDAY)
    assert _held(database) == [("demo:1", FRIDAY), ("demo:2", FRIDAY), ("demo:3", SATURDAY)]


def test_a_load_that_fails_leaves_what_was_there(sink: RelationalSink, database: Database) -> None:
    sink.replace_partition({"fact_call_leg": legs(FRIDAY, 1)}, "demo", FRIDAY)
    rows = legs(FRIDAY, 2)
    place = rows.schema.get_field_index("call_id")
    broken = rows.set_column(place, rows.schema.field("call_id"), pa.nulls(1, pa.string()))
    with pytest.raises(sa.exc.IntegrityError):
        sink.replace_partition({"fact_call_leg": broken}, "demo", FRIDAY)
    assert _held(database) == [("demo:1", FRIDAY)]


def test_days_that_exchange_calls_at_the_same_time_end_without_deadlock(
    database: Database,
) -> None:
    """Each load takes calls from the other's day, over and over; every call is held once."""
    days = (FRIDAY, SATURDAY)
    first = RelationalSink(database)
    first.create()
    errors: list[BaseException] = []
    start = Barrier(len(days))

    def load(day: date, other: date) -> None:
        sink = RelationalSink(database)
        try:
            for number in range(10):
                start.wait()
                own = 100 * day.day
                moved = 100 * other.day + number
                table = legs(day, *range(own + number + 1, own + 20), moved)
                sink.replace_partition({"fact_call_leg": table}, "demo", day)
        except BaseException as error:  # noqa: BLE001 - told by the test's own thread
            errors.append(error)
            start.abort()
        finally:
            sink.close()

    threads = [Thread(target=load, args=pair) for pair in (days, days[::-1])]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    assert not errors
    ids = [leg for leg, _ in _held(database)]
    assert len(ids) == len(set(ids))
    first.close()
