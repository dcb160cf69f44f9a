"""What a database may get without a new version of the model: tables, nullable columns, indexes, comments.

Only what is missing is made, so that it does no harm to do it twice. Rows stay as they are; a column of a
table that is there begins as NULL until its days are loaded again.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Any

import sqlalchemy as sa
from alembic.operations import Operations
from alembic.runtime.migration import MigrationContext

from insight_pipeline.model.errors import PermanentError

_WITH_COMMENTS = ("postgresql", "mysql")
"""SQLite has none, and SQL Server changes them by procedures that differ for new and old ones."""


@dataclass(frozen=True)
class _Held:
    """What the database holds of each table, by its name."""

    columns: Mapping[str, Mapping[str, Any]]
    """Comments by columns."""
    indexes: Mapping[str, set[str | None]]
    comments: Mapping[str, str | None]


def make_additions(connection: sa.Connection, tables: Sequence[sa.Table]) -> None:
    """Give the database what it lacks of these tables; PermanentError where that cannot be added."""
    held = _held(connection, tables[0].schema)
    operations = Operations(MigrationContext.configure(connection))
    for table in tables:
        if table.name not in held.columns:
            table.create(connection)
            continue
        for column in _lacking(table, held.columns[table.name]):
            operations.add_column(table.name, column, schema=table.schema)
        for index in table.indexes:
            if index.name not in held.indexes[table.name]:
                index.create(connection)
        if connection.dialect.name in _WITH_COMMENTS:
            _comment(connection, table, held)


def _held(connection: sa.Connection, schema: str | None) -> _Held:
    inspector = sa.inspect(connection)
    columns = {
        key[1]: {column["name"]: column.get("comment") for column in found}
        for key, found in inspector.get_multi_columns(schema=schema).items()
    }
    indexes = {
        key[1]: {index["name"] for index in found}
        for key, found in inspector.get_multi_indexes(schema=schema).items()
    }
    if connection.dialect.name not in _WITH_COMMENTS:
        return _Held(columns, indexes, {})
    comments = {
        key[1]: found["text"]
        for key, found in inspector.get_multi_table_comment(schema=schema).items()
    }
    return _Held(columns, indexes, comments)


def _lacking(table: sa.Table, there: Mapping[str, Any]) -> list[sa.Column[Any]]:
    found = [column for column in table.columns if column.name not in there]
    if needed := [column.name for column in found if not column.nullable]:
        raise PermanentError("IA-428", table=table.name, columns=", ".join(needed))
    return found


def _comment(connection: sa.Connection, table: sa.Table, held: _Held) -> None:
    if held.comments[table.name] != table.comment:
        connection.execute(sa.schema.SetTableComment(table))
    for column in table.columns:
        if held.columns[table.name].get(column.name) != column.comment:
            connection.execute(sa.schema.SetColumnComment(column))
