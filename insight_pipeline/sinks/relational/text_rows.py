r"""Arrow tables as tab-separated text, which PostgreSQL's COPY and MySQL's LOAD DATA read alike.

`\N` is NULL; backslash, tab and line ends within a text are escaped. Nothing is sent from here.
"""

from __future__ import annotations

from collections.abc import Iterator

import numpy as np
import pyarrow as pa
import pyarrow.compute as pc

_BLOCK_ROWS = 1 << 16
_NULL = "\\N"
_ESCAPES = (("\\", "\\\\"), ("\t", "\\t"), ("\n", "\\n"), ("\r", "\\r"))


def text_blocks(table: pa.Table) -> Iterator[memoryview]:
    """The table's rows as text, some ten thousand rows at a time."""
    for batch in table.to_batches(max_chunksize=_BLOCK_ROWS):
        if len(batch):
            yield _block(batch)


def _block(batch: pa.RecordBatch) -> memoryview:
    """Lines joined by Arrow lie one behind the other in its buffer: that buffer is the text."""
    *fields, last = (_fields(column) for column in batch.columns)
    last = pc.binary_join_element_wise(last.fill_null(_NULL), "", "\n")
    lines = pc.binary_join_element_wise(
        *fields, last, "\t", null_handling="replace", null_replacement=_NULL
    )
    _, offsets, data = lines.buffers()
    ends = np.frombuffer(offsets, np.int32)
    return memoryview(data)[ends[lines.offset] : ends[lines.offset + len(lines)]]


def _fields(column: pa.Array) -> pa.Array:
    if pa.types.is_boolean(column.type):
        return pc.if_else(column, "1", "0")
    if not pa.types.is_string(column.type):
        return column.cast(pa.string())
    texts = _bytes(column)
    if any(char.encode() in texts for char, _ in _ESCAPES):
        for char, escaped in _ESCAPES:
            column = pc.replace_substring(column, char, escaped)
    return column


def _bytes(column: pa.Array) -> bytes:
    """The texts of a column, one behind the other, to look for what must be escaped."""
    _, offsets, data = column.buffers()
    if data is None:
        return b""
    ends = np.frombuffer(offsets, np.int32)
    begin, end = int(ends[column.offset]), int(ends[column.offset + len(column)])
    found: bytes = data.slice(begin, end - begin).to_pybytes()
    return found
