"""What earlier versions wrote is opened by this one, goes on, and gives the numbers of a fresh load."""

from __future__ import annotations

import json
import tarfile
from collections.abc import Iterator
from datetime import UTC, date, datetime
from pathlib import Path

import click.testing
import pyarrow as pa
import pytest
import requests

from insight_pipeline.cli.main import insight
from insight_pipeline.emulator import Emulator, running_emulator
from insight_pipeline.emulator.rows import Row
from insight_pipeline.model.errors import PermanentError
from insight_pipeline.model.tables import PIPELINE_META, TABLES
from insight_pipeline.orchestration.alerting import Alerting
from insight_pipeline.orchestration.backup import Wish, make_backup
from insight_pipeline.orchestration.pushing import Push
from insight_pipeline.orchestration.restoring import Consent, restore
from insight_pipeline.orchestration.site import Site
from insight_pipeline.parquet import write_parquet
from insight_pipeline.setting_steps import migrated
from insight_pipeline.settings import load_settings
from insight_pipeline.sinks.powerbi.ledger import Ledger
from insight_pipeline.sqlite_files import version_of
from tests.pipeline import Pipeline
from tests.uploading import DATASET, DAY, approving, be_quick, is_all_there, log_in

HERE = Path(__file__).parent
FIRST, LAST = "2026-03-11", "2026-03-13"
COMPARED = [name for name, table in TABLES.items() if table.is_partitioned]
NOW = datetime(2026, 4, 1, tzinfo=UTC)


def unpacked(name: str, folder: Path) -> Path:
    """The settings file of an earlier installation."""
    with tarfile.open(HERE / f"{name}.tar.gz") as archive:
        archive.extractall(folder, filter="data")
    return folder / "insight.toml"


@pytest.fixture(scope="module")
def fresh(tmp_path_factory: pytest.TempPathFactory) -> Pipeline:
    """The same days, loaded by this version alone."""
    config = unpacked("first", tmp_path_factory.mktemp("fresh"))
    config.write_text(config.read_text().replace('"data"', '"new"').replace("/data/", "/new/"))
    pipeline = Pipeline(config)
    assert pipeline.load("demo", FIRST, LAST).is_success
    return pipeline


def rows_of(pipeline: Pipeline) -> dict[str, list[tuple[str, ...]]]:
    """The rows of every partitioned table of the database."""
    return {name: sorted(tuple(row.values()) for row in pipeline.rows(name)) for name in COMPARED}


def test_the_first_version_s_days_are_shown_and_loaded_again_with_the_numbers_of_a_fresh_load(
    tmp_path: Path, fresh: Pipeline
) -> None:
    config = unpacked("first", tmp_path)
    shown = click.testing.CliRunner().invoke(insight, ["--config", str(config), "status", "--json"])
    assert shown.exception is None or isinstance(shown.exception, SystemExit)
    (status,) = json.loads(shown.stdout)["installations"]
    assert (status["installation"], status["newest_read"]) == ("demo", DAY)

    site = Site("demo", load_settings(config, {}))
    day = date.fromisoformat(DAY)
    calls = site.lake.read_days("fact_call", [day], TABLES["fact_call"].arrow_schema())
    assert len(calls) == 15

    pipeline = Pipeline(config)
    assert pipeline.load("demo", FIRST, LAST).is_success
    assert rows_of(pipeline) == rows_of(fresh)
    assert all(rows_of(fresh)[name] for name in ("fact_call", "fact_queue_visit"))


@pytest.fixture
def service() -> Iterator[Emulator]:
    """Power BI as the earlier version left it."""
    with tarfile.open(HERE / "pushed.tar.gz") as archive:
        member = archive.extractfile("service.json")
        assert member is not None
        held = json.load(member)
    with running_emulator(approving()) as found:
        headers = {"Authorization": f"Bearer {found.issue_token()}"}
        url = f"{found.push_url}/datasets"
        answer = requests.post(url, json=held["body"], headers=headers, timeout=10)
        answer.raise_for_status()
        dataset = found.world.datasets.pop(answer.json()["id"])
        dataset.id = held["id"]
        found.world.datasets[dataset.id] = dataset
        for name, rows in held["rows"].items():
            place = f"{url}/{dataset.id}/tables/{name}/rows"
            done = requests.post(place, json={"rows": rows}, headers=headers, timeout=10)
            done.raise_for_status()
            table = dataset.table(name)
            assert table is not None
            table.sequence_numbers = held["numbers"][name]
        yield found


def calls_held(service: Emulator) -> list[Row]:
    table = next(iter(service.world.datasets.values())).table("fact_call")
    assert table is not None
    return list(table.rows)


def uploading(folder: Path, service: Emulator) -> Path:
    """The earlier installation, with the service at its present address."""
    config = unpacked("pushed", folder)
    config.write_text(config.read_text().replace("http://127.0.0.1:1", service.url))
    log_in(config)
    return config


def test_an_earlier_ledger_and_outbox_go_on_and_no_row_is_sent_twice(
    tmp_path: Path, service: Emulator, fresh: Pipeline, monkeypatch: pytest.MonkeyPatch
) -> None:
    be_quick(monkeypatch)
    before = calls_held(service)
    config = uploading(tmp_path, service)
    assert version_of(tmp_path / "data" / "state" / "powerbi.db") == 0
    pipeline = Pipeline(config)
    assert pipeline.load("demo", FIRST, LAST).is_success
    assert Push(pipeline.settings).held() == []
    is_all_there(service, pipeline.settings)
    assert calls_held(service) == before
    assert rows_of(pipeline)["fact_call"] == rows_of(fresh)["fact_call"]
    alerting = Alerting(pipeline.settings)
    (waiting,) = alerting.outbox.deliveries()
    assert (waiting.channel.name, waiting.state) == ("it@company.example", "waiting")
    assert alerting.outbox.untold_failures()[0] == []


def test_an_earlier_state_is_backed_up_and_restored_as_the_present_one(
    tmp_path: Path, service: Emulator, monkeypatch: pytest.MonkeyPatch
) -> None:
    be_quick(monkeypatch)
    config = uploading(tmp_path, service)
    file = tmp_path / "backup.zip"
    make_backup(load_settings(config, {}), config, file, Wish(has_login=True), NOW)
    restore(file, tmp_path, {}, NOW, Consent(is_replacing=True))
    ledger = Ledger(tmp_path / "data" / "state" / "powerbi.db")
    assert ledger.table(DATASET, "fact_call").restored_at == NOW.timestamp()
    pipeline = Pipeline(config)
    assert pipeline.load("demo", FIRST, LAST).is_success
    assert Push(pipeline.settings).held() == []
    is_all_there(service, pipeline.settings)


@pytest.mark.parametrize("file", sorted((HERE / "settings").glob("*.toml")), ids=lambda f: f.stem)
def test_every_settings_file_that_the_project_ever_had_loads(file: Path, tmp_path: Path) -> None:
    text, _ = migrated(file.read_text("utf-8"))
    config = tmp_path / "insight.toml"
    config.write_text(text, "utf-8")
    settings = load_settings(config, {})
    assert settings.installations["demo"].start_date == date(2026, 3, 1)
    assert settings.kpi.service_level_seconds == 20


def test_a_lake_of_a_newer_model_is_refused_and_left_as_it_is(tmp_path: Path) -> None:
    config = unpacked("first", tmp_path)
    newer = pa.Table.from_pylist(
        [{"key": "model_version", "value": "99"}], PIPELINE_META.arrow_schema()
    )
    write_parquet(newer, tmp_path / "data" / "lake" / "pipeline_meta.parquet")
    before = {path: path.stat().st_mtime_ns for path in (tmp_path / "data").rglob("*")}
    with pytest.raises(PermanentError, match="IA-720"):
        Pipeline(config)
    with pytest.raises(PermanentError, match="IA-720"):
        Site("demo", load_settings(config, {})).lake.dates("fact_call")
    assert {path: path.stat().st_mtime_ns for path in (tmp_path / "data").rglob("*")} == before
