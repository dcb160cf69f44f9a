r"""Arrow tables as tab-separated text, which PostgreSQL's COPY and MySQL's LOAD DATA read alike.

`\N` is NULL; backslash, tab and line ends within a text are escaped. Nothing is sent from here.
"""

from __future__ import annotations

from collections.abc import Iterator

import numpy as np
import pyarrow as pa
import pyarrow.compute as pc

_BLOCK_ROWS = 1 << 16
_ESCAPES = (("\\", "\\\\"), ("\t", "\\t"), ("\n", "\\n"), ("\r", "\\r"))


def text_blocks(table: pa.Table) -> Iterator[memoryview]:
    """The table's rows as text, some ten thousand rows at a time."""
    for batch in table.to_batches(max_chunksize=_BLOCK_ROWS):
        if len(batch):
            yield _block(batch)


def _block(batch: pa.RecordBatch) -> memoryview:
    """Lines joined by Arrow lie one behind the other in its buffer: that buffer is the text."""
    fields = [_fields(column) for column in batch.columns]
    lines = pc.binary_join_element_wise(
        *fields, "\t", null_handling="replace", null_replacement="\\N"
    )
    lines = pc.binary_join_element_wise(lines, "", "\n")
    _, offsets, data = lines.buffers()
    ends = np.frombuffer(offsets, np.int32)
    return memoryview(data)[ends[lines.offset] : ends[lines.offset + len(lines)]]


def _fields(column: pa.Array) -> pa.Array:
    if pa.types.is_boolean(column.type):
        return pc.if_else(column, "1", "0")
    if not pa.types.is_string(column.type):
        return column.cast(pa.string())
    for char, escaped in _ESCAPES:
        if pc.any(pc.match_substring(column, char)).as_py():
            column = pc.replace_substring(column, char, escaped)
    return column
