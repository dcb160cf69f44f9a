"""Parquet files, written so that a reader sees the old file or the new one, never half of one.

Used by the raw store and the lake alike. Which files there are, and what is in them, is theirs to say.
"""

from __future__ import annotations

import os
from collections.abc import Sequence
from pathlib import Path

import pyarrow as pa
import pyarrow.parquet as pq


def write_parquet(table: pa.Table, path: Path) -> None:
    """Write a file under a temporary name and put it in place in one step."""
    path.parent.mkdir(parents=True, exist_ok=True)
    temporary = path.with_suffix(f".{os.getpid()}.tmp")
    pq.write_table(table, temporary, compression="zstd", compression_level=1)
    temporary.replace(path)


def read_parquet(path: Path, schema: pa.Schema, columns: Sequence[str] | None = None) -> pa.Table:
    """Some or all columns of a file, in the types of `schema`, dictionaries without a detour.

    A column that the file lacks, since it was added to the model later, is NULL where it may be.
    """
    names = schema.names if columns is None else list(columns)
    wanted = pa.schema([schema.field(name) for name in names])
    coded = [field.name for field in wanted if pa.types.is_dictionary(field.type)]
    with pq.ParquetFile(path, read_dictionary=coded) as file:
        there = set(file.schema_arrow.names)
        added = [f.name for f in wanted if f.nullable and f.name not in there]
        table = file.read(columns=names)
    for name in added:
        table = table.append_column(
            wanted.field(name), pa.nulls(len(table), wanted.field(name).type)
        )
    table = table.select(names)
    return table if table.schema.equals(wanted) else table.cast(wanted)
