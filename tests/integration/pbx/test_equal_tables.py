"""The same period as an export and from the PBX's database: the same tables, value by value."""

from __future__ import annotations

import csv
import gzip
import io
from collections.abc import Iterator
from datetime import UTC, datetime
from pathlib import Path
from zoneinfo import ZoneInfo

import pyarrow as pa
import pytest

from insight_pipeline.model.rows import CALL_LIST, Field
from insight_pipeline.orchestration.site import Site
from tests import direct
from tests.conftest import write_settings
from tests.integration.pbx.database import SPELT, Pbx, site_of

pytestmark = [pytest.mark.services, pytest.mark.slow]
SAMPLE = Path(__file__).parents[3] / "data" / "sample" / "demo"
ZONE = ZoneInfo("Europe/Berlin")
WHERE_READ = {"file_sha256", "file_name", "line_number", "raw_text"}
"""Columns that say in which file a row stands, and how its line was written there."""

Texts = dict[str, str]


def _sample_rows() -> Iterator[Texts]:
    """Rows of the sample's call lists that a table of the PBX could hold, in the order of the files."""
    for path in sorted((SAMPLE / "call_list").iterdir()):
        data = path.read_bytes()
        if path.suffix == ".gz":
            try:
                data = gzip.decompress(data)
            except (EOFError, OSError):
                continue
        try:
            text = data.decode("utf-8-sig")
        except UnicodeDecodeError:
            text = data.decode("cp1252", "replace")
        for found in csv.DictReader(io.StringIO(text, newline=""), delimiter=";"):
            names = {CALL_LIST.aliases.get(n.lower(), n.lower()): v for n, v in found.items() if n}
            if _is_storable(names):
                yield {name: names.get(name) or "" for name in CALL_LIST.fields}


def _is_storable(row: Texts) -> bool:
    """Whether every value fits the column's type, as it must in a database."""
    for name, kind in CALL_LIST.fields.items():
        value = row.get(name) or ""
        try:
            if value and kind is Field.INTEGER:
                int(value)
            if value and kind is Field.TIME:
                _milliseconds(value)
        except ValueError:
            return False
        if "\0" in value or (kind is Field.FLAG and value not in ("", "true", "false")):
            return False
    return bool(row.get("id"))


def _milliseconds(value: str) -> int:
    """The instant of a local time; ValueError for one that the clock change skips."""
    if value.isdigit():
        return int(value)
    wall = datetime.strptime(value, "%d.%m.%Y %H:%M:%S").replace(tzinfo=ZONE)
    if wall.astimezone(UTC).astimezone(ZONE).hour != wall.hour:
        raise ValueError(value)
    return round(wall.timestamp()) * 1000


def _value(text: str, kind: Field) -> object:
    """What the PBX's table holds for a text of its export."""
    if kind is Field.TIME:
        return _milliseconds(text) if text else None
    if kind is Field.INTEGER:
        return int(text) if text else None
    return text == "true" if kind is Field.FLAG else text


def _load(site: Site) -> dict[str, pa.Table]:
    direct.read(site)
    if site.pbx_table is not None:
        site.pbx_table.read()
    direct.load(site, direct.days_read(site))
    return direct.tables(site)


@pytest.fixture
def rows() -> list[Texts]:
    """The sample's rows, the last under each id: a table has no two."""
    found = list({row["id"]: row for row in _sample_rows()}.values())
    assert len(found) > 5000
    return found


def _exported(folder: Path, rows: list[Texts]) -> Site:
    """An installation with the rows as one export."""
    lists = folder / "landing" / "demo" / "call_list"
    lists.mkdir(parents=True)
    with (lists / "output.csv").open("w", encoding="utf-8", newline="") as file:
        writer = csv.DictWriter(file, list(CALL_LIST.fields), delimiter=";")
        writer.writeheader()
        writer.writerows(rows)
    (lists.parent / "directory").symlink_to(SAMPLE / "directory")
    return direct.sites_of(write_settings(folder, folder / "landing"))[0]


def _stored(folder: Path, rows: list[Texts], pbx: Pbx) -> Site:
    """An installation with the rows in its PBX's database, and the same directory."""
    names = ", ".join(SPELT.get(name, name) for name in CALL_LIST.fields)
    with (
        pbx.connection.cursor() as cursor,
        cursor.copy(f"COPY cdrdata ({names}) FROM STDIN") as copy,
    ):
        for row in rows:
            copy.write_row([_value(row[name], kind) for name, kind in CALL_LIST.fields.items()])
    (folder / "landing" / "demo").mkdir(parents=True)
    (folder / "landing" / "demo" / "directory").symlink_to(SAMPLE / "directory")
    return site_of(folder, pbx.url, "batch_rows = 1700\n")


def _sorted(table: pa.Table) -> list[dict[str, object]]:
    """The rows in one order; of what is said of a refused line only the column, not how it is spelt."""
    rows = table.drop_columns([n for n in table.column_names if n in WHERE_READ]).to_pylist()
    if "detail" in table.column_names:
        rows = [{**row, "detail": (row["detail"] or "").split(":")[0]} for row in rows]
    return sorted(rows, key=str)


def test_an_export_and_the_database_give_the_same_tables(
    tmp_path: Path, pbx: Pbx, rows: list[Texts]
) -> None:
    (tmp_path / "file").mkdir()
    (tmp_path / "database").mkdir()
    exported = _load(_exported(tmp_path / "file", rows))
    stored = _load(_stored(tmp_path / "database", rows, pbx))
    assert exported.keys() == stored.keys()
    for name in exported.keys() - {"ingest_file"}:
        assert _sorted(exported[name]) == _sorted(stored[name]), name
    assert len(exported["fact_call_leg"]) > 5000
    assert len(exported["cdr_quarantine"]) > 0
    for name in ("lines", "accepted", "open_rows", "quarantined"):
        batches = stored["ingest_file"][name].to_pylist()
        assert exported["ingest_file"][name].to_pylist() == [sum(batches)], name
        assert len(batches) > 3
    assert all(row["is_balanced"] for row in stored["reconciliation"].to_pylist())


def test_a_file_of_rows_that_the_database_gave_already_changes_no_table(
    tmp_path: Path, pbx: Pbx, rows: list[Texts]
) -> None:
    (tmp_path / "file").mkdir()
    site = _stored(tmp_path, rows[:2000], pbx)
    before = _load(site)
    export = _exported(tmp_path / "file", rows[:2000]).landing / "call_list"
    export.rename(site.landing / "call_list")
    after = _load(site)
    for name in before.keys() - {"ingest_file", "cdr_quarantine", "reconciliation"}:
        assert _sorted(before[name]) == _sorted(after[name]), name
    balance = after["reconciliation"].to_pylist()
    assert all(row["is_balanced"] for row in balance)
    rows_in = sum(row["rows_in"] for row in before["reconciliation"].to_pylist())
    assert sum(row["duplicates"] for row in balance) == rows_in > 1900
