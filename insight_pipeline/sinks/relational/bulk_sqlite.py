"""SQLite: prepared inserts of whole columns zipped to rows; a row with the same key gives way."""

from __future__ import annotations

import pyarrow as pa
import sqlalchemy as sa

from insight_pipeline.sinks.relational.bulk import into


def bulk_load(connection: sa.Connection, target: sa.Table, table: pa.Table) -> None:
    """Add the rows, in the connection's transaction."""
    marks = ", ".join("?" * table.num_columns)
    named = into(connection, target, table.column_names)
    rows = list(zip(*(_values(column) for column in table.columns), strict=True))
    connection.exec_driver_sql(f"INSERT OR REPLACE INTO {named} VALUES ({marks})", rows)


def _values(column: pa.ChunkedArray) -> list[object]:
    """Python values as SQLite keeps them: dates and instants as ISO text, UTC."""
    if pa.types.is_date(column.type) or pa.types.is_timestamp(column.type):
        column = column.cast(pa.string())
    values: list[object] = column.to_pylist()
    return values
