"""R 17 as `reconcile` reckons it: file by file and date by date, from what is there now."""

from __future__ import annotations

import sqlite3
from datetime import date
from pathlib import Path

import pyarrow as pa
import pytest

from insight_pipeline.cli.account import Account, State, account_of
from insight_pipeline.model.tables import RECONCILIATION
from insight_pipeline.orchestration.publishing import PARTITIONED
from insight_pipeline.orchestration.site import Site
from insight_pipeline.settings import load_settings
from tests import direct
from tests.conftest import write_settings
from tests.pipeline import GOLDEN

EXPORT = (GOLDEN / "examples" / "landing" / "demo" / "call_list" / "output.csv").read_text("utf-8")
DAY = date(2026, 3, 12)


@pytest.fixture
def site(tmp_path: Path) -> Site:
    """The day of worked calls, read and loaded."""
    (tmp_path / "landing" / "demo" / "call_list").mkdir(parents=True)
    site = Site("demo", load_settings(write_settings(tmp_path, tmp_path / "landing"), {}))
    _read(site, "a.csv", EXPORT)
    _load(site, DAY)
    return site


def _read(site: Site, name: str, text: str) -> None:
    (site.landing / "call_list" / name).write_text(text, "utf-8")
    direct.read(site)
    site.refresh_reports()


def _load(site: Site, *days: date) -> None:
    direct.load(site, days)
    site.lake.publish(site.staging, PARTITIONED, days)


def _account(site: Site) -> Account:
    return account_of(site, date(2026, 3, 1), date(2026, 3, 31))


def _states(site: Site) -> dict[date, State]:
    return {item.day: item.state for item in _account(site).dates}


def _codes(site: Site) -> list[str]:
    return [note.code for note in _account(site).problems]


def test_a_loaded_day_adds_up(site: Site) -> None:
    assert _states(site) == {DAY: State.BALANCED}
    assert _codes(site) == []


def test_a_day_that_its_checks_kept_out_of_the_lake_is_seen(site: Site) -> None:
    _break(site, {"is_balanced": False, "legs": 3})
    assert _states(site) == {DAY: State.BROKEN}
    assert "IA-410" in _codes(site)


def test_figures_of_the_facts_that_do_not_agree_are_seen(site: Site) -> None:
    _break(site, {"calls": 99})
    (note,) = _account(site).problems
    assert note.code == "IA-410"
    assert "die Summe der Anrufe nach Ergebnis geht nicht auf, 99 gegen" in note.text


def _break(site: Site, values: dict[str, object]) -> None:
    entries = site.staging.read_days(RECONCILIATION.name, [DAY], RECONCILIATION.arrow_schema())
    rows = [{**row, **values} for row in entries.to_pylist()]
    broken = pa.Table.from_pylist(rows, schema=RECONCILIATION.arrow_schema())
    site.staging.write_days(RECONCILIATION.name, broken, [DAY])


def test_a_day_with_rows_and_without_an_entry_is_not_loaded(site: Site) -> None:
    _read(site, "b.csv", EXPORT.replace("12.03.2026", "15.03.2026"))
    assert _states(site)[date(2026, 3, 15)] is State.NOT_LOADED
    notes = [note for note in _account(site).problems if note.code == "IA-414"]
    assert "2026-03-15 (26 Zeilen" in notes[0].text
    assert "--from 2026-03-15 --to 2026-03-15" in notes[0].next_step


def test_a_day_that_is_staged_and_not_in_the_lake_is_not_loaded(site: Site) -> None:
    site.lake.file(RECONCILIATION.name, DAY).unlink()
    assert _states(site) == {DAY: State.NOT_LOADED}


def test_a_day_whose_rows_grew_since_is_out_of_date(site: Site) -> None:
    _read(site, "b.csv", EXPORT.replace("a.bauer", "a.meier"))
    assert _states(site) == {DAY: State.OUT_OF_DATE}
    assert _codes(site) == ["IA-415"]
    _load(site, DAY)
    assert _states(site) == {DAY: State.BALANCED}


def test_a_row_too_many_in_one_file_does_not_make_up_for_one_too_few_in_another(site: Site) -> None:
    _read(site, "b.csv", EXPORT.replace("a.bauer", "a.meier"))
    _load(site, DAY)
    assert _codes(site) == []
    with sqlite3.connect(site.raw.folder / "index.db") as connection:
        first, second = connection.execute("SELECT sha256 FROM report").fetchall()
        change = "UPDATE report SET accepted = accepted + ? WHERE sha256 = ?"
        connection.execute(change, (1, *first))
        connection.execute(change, (-1, *second))
    assert _codes(site) == ["IA-416", "IA-416"]
    assert {text.split(" ")[1] for text in (n.text for n in _account(site).problems)} == {
        "call_list/a.csv",
        "call_list/b.csv",
    }


def test_rows_before_the_start_date_are_named_and_no_fault(site: Site) -> None:
    _read(site, "b.csv", EXPORT.replace("12.03.2026", "15.02.2026"))
    found = account_of(site, date(2026, 2, 1), date(2026, 3, 31))
    assert found.problems == ()
    assert [note.code for note in found.outside] == ["IA-402"]
    assert [item.day for item in found.dates] == [DAY]


def test_files_stand_in_the_order_of_their_first_rows_and_refused_ones_last(site: Site) -> None:
    _read(site, "z.csv", EXPORT.replace("12.03.2026", "05.03.2026"))
    _read(site, "0.csv", "a;b\n1;2\n")
    names = _account(site).files["file_name"].to_pylist()
    assert names == ["z.csv", "a.csv", "0.csv"]
