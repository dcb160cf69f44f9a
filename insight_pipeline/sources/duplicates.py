"""Which of several rows under one id counts (R 2, R 3).

Works on the rows that `raw_store.gather` brings together, which hold every content under each id. Times
are compared by their first UTC reading, since a repeated hour is only decided afterwards.
"""

from __future__ import annotations

import numpy as np
import numpy.typing as npt
import pandas as pd
import pyarrow as pa

from insight_pipeline.model.rows import ListSpec, RowState
from insight_pipeline.sources.raw_store import RawRows

Ints = npt.NDArray[np.int64]
_MIX = np.uint64(0x9E3779B97F4A7C15)
_NULL = np.uint64(0x5BD1E995)


def classify(raw: RawRows, spec: ListSpec) -> npt.NDArray[np.int8]:
    """The state of every row: one content an id is kept (or open), the others are told apart."""
    rows = raw.rows
    ids = rows["id"].to_numpy()
    is_open = np.asarray(rows[spec.end].is_null())
    state = np.where(is_open, RowState.OPEN, RowState.KEPT).astype(np.int8)
    order = np.argsort(ids, kind="stable")
    is_first = np.append(True, ids[order][1:] != ids[order][:-1]) if len(ids) else np.empty(0, bool)
    is_shared = ~(is_first & np.append(is_first[1:], True)) if len(ids) else is_first
    shared = order[is_shared]
    if len(shared):
        state[shared] = _resolve(raw, spec, shared, is_open[shared])
    return state


def _resolve(
    raw: RawRows, spec: ListSpec, shared: Ints, is_open: npt.NDArray[np.bool_]
) -> npt.NDArray[np.int8]:
    """States of rows whose id occurs more than once; the last in order of precedence wins."""
    rows = raw.rows.take(pa.array(shared))
    ids = rows["id"].to_numpy()
    ends = np.asarray(rows[spec.end].fill_null(np.iinfo(np.int64).min))
    lines, ranks = rows["line_number"].to_numpy(), raw.file_rank[shared]
    content = _content_hash(rows, spec)
    name_ranks = raw.name_rank[ranks]
    order = np.lexsort((ranks, lines, name_ranks, ends, ~is_open, ids))
    ids, content, is_open = ids[order], content[order], is_open[order]
    group = np.cumsum(np.append(False, ids[1:] != ids[:-1]))
    winner = np.append(np.flatnonzero(np.diff(group)), len(ids) - 1)
    is_winning_content = content == content[winner][group]
    state = np.full(len(ids), RowState.DUPLICATE, dtype=np.int8)
    first_of_content = ~pd.DataFrame({"group": group, "content": content}).duplicated().to_numpy()
    state[~is_winning_content & first_of_content] = RowState.SUPERSEDED
    state[winner] = np.where(is_open[winner], RowState.OPEN, RowState.KEPT)
    result = np.empty_like(state)
    result[order] = state
    return result


def _content_hash(rows: pa.Table, spec: ListSpec) -> npt.NDArray[np.uint64]:
    """A 64-bit hash of all typed values of each row; only ever compared under the same id."""
    total = np.zeros(len(rows), dtype=np.uint64)
    for name in [*spec.fields, "repeats"]:
        column = rows[name].combine_chunks()
        total = (total ^ _column_hash(column)) * _MIX
    return total


def _column_hash(column: pa.Array) -> npt.NDArray[np.uint64]:
    if pa.types.is_dictionary(column.type):
        texts = column.dictionary.to_numpy(zero_copy_only=False)
        places = np.asarray(column.indices.fill_null(len(texts)))
        hashes = (
            pd.util.hash_array(texts, categorize=False) if len(texts) else np.empty(0, np.uint64)
        )
        return np.append(hashes, _NULL).astype(np.uint64)[places]
    if pa.types.is_string(column.type):
        texts = column.fill_null("").to_numpy(zero_copy_only=False)
        return pd.util.hash_array(texts, categorize=False)
    is_null = np.asarray(column.is_null())
    hashes = pd.util.hash_array(np.asarray(column.cast(pa.int64()).fill_null(0)))
    return np.where(is_null, _NULL, hashes)
