"""Backup and restore of a whole installation: what is lost comes back once, and what is there is not lost.

One installation is loaded, pushed and backed up; each test works on a copy of its folder. Power BI is the
emulator.
"""

from __future__ import annotations

import json
import multiprocessing
import shutil
import signal
import sqlite3
import stat
import zipfile
from collections.abc import Iterator
from contextlib import closing
from dataclasses import dataclass
from datetime import UTC, datetime
from pathlib import Path

import dagster as dg
import pytest

from insight_pipeline.emulator import Emulator, running_emulator
from insight_pipeline.model.errors import InsightError, PermanentError, SettingsError
from insight_pipeline.orchestration.backup import Wish, make_backup
from insight_pipeline.orchestration.in_use import alone, hold
from insight_pipeline.orchestration.pushing import Push
from insight_pipeline.orchestration.resources import Sites
from insight_pipeline.orchestration.restoring import Consent, Restored, restore
from insight_pipeline.orchestration.site import Site
from insight_pipeline.settings import load_settings
from tests.integration.settings.killed import LATER, restore_and_die
from tests.pipeline import GOLDEN, Pipeline
from tests.uploading import (
    DAY,
    approving,
    be_quick,
    is_all_there,
    lake_rows,
    log_in,
    uploading_settings,
)

NOW = datetime(2026, 4, 1, 6, 30, tzinfo=UTC)
ASIDE = "before-20260402-063000"
STATE = ("raw", "state")
CONTEXT = multiprocessing.get_context("forkserver")
CONTEXT.set_forkserver_preload(["tests.integration.settings.killed"])


@dataclass
class Home:
    """An installation's folder, and backups of it."""

    folder: Path
    emulator: Emulator

    @property
    def config(self) -> Path:
        return self.folder / "insight.toml"

    @property
    def data(self) -> Path:
        return self.folder / "data"

    @property
    def export(self) -> Path:
        return self.folder / "landing" / "demo" / "call_list" / "output.csv"

    def backup(self, name: str = "backup.zip", wish: Wish | None = None) -> Path:
        target = self.folder / name
        make_backup(load_settings(self.config, {}), self.config, target, wish or Wish(), NOW)
        return target

    def restore(self, name: str = "backup.zip", *, is_replacing: bool = False) -> Restored:
        consent = Consent(is_replacing=is_replacing)
        return restore(self.folder / name, self.folder, {}, LATER, consent)

    def load(self) -> Pipeline:
        pipeline = Pipeline(self.config)
        outcome = pipeline.load("demo", DAY, DAY)
        assert outcome.is_success, outcome
        return pipeline

    def holds(self) -> list[str]:
        return [state.name for state in Push(load_settings(self.config, {})).held()]

    def marks(self) -> set[str]:
        """Every file of the state with its size, to see that nothing was touched."""
        files = (path for part in STATE for path in (self.data / part).rglob("*"))
        return {f"{path}:{path.stat().st_size}" for path in files if path.suffix != ".db-shm"}


@pytest.fixture(scope="module")
def emulator() -> Iterator[Emulator]:
    with running_emulator(approving()) as found:
        yield found


@pytest.fixture(scope="module")
def loaded(tmp_path_factory: pytest.TempPathFactory, emulator: Emulator) -> Home:
    """The day of the worked calls, loaded and pushed; `backup.zip` holds it."""
    folder = tmp_path_factory.mktemp("loaded")
    shutil.copytree(GOLDEN / "examples" / "landing", folder / "landing")
    with pytest.MonkeyPatch.context() as patch:
        be_quick(patch)
        config = uploading_settings(folder, emulator.url, landing=Path("landing"))
        log_in(config)
        home = Home(folder, emulator)
        home.load()
    home.backup(wish=Wish(has_login=True))
    home.backup("small.zip", Wish(has_rows=False))
    return home


@pytest.fixture
def home(loaded: Home, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Home:
    """A copy of it."""
    be_quick(monkeypatch)
    shutil.copytree(loaded.folder, tmp_path / "home")
    return Home(tmp_path / "home", loaded.emulator)


def names_in(file: Path) -> list[str]:
    with zipfile.ZipFile(file) as archive:
        return archive.namelist()


def test_a_lost_data_folder_comes_back_and_every_row_is_there_once(home: Home) -> None:
    before = lake_rows(load_settings(home.config, {}), "fact_call")
    sent = len(home.emulator.rows("insight_historical", "fact_call"))
    shutil.rmtree(home.data)
    home.export.unlink()
    home.config.unlink()
    assert home.restore().aside is None
    pipeline = home.load()
    assert len(before) == 15
    assert lake_rows(pipeline.settings, "fact_call") == before
    assert {row["call_id"] for row in pipeline.rows("fact_call")} == {call[0] for call in before}
    assert home.holds() == []
    is_all_there(home.emulator, pipeline.settings)
    assert len(home.emulator.rows("insight_historical", "fact_call")) == sent


def test_a_day_that_has_rows_counts_as_not_loaded_after_restoring(home: Home) -> None:
    shutil.rmtree(home.data)
    home.restore()
    newest, days = Site("demo", load_settings(home.config, {})).stale(NOW.date())
    assert [day.isoformat() for day in days] == [DAY]
    assert newest > LATER.timestamp()


def test_files_that_were_read_before_are_asked_for_again_by_the_sensor(home: Home) -> None:
    before = read_run_key(home)
    assert read_run_key(home) == before
    home.restore(is_replacing=True)
    assert read_run_key(home) != before


def read_run_key(home: Home) -> str | None:
    """The key of the run that reads the landing folder, which Dagster starts once for each key."""
    pipeline = Pipeline(home.config)
    sensor = pipeline.definitions.resolve_sensor_def("demo_new_files")
    repository = pipeline.definitions.get_repository_def()
    with dg.build_sensor_context(pipeline.instance, repository_def=repository) as context:
        result = sensor(context, sites=Sites(pipeline.settings))
    assert isinstance(result, dg.SensorResult)
    (request,) = [one for one in result.run_requests or [] if one.job_name == "demo_read"]
    return request.run_key


def test_a_backup_is_for_its_owner_alone_and_holds_no_lake_and_no_login_unasked(
    home: Home,
) -> None:
    target = home.folder / "again.zip"
    target.write_bytes(b"older")
    target.chmod(0o644)
    home.backup("again.zip")
    assert stat.S_IMODE(target.stat().st_mode) == 0o600
    names = names_in(target)
    assert {name.split("/")[0] for name in names} == {"raw", "state", "settings", "manifest.json"}
    assert not any("login" in name for name in names)
    assert "state/login/tokens" in names_in(home.folder / "backup.zip")


def test_without_rows_a_backup_needs_its_exports(home: Home) -> None:
    assert not any("rows" in name for name in names_in(home.folder / "small.zip"))
    shutil.rmtree(home.data)
    text = home.export.read_bytes()
    home.export.unlink()
    with pytest.raises(PermanentError, match="IA-729"):
        home.restore("small.zip")
    assert not home.data.exists()
    home.export.write_bytes(text)
    home.restore("small.zip")
    pipeline = home.load()
    assert home.holds() == []
    is_all_there(home.emulator, pipeline.settings)


def test_rows_whose_export_is_gone_cannot_be_left_out(home: Home) -> None:
    home.export.unlink()
    with pytest.raises(PermanentError, match="IA-722"):
        home.backup("smaller.zip", Wish(has_rows=False))
    assert not (home.folder / "smaller.zip").exists()


@pytest.mark.parametrize(
    ("damage", "code"),
    [
        ("cut", "IA-724"),
        ("changed", "IA-724"),
        ("newer part", "IA-725"),
        ("newer program", "IA-725"),
    ],
)
def test_a_backup_that_cannot_be_used_changes_nothing(home: Home, damage: str, code: str) -> None:
    file = home.folder / "backup.zip"
    if damage == "cut":
        file.write_bytes(file.read_bytes()[:-2000])
    else:
        rewrite(file, damage)
    before = home.marks()
    with pytest.raises(PermanentError, match=code):
        home.restore(is_replacing=True)
    assert home.marks() == before
    assert not (home.data / "restore").exists()


def rewrite(file: Path, damage: str) -> None:
    with zipfile.ZipFile(file) as source:
        members = {name: source.read(name) for name in source.namelist()}
    manifest = json.loads(members["manifest.json"])
    if damage == "newer part":
        manifest["versions"]["ledger"] += 1
    elif damage == "newer program":
        manifest["program"] = "99.0"
    else:
        name = next(name for name in members if name.endswith(".parquet"))
        members[name] = members[name][:-1] + bytes([members[name][-1] ^ 1])
    members["manifest.json"] = json.dumps(manifest).encode()
    with zipfile.ZipFile(file, "w") as target:
        for name, data in members.items():
            target.writestr(name, data)


def test_settings_and_state_are_replaced_only_when_asked_for_and_kept_aside(home: Home) -> None:
    before = home.marks()
    with pytest.raises(PermanentError, match="IA-726"):
        home.restore()
    assert home.marks() == before
    home.config.write_text(home.config.read_text() + "\n# changed since\n")
    done = home.restore(is_replacing=True)
    assert done.aside == home.data / ASIDE
    assert (home.data / ASIDE / "lake" / "demo" / "fact_call").is_dir()
    assert "changed since" in (home.folder / f"insight.toml.{ASIDE}").read_text()
    assert "changed since" not in home.config.read_text()
    assert not (home.data / "lake" / "demo").exists()
    is_all_there(home.emulator, home.load().settings)


def test_other_settings_do_not_give_way_unasked(home: Home) -> None:
    shutil.rmtree(home.data)
    home.config.write_text("# mine\n")
    with pytest.raises(PermanentError, match="IA-726"):
        home.restore()
    assert home.config.read_text() == "# mine\n"


def test_nothing_is_restored_while_another_process_is_at_work(home: Home) -> None:
    mine = hold(home.data)
    assert mine is not None
    with pytest.raises(PermanentError, match="IA-727"):
        home.restore(is_replacing=True)
    mine.release()
    with alone(home.data), pytest.raises(InsightError, match="IA-737"):
        hold(home.data)


@pytest.mark.parametrize("changes", [*range(15), 99])
def test_a_killed_restore_leaves_the_old_state_or_the_new_one_or_says_how_to_go_on(
    home: Home, changes: int
) -> None:
    old = home.marks()
    process = CONTEXT.Process(target=restore_and_die, args=(home.folder, changes))
    process.start()
    process.join()
    was_killed = process.exitcode == -signal.SIGKILL
    assert was_killed or process.exitcode == 0
    if (home.data / "restore" / "decided.json").exists():
        with pytest.raises(SettingsError, match="IA-728"):
            load_settings(home.config, {})
        home.restore()
    has_new = (home.data / ASIDE).exists()
    assert has_new or home.marks() == old
    assert was_killed == (changes < 99)
    assert was_killed or has_new
    load_settings(home.config, {})
    if has_new:
        assert (home.data / ASIDE / "raw" / "demo" / "index.db").exists()
        assert not any((home.data / "restore").glob("*"))
        parts = len(list((home.data / ASIDE / "raw").rglob("*.parquet")))
        assert len(list((home.data / "raw").rglob("*.parquet"))) == parts > 0


def test_a_state_of_a_newer_version_stops_every_start_and_stays_as_it_is(home: Home) -> None:
    index = home.data / "raw" / "demo" / "index.db"
    with closing(sqlite3.connect(index)) as connection:
        connection.execute("PRAGMA user_version = 99")
    before = home.marks()
    with pytest.raises(PermanentError, match="IA-720"):
        Pipeline(home.config)
    with pytest.raises(PermanentError, match="IA-720"):
        home.backup("newer.zip")
    assert home.marks() == before
