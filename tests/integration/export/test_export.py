"""`insight export` as a user calls it, its files read back by other programs: csv, openpyxl, pyarrow."""

from __future__ import annotations

import csv
import io
import json
import os
import subprocess
import sys
from collections.abc import Callable
from datetime import date, datetime
from pathlib import Path
from typing import Any
from zoneinfo import ZoneInfo

import openpyxl
import pyarrow as pa
import pyarrow.parquet as pq
import pytest
from openpyxl.utils.escape import unescape

from insight_pipeline.model.labels import label
from insight_pipeline.model.tables import TABLES, Kind
from insight_pipeline.orchestration.exporting import planned
from insight_pipeline.settings import load_settings
from insight_pipeline.sinks.export.files import FileStyle, format_of, write_file
from tests import lakes

DAYS = [date(2026, 3, 2), date(2026, 3, 3)]
PERIOD = ("--from", "2026-03-02", "--to", "2026-03-03")
ROWS = 25
Tables = dict[str, pa.Table]


def insight(config: Path, *arguments: str) -> subprocess.CompletedProcess[bytes]:
    """Call the program, with no settings from outside."""
    environ = {k: v for k, v in os.environ.items() if not k.startswith(("INSIGHT_", "DAGSTER_"))}
    command = [sys.executable, "-m", "insight_pipeline.cli.main", "--config", str(config)]
    return subprocess.run([*command, *arguments], capture_output=True, check=False, env=environ)


@pytest.fixture(scope="module")
def filled(tmp_path_factory: pytest.TempPathFactory) -> tuple[Path, Tables]:
    """Settings with a lake of every table, and its rows in the order of an export."""
    folder = tmp_path_factory.mktemp("export")
    print("seed 7")
    return lakes.config_of(folder), lakes.fill(lakes.settings_of(folder), DAYS, ROWS, seed=7)


def _written(config: Path, table: str, file: Path, locale: str = "de") -> Path:
    """A table as a file, by what stands behind the command."""
    settings = load_settings(config, environ={})
    period = (DAYS[0], DAYS[-1]) if TABLES[table].is_partitioned else None
    names = list(settings.installations)
    found = planned(settings, table, names, period, has_local_times=False)
    style = FileStyle(format_of(file.name) or "", locale, table, has_bom=True)
    write_file(file, found.columns, style, found.batches(lambda: None))
    return file


def _exported(config: Path, table: str, file: Path, *more: str) -> Path:
    """A table as a file, by the command."""
    done = insight(config, "export", table, *PERIOD, "-o", str(file), *more)
    assert done.returncode == 0, done.stderr.decode()
    return file


def _read_csv(text: str, table: str, separator: str, decimal: str) -> list[dict[str, Any]]:
    """The rows of a CSV file as Python values, read without the writer's means."""
    kinds = {column.name: column.kind for column in TABLES[table].columns}
    made: dict[Kind, Callable[[str], object]] = {
        Kind.TEXT: str,
        Kind.INTEGER: int,
        Kind.RATIO: lambda t: float(t.replace(decimal, ".")),
        Kind.FLAG: {"true": True, "false": False}.__getitem__,
        Kind.DAY: date.fromisoformat,
        Kind.INSTANT: datetime.fromisoformat,
    }
    rows = csv.DictReader(io.StringIO(text, newline=""), delimiter=separator)
    return [{n: made[kinds[n]](v) if v else None for n, v in row.items()} for row in rows]


def _plain(rows: list[dict[str, Any]]) -> list[dict[str, Any]]:
    """Without apostrophes, which guard formulas and which names have too."""
    return [
        {n: v.replace("'", "") if isinstance(v, str) else v for n, v in r.items()} for r in rows
    ]


@pytest.mark.parametrize("table", TABLES)
@pytest.mark.parametrize(("locale", "separator", "decimal"), [("de", ";", ","), ("en", ",", ".")])
def test_a_csv_file_read_back_is_the_table(
    filled: tuple[Path, Tables],
    tmp_path: Path,
    table: str,
    locale: str,
    separator: str,
    decimal: str,
) -> None:
    config, rows = filled
    data = _written(config, table, tmp_path / "x.csv", locale).read_bytes()
    assert data.startswith(b"\xef\xbb\xbf")
    assert data.endswith(b"\r\n")
    found = _read_csv(data.decode("utf-8-sig"), table, separator, decimal)
    assert _plain(found) == _plain(rows[table].to_pylist())
    for row in found:
        for value in row.values():
            is_formula = isinstance(value, str) and value.startswith(tuple("=@-\t\r\uff1d"))
            assert not is_formula, value


@pytest.mark.parametrize("table", TABLES)
def test_a_parquet_file_read_back_is_the_table_and_explains_it(
    filled: tuple[Path, Tables], tmp_path: Path, table: str
) -> None:
    config, rows = filled
    file = _written(config, table, tmp_path / "x.parquet")
    found = pq.read_table(file)
    assert found.schema.names == TABLES[table].names
    assert found.cast(rows[table].schema).equals(rows[table])
    for column in TABLES[table].columns:
        notes = found.schema.field(column.name).metadata
        assert notes[b"description"].decode() == column.description
        assert notes.get(b"unit", b"").decode() == (column.unit or "")


@pytest.mark.parametrize("table", TABLES)
def test_an_excel_file_read_back_is_the_table(
    filled: tuple[Path, Tables], tmp_path: Path, table: str
) -> None:
    config, rows = filled
    book = openpyxl.load_workbook(_written(config, table, tmp_path / "x.xlsx"))
    head, *cells = book.worksheets[0].iter_rows()
    told = [label(name) for name in TABLES[table].names]
    assert [cell.value for cell in head] == [term.de for term in told]
    expected = rows[table].to_pylist()
    assert len(cells) == len(expected)
    for line, row in zip(cells, expected, strict=True):
        for cell, column in zip(line, TABLES[table].columns, strict=True):
            assert _same(cell, row[column.name], column.kind), (column.name, cell.value, row)


def _same(cell: Any, value: Any, kind: Kind) -> bool:
    if value is None:
        return cell.value is None
    match kind:
        case Kind.TEXT:
            read = unescape(str(cell.value))
            return cell.data_type == "s" and read == value.replace("\ufffe", "\ufffd")
        case Kind.DAY:
            return bool(cell.is_date and cell.value.date() == value)
        case Kind.FLAG:
            return cell.data_type == "b" and cell.value is value
        case Kind.INTEGER:
            expected = str(value) if abs(value) >= 10**15 else value
            return bool(cell.value == expected and isinstance(cell.value, type(expected)))
        case Kind.RATIO:
            return bool(cell.value == pytest.approx(value, rel=1e-14))
        case _:
            return bool(cell.value == value)


def test_an_installation_of_its_own_is_a_part_of_all(
    filled: tuple[Path, Tables], tmp_path: Path
) -> None:
    config, rows = filled
    file = _exported(config, "fact_call", tmp_path / "x.parquet", "--installation", "branch-2")
    everything = rows["fact_call"]
    assert pa.compute.unique(everything["installation"]).to_pylist() == ["alt", "branch-2", "hq"]
    mask = pa.compute.equal(everything["installation"], "branch-2")
    assert pq.read_table(file).cast(everything.schema).equals(everything.filter(mask))


def test_local_times_are_those_of_each_installation(
    filled: tuple[Path, Tables], tmp_path: Path
) -> None:
    config, _ = filled
    file = _exported(config, "fact_call", tmp_path / "x.parquet", "--local-time")
    found = pq.read_table(file)
    names = found.schema.names
    assert names.index("start_local") == names.index("start_utc") + 1
    assert found.schema.field("start_local").metadata[b"unit"] == b"local time"
    for row in found.to_pylist():
        zone = ZoneInfo(lakes.ZONES[row["installation"]])
        for name in ("start", "answer", "end"):
            utc = row[f"{name}_utc"]
            local = utc and utc.replace(tzinfo=ZoneInfo("UTC")).astimezone(zone).replace(
                tzinfo=None
            )
            assert row[f"{name}_local"] == local


def test_standard_output_is_csv_without_a_mark_and_nothing_else(
    filled: tuple[Path, Tables],
) -> None:
    config, rows = filled
    done = insight(config, "export", "dim_agent", "-o", "-")
    assert done.returncode == 0
    assert done.stdout.startswith(b"installation")
    assert done.stdout.count(b"\r\n") >= len(rows["dim_agent"]) + 1
    assert done.stderr == b""
    marked = insight(config, "export", "dim_agent", "-o", "-", "--bom").stdout
    assert marked == b"\xef\xbb\xbf" + done.stdout


@pytest.mark.parametrize(("locale", "start"), [("de", b"installation;"), ("en", b"installation,")])
def test_the_language_of_the_settings_decides_the_separator(
    tmp_path: Path, locale: str, start: bytes
) -> None:
    config = lakes.config_of(tmp_path, locale)
    lakes.fill(lakes.settings_of(tmp_path, locale), DAYS[:1], 2, seed=1)
    file = _exported(config, "reconciliation", tmp_path / "x.csv", "--no-bom")
    assert file.read_bytes().startswith(start)


def test_json_tells_what_was_written(filled: tuple[Path, Tables], tmp_path: Path) -> None:
    config, rows = filled
    file = tmp_path / "x.xlsx"
    arguments = ("export", "kpi_queue_day", "--from", "2026-03-01", "--to", "2026-03-03", "--json")
    done = insight(config, *arguments, "-o", str(file))
    found = json.loads(done.stdout)
    assert found["rows"] == len(rows["kpi_queue_day"])
    assert (found["file"], found["format"], found["sheets"]) == (str(file), "xlsx", 1)
    assert found["installations"] == ["alt", "branch-2", "hq"]
    assert [note["code"] for note in found["notes"]] == ["IA-607"] * 3
    assert "2026-03-01" in found["notes"][0]["text"]


@pytest.mark.parametrize(
    ("code", "exit_code", "arguments"),
    [
        ("IA-600", 2, ("fact_cal", "-o", "x.csv")),
        ("IA-601", 2, ("dim_agent", "-o", "x.txt")),
        ("IA-602", 2, ("dim_agent", "-o", "-", "--format", "xlsx")),
        ("IA-602", 2, ("dim_agent", "-o", "-", "--json")),
        ("IA-603", 2, ("fact_call", "-o", "x.csv")),
        ("IA-604", 2, ("dim_agent", "-o", "x.csv", "--from", "2026-03-02")),
        ("IA-605", 1, ("fact_call", "-o", "x.csv", "--from", "2026-04-02")),
        ("IA-606", 1, ("dim_agent", "-o", "/nonexistent/x.csv")),
        ("IA-606", 1, ("dim_agent", "-o", "/", "--format", "csv")),
        ("IA-408", 2, ("fact_call", "-o", "x.csv", "--from", "2026-03-02", "--to", "2026-03-01")),
        ("IA-106", 2, ("dim_agent", "-o", "x.csv", "--installation", "nobody")),
    ],
)
def test_what_cannot_be_exported_is_told_with_its_code(
    filled: tuple[Path, Tables], code: str, exit_code: int, arguments: tuple[str, ...]
) -> None:
    done = insight(filled[0], "export", *arguments)
    assert done.returncode == exit_code
    assert done.stderr.decode().startswith(code)
    assert b"Traceback" not in done.stderr
    assert not Path("x.csv").exists()


def test_an_unknown_table_is_told_with_those_that_there_are(filled: tuple[Path, Tables]) -> None:
    told = insight(filled[0], "export", "calls", "-o", "x.csv").stderr.decode()
    assert all(table in told for table in TABLES)


def test_nothing_loaded_is_told_before_a_file_is_made(tmp_path: Path) -> None:
    config = lakes.config_of(tmp_path)
    for arguments in (("dim_agent",), ("fact_call", "--from", "2026-03-02"), ("dim_date",)):
        done = insight(config, "export", *arguments, "-o", str(tmp_path / "x.csv"))
        assert done.returncode == 1
        assert b"IA-605" in done.stderr
    made = {path.name for path in tmp_path.rglob("*") if path.is_file() and path.suffix != ".lock"}
    assert made == {"insight.toml", "insight.log"}


_PEAK = """
import resource, sys
from insight_pipeline.cli.main import main
try:
    main()
finally:
    print(resource.getrusage(resource.RUSAGE_SELF).ru_maxrss, file=sys.stderr)
"""


MOST_MORE_KILOBYTES = 30_000
"""Half of what the rows of the long period take together, as Arrow tables or as cells of a sheet."""


def _peak_kilobytes(config: Path, last: date, file: Path) -> int:
    """The most memory that an export from the first day to `last` ever held."""
    period = ("--from", "2026-03-01", "--to", str(last))
    arguments = ("--config", str(config), "export", "fact_agent_interval", *period, "-o", str(file))
    command = [sys.executable, "-c", _PEAK, *arguments]
    done = subprocess.run(command, capture_output=True, check=True, text=True)
    return int(done.stderr.split()[-1])


@pytest.mark.slow
@pytest.mark.parametrize(
    ("ending", "rows", "days"), [("csv", 10_000, 24), ("parquet", 10_000, 24), ("xlsx", 1_000, 40)]
)
def test_a_long_period_needs_no_more_memory_than_a_short_one(
    tmp_path: Path, ending: str, rows: int, days: int
) -> None:
    settings, config = lakes.settings_of(tmp_path), lakes.config_of(tmp_path)
    from insight_pipeline.sinks.lake import Lake

    lake = Lake(settings.data_dir / "lake" / "hq")
    table = lakes.numbered(TABLES["fact_agent_interval"], rows, "hq", date(2026, 3, 1))
    dates = [date.fromordinal(date(2026, 3, 1).toordinal() + n) for n in range(days)]
    lake.write_days("fact_agent_interval", table, dates[:1])
    for day in dates[1:]:
        os.link(lake.file("fact_agent_interval", dates[0]), lake.file("fact_agent_interval", day))
    short = _peak_kilobytes(config, dates[3], tmp_path / f"short.{ending}")
    long = _peak_kilobytes(config, dates[-1], tmp_path / f"long.{ending}")
    print(ending, "short", short, "long", long, "kB")
    assert long - short < MOST_MORE_KILOBYTES
