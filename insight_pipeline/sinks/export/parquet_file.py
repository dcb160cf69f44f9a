"""Parquet in the types of the model, with the description and unit of every column in the file."""

from __future__ import annotations

from pathlib import Path

import pyarrow as pa
import pyarrow.parquet as pq

from insight_pipeline.sinks.export.columns import ExportColumn, schema_of


class ParquetWriter:
    """Writes each batch as a row group."""

    def __init__(self, path: Path, columns: tuple[ExportColumn, ...]) -> None:
        """Begins the file."""
        self._schema = schema_of(columns)
        self._file = pq.ParquetWriter(path, self._schema, compression="zstd")

    def write(self, rows: pa.Table) -> None:
        """Append rows."""
        self._file.write_table(rows.cast(self._schema), row_group_size=max(len(rows), 1))

    def close(self) -> None:
        """Write the footer."""
        self._file.close()
