"""Opening hours through the pipeline: from the settings to visits, quarter hours and the database."""

from __future__ import annotations

import shutil
from collections import Counter
from datetime import date
from pathlib import Path

import dagster as dg
import pyarrow.parquet as pq
import pytest

from insight_pipeline.orchestration.resources import Sites
from insight_pipeline.orchestration.site import Site
from insight_pipeline.settings import load_settings
from tests import direct
from tests.conftest import write_settings
from tests.pipeline import GOLDEN, Pipeline

DAY, TODAY = date(2026, 3, 12), date(2026, 3, 13)
HOURS = '[installations.demo.hours]\nthursday = "{}"\n'


@pytest.fixture
def config(tmp_path: Path) -> Path:
    """The worked calls of a Thursday, their first between 9 and 10 o'clock."""
    shutil.copytree(GOLDEN / "examples" / "landing", tmp_path / "landing")
    return write_settings(tmp_path, tmp_path / "landing")


def _with(config: Path, text: str) -> Site:
    """The installation with these hours."""
    plain = config.with_name("plain.toml")
    if not plain.exists():
        shutil.copyfile(config, plain)
    config.write_text(plain.read_text() + text)
    return Site("demo", load_settings(config, {}))


def _loaded(site: Site) -> Site:
    direct.read(site)
    direct.load(site, [DAY])
    site.raw.index.finish_load([(DAY - date(1970, 1, 1)).days])
    return site


def _by_flag(site: Site) -> tuple[Counter[bool | None], Counter[bool | None]]:
    """Visits and quarter hours, counted by their flag."""
    tables = direct.tables(site)
    visits = Counter(tables["fact_queue_visit"]["is_open"].to_pylist())
    intervals: Counter[bool | None] = Counter()
    for row in tables["fact_queue_interval"].to_pylist():
        intervals[row["is_open"]] += row["offered"]
    return visits, intervals


def test_quarter_hours_hold_as_many_visits_inside_and_outside_as_there_are(config: Path) -> None:
    visits, intervals = _by_flag(_loaded(_with(config, HOURS.format("09:00-09:30"))))
    assert visits == intervals
    assert visits[True] > 0
    assert visits[False] > 0
    assert visits[None] == 0


def test_without_hours_it_is_not_known(config: Path) -> None:
    visits, intervals = _by_flag(_loaded(_with(config, "")))
    assert set(visits) == set(intervals) == {None}


def test_other_hours_make_loaded_days_stale_and_the_same_do_not(config: Path) -> None:
    site = _loaded(_with(config, ""))
    assert not site.new_definitions
    assert site.stale(TODAY)[1] == []
    opened = HOURS.format("09:00-09:30")
    site = _with(config, opened)
    assert site.new_definitions
    direct.read(site)
    assert site.stale(TODAY)[1] == [DAY]
    _loaded(site)
    direct.read(site)
    assert not site.new_definitions
    assert site.stale(TODAY)[1] == []
    shorter = _with(config, HOURS.format("09:00-09:15"))
    assert shorter.new_definitions != _with(config, opened).new_definitions
    direct.read(shorter)
    assert shorter.stale(TODAY)[1] == [DAY]


@pytest.mark.parametrize(
    "line",
    [
        "[kpi]\ncallback_window_hours = 1\n",
        "[kpi]\nshort_abandon_seconds = 30\n",
        '[kpi]\nservice_level_variant = "offered"\n',
    ],
)
def test_other_definitions_make_loaded_days_stale(config: Path, line: str) -> None:
    site = _loaded(_with(config, ""))
    assert not site.is_redefined()
    other = _with(config, line)
    assert other.is_redefined()
    direct.read(other)
    assert other.stale(TODAY)[1] == [DAY]


def test_the_sensor_brings_other_hours_into_loaded_days(config: Path) -> None:
    assert Pipeline(config).load("demo", "2026-03-12", "2026-03-12").is_success
    _with(config, HOURS.format("00:00-24:00"))
    pipeline = Pipeline(config)
    sensor = pipeline.definitions.resolve_sensor_def("demo_new_files")

    def jobs() -> list[str | None]:
        repository = pipeline.definitions.get_repository_def()
        with dg.build_sensor_context(
            instance=pipeline.instance, repository_def=repository
        ) as context:
            result = sensor(context, sites=Sites(pipeline.settings))
        assert isinstance(result, dg.SensorResult)
        return [request.job_name for request in result.run_requests or []]

    assert jobs() == ["demo_read"]
    read = pipeline.definitions.resolve_job_def("demo_read")
    assert read.execute_in_process(instance=pipeline.instance).success
    assert jobs() == ["demo_load"]
    assert pipeline.load("demo", "2026-03-12", "2026-03-12").is_success
    assert jobs() == []
    assert {row["is_open"] for row in pipeline.rows("fact_queue_interval")} == {"true"}


def test_a_partition_written_before_the_column_came_is_read_with_nothing_known(
    config: Path,
) -> None:
    site = _loaded(_with(config, HOURS.format("00:00-24:00")))
    file = site.lake.file("fact_queue_visit", DAY)
    earlier = pq.read_table(file).drop_columns(["is_open"])
    file.unlink()
    pq.write_table(earlier, file)
    found = direct.tables(site)["fact_queue_visit"]
    assert len(found) == len(earlier)
    assert found["is_open"].null_count == len(found)
