"""The part of a database in a load: what is staged beforehand, and how rows come into their table.

SQLite stages nothing, since its inserts replace by key. PostgreSQL and MySQL stage the arriving keys and
load the rows in bulk straight into their table, inside the transaction; SQL Server stages whole rows.
"""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import dataclass
from uuid import uuid4

import pyarrow as pa
import sqlalchemy as sa

from insight_pipeline.sinks.relational import (
    bulk_mssql,
    bulk_mysql,
    bulk_postgres,
    bulk_sqlite,
)
from insight_pipeline.sinks.relational.replacing import (
    can_move,
    insert_staged,
    key_staging,
    prepare_key_staging,
    prepare_row_staging,
    row_staging,
)

BulkLoad = Callable[[sa.Connection, sa.Table, pa.Table], None]
BULK_LOADS: dict[str, BulkLoad] = {
    "sqlite": bulk_sqlite.bulk_load,
    "postgresql": bulk_postgres.bulk_load,
    "mysql": bulk_mysql.bulk_load,
    "mssql": bulk_mssql.bulk_load,
}
_OWNER = "insight_stage_owner"


@dataclass(frozen=True)
class Load:
    """The rows that arrive in a table, and where they or their keys are staged."""

    target: sa.Table
    rows: pa.Table
    stage: sa.Table | None = None

    @property
    def finds_moved(self) -> bool:
        """Whether the database can say which of the keys it holds."""
        return self.stage is not None and can_move(self.target)


def stage(connection: sa.Connection, loads: Sequence[Load]) -> list[Load]:
    """Stage what the loads need before their transaction."""
    match connection.dialect.name:
        case "sqlite":
            return list(loads)
        case "mssql":
            return [_stage_rows(connection, load) if len(load.rows) else load for load in loads]
        case _:
            return _stage_keys(connection, loads)


def _stage_keys(connection: sa.Connection, loads: Sequence[Load]) -> list[Load]:
    keyed = [load for load in loads if can_move(load.target) and len(load.rows)]
    if not keyed:
        return list(loads)
    staging = key_staging(keyed[0].target, connection.dialect)
    for statement in prepare_key_staging(staging, connection.dialect):
        connection.exec_driver_sql(statement)
    keys = pa.concat_tables([_keys(load) for load in keyed])
    _bulk_load(connection, staging, keys)
    return [Load(load.target, load.rows, staging) if load in keyed else load for load in loads]


def _keys(load: Load) -> pa.Table:
    (key,) = load.target.primary_key.columns
    names = pa.repeat(pa.scalar(load.target.name), len(load.rows))
    return pa.table({"table_name": names, "row_key": load.rows[key.name]})


def _stage_rows(connection: sa.Connection, load: Load) -> Load:
    owner = connection.info.setdefault(_OWNER, uuid4().hex)
    staging = row_staging(load.target, owner)
    connection.exec_driver_sql(prepare_row_staging(staging, load.target, connection.dialect))
    connection.commit()  # the bulk copy looks for the table from a connection of its own
    _bulk_load(connection, staging, load.rows)
    return Load(load.target, load.rows, staging)


def fill(connection: sa.Connection, load: Load) -> None:
    """Put the rows into their table, in the connection's transaction."""
    if not len(load.rows):
        return
    if connection.dialect.name == "mssql" and load.stage is not None:
        connection.execute(insert_staged(load.target, load.stage))
    else:
        _bulk_load(connection, load.target, load.rows)


def _bulk_load(connection: sa.Connection, target: sa.Table, rows: pa.Table) -> None:
    BULK_LOADS[connection.dialect.name](connection, target, rows)
