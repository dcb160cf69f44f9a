"""What `status` says of the landing folder: what lies there now, in words, and nothing that has gone."""

from __future__ import annotations

import os
import shutil
from datetime import date, datetime, timedelta
from pathlib import Path
from zoneinfo import ZoneInfo

import pytest

from insight_pipeline.model.errors import InsightError
from insight_pipeline.orchestration.site import Site
from insight_pipeline.orchestration.status.landing import landing_findings, look
from insight_pipeline.orchestration.status.rows import outside
from insight_pipeline.settings import load_settings
from insight_pipeline.sources.landing import safe_name
from tests import direct
from tests.conftest import write_settings
from tests.pipeline import GOLDEN

EXPORT = GOLDEN / "examples" / "landing" / "demo" / "call_list" / "output.csv"


@pytest.fixture
def site(tmp_path: Path) -> Site:
    """An installation with an empty call list folder."""
    (tmp_path / "landing" / "demo" / "call_list").mkdir(parents=True)
    return _site(tmp_path)


def _site(folder: Path, **environ: str) -> Site:
    return Site("demo", load_settings(write_settings(folder, folder / "landing"), environ))


def _lay(site: Site, name: str, text: str | None = None) -> Path:
    path = site.landing / name
    path.parent.mkdir(exist_ok=True)
    path.write_text(EXPORT.read_text("utf-8") if text is None else text, "utf-8")
    return path


def _problems(site: Site) -> list[InsightError]:
    """What is said of the landing folder, but for files that the next run reads."""
    today = datetime.now(ZoneInfo("Europe/Berlin")).date()
    found = [finding.problem for finding in landing_findings(look(site))]
    return [one for one in (*found, *outside(site, today)) if one.code != "IA-764"]


def _notes(site: Site, code: str) -> list[InsightError]:
    return [problem for problem in _problems(site) if problem.code == code]


def _codes(site: Site) -> list[str]:
    return [problem.code for problem in _problems(site)]


def _unread(site: Site) -> list[str]:
    return [safe_name(path) for path in look(site).waiting]


def test_a_refusal_is_told_until_the_file_has_gone(site: Site) -> None:
    path = _lay(site, "call_list/a.csv", "a;b\n1;2\n")
    direct.read(site)
    assert _codes(site) == ["IA-207"]
    path.unlink()
    assert _codes(site) == []


def test_a_refusal_is_told_until_another_content_has_the_name(site: Site) -> None:
    _lay(site, "call_list/a.csv", "a;b\n1;2\n")
    direct.read(site)
    _lay(site, "call_list/a.csv")
    assert _codes(site) == []
    assert _unread(site) == ["a.csv"]
    direct.read(site)
    assert _codes(site) == []


def test_a_refused_content_under_a_new_name_is_told_under_that_name(site: Site) -> None:
    path = _lay(site, "call_list/a.csv", "a;b\n1;2\n")
    direct.read(site)
    path.rename(path.with_name("b.csv"))
    direct.read(site)
    assert [file.file_name for file in look(site).refused] == ["call_list/b.csv"]


def test_a_link_is_told_as_refused_and_not_as_unread(site: Site) -> None:
    link = site.landing / "call_list" / "a.csv"
    link.symlink_to(EXPORT)
    assert _unread(site) == ["a.csv"]
    direct.read(site)
    assert _unread(site) == []
    assert [note.message("de") for note in _notes(site, "IA-201")] == [
        "call_list/a.csv: keine gewöhnliche Datei (Verknüpfung)."
    ]
    link.unlink()
    shutil.copy(EXPORT, link)
    assert _unread(site) == ["a.csv"]
    assert "IA-201" not in _codes(site)


def test_a_file_refused_under_another_limit_is_unread_and_no_more_refused(
    site: Site, tmp_path: Path
) -> None:
    _lay(site, "call_list/a.csv")
    small = _site(tmp_path, INSIGHT_LIMITS__FILE_BYTES="1024")
    direct.read(small)
    assert "IA-204" in _codes(small)
    assert "IA-204" not in _codes(site)
    assert _unread(site) == ["a.csv"]


def test_missing_and_new_columns_are_told_in_words(site: Site) -> None:
    head, _, rest = EXPORT.read_text("utf-8").partition("\n")
    _lay(site, "call_list/a.csv", head.replace("starttime", "begin") + "\n" + rest)
    direct.read(site)
    (note,) = _notes(site, "IA-208")
    assert "(es fehlen: starttime; neu sind: begin)" in note.message("de")


def test_columns_beyond_the_known_ones_are_told_once_for_all_files(site: Site) -> None:
    lines = EXPORT.read_text("utf-8").splitlines()
    for number in range(7):
        text = "\n".join([f"{lines[0]};mos", *(f"{line};4.{number}" for line in lines[1:])]) + "\n"
        _lay(site, f"call_list/{number}.csv", text)
    direct.read(site)
    (note,) = _notes(site, "IA-223")
    assert "(mos)" in note.message("de")
    assert "call_list/4.csv und 2 weitere" in note.message("de")
    shutil.rmtree(site.landing / "call_list")
    assert _notes(site, "IA-223") == []


def test_names_that_are_no_exports_are_told(site: Site) -> None:
    _lay(site, "call_list/output.xlsx", "x")
    _lay(site, "call_list/OUTPUT.CSV", "x")
    (note,) = _notes(site, "IA-221")
    assert "call_list/OUTPUT.CSV, call_list/output.xlsx" in note.message("de")


def test_files_that_lie_where_nothing_is_read_are_told(site: Site) -> None:
    _lay(site, "output.csv", "x")
    _lay(site, "directory/konten.csv", "x")
    (note,) = _notes(site, "IA-222")
    assert "directory/konten.csv, output.csv" in note.message("de")


def test_a_landing_folder_that_is_not_there_is_told(tmp_path: Path) -> None:
    site = _site(tmp_path)
    assert _codes(site) == ["IA-224", "IA-226"]
    assert str(tmp_path / "landing" / "demo") in _notes(site, "IA-224")[0].message("de")


@pytest.mark.parametrize("name", ["landing", "landing/demo", "landing/demo/call_list"])
def test_a_file_in_place_of_a_folder_is_told(tmp_path: Path, name: str) -> None:
    file = tmp_path / name
    file.parent.mkdir(parents=True, exist_ok=True)
    file.touch()
    site = _site(tmp_path)
    assert _codes(site) == ["IA-225", "IA-226"]
    assert str(file) in _notes(site, "IA-225")[0].message("de")


def test_that_nothing_was_ever_read_is_told_until_something_is(site: Site) -> None:
    assert _codes(site) == ["IA-226"]
    _lay(site, "call_list/a.csv")
    direct.read(site)
    assert _codes(site) == []


def test_rows_before_the_start_date_are_told_with_their_days(tmp_path: Path) -> None:
    environ = {"INSIGHT_INSTALLATIONS__DEMO__START_DATE": "2026-03-20"}
    (tmp_path / "landing" / "demo").mkdir(parents=True)
    site = _site(tmp_path, **environ)
    _lay(site, "call_list/a.csv")
    direct.read(site)
    (note,) = _notes(site, "IA-402")
    assert (
        note.message("de") == "demo: 27 Zeilen (2026-03-12) liegen vor dem Startdatum 2026-03-20."
    )
    assert "start_date der Installation auf 2026-03-12" in note.next_step("de")


def test_rows_of_days_to_come_are_told(site: Site) -> None:
    day = date.today() + timedelta(days=40)  # noqa: DTZ011 - some day to come
    text = EXPORT.read_text("utf-8").replace("12.03.2026", day.strftime("%d.%m.%Y"))
    _lay(site, "call_list/a.csv", text)
    direct.read(site)
    (note,) = _notes(site, "IA-403")
    assert f"Zeilen ({day})" in note.message("de")


def test_the_directory_is_told_by_its_folder_and_without_empty_brackets(site: Site) -> None:
    _lay(site, "directory/accounts.csv", "foo;bar\n1;2\n")
    _lay(site, "directory/services.csv", "serviceid;kind\n;group\n3;cqueue\n")
    direct.read(site)
    texts = [note.message("de") for note in _problems(site)]
    assert any(text.startswith("directory/accounts.csv: ") for text in texts)
    assert any("die Nummer (leer) ist keine Kontonummer" in text for text in texts)
    assert not any("()" in text for text in texts)
    assert "conference" in _notes(site, "IA-352")[0].next_step("de")


def test_a_refused_file_whose_name_is_no_text_is_told(site: Site) -> None:
    path = os.fsencode(site.landing / "call_list") + b"/a\xff.csv"
    with open(path, "wb") as file:  # noqa: PTH123 - a name of bytes
        file.write(b"a;b\n1;2\n")
    direct.read(site)
    assert _unread(site) == []
    assert [file.file_name for file in look(site).refused] == ["call_list/a\\xff.csv"]


@pytest.mark.skipif(os.geteuid() == 0, reason="root may read everything")
def test_a_file_that_may_be_read_again_is_unread_and_not_refused(site: Site) -> None:
    path = _lay(site, "call_list/a.csv")
    path.chmod(0)
    direct.read(site)
    assert "IA-202" in _codes(site)
    assert _unread(site) == []
    path.chmod(0o600)
    assert "IA-202" not in _codes(site)
    assert _unread(site) == ["a.csv"]
