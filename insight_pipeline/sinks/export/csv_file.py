"""CSV for German or English spreadsheets, and for programs.

Semicolons and decimal commas in German, commas and points in English; dates and times in the ISO form
that both read; names of the model as headings, since programs read them. What a spreadsheet might run as
a formula is guarded.
"""

from __future__ import annotations

import csv
import io
from dataclasses import dataclass
from typing import BinaryIO

import pyarrow as pa
import pyarrow.compute as pc

from insight_pipeline.model.tables import Kind
from insight_pipeline.sinks.export.columns import ExportColumn
from insight_pipeline.sinks.export.guarding import guarded_texts

_CHUNK_ROWS = 10_000


@dataclass(frozen=True)
class CsvStyle:
    """How a CSV file is written."""

    separator: str
    decimal: str
    has_bom: bool

    @classmethod
    def of(cls, locale: str, *, has_bom: bool) -> CsvStyle:
        """The style that spreadsheets in a language read without being asked."""
        separator, decimal = (";", ",") if locale == "de" else (",", ".")
        return cls(separator, decimal, has_bom)


class CsvWriter:
    """Writes rows as they come; holds none of them."""

    def __init__(
        self, stream: BinaryIO, columns: tuple[ExportColumn, ...], style: CsvStyle
    ) -> None:
        """Writes the headings to `stream`, which stays open when the writer is closed."""
        encoding = "utf-8-sig" if style.has_bom else "utf-8"
        self._text = io.TextIOWrapper(stream, encoding=encoding, newline="", write_through=True)
        self._style = style
        self._columns = columns
        self._rows = csv.writer(self._text, delimiter=style.separator, lineterminator="\r\n")
        self._rows.writerow([column.name for column in columns])

    def write(self, rows: pa.Table) -> None:
        """Append rows."""
        for start in range(0, len(rows), _CHUNK_ROWS):
            piece = rows.slice(start, _CHUNK_ROWS)
            texts = [self._texts(piece[c.name], c.kind).to_pylist() for c in self._columns]
            self._rows.writerows(zip(*texts, strict=True))

    def _texts(self, column: pa.ChunkedArray, kind: Kind) -> pa.ChunkedArray:
        match kind:
            case Kind.TEXT:
                return guarded_texts(column)
            case Kind.RATIO:
                return pc.replace_substring(column.cast(pa.string()), ".", self._style.decimal)
            case _:
                return column.cast(pa.string())

    def close(self) -> None:
        """Write out what is left."""
        self._text.flush()
        self._text.detach()
