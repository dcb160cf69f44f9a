"""SQL Server: bulk copy straight from Arrow's buffers.

The driver's bulk copy has a connection of its own and so cannot take part in a transaction: it fills a
staging table (`staging`), from which one INSERT takes the rows over. There is no MERGE, which is not safe
against itself under concurrency.
"""

from __future__ import annotations

import pyarrow as pa
import sqlalchemy as sa

from insight_pipeline.sinks.relational.bulk import driver_cursor

_BATCH_ROWS = 100_000


def bulk_load(connection: sa.Connection, target: sa.Table, table: pa.Table) -> None:
    """Add the rows to a table that the driver's second connection sees."""
    name = connection.dialect.identifier_preparer.format_table(target)
    with driver_cursor(connection, f"BULK COPY {name}") as cursor:
        cursor.bulkcopy_arrow(
            name,
            table,
            batch_size=_BATCH_ROWS,
            timeout=0,
            column_mappings=list(table.column_names),
            keep_nulls=True,
        )
