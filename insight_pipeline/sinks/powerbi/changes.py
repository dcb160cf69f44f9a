"""What must be appended so that a table's rows, summed over `sign`, equal what is wanted. Pure.

Rows of a push dataset cannot be changed. A row that is no longer right is appended again with sign -1,
one that is missing with sign +1. How changes travel in batches is planned here too; their numbers,
states and bytes on disk belong to `ledger`.
"""

from __future__ import annotations

from collections.abc import Iterator

import numpy as np
import orjson
import pyarrow as pa
import pyarrow.compute as pc

SIGN, PARTITION_KEY, BATCH_ID = "sign", "partition_key", "batch_id"
MAX_ROWS = 10_000
MAX_BYTES = 8_000_000
"""Half of the service's limit for a request: what it counts beside the rows is not known."""
_NULL_BYTES = 4
_LONGEST_NUMBER = 25
"""Of a floating-point number; true, false and null are shorter."""


def signed(rows: pa.Table, sign: int = 1) -> pa.Table:
    """The rows with one sign for all."""
    signs = pa.array(np.full(len(rows), sign, dtype=np.int64))
    return rows.append_column(SIGN, signs)


def net(rows: pa.Table) -> pa.Table:
    """Distinct rows with the sum of their signs, those that cancel out left out."""
    names = [name for name in rows.column_names if name != SIGN]
    summed = rows.group_by(names, use_threads=False).aggregate([(SIGN, "sum")])
    summed = summed.rename_columns([*names, SIGN]).select(rows.column_names)
    return summed.filter(pc.not_equal(summed[SIGN], 0))


def changes(wanted: pa.Table, held: pa.Table) -> pa.Table:
    """Rows to append, corrections first: `held` has signs, `wanted` (the same columns) has none.

    Equal input gives equal rows in equal order.
    """
    undo = held.set_column(
        held.schema.get_field_index(SIGN), SIGN, pc.negate(held[SIGN].cast(pa.int64()))
    )
    difference = signed(wanted).select(undo.column_names)
    if len(undo):  # else nothing cancels out, and adding up is most of the work
        difference = _repeated(net(pa.concat_tables([difference, undo.cast(difference.schema)])))
    order = [(name, "ascending") for name in (PARTITION_KEY, SIGN, *wanted.column_names)]
    return difference.sort_by(list(dict(order).items()))


def _repeated(rows: pa.Table) -> pa.Table:
    """A row whose signs sum to n stands n times, each with sign +1 or -1."""
    sums = rows[SIGN].to_numpy()
    if (np.abs(sums) > 1).any():
        rows = rows.take(pa.array(np.repeat(np.arange(len(rows)), np.abs(sums))))
        sums = np.repeat(sums, np.abs(sums))
    place = rows.schema.get_field_index(SIGN)
    return rows.set_column(place, SIGN, pa.array(np.sign(sums)))


def batches(rows: pa.Table, row_bytes: int = 0, most: int = MAX_ROWS) -> Iterator[pa.Table]:
    """Stretches of at most `most` rows that fit into a request; `row_bytes` is a row's size if known."""
    size = row_bytes or _largest_row_bytes(rows)
    step = max(1, min(MAX_ROWS, most, MAX_BYTES // max(size, 1)))
    for start in range(0, len(rows), step):
        yield rows.slice(start, step)


def _largest_row_bytes(rows: pa.Table) -> int:
    """An upper bound for the JSON of the largest row: its names, its texts as they are escaped, numbers."""
    fixed, texts = 2, np.zeros(len(rows), dtype=np.int64)
    for name in rows.column_names:
        fixed += len(name.encode()) + 4
        if pa.types.is_string(rows[name].type):
            texts += _text_bytes(rows[name])
        else:
            fixed += _number_bytes(rows[name])
    return fixed + int(texts.max(initial=0))


def _text_bytes(texts: pa.ChunkedArray) -> np.ndarray:
    """Bytes of each text in JSON: quotation marks and backslashes take two, control characters six."""
    sizes = pc.add(pc.binary_length(texts), 2)
    for pattern, more in ((r'["\\]', 1), (r"[\x00-\x1f]", 5)):
        sizes = pc.add(sizes, pc.multiply(pc.count_substring_regex(texts, pattern), more))
    return np.asarray(pc.fill_null(sizes, _NULL_BYTES), dtype=np.int64)


def _number_bytes(values: pa.ChunkedArray) -> int:
    """The longest value of a column that holds no texts."""
    if not pa.types.is_integer(values.type):
        return _LONGEST_NUMBER
    ends = pc.min_max(values)
    return max(_NULL_BYTES, *(len(str(end)) for end in ends.as_py().values()))


def body(rows: pa.Table, batch_id: str | None) -> bytes:
    """The request's bytes; the same rows and batch give the same bytes."""
    found = rows.to_pylist()
    if batch_id is not None:
        for row in found:
            row[BATCH_ID] = batch_id
    return orjson.dumps({"rows": found})
