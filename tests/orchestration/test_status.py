"""The status in the UI: its page, its checks, and the sensor that writes only what is new."""

from __future__ import annotations

import shutil
from pathlib import Path

import dagster as dg
import pytest

from insight_pipeline.orchestration.assets.status import CALLS_COMING, STATUS, UP_TO_DATE
from insight_pipeline.orchestration.resources import Sites
from insight_pipeline.orchestration.site import Site
from insight_pipeline.orchestration.status.machine import automation_file
from insight_pipeline.settings import load_settings
from tests import direct
from tests.conftest import write_settings
from tests.pipeline import GOLDEN, Pipeline


@pytest.fixture
def pipeline(tmp_path: Path) -> Pipeline:
    """A day of calls in the landing folder, read and not loaded, and a file that is no export."""
    shutil.copytree(GOLDEN / "examples" / "landing", tmp_path / "landing")
    refused = tmp_path / "landing" / "demo" / "call_list" / "[bold]*.csv"
    refused.write_text("a;b\n1;2\n", "utf-8")
    config = write_settings(tmp_path, tmp_path / "landing")
    config.write_text(
        config.read_text("utf-8").replace("silent_days = 0", "silent_days = 1"), "utf-8"
    )
    direct.read(Site("demo", load_settings(config, environ={})))
    return Pipeline(config)


def _tick(pipeline: Pipeline, cursor: str | None = None) -> dg.SensorResult | dg.SkipReason:
    sensor = pipeline.definitions.resolve_sensor_def("status_sensor")
    with dg.build_sensor_context(instance=pipeline.instance, cursor=cursor) as context:
        found = sensor(context, sites=Sites(pipeline.settings))
    assert isinstance(found, dg.SensorResult | dg.SkipReason)
    return found


def test_the_page_says_what_is_missing_and_what_to_do(pipeline: Pipeline) -> None:
    asset = pipeline.definitions.resolve_assets_def(STATUS)
    result = dg.materialize([asset], instance=pipeline.instance)
    (made,) = result.asset_materializations_for_node("status")
    page = str(made.metadata["status"].value)
    assert "| demo | 2026-03-12 | nichts | nichts | aus |" in page
    assert "- **IA-404** demo: Zu laden: 2026-03-12." in page
    assert "\n    - → insight run --installation demo --from 2026-03-12" in page
    assert "- **IA-207** (demo) " in page
    assert r"call\_list/\[bold\]\*.csv" in page
    assert page.index("### Es fehlt") < page.index("### Zu wissen")
    assert made.metadata["findings_missing"].value == 3
    (check,) = result.get_asset_check_evaluations()
    assert (check.check_name, check.passed, check.severity.value) == (UP_TO_DATE, False, "WARN")
    assert "IA-761" in (check.description or "")


def test_the_sensor_writes_the_page_when_it_is_another_one_and_only_then(
    pipeline: Pipeline,
) -> None:
    first = _tick(pipeline)
    assert isinstance(first, dg.SensorResult)
    kinds = [type(event) for event in first.asset_events]
    assert kinds == [dg.AssetMaterialization, dg.AssetCheckEvaluation]
    page = str(first.asset_events[0].metadata["status"].value)
    assert "### Geht von selbst weiter" in page
    assert isinstance(_tick(pipeline, first.cursor), dg.SkipReason)
    (pipeline.settings.landing_dir / "demo" / "call_list" / "[bold]*.csv").unlink()
    assert isinstance(_tick(pipeline, first.cursor), dg.SensorResult)


def test_the_sensor_notes_that_it_has_looked(pipeline: Pipeline) -> None:
    file = automation_file(pipeline.settings)
    assert not file.exists()
    _tick(pipeline)
    assert file.exists()


@pytest.mark.parametrize("cursor", ["", "\0", "{not json", "ü" * 10_000])
def test_a_broken_cursor_starts_over(pipeline: Pipeline, cursor: str) -> None:
    assert isinstance(_tick(pipeline, cursor), dg.SensorResult)


def test_a_run_says_that_calls_have_stopped_coming_and_holds_nothing_back(
    pipeline: Pipeline,
) -> None:
    outcome = pipeline.load("demo", "2026-03-12", "2026-03-12")
    assert outcome.is_success
    assert outcome.held_back == ()
    key = dg.AssetCheckKey(dg.AssetKey(["demo", "landing_files"]), CALLS_COMING)
    records = pipeline.instance.event_log_storage.get_asset_check_execution_history(key, limit=1)
    found = records[0].evaluation
    assert found is not None
    assert not found.passed
    assert "IA-761 demo: seit 2026-03-12" in (found.description or "")


def test_damaged_state_is_told_by_the_sensor_and_does_not_stop_it(pipeline: Pipeline) -> None:
    (index,) = (pipeline.settings.data_dir / "raw" / "demo").rglob("*.db")
    index.write_bytes(b"no database" * 1000)
    found = _tick(pipeline)
    assert isinstance(found, dg.SensorResult)
    assert "**IA-433** (demo)" in str(found.asset_events[0].metadata["status"].value)
