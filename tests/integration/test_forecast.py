"""The forecast through the pipeline: from the days in the lake to the database, and what stops it."""

from __future__ import annotations

from datetime import date
from pathlib import Path

import pyarrow as pa
import pytest

from insight_pipeline.model.tables import FORECAST_QUEUE_INTERVAL
from insight_pipeline.orchestration.assets import forecast as asset
from insight_pipeline.orchestration.forecasting import broken_identities, forecast_of
from insight_pipeline.orchestration.site import Site
from tests.conftest import write_settings
from tests.pipeline import GOLDEN, Pipeline

DAY = date(2026, 3, 12)


@pytest.fixture
def pipeline(tmp_path: Path) -> Pipeline:
    return Pipeline(write_settings(tmp_path, GOLDEN / "examples" / "landing"))


def test_the_database_holds_the_forecast_of_what_was_loaded(pipeline: Pipeline) -> None:
    assert pipeline.load("demo", "2026-03-12", "2026-03-12").is_success
    found = pipeline.rows("forecast_queue_interval")
    intervals = pipeline.rows("fact_queue_interval")
    assert sum(float(row["expected_offered"]) for row in found) == sum(
        int(row["offered"]) for row in intervals
    )
    assert {row["weekday"] for row in found} == {"4"}
    assert {row["last_date"] for row in found} == {"2026-03-12"}


def test_a_loaded_day_without_any_row_is_no_history(pipeline: Pipeline) -> None:
    assert pipeline.load("demo", "2026-03-05", "2026-03-12").is_success
    assert {row["weeks"] for row in pipeline.rows("forecast_queue_interval")} == {"1"}


def test_the_running_day_is_no_history(pipeline: Pipeline) -> None:
    assert pipeline.load("demo", "2026-03-12", "2026-03-12").is_success
    site = Site("demo", pipeline.settings)
    assert len(forecast_of(site, date(2026, 3, 13)))
    assert forecast_of(site, DAY).num_rows == 0


def test_a_forecast_that_contradicts_itself_stays_out_of_the_database(
    pipeline: Pipeline, monkeypatch: pytest.MonkeyPatch
) -> None:
    assert pipeline.load("demo", "2026-03-12", "2026-03-12").is_success
    before = pipeline.rows("forecast_queue_interval")
    place = FORECAST_QUEUE_INTERVAL.names.index("expected_service_level")

    def worse(site: Site, today: date) -> pa.Table:
        table = forecast_of(site, today)
        figures = pa.array([0.1] * len(table), pa.float64())
        return table.set_column(place, table.field(place), figures)

    monkeypatch.setattr(asset, "forecast_of", worse)
    outcome = pipeline.load("demo", "2026-03-12", "2026-03-12")
    assert outcome.failed_checks == ("demo/forecast_queue_interval: figures_agree",)
    assert pipeline.rows("forecast_queue_interval") == before
    (broken,) = broken_identities(worse(Site("demo", pipeline.settings), date(2026, 3, 13)))
    assert broken.startswith("the target is reached")
