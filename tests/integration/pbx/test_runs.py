"""The PBX's database in runs, in the sensor and on the command line."""

from __future__ import annotations

import json
from datetime import datetime, timedelta
from pathlib import Path
from typing import Any
from zoneinfo import ZoneInfo

import dagster as dg
import pytest
from click.testing import CliRunner

from insight_pipeline.cli.main import insight
from insight_pipeline.orchestration.resources import Sites
from insight_pipeline.orchestration.site import Site
from tests.integration.pbx.database import Pbx, row, site_of, table_of
from tests.pipeline import Pipeline

pytestmark = pytest.mark.services
ZONE = ZoneInfo("Europe/Berlin")
TODAY = datetime.now(ZONE).replace(hour=0, minute=0, second=0, microsecond=0)
NOON = int((TODAY - timedelta(days=3)).replace(hour=12).timestamp())
DAY = datetime.fromtimestamp(NOON, ZONE).date().isoformat()


@pytest.fixture
def config(tmp_path: Path, pbx: Pbx) -> Path:
    """Settings of an installation whose PBX has two calls of one day."""
    pbx.put([row(1, start=NOON), row(2, start=NOON + 60)])
    site_of(tmp_path, pbx.url)
    return tmp_path / "insight.toml"


def _away(config: Path, pbx: Pbx) -> Path:
    """The same settings, with an address where nobody answers."""
    address = f"127.0.0.1:{pbx.url.port}/"
    text = config.read_text(encoding="utf-8")
    config.write_text(text.replace(address, "127.0.0.1:1/"), encoding="utf-8")
    return config


def _tick(pipeline: Pipeline) -> list[dg.RunRequest]:
    """What the sensor asks for."""
    sensor = pipeline.definitions.resolve_sensor_def("demo_new_files")
    repository = pipeline.definitions.get_repository_def()
    with dg.build_sensor_context(pipeline.instance, repository_def=repository) as context:
        result = sensor(context, sites=Sites(pipeline.settings))
    assert isinstance(result, dg.SensorResult)
    return list(result.run_requests or [])


def test_a_run_loads_what_the_database_holds(config: Path) -> None:
    pipeline = Pipeline(config)
    outcome = pipeline.load("demo", DAY, DAY)
    assert outcome.is_success
    assert outcome.held_back == ()
    assert {call["call_id"] for call in pipeline.rows("fact_call")} == {"demo:1", "demo:2"}
    assert [file["file_name"] for file in pipeline.rows("ingest_file")] == ["cdrdata/000000001"]


def test_a_database_that_is_away_is_said_and_what_was_read_is_loaded(
    config: Path, pbx: Pbx
) -> None:
    Pipeline(config).load("demo", DAY, DAY)
    outcome = Pipeline(_away(config, pbx)).load("demo", DAY, DAY)
    assert outcome.is_success
    (said,) = outcome.held_back
    assert said.startswith("IA-240 Die Datenbank der Anlage, 127.0.0.1:1/")
    assert "Nichts geht verloren" in said


def test_the_sensor_reads_new_rows_and_then_loads_exactly_the_days_they_touch(
    config: Path, pbx: Pbx, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr("insight_pipeline.sources.cdrdata.reading.PbxTable.is_due", lambda _: True)
    pipeline = Pipeline(config)
    assert [request.job_name for request in _tick(pipeline)] == ["demo_read"]
    read = pipeline.definitions.resolve_job_def("demo_read")
    assert read.execute_in_process(instance=pipeline.instance).success
    assert [
        (r.job_name, r.tags["dagster/asset_partition_range_start"]) for r in _tick(pipeline)
    ] == [("demo_load", DAY)]
    assert pipeline.load("demo", DAY, DAY).is_success
    assert _tick(pipeline) == []
    pbx.put([row(3, start=NOON + 120)])
    assert [request.job_name for request in _tick(pipeline)] == ["demo_read"]


def test_the_sensor_asks_no_oftener_than_configured_and_again_after_a_failure(
    config: Path, pbx: Pbx
) -> None:
    pipeline = Pipeline(config)
    pipeline.load("demo", DAY, DAY)
    pbx.put([row(3, start=NOON + 120)])
    assert _tick(pipeline) == []
    table = table_of(Site("demo", pipeline.settings))
    assert not table.is_due()
    away = Pipeline(_away(config, pbx))
    assert _tick(away) == []
    away.load("demo", DAY, DAY)
    assert table_of(Site("demo", away.settings)).is_due()
    assert _tick(away) == []
    assert [request.job_name for request in _tick(pipeline)] == ["demo_read"]


def _status(config: Path) -> dict[str, Any]:
    done = CliRunner().invoke(insight, ["--config", str(config), "status", "--json"])
    assert done.exit_code == 3, done.output
    found = json.loads(done.output)
    (site,) = found["installations"]
    return {**site, "findings": found["findings"]}


def _codes(status: dict[str, Any]) -> set[str]:
    return {finding["code"] for finding in status["findings"]}


def test_status_tells_how_far_the_database_is_read_and_what_is_in_the_way(
    config: Path, pbx: Pbx
) -> None:
    before = _status(config)
    assert "IA-249" in _codes(before)
    assert not _codes(before) & {"IA-224", "IA-226"}
    pbx.put([row(3, start=NOON + 120, seconds=None)])
    pbx.run("ALTER TABLE cdrdata ADD COLUMN mood text")
    table_of(site_of(config.parent, pbx.url)).read()
    status = _status(config)
    database = status["pbx"]
    assert (database["newest_id"], database["open_rows"], database["watermark"]) == (3, 1, 3)
    assert database["newest_start"] == f"{DAY} 12:02:00"
    assert database["problem"] is None
    assert "IA-223" in _codes(status)
    away = _away(config, pbx)
    with pytest.raises(Exception, match="IA-240"):
        table_of(Site("demo", Pipeline(away).settings)).read()
    status = _status(away)
    assert status["pbx"]["problem"] == "IA-240"
    assert "IA-240" in _codes(status)
    assert status["pbx"]["newest_id"] == 3


def test_run_ends_with_3_where_the_database_is_away(config: Path, pbx: Pbx) -> None:
    arguments = ["run", "--from", DAY]
    done = CliRunner().invoke(insight, ["--config", str(_away(config, pbx)), *arguments])
    assert done.exit_code == 3, done.output
    assert "IA-240" in done.output
