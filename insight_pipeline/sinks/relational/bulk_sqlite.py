"""SQLite: prepared inserts of whole columns zipped to rows; a row with the same key gives way.

Python's driver looks for an adapter of every None and bool that it binds, which would be a third of the
time: flags are bound as 0 and 1, and a NULL as a stand-in that NULLIF turns into it. No text of the model
is the character 0, and nothing but texts is text.
"""

from __future__ import annotations

import numpy as np
import pyarrow as pa
import sqlalchemy as sa

from insight_pipeline.sinks.relational.bulk import driver_cursor, into

_BATCH_ROWS = 20_000
_NO_TEXT = "\0"
_NO_OTHER = ""
_REPEATS = 4
"""From how many rows a word on a column of texts is made of shared words."""


def bulk_load(connection: sa.Connection, target: sa.Table, table: pa.Table) -> None:
    """Add the rows, in the connection's transaction."""
    marks = ", ".join(_mark(column) for column in table.columns)
    named = into(connection, target, table.column_names)
    statement = f"INSERT OR REPLACE INTO {named} VALUES ({marks})"
    for batch in table.to_batches(max_chunksize=_BATCH_ROWS):
        columns = [_values(column) for column in batch.columns]
        with driver_cursor(connection, statement) as cursor:
            cursor.executemany(
                statement, zip(*columns, strict=True)
            )  # zip uses one tuple over and over


def _mark(column: pa.ChunkedArray) -> str:
    if not column.null_count:
        return "?"
    return "NULLIF(?, char(0))" if pa.types.is_string(column.type) else "NULLIF(?, '')"


def _values(column: pa.Array) -> list[object]:
    """Python values as SQLite keeps them: dates and instants as ISO text, UTC."""
    if pa.types.is_string(column.type):
        return _texts(column)
    if pa.types.is_date(column.type) or pa.types.is_timestamp(column.type):
        found: list[object] = column.cast(pa.string()).fill_null(_NO_OTHER).to_pylist()
    elif column.null_count:
        found = [_NO_OTHER if value is None else value for value in column.to_pylist()]
    elif pa.types.is_boolean(column.type):
        found = column.cast(pa.int8()).to_numpy().tolist()
    else:
        found = column.to_numpy().tolist()
    return found


def _texts(column: pa.Array) -> list[object]:
    """Texts; the few words of a column that repeats them are made once."""
    coded = column.dictionary_encode()
    if len(coded.dictionary) * _REPEATS > len(column):
        found: list[object] = column.fill_null(_NO_TEXT).to_pylist()
        return found
    words = np.array([*coded.dictionary.to_pylist(), _NO_TEXT], object)
    places = coded.indices.fill_null(len(words) - 1).to_numpy()
    shared: list[object] = words[places].tolist()
    return shared
