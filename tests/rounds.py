"""Loads that are killed: a partition in numbered versions, and what a database holds of them.

Every version of the partition fills several tables with as many rows as its number says, each with the
number in it; a database that holds two numbers, or other counts, holds half a partition.
"""

from __future__ import annotations

from collections.abc import Callable, Iterator
from contextlib import contextmanager
from datetime import date, datetime, timedelta
from multiprocessing import get_context
from multiprocessing.process import BaseProcess
from multiprocessing.synchronize import Event

import pyarrow as pa
import sqlalchemy as sa

from insight_pipeline.model.tables import TABLES, Column, Kind
from insight_pipeline.sinks.relational.connecting import Database, make_engine
from insight_pipeline.sinks.relational.schema import metadata
from insight_pipeline.sinks.relational.writer import RelationalSink

DAY = date(2026, 3, 27)
_NUMBERED = {
    "fact_call_leg": "ring_seconds",
    "fact_call": "wait_seconds",
    "fact_queue_visit": "wait_seconds",
    "fact_agent_contact": "ring_seconds",
    "fact_agent_interval": "ring_seconds",
}
_ROWS = 1_500
_MORE_A_VERSION = 7
_CONTEXT = get_context("forkserver")
_CONTEXT.set_forkserver_preload(["tests.rounds"])


def partition(version: int) -> dict[str, pa.Table]:
    """The partition's tables in a version."""
    return {name: _table(name, version) for name in _NUMBERED}


def size(version: int) -> int:
    """Rows of each table in a version: neighbours differ."""
    return _ROWS + _MORE_A_VERSION * (version % 5)


def _table(name: str, version: int) -> pa.Table:
    table, rows = TABLES[name], size(version)
    fixed: dict[str, object] = {"installation": "demo", "local_date": DAY}
    fixed[_NUMBERED[name]] = version
    columns = [
        pa.array(_values(column, column.name in table.key, fixed, rows), field.type)
        for column, field in zip(table.columns, table.arrow_schema(), strict=True)
    ]
    return pa.table(columns, schema=table.arrow_schema())


def _values(column: Column, is_key: bool, fixed: dict[str, object], rows: int) -> list[object]:
    if column.name in fixed:
        return [fixed[column.name]] * rows
    if column.nullable:
        return [None] * rows
    start = datetime(2026, 3, 27, 9)
    match column.kind:
        case Kind.TEXT if is_key or not column.values:
            return [f"demo:{number}" for number in range(rows)]
        case Kind.TEXT:
            return [column.values[0]] * rows
        case Kind.INTEGER:
            return list(range(rows)) if is_key else [1] * rows
        case Kind.FLAG:
            return [False] * rows
        case _:
            return [start + timedelta(minutes=15)] * rows


def versions_held(database: Database) -> set[int]:
    """The version that every table holds whole, read by one snapshot; -1 for anything else."""
    tables = {table.name: table for table in metadata(database.schema or None).tables.values()}
    engine = make_engine(database)
    is_file = engine.dialect.name == "sqlite"
    level = "SERIALIZABLE" if is_file else "REPEATABLE READ"
    found = set()
    with engine.execution_options(isolation_level=level).connect() as connection:
        if is_file:
            connection.exec_driver_sql("BEGIN")
        for name, column in _NUMBERED.items():
            number = tables[name].c[column]
            query = sa.select(sa.func.min(number), sa.func.max(number), sa.func.count())
            least, most, rows = connection.execute(query.select_from(tables[name])).one()
            is_whole = least is not None and least == most and rows == size(least)
            found.add(int(least) if is_whole else -1)
    engine.dispose()
    return found


def load(database: Database, version: int, sleep: Callable[[float], None]) -> None:
    """Load a version of the partition."""
    sink = RelationalSink(database, sleep)
    try:
        sink.replace_partition(partition(version), "demo", DAY)
    finally:
        sink.close()


@contextmanager
def loading(database: Database, version: int) -> Iterator[BaseProcess]:
    """A process of its own that loads a version; it has everything but the connection when it starts."""
    ready = _CONTEXT.Event()
    process = _CONTEXT.Process(target=_load_when_ready, args=(database, version, ready))
    process.start()
    ready.wait()
    try:
        yield process
    finally:
        process.kill()
        process.join()


def _load_when_ready(database: Database, version: int, ready: Event) -> None:
    tables = partition(version)
    sink = RelationalSink(database)
    ready.set()
    sink.replace_partition(tables, "demo", DAY)
    sink.close()
