"""Between Arrow tables, which travel from room to room, and numpy arrays, on which rules are computed.

NULL has no place in a numpy integer array, so a stand-in that cannot occur takes it: `NO_ID` for
accounts, queues and lines, `NO_TIME` for instants. `table_of` turns arrays back into a declared table.
No rule is decided here.
"""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

import numpy as np
import numpy.typing as npt
import pyarrow as pa
import pyarrow.compute as pc

from insight_pipeline.model.tables import ARROW_TYPES, Kind, Table

Ints = npt.NDArray[np.int64]
Flags = npt.NDArray[np.bool_]
Value = Any
"""A column: a numpy array, an Arrow array (which has no types), or one text for all rows."""

NO_ID = -(1 << 62)
NO_TIME = -(1 << 61)
_NO_CODE = -2


def ints(table: pa.Table, name: str, missing: int = NO_ID) -> Ints:
    """An integer column, NULL as `missing`."""
    return _numbers(table[name], missing)


def instants(table: pa.Table, name: str) -> Ints:
    """An instant column in seconds, NULL as NO_TIME."""
    return _numbers(table[name].cast(pa.int64()), NO_TIME)


def _numbers(column: pa.ChunkedArray, missing: int) -> Ints:
    filled = pc.fill_null(column, missing) if column.null_count else column
    return filled.to_numpy().astype(np.int64, copy=False)


def days(table: pa.Table, name: str) -> Ints:
    """A day column as days since 1970-01-01."""
    return table[name].cast(pa.int32()).to_numpy().astype(np.int64)


def flags(table: pa.Table, name: str) -> Flags:
    """A boolean column, NULL as False."""
    return pc.fill_null(table[name], False).to_numpy().astype(bool, copy=False)  # noqa: FBT003


def is_text(table: pa.Table, name: str, value: str) -> Flags:
    """Where a text column has this value."""
    column = table[name].combine_chunks()
    if not pa.types.is_dictionary(column.type):
        return np.asarray(pc.fill_null(pc.equal(column, value), False))  # noqa: FBT003
    code = column.dictionary.index(value).as_py()
    return np.asarray(column.indices.fill_null(-1)) == (code if code >= 0 else _NO_CODE)


def coded(codes: npt.NDArray[Any], words: tuple[str, ...]) -> pa.Array:
    """Texts from codes into `words`; a negative code is NULL."""
    indices = pa.array(codes.astype(np.int32), mask=codes < 0)
    return pa.DictionaryArray.from_arrays(indices, pa.array(words, pa.string()))


def table_of(table: Table, columns: Mapping[str, Value]) -> pa.Table:
    """The declared table from one value a column: arrays, Arrow arrays, or one text for all rows."""
    size = next(len(value) for value in columns.values() if not isinstance(value, str))
    schema = table.arrow_schema()
    arrays = [_array(columns[c.name], c.kind, size) for c in table.columns]
    return pa.table(arrays, schema=schema)


def _array(value: Value, kind: Kind, size: int) -> pa.Array:
    target = ARROW_TYPES[kind]
    if isinstance(value, str):
        return pa.repeat(pa.scalar(value, target), size)
    if isinstance(value, np.ndarray):
        return _from_numpy(value, kind)
    array = value.combine_chunks() if isinstance(value, pa.ChunkedArray) else value
    return array if array.type == target else array.cast(target)


def _from_numpy(value: npt.NDArray[Any], kind: Kind) -> pa.Array:
    target = ARROW_TYPES[kind]
    if kind is Kind.DAY:
        return pa.array(value.astype(np.int32), pa.int32()).cast(target)
    if kind is Kind.INSTANT:
        return pa.array(value, pa.int64(), mask=value == NO_TIME).cast(target)
    if kind is Kind.INTEGER:
        mask = value == NO_ID
        return pa.array(value, pa.int64(), mask=mask if mask.any() else None)
    if kind is Kind.RATIO:
        return pa.array(value, target, mask=np.isnan(value.astype(np.float64)))
    return pa.array(value, target)


def kept(table: pa.Table, mask: Flags) -> pa.Table:
    """The rows of the mask; the table itself where that is all of them, which is the common case."""
    return table if mask.all() else table.filter(pa.array(mask))


def arranged(table: pa.Table, order: Ints) -> pa.Table:
    """The rows in this order; the table itself where it has that order already."""
    is_same = len(order) == len(table) and bool((order == np.arange(len(order))).all())
    return table if is_same else table.take(pa.array(order))


def take(array: pa.Array, places: Ints) -> pa.Array:
    """The values at these places; a negative place gives NULL."""
    return array.take(pa.array(places, mask=places < 0))
