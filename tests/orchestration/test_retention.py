"""Retention: old runs leave with their logs, and no loaded day looks as if it were not loaded.

A history of 400 days is one real run, and copies of what Dagster wrote of it under other days and ids.
"""

from __future__ import annotations

import os
import shutil
import signal
import sqlite3
import time
from contextlib import closing
from dataclasses import dataclass
from datetime import UTC, date, datetime, timedelta
from multiprocessing import get_context
from pathlib import Path
from typing import Any
from uuid import uuid4

import dagster as dg
import pytest

from insight_pipeline.model.settings import Retention
from insight_pipeline.orchestration import history, retention
from insight_pipeline.orchestration.history import without_long_texts
from insight_pipeline.orchestration.retention import limits, trim

DAYS = 400
FIRST = date(2025, 1, 1)
KEPT = Retention(runs_days=90, failed_runs_days=365)
PREVIEW = "| caller_name |\n|---|\n" + "| Hotel Zur Brücke |\n" * 100
_PARTITIONS = dg.DailyPartitionsDefinition(FIRST.isoformat())
_LOADED = dg.AssetKey("loaded")


@dg.asset(partitions_def=_PARTITIONS)
def loaded() -> dg.MaterializeResult[None]:
    preview = dg.MetadataValue.md(PREVIEW)
    return dg.MaterializeResult(metadata={"preview": preview, "dagster/row_count": 3})


@dg.asset
def files() -> dg.MaterializeResult[None]:
    return dg.MaterializeResult(metadata={"preview": dg.MetadataValue.md(PREVIEW)})


@dg.asset_check(asset=loaded)
def adds_up() -> dg.AssetCheckResult:
    return dg.AssetCheckResult(passed=True)


@dg.op
def failing() -> None:
    raise dg.Failure(description="as wanted")


def load(instance: dg.DagsterInstance, day: date) -> str:
    """A real run that loads a day."""
    made = dg.materialize(
        [loaded, files, adds_up], instance=instance, partition_key=day.isoformat()
    )
    return made.run_id


@dataclass(frozen=True)
class History:
    """An instance on SQLite below a folder, whose newest run ended today."""

    folder: Path
    run_ids: tuple[str, ...]
    """By day, from FIRST on."""

    def open(self) -> dg.DagsterInstance:
        return dg.DagsterInstance.local_temp(str(self.folder))

    def files(self) -> dict[str, int]:
        """Files of runs, and their bytes."""
        found = (self.folder / "history" / "runs").glob("*-*-*-*-*.db")
        return {file.stem: file.stat().st_size for file in found}

    def rows(self, query: str, database: str = "runs/index.db") -> list[tuple[object, ...]]:
        with closing(sqlite3.connect(self.folder / "history" / database)) as connection:
            return connection.execute(query).fetchall()

    def state(self) -> list[object]:
        """All that is left, however it came about."""
        events = "SELECT run_id, event, partition, asset_key, id FROM event_logs ORDER BY id"
        checks = "SELECT run_id, id FROM asset_check_executions ORDER BY id"
        runs = "SELECT run_id FROM runs ORDER BY id"
        tags = "SELECT event_id FROM asset_event_tags ORDER BY id"
        found = [self.rows(query) for query in (events, checks, tags)]
        return [*found, self.rows(runs, "runs.db"), sorted(self.files())]


@pytest.fixture(scope="module")
def years(tmp_path_factory: pytest.TempPathFactory) -> History:
    """400 days, each loaded by a run of its own."""
    return made(tmp_path_factory.mktemp("years"), DAYS)


@pytest.fixture
def season(tmp_path: Path) -> History:
    """The same with 100 days."""
    return made(tmp_path / "season", 100)


def made(folder: Path, days: int) -> History:
    """So many days until today, the first of which is FIRST, each loaded by a run of its own."""
    folder.mkdir(exist_ok=True)
    with dg.DagsterInstance.local_temp(str(folder)) as instance:
        template = load(instance, FIRST)
    ids = [template, *(str(uuid4()) for _ in range(days - 1))]
    runs = folder / "history" / "runs"
    for run_id in ids[1:]:
        shutil.copyfile(runs / f"{template}.db", runs / f"{run_id}.db")
        log = folder / "storage" / run_id / "compute_logs" / "step.out"
        log.parent.mkdir(parents=True)
        log.write_text("printed")
    _copy_rows(folder, ids)
    return History(folder, tuple(ids))


def _copy_rows(folder: Path, ids: list[str]) -> None:
    """What the databases of all runs hold of the first one, for each of the others."""
    now = datetime.now(UTC).replace(tzinfo=None)
    with closing(sqlite3.connect(folder / "history" / "runs" / "index.db")) as index:
        for table in ("event_logs", "asset_check_executions", "asset_event_tags"):
            _multiply(index, table, ids)
        index.commit()
    with closing(sqlite3.connect(folder / "history" / "runs.db")) as runs:
        _multiply(runs, "runs", ids)
        for number, run_id in enumerate(ids):
            created = now - timedelta(days=len(ids) - 1 - number)
            runs.execute(
                "UPDATE runs SET create_timestamp = ? WHERE run_id = ?", (str(created), run_id)
            )
        runs.commit()


def _multiply(connection: sqlite3.Connection, table: str, ids: list[str]) -> None:
    cursor = connection.execute(f"SELECT * FROM {table} ORDER BY id")
    names = [column[0] for column in cursor.description]
    template = cursor.fetchall()
    marks = ", ".join("?" * len(names))
    for number in range(1, len(ids)):
        day = (FIRST + timedelta(days=number)).isoformat()

        def moved(name: str, value: Any, number: int = number, day: str = day) -> Any:
            if name in {"id", "event_id"}:
                return value + number * 1000
            is_text = isinstance(value, str)
            return value.replace(ids[0], ids[number]).replace(str(FIRST), day) if is_text else value

        for row in template:
            values = [moved(name, value) for name, value in zip(names, row, strict=True)]
            connection.execute(f"INSERT INTO {table} VALUES ({marks})", values)


@pytest.fixture
def copied(years: History, tmp_path: Path) -> History:
    """A history of one's own."""
    shutil.copytree(years.folder, tmp_path / "history")
    return History(tmp_path / "history", years.run_ids)


@pytest.fixture(scope="module")
def trimmed(years: History, tmp_path_factory: pytest.TempPathFactory) -> History:
    """The 400 days after a night of retention."""
    folder = tmp_path_factory.mktemp("trimmed") / "history"
    shutil.copytree(years.folder, folder)
    found = History(folder, years.run_ids)
    with found.open() as instance:
        assert trim(instance, KEPT, time.time()) == DAYS - 90
    return found


def test_runs_that_are_older_than_kept_are_gone_with_all_they_wrote(trimmed: History) -> None:
    young = set(trimmed.run_ids[-90:])
    with trimmed.open() as instance:
        assert {run.run_id for run in instance.get_runs()} == young
    assert set(trimmed.files()) == young
    logs = {file.parents[1].name for file in (trimmed.folder / "storage").glob("*/*/step.out")}
    assert logs == young


def test_every_day_still_shows_as_loaded(trimmed: History) -> None:
    with trimmed.open() as instance:
        assert len(instance.get_materialized_partitions(_LOADED)) == DAYS
        (latest,) = instance.fetch_materializations(_LOADED, limit=1).records
    assert latest.partition_key == str(FIRST + timedelta(days=DAYS - 1))


def test_what_stays_of_an_old_run_is_the_record_of_its_day_without_the_preview(
    trimmed: History,
) -> None:
    old = f"WHERE run_id = '{trimmed.run_ids[0]}'"
    rows = trimmed.rows(f"SELECT dagster_event_type, partition, event FROM event_logs {old}")
    ((kind, partition, event),) = rows
    assert (kind, partition) == ("ASSET_MATERIALIZATION", FIRST.isoformat())
    assert "Hotel" not in str(event)
    assert "row_count" in str(event)


def test_of_a_check_and_of_an_asset_without_partitions_the_newest_stays(season: History) -> None:
    with season.open() as instance:
        assert trim(instance, KEPT, time.time() + 1000 * 86_400) == 100
        assert instance.get_runs() == []
        assert len(instance.get_materialized_partitions(_LOADED)) == 100
    newest = (season.run_ids[-1],)
    assert season.rows("SELECT run_id FROM asset_check_executions") == [newest]
    files = "asset_key = '[\"files\"]' AND dagster_event_type = 'ASSET_MATERIALIZATION'"
    assert season.rows(f"SELECT run_id FROM event_logs WHERE {files}") == [newest]


def test_a_record_is_dropped_when_its_day_was_loaded_again(season: History) -> None:
    with season.open() as instance:
        again = load(instance, FIRST)
        trim(instance, KEPT, time.time())
        assert len(instance.get_materialized_partitions(_LOADED)) == 100
    day = f"partition = '{FIRST}' AND dagster_event_type = 'ASSET_MATERIALIZATION'"
    assert season.rows(f"SELECT run_id FROM event_logs WHERE {day}") == [(again,)]


def test_the_disk_holds_a_tenth_of_what_it_did_a_day(years: History, trimmed: History) -> None:
    """Of days past their keeping: a file a run before, and the pages of the index that are in use."""
    old = years.run_ids[:-90]
    before = sum(years.files()[run_id] for run_id in old) + _used(years)
    after = sum(size for run_id, size in trimmed.files().items() if run_id in old) + _used(trimmed)
    assert after < before / 10


def _used(found: History) -> int:
    with closing(sqlite3.connect(found.folder / "history" / "runs" / "index.db")) as index:
        pragmas = ("page_count", "freelist_count", "page_size")
        pages, free, size = (index.execute(f"PRAGMA {name}").fetchone()[0] for name in pragmas)
    return int((pages - free) * size)


def _trim_until(folder: Path, place: str, call: int) -> None:
    """Trim, and die as in a power cut at the so-many-th call of a function."""
    real = getattr(history, place)
    left = [call]

    def dying(*arguments: object) -> object:
        left[0] -= 1
        if not left[0]:
            os.kill(os.getpid(), signal.SIGKILL)
        return real(*arguments)

    setattr(history, place, dying)
    with dg.DagsterInstance.local_temp(str(folder)) as instance:
        trim(instance, KEPT, time.time())


def test_after_a_kill_it_goes_on_and_ends_as_if_nothing_had_happened(
    copied: History, trimmed: History
) -> None:
    context = get_context("fork")
    left = []
    for place, call in (("_trim", 50), ("_remove_log", 60), ("without_long_texts", 70)):
        process = context.Process(target=_trim_until, args=(copied.folder, place, call))
        process.start()
        process.join()
        assert process.exitcode == -signal.SIGKILL
        left.append(len(copied.rows("SELECT 1 FROM runs", "runs.db")))
    assert left == sorted(left, reverse=True)
    assert left[-1] > 90
    with copied.open() as instance:
        trim(instance, KEPT, time.time())
    assert copied.state() == trimmed.state()


def test_a_night_removes_so_many_runs_and_the_next_ones_the_rest(season: History) -> None:
    with season.open() as instance:
        assert [trim(instance, KEPT, time.time(), limit=7) for _ in range(3)] == [7, 3, 0]
        assert len(instance.get_materialized_partitions(_LOADED)) == 100


def test_failed_runs_are_kept_longer_and_unfinished_ones_are_left_alone(tmp_path: Path) -> None:
    with dg.DagsterInstance.local_temp(str(tmp_path)) as instance:
        job = dg.JobDefinition(name="fails", graph_def=dg.GraphDefinition("g", node_defs=[failing]))
        failed = job.execute_in_process(instance=instance, raise_on_error=False)
        assert not failed.success
        running = instance.create_run_for_job(job, status=dg.DagsterRunStatus.STARTED)
        load(instance, FIRST)
        day = 86_400
        assert trim(instance, KEPT, time.time() + 91 * day) == 1
        assert trim(instance, KEPT, time.time() + 364 * day) == 0
        assert trim(instance, KEPT, time.time() + 366 * day) == 1
        assert [run.run_id for run in instance.get_runs()] == [running.run_id]


def test_of_what_a_sensor_observes_the_newest_stays(tmp_path: Path) -> None:
    limit = dg.AssetKey(["powerbi", "limits"])
    with dg.DagsterInstance.local_temp(str(tmp_path)) as instance:
        for number in range(5):
            observed = dg.AssetObservation(limit, metadata={"rows": number})
            instance.report_runless_asset_event(observed)
        assert trim(instance, KEPT, time.time()) == 0
        assert len(instance.fetch_observations(limit, limit=10).records) == 5
        trim(instance, KEPT, time.time() + 91 * 86_400)
        (left,) = instance.fetch_observations(limit, limit=10).records
        assert left.asset_observation is not None
        assert left.asset_observation.metadata["rows"].value == 4
    file = tmp_path / "history" / "runs" / ".db"  # events without a run
    with closing(sqlite3.connect(file)) as alone:
        assert alone.execute("SELECT count(*) FROM event_logs").fetchone() == (0,)


def test_files_of_runs_that_were_deleted_in_the_ui_go_too(tmp_path: Path) -> None:
    with dg.DagsterInstance.local_temp(str(tmp_path)) as instance:
        run_id = load(instance, FIRST)
        instance.delete_run(run_id)
        file = tmp_path / "history" / "runs" / f"{run_id}.db"
        trim(instance, KEPT, time.time())
        assert file.exists()
        trim(instance, KEPT, time.time() + 91 * 86_400)
        assert not file.exists()
        load(instance, FIRST)  # and the storage is as usable as before


def test_days_are_reckoned_from_the_settings() -> None:
    (before, ended), (before_failed, failed) = limits(KEPT, 400.0 * 86_400)
    assert (before, before_failed) == (310.0 * 86_400, 35.0 * 86_400)
    assert ended.statuses == [dg.DagsterRunStatus.SUCCESS]
    assert set(failed.statuses) == {dg.DagsterRunStatus.FAILURE, dg.DagsterRunStatus.CANCELED}


@pytest.mark.parametrize("event", ["{}", '{"dagster_event": null}', "[]", '{"dagster_event": {}}'])
def test_an_event_of_another_form_stays_as_it_is(event: str) -> None:
    assert without_long_texts(event) == event


def test_the_job_runs_every_night_without_being_switched_on() -> None:
    job, schedule = retention.retention_parts(KEPT, "de")
    with dg.DagsterInstance.ephemeral() as instance:
        load(instance, FIRST)
        done = job.execute_in_process(instance=instance)
    assert done.success
    assert schedule.default_status is dg.DefaultScheduleStatus.RUNNING
