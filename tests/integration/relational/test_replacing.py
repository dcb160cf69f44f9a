"""Every database: partitions replaced as wholes, and calls that a late file moves to another day."""

from __future__ import annotations

from contextlib import closing
from datetime import date, timedelta
from threading import Barrier, Thread

import pyarrow as pa
import pytest
import sqlalchemy as sa

from insight_pipeline.model.tables import TABLES
from insight_pipeline.sinks.relational.connecting import Database
from insight_pipeline.sinks.relational.writer import RelationalSink
from tests.relational import FRIDAY, SATURDAY, Rows, held, legs, odd_rows, rows_of
from tests.rounds import DAY, partition, versions_held
from tests.servers import own_server


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


def test_a_reader_sees_the_old_state_or_the_new(database: Database) -> None:
    with closing(RelationalSink(database)) as sink:
        sink.create()
        sink.replace_partition(partition(0), "demo", DAY)
        loads = Thread(target=_load_versions, args=(sink, 10))
        loads.start()
        seen: set[int] = set()
        while loads.is_alive():
            held_now = versions_held(database)
            assert len(held_now) == 1
            seen |= held_now
        assert -1 not in seen
        assert versions_held(database) == {10}


def _load_versions(sink: RelationalSink, last: int) -> None:
    for version in range(1, last + 1):
        sink.replace_partition(partition(version), "demo", DAY)


def test_a_whole_table_is_replaced_and_other_installations_are_left_alone(
    sink: RelationalSink, database: Database
) -> None:
    for name in ("demo", "hq", "demo"):
        rows = [{"installation": name, "line_id": n, "name": name} for n in (1, 2)]
        table = pa.Table.from_pylist(rows, TABLES["dim_line"].arrow_schema())
        sink.replace_tables({"dim_line": table}, name)
    assert held(database, "dim_line", ["installation", "line_id"]) == [
        ("demo", 1),
        ("demo", 2),
        ("hq", 1),
        ("hq", 2),
    ]


@pytest.mark.services
def test_a_server_that_has_local_files_switched_off_is_loaded_all_the_same() -> None:
    with closing(own_server("mariadb", ["local-infile=0"])) as server:
        server.start()
        database = Database(server.url, schema="insight")
        with closing(RelationalSink(database)) as sink:
            sink.create()
            rows = odd_rows(TABLES["fact_call"], FRIDAY, 60, 1)
            for _ in range(2):
                sink.replace_partition({"fact_call": rows}, "demo", FRIDAY)
        assert held(database, "fact_call") == rows_of(rows)


def test_loads_of_different_days_do_not_wait_for_each_other(database: Database) -> None:
    """Neighbouring days, each loaded over and over; nothing has to be tried again."""
    with closing(RelationalSink(database)) as sink:
        sink.create()
    days = [FRIDAY + timedelta(days=number) for number in range(3)]
    waits: list[float] = []

    def load(day: date) -> None:
        with closing(RelationalSink(database, waits.append)) as own:
            for size in range(5, 15):
                ids = range(100 * day.day, 100 * day.day + size)
                own.replace_partition({"fact_call_leg": legs(day, *ids)}, "demo", day)

    threads = [Thread(target=load, args=(day,)) for day in days]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    assert waits == []
    assert len(_held(database)) == 14 * len(days)


def test_days_that_exchange_calls_at_the_same_time_end_without_deadlock(
    database: Database,
) -> None:
    """Each load takes calls from the other's day, over and over; every call is held once."""
    days = (FRIDAY, SATURDAY)
    first = RelationalSink(database)
    first.create()
    errors: list[BaseException] = []
    seen: list[str] = []
    start = Barrier(len(days))

    def load(day: date, other: date) -> None:
        sink = RelationalSink(database)
        sa.event.listen(
            sink._engine, "handle_error", lambda told: seen.append(str(told.original_exception))
        )
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
    assert not [text for text in seen if "deadlock" in text.lower()]
    ids = [leg for leg, _ in _held(database)]
    assert len(ids) == len(set(ids))
    first.close()
