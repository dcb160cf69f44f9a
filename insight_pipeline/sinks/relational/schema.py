"""SQL tables derived from `model.tables`: types, keys, comments, and the index that replacing needs."""

from __future__ import annotations

from typing import Any

import sqlalchemy as sa
from sqlalchemy.dialects import sqlite

from insight_pipeline.model.tables import TABLES, Column, Kind, Table

_WHOLE_SECONDS = sqlite.DATETIME(truncate_microseconds=True)  # type: ignore[no-untyped-call]
_INSTANT = sa.DateTime().with_variant(_WHOLE_SECONDS, "sqlite")
_TYPES: dict[Kind, sa.types.TypeEngine[Any]] = {
    Kind.TEXT: sa.String(),
    Kind.INTEGER: sa.BigInteger(),
    Kind.RATIO: sa.Double(),
    Kind.FLAG: sa.Boolean(),
    Kind.DAY: sa.Date(),
    Kind.INSTANT: _INSTANT,
}


def metadata(schema: str | None = None) -> sa.MetaData:
    """All tables of the model, in a database schema if one is named."""
    found = sa.MetaData(schema=schema)
    for table in TABLES.values():
        _sql_table(table, found)
    return found


def _sql_table(table: Table, found: sa.MetaData) -> sa.Table:
    columns = [_sql_column(column, table) for column in table.columns]
    indexes = []
    if table.is_partitioned:
        indexes.append(sa.Index(f"ix_{table.name}_partition", "installation", "local_date"))
    return sa.Table(table.name, found, *columns, *indexes, comment=table.description)


def _sql_column(column: Column, table: Table) -> sa.Column[Any]:
    return sa.Column(
        column.name,
        _TYPES[column.kind],
        primary_key=column.name in table.key,
        autoincrement=False,
        nullable=column.nullable and column.name not in table.key,
        comment=column.description,
    )
