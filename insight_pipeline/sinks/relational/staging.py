"""The part of a database in a load: what is staged beforehand, and how rows come into their table.

SQLite stages nothing, since its inserts replace by key. PostgreSQL and MySQL stage the arriving keys and
load the rows in bulk straight into their table, inside the transaction; SQL Server stages whole rows.
"""

from __future__ import annotations

from collections.abc import Callable
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
    prepare_staging,
    staging_table,
)

_OWNER = "insight_stage_owner"


@dataclass(frozen=True)
class Backend:
    """How a database is loaded in bulk, and what it stages."""

    load: Callable[[sa.Connection, sa.Table, pa.Table], None]
    stages_keys: bool = True
    stages_rows: bool = False


BACKENDS = {
    "sqlite": Backend(bulk_sqlite.bulk_load, stages_keys=False),
    "postgresql": Backend(bulk_postgres.bulk_load),
    "mysql": Backend(bulk_mysql.bulk_load),
    "mssql": Backend(bulk_mssql.bulk_load, stages_rows=True),
}


def stage(connection: sa.Connection, target: sa.Table, table: pa.Table) -> sa.Table | None:
    """Stage what a table needs before its transaction; None where that is nothing."""
    backend = BACKENDS[connection.dialect.name]
    is_keyed = backend.stages_keys and can_move(target)
    if not len(table) or not (is_keyed or backend.stages_rows):
        return None
    keys = [column.name for column in target.primary_key.columns]
    names = table.column_names if backend.stages_rows else keys
    owner = connection.info.setdefault(_OWNER, uuid4().hex)
    staged = staging_table(target, connection.dialect.name, names, owner)
    for statement in prepare_staging(staged, target, connection.dialect):
        connection.exec_driver_sql(statement)
    if backend.stages_rows:
        connection.commit()  # the bulk copy looks for the table from a connection of its own
    backend.load(connection, staged, table.select(names))
    return staged


def fill(
    connection: sa.Connection, target: sa.Table, staged: sa.Table | None, table: pa.Table
) -> None:
    """Put the rows into their table, in the connection's transaction."""
    backend = BACKENDS[connection.dialect.name]
    if not len(table):
        return
    if backend.stages_rows and staged is not None:
        connection.execute(insert_staged(target, staged))
    else:
        backend.load(connection, target, table)
