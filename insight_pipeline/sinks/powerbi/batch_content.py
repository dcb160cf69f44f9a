"""Rows of a batch as bytes in the ledger: equal rows give equal bytes. Pure."""

from __future__ import annotations

import pyarrow as pa
import pyarrow.compute as pc
import pyarrow.parquet as pq

from insight_pipeline.sinks.powerbi.changes import SIGN


def net_rows(rows: pa.Table) -> int:
    """How many rows there are, corrections by their sign."""
    return int(pc.sum(rows[SIGN]).as_py() or 0) if SIGN in rows.column_names else len(rows)


def write_content(rows: pa.Table) -> bytes:
    """Rows as bytes; equal rows give equal bytes."""
    sink = pa.BufferOutputStream()
    pq.write_table(rows.combine_chunks(), sink, compression="zstd")
    return bytes(sink.getvalue().to_pybytes())


def read_content(content: bytes) -> pa.Table:
    """The rows of `write_content`."""
    return pq.read_table(pa.BufferReader(content))
