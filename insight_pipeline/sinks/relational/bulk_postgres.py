"""PostgreSQL: COPY in text format, a block of rows at a time."""

from __future__ import annotations

import pyarrow as pa
import sqlalchemy as sa

from insight_pipeline.sinks.relational.bulk import driver_cursor, into
from insight_pipeline.sinks.relational.text_rows import text_blocks


def bulk_load(connection: sa.Connection, target: sa.Table, table: pa.Table) -> None:
    """Add the rows, in the connection's transaction."""
    statement = f"COPY {into(connection, target, table.column_names)} FROM STDIN"
    with driver_cursor(connection, statement) as cursor, cursor.copy(statement) as copy:
        for block in text_blocks(table):
            copy.write(block)
