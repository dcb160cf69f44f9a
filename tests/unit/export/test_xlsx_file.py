"""Excel files: what Excel cannot hold is split, kept as text or shortened, and never a formula."""

from __future__ import annotations

import zipfile
from datetime import datetime
from pathlib import Path
from typing import Any

import openpyxl
import pyarrow as pa
import pytest
from openpyxl.utils.escape import unescape

from insight_pipeline.model.tables import TABLES, Kind
from insight_pipeline.model.terms import Term
from insight_pipeline.sinks.export.columns import ExportColumn, columns_of
from insight_pipeline.sinks.export.xlsx_file import XlsxStyle, XlsxWriter
from tests.lakes import NASTY

_TEXT = ExportColumn("name", Kind.TEXT, Term("Name", "Name"), "A name", None, is_nullable=True)
_ID = ExportColumn("id", Kind.INTEGER, Term("Nr.", "No."), "An id", None, is_nullable=True)


def _written(
    folder: Path, columns: tuple[ExportColumn, ...], rows: pa.Table, **style: Any
) -> tuple[Any, XlsxWriter]:
    file = folder / "x.xlsx"
    writer = XlsxWriter(file, columns, XlsxStyle(**{"locale": "de", "title": "Anrufe", **style}))
    writer.write(rows)
    writer.close()
    return openpyxl.load_workbook(file), writer


@pytest.mark.parametrize("text", NASTY)
def test_a_text_is_a_text_letter_by_letter(tmp_path: Path, text: str) -> None:
    book, _ = _written(tmp_path, (_TEXT,), pa.table({"name": [text]}))
    cell = book["Anrufe"]["A2"]
    assert cell.data_type == "s"
    assert unescape(cell.value) == text.replace("\ufffe", "\ufffd")
    assert cell.hyperlink is None
    sheet = zipfile.ZipFile(tmp_path / "x.xlsx").read("xl/worksheets/sheet1.xml")
    assert b"<f>" not in sheet


def test_a_text_longer_than_a_cell_is_shortened_and_counted(tmp_path: Path) -> None:
    whole, long, wide = "a" * 32_767, "b" * 32_768, "\U0001f4de" * 20_000
    rows = pa.table({"name": [whole, long, wide]})
    book, writer = _written(tmp_path, (_TEXT,), rows)
    found = [cell.value for cell in book["Anrufe"]["A"][1:]]
    assert found[0] == whole
    assert found[1] == "b" * 32_766 + "…"
    assert found[2] == "\U0001f4de" * 16_383 + "…"
    assert max(len(text.encode("utf-16-le")) // 2 for text in found) <= 32_767
    assert writer.shortened == 2


def test_an_id_of_more_than_fifteen_digits_keeps_every_digit(tmp_path: Path) -> None:
    ids = [10**15 - 1, 10**15, -(10**17) - 1, 10**18 - 1, 0, None]
    book, _ = _written(tmp_path, (_ID, _TEXT), pa.table({"id": ids, "name": ["x"] * 6}))
    found = [cell.value for cell in book["Anrufe"]["A"][1:]]
    assert found == [10**15 - 1, str(10**15), str(-(10**17) - 1), str(10**18 - 1), 0, None]


@pytest.mark.parametrize(("rows", "sheets"), [(0, 1), (9, 1), (10, 2), (18, 2), (19, 3)])
def test_rows_that_one_sheet_does_not_hold_go_on_the_next(
    tmp_path: Path, rows: int, sheets: int
) -> None:
    table = pa.table({"id": pa.array(range(rows), pa.int64())})
    book, writer = _written(tmp_path, (_ID,), table, most_rows=10)
    assert writer.sheets == sheets
    names = ["Anrufe", "Anrufe (2)", "Anrufe (3)"][:sheets]
    assert book.sheetnames == [*names, "Spalten"]
    found = []
    for name in names:
        sheet = book[name]
        assert sheet["A1"].value == "Nr."
        assert sheet.max_row <= 10
        assert sheet.auto_filter.ref == (f"A1:A{sheet.max_row}" if rows else "A1")
        assert sheet.freeze_panes == "A2"
        found += [cell.value for cell in sheet["A"][1:]]
    assert found == list(range(rows))


@pytest.mark.parametrize("locale", ["de", "en"])
def test_a_second_sheet_names_every_column_of_the_model(tmp_path: Path, locale: str) -> None:
    table = TABLES["fact_queue_visit"]
    columns = columns_of(table, has_local_times=False)
    empty = table.arrow_schema().empty_table()
    book, _ = _written(tmp_path, columns, empty, locale=locale)
    data, explained = book.worksheets
    assert explained.title == {"de": "Spalten", "en": "Columns"}[locale]
    rows = list(explained.iter_rows(min_row=2, values_only=True))
    assert [row[0] for row in rows] == [cell.value for cell in data[1]]
    assert [row[1] for row in rows] == table.names
    units = {row[1]: row[3] for row in rows}
    assert (units["wait_seconds"], units["enter_utc"]) == ("seconds", "UTC")


def test_every_second_of_a_time_is_kept(tmp_path: Path) -> None:
    column = ExportColumn("t_utc", Kind.INSTANT, Term("T", "T"), "", "UTC", is_nullable=True)
    seconds = [946_684_800 + 7 * n + 86_399 * n for n in range(2_000)]
    times = pa.array(seconds, pa.int64()).cast(pa.timestamp("s"))
    book, _ = _written(tmp_path, (column,), pa.table({"t_utc": times}))
    found = [cell.value for cell in book["Anrufe"]["A"][1:]]
    assert all(isinstance(value, datetime) for value in found)
    assert found == times.to_pylist()
    assert book["Anrufe"]["A2"].number_format == "dd.mm.yyyy hh:mm:ss"


def test_the_name_of_a_sheet_never_grows_too_long(tmp_path: Path) -> None:
    table = pa.table({"id": [1, 2, 3]})
    book, _ = _written(tmp_path, (_ID,), table, most_rows=2, title="x" * 40)
    assert max(map(len, book.sheetnames)) == 31
    assert len(set(book.sheetnames)) == 4
