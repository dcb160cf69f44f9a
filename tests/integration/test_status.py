"""`insight status`: each thing that may keep figures from arriving, brought about, named and cured."""

from __future__ import annotations

import json
import os
import shutil
import time
from collections.abc import Iterator, Mapping
from datetime import date, timedelta
from pathlib import Path
from typing import Any

import pytest
from click.testing import CliRunner

from insight_pipeline.cli.main import insight
from insight_pipeline.emulator import Emulator, running_emulator
from insight_pipeline.model.findings import Urgency
from insight_pipeline.model.tables import TABLES
from insight_pipeline.orchestration.pushing import Push
from insight_pipeline.orchestration.site import Site
from insight_pipeline.orchestration.state import check_state
from insight_pipeline.orchestration.status.machine import automation_file, note_automation
from insight_pipeline.settings import load_settings
from insight_pipeline.sinks.powerbi import login
from tests import direct
from tests.conftest import write_settings
from tests.pipeline import GOLDEN
from tests.uploading import approving, be_quick, log_in, uploading_settings

DAY = date(2026, 3, 12)
EXPORT = "call_list/output.csv"
ANY = -1
"""Whatever exit code."""
Finding = dict[str, Any]


@pytest.fixture(scope="module")
def template(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """The day of worked calls, loaded; landing folder and settings beside it."""
    folder = tmp_path_factory.mktemp("status") / "template"
    shutil.copytree(GOLDEN / "examples" / "landing", folder / "landing")
    settings = load_settings(_settings(folder), environ={})
    direct.load_database(Site("demo", settings), [DAY])
    return folder


@pytest.fixture
def place(template: Path, tmp_path: Path) -> Path:
    """A copy of its own: a folder with settings, exports and everything loaded."""
    folder = tmp_path / "place"
    shutil.copytree(template / "data", folder / "data")
    # As links, for a copy would be a new file.
    shutil.copytree(template / "landing", folder / "landing", copy_function=os.link)
    _settings(folder)
    note_automation(_site(folder).settings)
    return folder


def _settings(folder: Path, *lines: str) -> Path:
    """`lines` belong to the installation."""
    file = write_settings(folder, folder / "landing")
    text = file.read_text("utf-8")
    for line in lines:
        text = text.replace("silent_days = 0", line)
    file.write_text(text, "utf-8")
    return file


def _site(folder: Path) -> Site:
    return Site("demo", load_settings(folder / "insight.toml", environ={}))


def _status(
    folder: Path, *options: str, code: int = ANY, environ: Mapping[str, str] | None = None
) -> str:
    config = str(folder / "insight.toml")
    done = CliRunner(env=environ).invoke(insight, ["--config", config, "status", *options])
    assert done.exception is None or isinstance(done.exception, SystemExit), done.exception
    assert code in {ANY, done.exit_code}, done.output
    return done.output


def _findings(folder: Path, **environ: str) -> list[Finding]:
    found: list[Finding] = json.loads(_status(folder, "--json", environ=environ))["findings"]
    return found


def _finding(folder: Path, wanted: str, **environ: str) -> Finding:
    """The finding of a code, which the terminal tells too, with cause and next step."""
    (found,) = [one for one in _findings(folder, **environ) if one["code"] == wanted]
    told = _status(folder, environ=environ)
    for words in (wanted, found["text"], found["cause"], found["next_step"]):
        assert words in told
    return found


def test_where_everything_is_loaded_nothing_is_to_be_done(place: Path) -> None:
    told = _status(place, code=0)
    assert "Alles ist auf dem Stand." in told
    found = json.loads(_status(place, "--json", code=0))
    assert found["is_up_to_date"] is True
    assert found["findings"] == []
    (site,) = found["installations"]
    full = {"newest_day": "2026-03-12", "days": 1, "missing": []}
    assert site["newest_read"] == "2026-03-12"
    assert site["sinks"] == {"lake": full, "database": full, "powerbi": None}


# No file, and files that cannot be used


def test_nothing_was_ever_read(tmp_path: Path) -> None:
    (tmp_path / "landing" / "demo").mkdir(parents=True)
    _settings(tmp_path)
    assert _finding(tmp_path, "IA-226")["urgency"] == "missing"


def test_calls_have_stopped_coming(place: Path) -> None:
    _settings(place, "silent_days = 3")
    found = _finding(place, "IA-761")
    assert "seit 2026-03-12" in found["text"]
    assert str(place / "landing" / "demo") in found["cause"]
    _settings(place, "silent_days = 0")
    assert "IA-761" not in _status(place)


def test_a_run_without_a_landing_folder_says_so(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    config = _settings(tmp_path)
    monkeypatch.setenv("DAGSTER_HOME", "")
    monkeypatch.setenv("INSIGHT_DAGSTER_DIR", "")
    orphan = tmp_path / "data" / "state" / "runs" / "gone"
    orphan.parent.mkdir(parents=True)
    orphan.touch()
    arguments = ["--config", str(config), "run", "--from", "2026-03-12"]
    done = CliRunner().invoke(insight, arguments)
    assert done.exit_code == 0, done.output
    assert f"IA-224 Den Ordner {tmp_path}/landing/demo gibt es nicht." in done.output
    assert not orphan.exists()


def test_files_that_wait_are_not_said_to_be_missing(tmp_path: Path) -> None:
    shutil.copytree(GOLDEN / "examples" / "landing", tmp_path / "landing")
    _settings(tmp_path)
    codes = [one["code"] for one in _findings(tmp_path)]
    assert "IA-764" in codes
    assert "IA-226" not in codes


def test_an_installation_of_which_nothing_ever_came_is_silent_from_its_start_on(
    tmp_path: Path,
) -> None:
    (tmp_path / "landing" / "demo").mkdir(parents=True)
    _settings(tmp_path, "silent_days = 3")
    assert "seit 2026-02-28" in _finding(tmp_path, "IA-761")["text"]


def test_a_file_waits_to_be_read(place: Path) -> None:
    path = place / "landing" / "demo" / "call_list" / "more.csv"
    shutil.copy(path.with_name("output.csv"), path)
    found = _finding(place, "IA-764")
    assert "call_list/more.csv" in found["text"]
    assert found["urgency"] == "waiting"
    direct.read(_site(place))
    assert "IA-764" not in _status(place)


def test_a_file_was_refused(place: Path) -> None:
    path = place / "landing" / "demo" / "call_list" / "other.csv"
    path.write_text("a;b\n1;2\n", "utf-8")
    direct.read(_site(place))
    assert "call_list/other.csv" in _finding(place, "IA-207")["text"]
    path.unlink()
    assert "IA-207" not in _status(place)


def test_of_many_refused_files_the_first_are_named_and_the_others_counted(place: Path) -> None:
    for number in range(8):
        path = place / "landing" / "demo" / "call_list" / f"other{number}.csv"
        path.write_text(f"a;b\n{number};2\n", "utf-8")
    direct.read(_site(place))
    told = _status(place)
    assert told.count("IA-207") == 5 + 1
    assert "IA-766 3 weitere Meldungen IA-207." in told
    assert len([one for one in _findings(place) if one["code"] == "IA-207"]) == 8


def test_rows_are_in_quarantine(place: Path) -> None:
    path = place / "landing" / "demo" / "call_list" / "more.csv"
    lines = path.with_name("output.csv").read_text("utf-8").splitlines()
    path.write_text("\n".join([lines[0], lines[1].replace(";", "", 1)]) + "\n", "utf-8")
    site = _site(place)
    direct.read(site)
    site.refresh_reports()
    assert "1 Zeilen" in _finding(place, "IA-405")["text"]


# Days that are not loaded, or not everywhere


def test_a_day_is_still_to_be_loaded(place: Path) -> None:
    site = _site(place)
    site.raw.index.put_touched([(DAY - date(1970, 1, 1)).days])
    assert _finding(place, "IA-404")["urgency"] == "waiting"
    automation_file(site.settings).unlink()
    assert _finding(place, "IA-404")["urgency"] == "missing"
    direct.load_database(site, [DAY])
    assert "IA-404" not in _status(place)


def _lose_a_call(site: Site) -> None:
    """A staged table that does not add up any more, as after an error in the evaluation."""
    site.raw.index.put_touched([(DAY - date(1970, 1, 1)).days])
    direct.compute(site, [DAY])
    schema = TABLES["fact_call"].arrow_schema()
    calls = site.staging.read_days("fact_call", [DAY], schema)
    site.staging.write_days("fact_call", calls.slice(1), [DAY])


def test_checks_of_a_day_failed(place: Path) -> None:
    site = _site(place)
    _lose_a_call(site)
    found = _finding(place, "IA-411")
    assert "demo, 2026-03-12" in found["text"]
    assert "15 gegen 14" in found["text"]
    assert "IA-404" not in _status(place)
    direct.load_database(site, [DAY])
    assert "IA-411" not in _status(place)


def test_the_database_is_another_one(place: Path) -> None:
    other = {"INSIGHT_SINKS__RELATIONAL__URL": "sqlite:///data/other.db"}
    found = _finding(place, "IA-765", **other)
    assert "2026-03-12" in found["text"]
    assert "insight run --installation demo --from 2026-03-12 --to 2026-03-12" in found["next_step"]
    assert not (place / "data" / "other.db").exists()
    settings = load_settings(place / "insight.toml", environ=other)
    direct.load_database(Site("demo", settings), [DAY])
    assert "IA-765" not in _status(place, environ=other)


def test_the_database_is_away(place: Path) -> None:
    url = "postgresql://insight:geheim-4711@127.0.0.1:9/insight"
    away = {"INSIGHT_SINKS__RELATIONAL__URL": url}
    found = _finding(place, "IA-421", **away)
    assert found["urgency"] == "now"
    told = _status(place, code=3, environ=away)
    assert "unbekannt" in told
    assert "geheim" not in told
    assert "IA-765" not in told


# The upload


@pytest.fixture
def emulator() -> Iterator[Emulator]:
    with running_emulator(approving()) as found:
        yield found


def _uploading(folder: Path, emulator: Emulator, *lines: str) -> Path:
    return uploading_settings(folder, emulator.url, *lines, landing=folder / "landing")


def test_nobody_is_logged_in(place: Path, emulator: Emulator) -> None:
    config = _uploading(place, emulator)
    found = _findings(place)
    assert [one["code"] for one in found] == ["IA-501", "IA-565", "IA-768"]
    assert _finding(place, "IA-501")["urgency"] == "now"
    log_in(config)
    assert "IA-501" not in _status(place)


def test_the_workspace_is_not_set_up(place: Path, emulator: Emulator) -> None:
    settings = log_in(_uploading(place, emulator))
    assert _finding(place, "IA-565")["urgency"] == "missing"
    Push(settings).create()
    assert "IA-565" not in _status(place)


def test_the_login_has_ended(place: Path, emulator: Emulator) -> None:
    settings = log_in(_uploading(place, emulator))
    emulator.revoke_grants()
    with pytest.raises(Exception, match="IA-512"):
        Push(settings).login.access_token(renew=True)
    assert _findings(place)[0]["code"] == "IA-512"


def test_the_login_ends_soon(
    place: Path, emulator: Emulator, monkeypatch: pytest.MonkeyPatch
) -> None:
    settings = log_in(_uploading(place, emulator))
    Push(settings).create()
    later = login.utc_now() + timedelta(days=80)
    monkeypatch.setattr(login.Login.__init__, "__defaults__", (lambda: later,))
    found = _finding(place, "IA-531")
    assert found["urgency"] == "soon"
    assert "in 10 Tagen" in found["text"]


def test_a_limit_is_reached_and_its_end_is_told(
    place: Path, emulator: Emulator, monkeypatch: pytest.MonkeyPatch
) -> None:
    be_quick(monkeypatch)
    settings = log_in(_uploading(place, emulator, "rows_an_hour = 20"))
    Push(settings).push()
    found = _finding(place, "IA-566")
    assert found["urgency"] == "waiting"
    assert "warten bis" in found["text"]
    assert "Zahl der Zeilen je Stunde" in found["cause"]
    site = json.loads(_status(place, "--json"))["installations"][0]
    assert site["sinks"]["powerbi"]["missing"] == ["2026-03-12"]


def test_days_that_power_bi_lacks_are_told(place: Path, emulator: Emulator) -> None:
    settings = log_in(_uploading(place, emulator))
    push = Push(settings)
    push.create()
    found = _finding(place, "IA-768")
    assert "2026-03-12" in found["text"]
    assert found["urgency"] == "waiting"


def test_without_an_application_the_login_is_not_what_is_missing_first(
    place: Path, emulator: Emulator
) -> None:
    _uploading(place, emulator)
    none = {"INSIGHT_SINKS__POWERBI__CLIENT_ID": ""}
    assert _finding(place, "IA-505", **none)["urgency"] == "now"
    assert "IA-501" not in _status(place, environ=none)


def test_everything_has_been_uploaded(
    place: Path, emulator: Emulator, monkeypatch: pytest.MonkeyPatch
) -> None:
    be_quick(monkeypatch)
    settings = log_in(_uploading(place, emulator))
    assert all(pushed.problem is None for pushed in Push(settings).push())
    site = json.loads(_status(place, "--json", code=0))["installations"][0]
    assert site["sinks"]["powerbi"] == {"newest_day": "2026-03-12", "days": 1, "missing": []}


def test_uploading_is_off_and_something_waits(
    place: Path, emulator: Emulator, monkeypatch: pytest.MonkeyPatch
) -> None:
    be_quick(monkeypatch)
    settings = log_in(_uploading(place, emulator, "rows_an_hour = 20"))
    Push(settings).push()
    off = {"INSIGHT_SINKS__POWERBI__UPLOAD": "false"}
    assert _finding(place, "IA-564", **off)["urgency"] == "missing"


# The machine


def test_the_disk_is_nearly_full(place: Path) -> None:
    free = shutil.disk_usage(place).free
    found = _finding(place, "IA-760", INSIGHT_LIMITS__FREE_BYTES=str(free * 2))
    assert found["urgency"] == "now"
    assert "GB frei" in found["text"]
    assert "IA-760" not in _status(place, environ={"INSIGHT_LIMITS__FREE_BYTES": "0"})


def test_nothing_loads_by_itself(place: Path) -> None:
    file = automation_file(_site(place).settings)
    long_ago = time.time() - 3600
    os.utime(file, (long_ago, long_ago))
    assert _finding(place, "IA-763")["urgency"] == "note"
    ahead = time.time() + 86_400  # a clock that was put back
    os.utime(file, (ahead, ahead))
    assert _finding(place, "IA-763")["urgency"] == "note"
    file.unlink()
    assert _finding(place, "IA-762")["urgency"] == "note"


def test_state_that_is_damaged_is_told_and_keeps_nobody_from_the_rest(place: Path) -> None:
    config = place / "insight.toml"
    more = '[installations.other]\ntimezone = "Europe/Berlin"\nstart_date = 2026-03-01\n'
    config.write_text(config.read_text("utf-8") + more, "utf-8")
    (index,) = (place / "data" / "raw" / "demo").rglob("*.db")
    index.write_bytes(b"no database" * 1000)
    (place / "data" / "state" / "powerbi.db").write_bytes(b"no database" * 1000)
    found = _findings(place)
    first = [(one["code"], one["installation"]) for one in found if one["urgency"] == "now"]
    assert first == [("IA-561", None), ("IA-433", "demo"), ("IA-224", "other")]
    told = _status(place, code=3)
    assert "demo    unbekannt" in told
    assert "IA-226" in told


def test_a_damaged_directory_is_told_with_its_file_and_cured_by_deleting_it(place: Path) -> None:
    file = _site(place).raw.directory_file
    file.write_bytes(b"")
    found = _finding(place, "IA-769")
    assert str(file) in found["text"]
    assert found["installation"] == "demo"
    file.unlink()
    assert "IA-769" not in _status(place)


def test_a_part_that_fails_unforeseen_keeps_nobody_from_telling_the_others(place: Path) -> None:
    site = _site(place)
    _lose_a_call(site)
    site.staging.file("fact_call", DAY).write_bytes(b"no parquet")
    (place / "landing" / "demo" / "notes.txt").touch()
    found = {one["code"]: one for one in _findings(place)}
    assert {"IA-701", "IA-222"} <= found.keys()
    assert "demo" in found["IA-701"]["text"]


def test_a_part_of_the_state_that_is_damaged_stops_no_run_of_another_installation(
    place: Path,
) -> None:
    settings = _site(place).settings
    (place / "data" / "raw" / "demo" / "index.db").write_bytes(b"no database" * 1000)
    (place / "data" / "state" / "powerbi.db").write_bytes(b"no database" * 1000)
    check_state(settings)


# How it is told


def test_what_is_to_be_done_first_is_told_first(place: Path, emulator: Emulator) -> None:
    _uploading(place, emulator)
    site = _site(place)
    _lose_a_call(site)
    (place / "landing" / "demo" / "call_list" / "more.csv").write_text("x\n", "utf-8")
    (place / "landing" / "demo" / "notes.txt").touch()
    urgencies = [one["urgency"] for one in _findings(place)]
    order = ["now", "missing", "waiting", "soon", "note"]
    assert urgencies == sorted(urgencies, key=order.index)
    assert {"now", "missing", "waiting", "note"} <= set(urgencies)


def test_it_speaks_english_too(place: Path) -> None:
    _settings(place, "silent_days = 3")
    told = _status(place, environ={"INSIGHT_LOCALE": "en"})
    assert "Database to" in told
    assert "Missing\nIA-761 demo: no calls have come since 2026-03-12" in told


def test_a_finding_says_whose_it_is_where_there_are_several(place: Path) -> None:
    other = place / "landing" / "other" / "call_list"
    other.mkdir(parents=True)
    (other / "x.csv").write_text("a;b\n1;2\n", "utf-8")
    config = place / "insight.toml"
    more = '[installations.other]\ntimezone = "Europe/Berlin"\nstart_date = 2026-03-01\n'
    config.write_text(config.read_text("utf-8") + more, "utf-8")
    direct.read(Site("other", load_settings(config, environ={})))
    assert "IA-207 other: call_list/x.csv" in _status(place)
    assert "IA-207" not in _status(place, "--installation", "demo", code=0)


def test_asking_changes_nothing_but_the_log(place: Path) -> None:
    def seen() -> dict[str, int]:
        files = (path for path in place.rglob("*") if path.is_file())
        kept = (path for path in files if path.suffix != ".lock" and path.parent.name != "logs")
        return {str(path): path.stat().st_mtime_ns for path in kept if "-shm" not in path.name}

    before = seen()
    _status(place)
    _status(place, environ={"INSIGHT_SINKS__POWERBI__UPLOAD": "true"})
    assert seen() == before


def test_every_urgency_has_a_heading_in_both_languages() -> None:
    for urgency in Urgency:
        assert urgency.heading("de") != urgency.heading("en")
