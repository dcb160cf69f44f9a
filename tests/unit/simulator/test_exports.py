"""What stands in the exported files."""

from __future__ import annotations

import csv
import gzip
import hashlib
import os
import re
import subprocess
import sys
from dataclasses import replace
from itertools import pairwise
from pathlib import Path

import pytest

from insight_pipeline.simulator import ExportedFile, simulate, write_exports, write_truth
from insight_pipeline.simulator.condense import condense
from tests.unit.simulator.conftest import AUTUMN, Played

FICTION = re.compile(
    r"49(30 ?23125\d{3}|69 ?90009\d{3}|40 ?66969\d{3}|221 ?4710\d{3}|89 ?99998\d{3}"
    r"|171 ?39200\d\d|176 ?040690\d\d)"
)
CALL_LIST_REASONS = {
    "bad_boolean",
    "bad_integer",
    "bad_timestamp",
    "connected_without_link",
    "encoding",
    "end_before_start",
    "field_count",
    "link_outside_leg",
    "missing_value",
    "nonexistent_time",
    "oversized_line",
    "unknown_result",
    "unsupported_source",
}


def tree(folder: Path) -> dict[str, str]:
    """Every file below a folder with the hash of its bytes."""
    return {
        str(path.relative_to(folder)): hashlib.sha256(path.read_bytes()).hexdigest()
        for path in sorted(folder.rglob("*"))
        if path.is_file()
    }


def data_lines(played: Played, about: ExportedFile) -> list[list[str]]:
    """The rows that the csv module finds below the header."""
    content = (played.landing_dir / "demo" / about.path).read_bytes()
    text = gzip.decompress(content) if about.is_compressed else content
    encoding = "cp1252" if about.encoding == "cp1252" else "utf-8-sig"
    lines = text.decode(encoding, errors="replace").splitlines()
    return [row for row in csv.reader(lines, delimiter=";") if row][1:]


def accepted_files(played: Played) -> list[ExportedFile]:
    return [file for file in played.report.files if file.status == "accepted"]


def test_the_same_plan_writes_the_same_bytes_whatever_the_hash_seed(tmp_path: Path) -> None:
    simulation = simulate(AUTUMN)
    report = write_exports(simulation, tmp_path / "here")
    write_truth(simulation, tmp_path / "here" / "truth", report)
    script = (
        "import sys; from pathlib import Path; from insight_pipeline.simulator import *\n"
        "from tests.unit.simulator.conftest import AUTUMN\n"
        "played = simulate(AUTUMN); write_exports(played, Path(sys.argv[1]))\n"
        "write_truth(played, Path(sys.argv[1]) / 'truth')\n"
    )
    root = Path(__file__).parents[3]
    environ = os.environ | {"PYTHONHASHSEED": "4711", "PYTHONPATH": str(root)}
    command = [sys.executable, "-c", script, str(tmp_path / "there")]
    subprocess.run(command, check=True, env=environ, cwd=root)
    assert tree(tmp_path / "here") == tree(tmp_path / "there")


def test_the_counts_of_the_truth_are_the_lines_of_the_files(march: Played) -> None:
    for about in accepted_files(march):
        rows = data_lines(march, about)
        assert about.lines == len(rows), about.path
        assert about.lines == (about.accepted or 0) + (about.open_rows or 0) + (
            about.quarantined or 0
        )
        content = (march.landing_dir / "demo" / about.path).read_bytes()
        assert about.sha256 == hashlib.sha256(content).hexdigest()


def test_open_rows_are_the_rows_without_an_end(march: Played) -> None:
    for about in accepted_files(march):
        end = 13 if about.kind == "call_list" else 12
        sound = [row for row in data_lines(march, about) if int(row[0]) < 90_000_000]
        assert about.open_rows == sum(not row[end] for row in sound), about.path


def test_a_row_that_was_open_has_an_end_in_a_later_export(march: Played) -> None:
    rows = [row for about in accepted_files(march) for row in data_lines(march, about)]
    sound = [row for row in rows if len(row) == 31 and int(row[0]) < 90_000_000]
    open_ids = {row[0] for row in sound if not row[13]}
    ended_ids = {row[0] for row in sound if row[13]}
    assert open_ids
    assert open_ids <= ended_ids


def test_every_quarantine_reason_appears_with_mess_on(march: Played) -> None:
    found = {
        reason
        for about in accepted_files(march)
        for reason, _ in about.quarantine_reasons
        if about.kind == "call_list"
    }
    assert found == CALL_LIST_REASONS


def test_nothing_is_broken_with_mess_off(tmp_path: Path) -> None:
    report = write_exports(simulate(replace(AUTUMN, mess=False)), tmp_path)
    assert {file.status for file in report.files} == {"accepted"}
    assert sum(file.quarantined or 0 for file in report.files) == 0


def test_ids_rise_in_the_order_in_which_steps_start(march: Played) -> None:
    rows = condense(march.simulation)
    calls = [(row.row_id, row.start_utc) for row in rows.call_rows]
    lines = [(row.row_id, row.start_utc) for row in rows.line_rows]
    for listed in (calls, lines):
        for (earlier_id, earlier_utc), (later_id, later_utc) in pairwise(listed):
            assert earlier_id < later_id
            assert earlier_utc <= later_utc


def test_overlaps_late_rows_and_open_rows_add_up(march: Played) -> None:
    for total in march.report.totals:
        assert total.rows_in == total.rows + total.duplicates + total.superseded
        assert total.duplicates > 0
        assert total.superseded > 0


def test_exports_come_in_every_dress(march: Played) -> None:
    dresses = {(file.encoding, file.is_quoted) for file in accepted_files(march)}
    assert {encoding for encoding, _ in dresses} == {"utf-8", "utf-8-sig", "cp1252"}
    assert {is_quoted for _, is_quoted in dresses} == {True, False}
    assert {file.is_compressed for file in accepted_files(march)} == {True, False}


def test_a_copy_and_refused_files_lie_in_the_folder(march: Played) -> None:
    hashes = [file.sha256 for file in march.report.files]
    assert len(hashes) == len(set(hashes)) + 1
    assert {file.reason for file in march.report.files if file.status == "refused"} == {
        "missing_column",
        "truncated_gzip",
    }


def test_every_number_outside_is_reserved_for_fiction(march: Played) -> None:
    for contact in march.simulation.pbx.contacts:
        assert FICTION.fullmatch((contact.number_e164 or "").removeprefix("+"))


@pytest.mark.parametrize("name", ["accounts.csv", "services.csv"])
def test_the_directory_files_have_one_row_an_id(march: Played, name: str) -> None:
    text = (march.landing_dir / "demo" / "directory" / name).read_text(encoding="utf-8")
    ids = [row[0] for row in csv.reader(text.splitlines(), delimiter=";")][1:]
    assert len(ids) == len(set(ids)) > 0
