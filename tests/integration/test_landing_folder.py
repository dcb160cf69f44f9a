"""What arrives in the landing folder, and which days it makes stale."""

from __future__ import annotations

import os
import shutil
from datetime import date
from pathlib import Path

import pytest

from insight_pipeline.orchestration.site import Site
from insight_pipeline.sources.files import ChangedWhileReadError
from insight_pipeline.sources.landing import read_new, unread
from insight_pipeline.sources.raw_store import RawStore
from tests import direct
from tests.conftest import write_settings

HEADER = (
    "id;callid;cdraccountid;calleraccountid;calledaccountid;starttime;callresulttime;callresult"
)
MONDAY, TUESDAY = date(2026, 3, 2), date(2026, 3, 3)
TODAY = date(2026, 3, 31)


def _row(number: int, call: int, day: date, rest: str = "") -> str:
    when = f"{day:%d.%m.%Y} 09:00:00;{day:%d.%m.%Y} 09:00:30"
    return f"{number};{call};10;0;10;{when};NOT_CONNECTED{rest}"


def _write(folder: Path, name: str | bytes, *rows: str, header: str = HEADER) -> Path:
    target = Path(os.fsdecode(os.path.join(os.fsencode(folder), os.fsencode(name))))  # noqa: PTH118
    target.parent.mkdir(parents=True, exist_ok=True)
    target.write_text("\n".join([header, *rows, ""]), encoding="utf-8")
    return target


@pytest.fixture
def lists(tmp_path: Path) -> Path:
    return tmp_path / "landing" / "demo" / "call_list"


@pytest.fixture
def site(tmp_path: Path) -> Site:
    return direct.sites_of(write_settings(tmp_path, tmp_path / "landing"))[0]


def _load(site: Site, *days: date) -> None:
    direct.load(site, days)
    site.raw.index.finish_load([(day - date(1970, 1, 1)).days for day in days])


def test_a_name_that_is_no_text_is_read_like_any_other_and_may_be_deleted(
    site: Site, lists: Path
) -> None:
    odd = _write(lists, b"M\xe4rz.csv", _row(1, 1, MONDAY))
    _write(lists, "ok.csv", _row(2, 2, MONDAY))
    result = read_new(site.raw, site.landing, site.read_limits)
    assert result.read == ["call_list/M\\xe4rz.csv", "call_list/ok.csv"]
    assert unread(site.raw, site.landing, site.read_limits) == []
    odd.unlink()
    direct.load(site, [MONDAY])
    assert len(direct.tables(site)["fact_call"]) == 2


def test_a_reading_that_stops_before_its_days_are_noted_is_repeated(
    site: Site, lists: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    _write(lists, "a.csv", _row(1, 1, MONDAY))

    def stop(*_: object) -> list[int]:
        raise KeyboardInterrupt

    with monkeypatch.context() as patched:
        patched.setattr(RawStore, "touched_days", stop)
        with pytest.raises(KeyboardInterrupt):
            read_new(site.raw, site.landing, site.read_limits)
    assert [path.name for path in unread(site.raw, site.landing, site.read_limits)] == ["a.csv"]
    read_new(site.raw, site.landing, site.read_limits)
    assert site.stale(TODAY)[1] == [MONDAY]


def test_a_list_that_cannot_be_looked_into_stops_nothing_else(site: Site, lists: Path) -> None:
    _write(lists, "a.csv", _row(1, 1, MONDAY))
    (lists.parent / "line_list").write_text("a file where a folder should be")
    result = read_new(site.raw, site.landing, site.read_limits)
    assert result.read == ["call_list/a.csv"]
    assert result.unreadable == ["line_list: Not a directory"]
    assert unread(site.raw, site.landing, site.read_limits) == []


def test_thousands_of_digits_in_place_of_an_account_name_nobody(site: Site, lists: Path) -> None:
    _write(
        lists, "a.csv", _row(1, 1, MONDAY, f";{'9' * 5000}"), header=f"{HEADER};answeredelswhere"
    )
    direct.read(site)
    direct.load(site, [MONDAY])
    assert direct.tables(site)["fact_call_leg"]["taken_by_agent_id"].to_pylist() == [None]


def test_a_late_file_makes_its_days_stale_until_they_are_loaded(site: Site, lists: Path) -> None:
    _write(lists, "a.csv", _row(1, 1, MONDAY), _row(2, 2, TUESDAY))
    direct.read(site)
    assert site.stale(TODAY)[1] == [MONDAY, TUESDAY]
    _load(site, MONDAY, TUESDAY)
    assert site.stale(TODAY)[1] == []
    _write(lists, "late.csv", _row(3, 3, MONDAY))
    direct.read(site)
    _load(site, TUESDAY)
    assert site.stale(TODAY)[1] == [MONDAY]


def test_a_late_row_of_a_call_makes_the_day_stale_that_the_call_leaves(
    site: Site, lists: Path
) -> None:
    _write(lists, "a.csv", _row(2, 7, TUESDAY))
    direct.read(site)
    _load(site, MONDAY, TUESDAY)
    _write(lists, "late.csv", _row(1, 7, MONDAY))
    direct.read(site)
    _load(site, MONDAY)
    assert site.stale(TODAY)[1] == [TUESDAY]


def test_days_before_the_start_date_are_not_waited_for(site: Site, lists: Path) -> None:
    _write(lists, "a.csv", _row(1, 1, date(2026, 2, 10)), _row(2, 2, MONDAY))
    direct.read(site)
    assert site.stale(TODAY)[1] == [MONDAY]


def test_a_directory_that_changes_what_facts_say_makes_every_day_stale(
    site: Site, lists: Path
) -> None:
    directory = lists.parent / "directory"
    _write(lists, "a.csv", _row(1, 1, MONDAY))
    _write(directory, "accounts.csv", "10;user;Anna", header="accountid;kind;name")
    direct.read(site)
    _load(site, MONDAY)
    assert not site.is_directory_unread()
    _write(directory, "accounts.csv", "10;user;Anna B.", header="accountid;kind;name")
    assert site.is_directory_unread()
    direct.read(site)
    assert site.stale(TODAY)[1] == []
    _write(directory, "accounts.csv", "10;group;Anna", header="accountid;kind;name")
    direct.read(site)
    assert site.stale(TODAY)[1] == [MONDAY]


def test_a_name_holds_no_character_that_databases_refuse(site: Site, lists: Path) -> None:
    _write(lists.parent / "directory", "accounts.csv", "10;user;A\0b", header="accountid;kind;name")
    site.read_directory()
    assert site.directory.accounts[10].name == "A\ufffdb"


def test_a_user_whose_id_becomes_a_group_stays_known_as_a_former_user(
    site: Site, lists: Path
) -> None:
    directory = lists.parent / "directory"
    for kind in ("user", "group"):
        _write(directory, "accounts.csv", f"12;{kind};Zwölf", header="accountid;kind;name")
        direct.read(site)
    tables = direct.tables(site)
    agents = {row["agent_id"]: row for row in tables["dim_agent"].to_pylist()}
    assert agents[12]["name"] == "Zwölf"
    assert not agents[12]["is_known"]
    assert [row["queue_id"] for row in tables["dim_queue"].to_pylist()] == [12]


def test_a_row_of_a_third_party_queue_keeps_its_text_as_the_file_has_it(
    site: Site, lists: Path
) -> None:
    directory = lists.parent / "directory"
    quoted = _row(1, 1, MONDAY, ';"Anna\n""A"""')
    file = _write(
        lists, "a.csv", quoted, _row(2, 2, MONDAY, ";B"), header=f"{HEADER};callercallerid"
    )
    _write(directory, "accounts.csv", "10;cqueue;Fremd", header="accountid;kind;name")
    direct.read(site)
    found = direct.tables(site)["cdr_quarantine"].to_pylist()
    assert [row["raw_text"] for row in found] == [quoted, _row(2, 2, MONDAY, ";B")]
    assert [row["line_number"] for row in found] == [2, 4]
    file.unlink()
    gone = direct.tables(site)["cdr_quarantine"].to_pylist()
    assert [row["raw_text"][:4] for row in gone] == ["1;1;", "2;2;"]


def test_a_directory_that_is_still_being_written_is_read_again(
    site: Site, lists: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    directory = lists.parent / "directory"
    _write(directory, "accounts.csv", "10;user;Anna", header="accountid;kind;name")

    def growing(*_: object) -> object:
        raise ChangedWhileReadError("accounts.csv")

    with monkeypatch.context() as patched:
        patched.setattr("insight_pipeline.sources.directory.opened", growing)
        direct.read(site)
    assert site.is_directory_unread()
    direct.read(site)
    assert list(site.directory.accounts) == [10]
    assert not site.is_directory_unread()


def test_a_directory_that_cannot_be_read_leaves_the_one_read_last(site: Site, lists: Path) -> None:
    directory = lists.parent / "directory"
    _write(directory, "accounts.csv", "10;user;Anna", header="accountid;kind;name")
    direct.read(site)
    shutil.rmtree(directory)
    directory.write_text("a file where a folder should be")
    direct.read(site)
    assert list(site.directory.accounts) == [10]
    assert {problem.code for problem in site.directory.problems} == {"IA-202"}
