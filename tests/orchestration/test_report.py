"""The report as an asset: by month, from what is loaded, apart from the daily load."""

from __future__ import annotations

from datetime import datetime
from pathlib import Path
from zoneinfo import ZoneInfo

import dagster as dg
import pytest

from insight_pipeline.orchestration.partitions import days_of_month, monthly
from tests.conftest import write_settings
from tests.pipeline import Pipeline

REPORT = dg.AssetKey(["demo", "report"])
BERLIN = ZoneInfo("Europe/Berlin")


def _made(pipeline: Pipeline, month: str) -> dg.AssetMaterialization:
    job = pipeline.definitions.resolve_job_def("demo_report")
    result = job.execute_in_process(instance=pipeline.instance, partition_key=month)
    assert result.success
    (event,) = result.get_asset_materialization_events()
    made = event.step_materialization_data.materialization
    assert made.asset_key == REPORT
    return made


def test_a_month_becomes_a_page_with_its_plots_in_the_metadata(examples: Pipeline) -> None:
    metadata = _made(examples, "2026-03-01").metadata
    file = examples.settings.data_dir / "reports" / "demo" / "2026-03.html"
    assert metadata["page"].value == str(file)
    assert metadata["bytes"].value == file.stat().st_size
    assert (metadata["days_loaded"].value, metadata["days_missing"].value) == (2, 29)
    picture = str(metadata["days"].value)
    assert picture.startswith("![Besuche in Warteschlangen nach ihrem Ende](data:image/png;base64,")
    assert sum(len(str(value.value)) for value in metadata.values()) < 200_000
    assert "12.03.2026" in file.read_text("utf-8")


def test_a_month_without_a_loaded_day_becomes_a_page_that_says_so(examples: Pipeline) -> None:
    made = _made(examples, "2026-04-01")
    assert made.metadata["days_loaded"].value == 0
    assert "days" not in made.metadata
    page = Path(str(made.metadata["page"].value)).read_text("utf-8")
    assert "Von diesem Zeitraum ist kein Tag geladen" in page


def test_a_page_made_again_takes_the_place_of_the_old_one_and_leaves_nothing_beside_it(
    examples: Pipeline,
) -> None:
    folder = examples.settings.data_dir / "reports" / "demo"
    folder.mkdir(parents=True, exist_ok=True)
    (folder / "2026-05.html").write_text("old")
    _made(examples, "2026-05-01")
    assert [file.name for file in folder.iterdir() if "2026-05" in file.name] == ["2026-05.html"]
    assert (folder / "2026-05.html").read_text("utf-8").startswith("<!doctype html>")


def test_the_daily_load_does_not_make_reports(examples: Pipeline) -> None:
    keys = examples.definitions.resolve_job_def("demo_load").asset_layer.executable_asset_keys
    assert REPORT not in keys
    assert dg.AssetKey(["demo", "lake"]) in keys


def test_a_month_is_made_from_its_own_days_of_the_lake(examples: Pipeline) -> None:
    specs = {spec.key: spec for spec in examples.definitions.resolve_all_asset_specs()}
    lake = dg.AssetKey(["demo", "lake"])
    dep = next(dep for dep in specs[REPORT].deps if dep.asset_key == lake)
    months, days = specs[REPORT].partitions_def, specs[lake].partitions_def
    assert dep.partition_mapping is not None
    assert months is not None
    assert days is not None
    found = dep.partition_mapping.get_upstream_mapped_partitions_result_for_partitions(
        months.subset_with_partition_keys(["2026-03-01"]), months, days
    )
    keys = sorted(found.partitions_subset.get_partition_keys())
    assert (keys[0], keys[-1], len(keys)) == ("2026-03-01", "2026-03-31", 31)


def test_months_begin_with_that_of_a_start_date_in_its_midst(tmp_path: Path) -> None:
    config = write_settings(tmp_path, tmp_path / "landing")
    config.write_text(config.read_text().replace("2026-03-01", "2026-03-17"))
    months = monthly(Pipeline(config).settings.installations["demo"])
    now = datetime(2026, 5, 2, 12, tzinfo=BERLIN)
    assert months.get_partition_keys(now) == ["2026-03-01", "2026-04-01", "2026-05-01"]
    assert [day.day for day in days_of_month("2028-02-01")] == [1, 29]


@pytest.mark.parametrize(
    ("now", "month"),
    [
        (datetime(2026, 4, 1, 5, 30, tzinfo=BERLIN), "2026-03-01"),
        (datetime(2027, 1, 1, 5, 30, tzinfo=BERLIN), "2026-12-01"),
        (datetime(2026, 3, 1, 5, 30, tzinfo=BERLIN), None),
    ],
)
def test_on_the_first_the_month_that_ended_is_asked_for(
    tmp_path: Path, now: datetime, month: str | None
) -> None:
    pipeline = Pipeline(write_settings(tmp_path, tmp_path / "landing"))
    schedule = pipeline.definitions.resolve_schedule_def("demo_monthly_report")
    assert schedule.cron_schedule == "30 5 1 * *"
    assert schedule.execution_timezone == "Europe/Berlin"
    context = dg.build_schedule_context(instance=pipeline.instance, scheduled_execution_time=now)
    found = schedule(context)
    if month is None:
        assert isinstance(found, dg.SkipReason)
    else:
        assert isinstance(found, dg.RunRequest)
        assert found.partition_key == month
