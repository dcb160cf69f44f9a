"""Excel workbooks: typed cells, headings in the language of the settings, and a sheet that explains them.

Rows go to disk as they come. Texts are written as texts and never as formulas, links or numbers, so phone
numbers keep their plus and zeros. What Excel cannot hold is handled here: sheets of a million rows, whole
numbers of more than 15 digits, texts of more than 32,767 characters.
"""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import dataclass
from functools import partial
from pathlib import Path
from typing import Any

import pyarrow as pa
import pyarrow.compute as pc
import xlsxwriter
from xlsxwriter.exceptions import FileCreateError

from insight_pipeline.model.tables import Kind
from insight_pipeline.model.terms import Term
from insight_pipeline.sinks.export.columns import ExportColumn

MOST_ROWS = 1_048_576
"""Rows of a sheet, the headings included."""
_MOST_DIGITS = 10**15
_MOST_CHARACTERS = 32_767
_CUT = "…"
_NO_XML = str.maketrans({"\ufffe": "\ufffd", "\uffff": "\ufffd"})
_EPOCH_DAY, _DAY_SECONDS = 25_569, 86_400
_CHUNK_ROWS = 10_000
_SAMPLE_ROWS, _NARROWEST, _WIDEST, _FILTER_SIGN = 1_000, 9, 48, 3
_SHEET_NAME = 31
_COLUMNS_SHEET = Term("Spalten", "Columns")
_HEADS = {
    "de": ("Überschrift", "Spalte", "Art", "Einheit", "Bedeutung (englisch)"),
    "en": ("Heading", "Column", "Kind", "Unit", "Meaning"),
}
_FORMATS = {
    "de": {Kind.DAY: "dd.mm.yyyy", Kind.INSTANT: "dd.mm.yyyy hh:mm:ss"},
    "en": {Kind.DAY: "yyyy-mm-dd", Kind.INSTANT: "yyyy-mm-dd hh:mm:ss"},
}
_WIDTHS = {Kind.DAY: 12, Kind.INSTANT: 20}


@dataclass(frozen=True)
class XlsxStyle:
    """Language, name of the sheets, and how many rows each takes."""

    locale: str
    title: str
    most_rows: int = MOST_ROWS


class XlsxWriter:
    """Writes rows as they come to one sheet after the other."""

    def __init__(self, path: Path, columns: tuple[ExportColumn, ...], style: XlsxStyle) -> None:
        """Begins the workbook; what it notes until it is closed lies beside the file."""
        options = {"constant_memory": True, "tmpdir": str(path.parent)}
        self._book = xlsxwriter.Workbook(str(path), options)
        self._book.use_zip64()
        self._columns, self._style = columns, style
        self._head = self._book.add_format({"bold": True, "text_wrap": True, "valign": "top"})
        self._formats = [self._format(column) for column in columns]
        self._widths: list[int] = []
        self.sheets, self.shortened = 0, 0
        self._begin_sheet()

    def _format(self, column: ExportColumn) -> Any:  # noqa: ANN401 - xlsxwriter has no public name for it
        named = _FORMATS[self._style.locale].get(column.kind)
        if column.kind is Kind.RATIO:
            named = "0.0%" if column.is_share else "0.0"
        return self._book.add_format({"num_format": named}) if named else None

    def _begin_sheet(self) -> None:
        self.sheets += 1
        number = f" ({self.sheets})" if self.sheets > 1 else ""
        name = self._style.title[: _SHEET_NAME - len(number)] + number
        self._sheet = self._book.add_worksheet(name)
        self._sheet.freeze_panes(1, 0)
        for place, column in enumerate(self._columns):
            self._sheet.write_string(0, place, column.label.text(self._style.locale), self._head)
        self._next_row = 1

    def write(self, rows: pa.Table) -> None:
        """Append rows; where a sheet is full, on the next one."""
        if not self._widths:
            self._widths = [
                self._width(column, rows.slice(0, _SAMPLE_ROWS)) for column in self._columns
            ]
        start = 0
        while start < len(rows):
            if self._next_row == self._style.most_rows:
                self._end_sheet()
                self._begin_sheet()
            size = min(_CHUNK_ROWS, self._style.most_rows - self._next_row)
            self._write(rows.slice(start, size))
            start += size

    def _write(self, rows: pa.Table) -> None:
        cells = [self._cells(rows[column.name], column.kind) for column in self._columns]
        writers = [self._cell_writer(column.kind) for column in self._columns]
        for number, values in enumerate(zip(*cells, strict=True), start=self._next_row):
            for place, value in enumerate(values):
                if value is not None:
                    writers[place](number, place, value, self._formats[place])
        self._next_row += len(rows)

    def _cells(self, column: pa.ChunkedArray, kind: Kind) -> Sequence[Any]:
        """Values as Excel counts them: days since 1900, times as parts of a day."""
        match kind:
            case Kind.DAY:
                return pc.add(column.cast(pa.int32()), _EPOCH_DAY).to_pylist()
            case Kind.INSTANT:
                days = pc.divide(column.cast(pa.int64()).cast(pa.float64()), float(_DAY_SECONDS))
                return pc.add(days, float(_EPOCH_DAY)).to_pylist()
            case Kind.TEXT:
                return [text if text is None else self._text(text) for text in column.to_pylist()]
            case _:
                return column.to_pylist()

    def _cell_writer(self, kind: Kind) -> Callable[..., Any]:
        match kind:
            case Kind.TEXT:
                return self._sheet.write_string
            case Kind.FLAG:
                return self._sheet.write_boolean
            case Kind.INTEGER:
                return partial(_write_integer, self._sheet)
            case _:
                return self._sheet.write_number

    def _text(self, text: str) -> str:
        """The text as far as a cell holds it, in the characters that XML allows."""
        units = text.encode("utf-16-le") if len(text) > _MOST_CHARACTERS // 2 else b""
        if len(units) > 2 * _MOST_CHARACTERS:
            self.shortened += 1
            text = units[: 2 * (_MOST_CHARACTERS - 1)].decode("utf-16-le", "ignore") + _CUT
        return text.translate(_NO_XML)

    def _width(self, column: ExportColumn, sample: pa.Table) -> int:
        head = max(map(len, column.label.text(self._style.locale).split()))
        if column.kind is Kind.TEXT:
            longest = pc.max(pc.utf8_length(sample[column.name])).as_py() or 0
        elif column.kind is Kind.INTEGER:
            longest = len(str(pc.max(sample[column.name]).as_py() or 0))
        else:
            longest = _WIDTHS.get(column.kind, _NARROWEST)
        return min(max(longest + 1, head + _FILTER_SIGN, _NARROWEST), _WIDEST)

    def _end_sheet(self) -> None:
        self._sheet.autofilter(0, 0, self._next_row - 1, len(self._columns) - 1)
        for place, width in enumerate(self._widths):
            self._sheet.set_column(place, place, width)

    def _explain(self) -> None:
        """A sheet with heading, name in the model, kind, unit and meaning of every column."""
        sheet = self._book.add_worksheet(_COLUMNS_SHEET.text(self._style.locale))
        sheet.freeze_panes(1, 0)
        rows = [
            (c.label.text(self._style.locale), c.name, c.kind.value, c.unit or "", c.description)
            for c in self._columns
        ]
        heads = _HEADS[self._style.locale]
        for number, row in enumerate([heads, *rows]):
            for place, text in enumerate(row):
                sheet.write_string(number, place, text, None if number else self._head)
        for place, cells in enumerate(zip(heads, *rows, strict=True)):
            sheet.set_column(place, place, max(map(len, cells)) + 1)

    def close(self) -> None:
        """Finish the workbook; OSError if it cannot be written."""
        self._end_sheet()
        self._explain()
        try:
            self._book.close()
        except FileCreateError as error:
            cause = error.args[0] if error.args else error
            raise cause if isinstance(cause, OSError) else OSError(str(error)) from error


def _write_integer(sheet: Any, row: int, place: int, value: int, form: Any) -> None:  # noqa: ANN401
    """Excel keeps 15 digits of a number: longer ones are ids, and stay whole as texts."""
    if abs(value) >= _MOST_DIGITS:
        sheet.write_string(row, place, str(value), form)
    else:
        sheet.write_number(row, place, value, form)
