"""An export as a whole: the format by name or ending, and the writer that goes with it."""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from contextlib import ExitStack, contextmanager
from dataclasses import dataclass
from pathlib import Path
from typing import BinaryIO, Protocol

import pyarrow as pa

from insight_pipeline.sinks.export.columns import ExportColumn
from insight_pipeline.sinks.export.csv_file import CsvStyle, CsvWriter
from insight_pipeline.sinks.export.parquet_file import ParquetWriter
from insight_pipeline.sinks.export.xlsx_file import XlsxStyle, XlsxWriter
from insight_pipeline.sinks.placing import replaced

FORMATS = ("csv", "xlsx", "parquet")


class Writer(Protocol):
    """Takes rows as they come."""

    def write(self, rows: pa.Table) -> None:
        """Append rows."""

    def close(self) -> None:
        """Finish the file."""


@dataclass(frozen=True)
class FileStyle:
    """What a file looks like: format, language, title, and whether a CSV marks its encoding."""

    format: str
    locale: str
    title: str
    has_bom: bool


@dataclass(frozen=True)
class Written:
    """What came into a file."""

    rows: int
    sheets: int = 0
    shortened_texts: int = 0
    """Texts of which a cell of Excel holds only the beginning."""


def format_of(name: str) -> str | None:
    """The format that a file's ending says; None if it says none."""
    ending = Path(name).suffix.lower().removeprefix(".")
    return ending if ending in FORMATS else None


def write_file(
    target: Path, columns: tuple[ExportColumn, ...], style: FileStyle, batches: Iterable[pa.Table]
) -> Written:
    """Write batches of rows to a file that appears when it is whole; OSError if it cannot be written."""
    with replaced(target) as path, _writer(path, columns, style) as writer:
        rows = _write(writer, batches)
        writer.close()
    if isinstance(writer, XlsxWriter):
        return Written(rows, writer.sheets, writer.shortened)
    return Written(rows)


def write_stream(
    stream: BinaryIO,
    columns: tuple[ExportColumn, ...],
    style: FileStyle,
    batches: Iterable[pa.Table],
) -> Written:
    """Write batches of rows as CSV to a stream, which stays open."""
    writer = CsvWriter(stream, columns, CsvStyle.of(style.locale, has_bom=style.has_bom))
    rows = _write(writer, batches)
    writer.close()
    return Written(rows)


def _write(writer: Writer, batches: Iterable[pa.Table]) -> int:
    rows = 0
    for batch in batches:
        writer.write(batch)
        rows += len(batch)
    return rows


@contextmanager
def _writer(path: Path, columns: tuple[ExportColumn, ...], style: FileStyle) -> Iterator[Writer]:
    with ExitStack() as stack:
        match style.format:
            case "xlsx":
                yield XlsxWriter(path, columns, XlsxStyle(style.locale, style.title))
            case "parquet":
                yield ParquetWriter(path, columns)
            case _:
                stream = stack.enter_context(path.open("wb"))
                csv_style = CsvStyle.of(style.locale, has_bom=style.has_bom)
                yield CsvWriter(stream, columns, csv_style)
