"""MySQL and MariaDB: LOAD DATA LOCAL through a pipe, or rows in batches where the server has LOCAL off.

LOAD DATA LOCAL skips duplicate keys and mends bad values with a warning; whatever it did not take as it
was given is an error here.
"""

from __future__ import annotations

import os
from collections.abc import Iterator
from contextlib import contextmanager, suppress
from threading import Thread

import pyarrow as pa
import pymysql
import sqlalchemy as sa

from insight_pipeline.sinks.relational.bulk import driver_cursor, into
from insight_pipeline.sinks.relational.text_rows import text_blocks

_LOCAL = "insight_local_infile"


def bulk_load(connection: sa.Connection, target: sa.Table, table: pa.Table) -> None:
    """Add the rows, in the connection's transaction."""
    if _is_local_on(connection):
        _load_data(connection, target, table)
    else:
        _insert_rows(connection, target, table)


def _is_local_on(connection: sa.Connection) -> bool:
    """Whether the server takes LOAD DATA LOCAL; asked once a connection."""
    if _LOCAL not in connection.info:
        answer = connection.exec_driver_sql("SELECT @@GLOBAL.local_infile").scalar_one()
        connection.info[_LOCAL] = bool(answer)
    return bool(connection.info[_LOCAL])


def _load_data(connection: sa.Connection, target: sa.Table, table: pa.Table) -> None:
    named = into(connection, target, table.column_names)
    start, end = named.split(" (", 1)
    with _piped(table) as path:
        statement = (
            f"LOAD DATA LOCAL INFILE '{path}' INTO TABLE {start} CHARACTER SET utf8mb4 ({end}"
        )
        with driver_cursor(connection, statement) as cursor:
            taken = cursor.execute(statement)
            if cursor.warning_count or taken != len(table):
                cursor.execute("SHOW WARNINGS LIMIT 1")
                _, code, text = cursor.fetchone() or ("", 0, f"{taken}/{len(table)}")
                raise pymysql.err.IntegrityError(code, text)


@contextmanager
def _piped(table: pa.Table) -> Iterator[str]:
    """A path at which the rows can be read once while they are written."""
    reading, writing = os.pipe()

    def write() -> None:
        # The reader goes away when the server refuses the rows: nothing is left to write then.
        with suppress(BrokenPipeError), open(writing, "wb", buffering=0) as file:  # noqa: PTH123
            file.writelines(text_blocks(table))

    thread = Thread(target=write, name="insight-load-data")
    thread.start()
    try:
        yield f"/dev/fd/{reading}"
    finally:
        os.close(reading)
        thread.join()


def _insert_rows(connection: sa.Connection, target: sa.Table, table: pa.Table) -> None:
    marks = ", ".join(["%s"] * table.num_columns)
    statement = f"INSERT INTO {into(connection, target, table.column_names)} VALUES ({marks})"
    rows = list(zip(*(column.to_pylist() for column in table.columns), strict=True))
    with driver_cursor(connection, statement) as cursor:
        cursor.executemany(statement, rows)
