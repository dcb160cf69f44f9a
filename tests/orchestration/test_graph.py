"""The asset graph: data flows one way, every asset explains itself, and a failed check stops the sinks."""

from __future__ import annotations

import shutil
import warnings
from datetime import date
from itertools import pairwise
from pathlib import Path

import dagster as dg
import pyarrow as pa
import pytest

from insight_pipeline import definitions
from insight_pipeline.definitions import build_defs
from insight_pipeline.facts import calls as calls_module
from insight_pipeline.facts.intervals import queue_intervals
from insight_pipeline.facts.reconciliation import Imbalance
from insight_pipeline.model.tables import TABLES
from insight_pipeline.orchestration import auditing
from insight_pipeline.orchestration.assets import facts
from insight_pipeline.orchestration.assets.powerbi import dataset_asset
from insight_pipeline.orchestration.automation import read_requests
from insight_pipeline.orchestration.partitions import ranges
from insight_pipeline.orchestration.runs import run_apart, seasons
from insight_pipeline.orchestration.site import Site
from insight_pipeline.settings import load_settings
from tests import direct
from tests.conftest import write_settings
from tests.pipeline import GOLDEN, Pipeline

STAGES = ["sources", "legs", "facts", "sinks", "operation"]


def _specs(pipeline: Pipeline) -> dict[dg.AssetKey, dg.AssetSpec]:
    return {spec.key: spec for spec in pipeline.definitions.resolve_all_asset_specs()}


def test_data_only_flows_from_sources_to_sinks(examples: Pipeline) -> None:
    specs = _specs(examples)
    for spec in specs.values():
        for dep in spec.deps:
            above = specs[dep.asset_key].group_name or ""
            if spec.key.path != ["dim_date"]:  # the calendar looks at which years are loaded
                assert STAGES.index(above) <= STAGES.index(spec.group_name or ""), spec.key


def test_every_asset_has_owner_kind_group_and_description(examples: Pipeline) -> None:
    for spec in _specs(examples).values():
        is_observed = spec.key.path == ["powerbi", "insight_historical"]  # takes no owners
        assert spec.owners or is_observed, spec.key
        assert spec.kinds, spec.key
        assert spec.group_name in STAGES, spec.key
        assert spec.description, spec.key


def test_facts_show_their_columns_with_meaning_and_unit(examples: Pipeline) -> None:
    schema = _specs(examples)[dg.AssetKey(["demo", "fact_call"])].metadata["dagster/column_schema"]
    wait = next(column for column in schema.columns if column.name == "wait_seconds")
    assert "Unit: seconds" in (wait.description or "")


def test_the_definitions_warn_of_no_beta_that_is_known_and_of_any_other(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    settings = load_settings(write_settings(tmp_path, tmp_path / "landing"), environ={})
    with warnings.catch_warnings():
        warnings.simplefilter("error", dg.BetaWarning)
        build_defs(settings)

    def other(locale: str) -> dg.SourceAsset:
        warnings.warn("Function `something` is currently in beta", dg.BetaWarning, stacklevel=1)
        return dataset_asset(locale)

    monkeypatch.setattr(definitions, "dataset_asset", other)
    with pytest.warns(dg.BetaWarning, match="something"):
        build_defs(settings)


def test_installations_stand_side_by_side_in_their_own_time_zones(tmp_path: Path) -> None:
    config = write_settings(tmp_path, tmp_path / "landing")
    config.write_text(
        config.read_text().replace(
            "[sinks",
            '[installations.nyc]\ntimezone = "America/New_York"\nregion = "US"\n'
            "start_date = 2026-03-01\n[sinks",
        )
    )
    shutil.copytree(GOLDEN / "examples" / "landing" / "demo", tmp_path / "landing" / "demo")
    shutil.copytree(GOLDEN / "examples" / "landing" / "demo", tmp_path / "landing" / "nyc")
    pipeline = Pipeline(config)
    for name in ("demo", "nyc"):
        assert pipeline.load(name, "2026-03-12", "2026-03-12").is_success
    starts = {row["call_id"]: row["start_utc"] for row in pipeline.rows("fact_call")}
    assert starts["demo:1"] == "2026-03-12 08:00:00"
    assert starts["nyc:1"] == "2026-03-12 13:00:00"
    assert len(starts) == 30


def test_a_broken_identity_keeps_the_partition_out_of_the_sinks(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    pipeline = Pipeline(write_settings(tmp_path, GOLDEN / "examples" / "landing"))
    assert pipeline.load("demo", "2026-03-12", "2026-03-12").is_success
    before = pipeline.rows("fact_queue_interval")
    monkeypatch.setattr(facts, "queue_intervals", lambda v, c: queue_intervals(v.slice(1), c))
    outcome = pipeline.load("demo", "2026-03-12", "2026-03-12")
    assert not outcome.is_success
    assert "demo/reconciliation: queue_intervals_equal_the_visits" in outcome.failed_checks
    assert pipeline.rows("fact_queue_interval") == before


def test_a_value_outside_the_model_is_found_by_its_suite(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    pipeline = Pipeline(write_settings(tmp_path, GOLDEN / "examples" / "landing"))
    monkeypatch.setattr(calls_module, "OUTCOMES", ("answred", *calls_module.OUTCOMES[1:]))
    outcome = pipeline.load("demo", "2026-03-12", "2026-03-12")
    assert "demo/fact_call: values_as_declared" in outcome.failed_checks


def test_a_day_that_does_not_add_up_is_left_out_and_the_others_are_loaded(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    pipeline = Pipeline(write_settings(tmp_path, GOLDEN / "examples" / "landing"))
    bad = date(2026, 3, 12)

    def broken(reconciliation: pa.Table, *_: pa.Table) -> list[Imbalance]:
        is_there = bad in reconciliation["local_date"].to_pylist()
        return [Imbalance("rows_in", str(bad), 1, 2)] if is_there else []

    monkeypatch.setattr(auditing, "imbalances", broken)
    days = date(2026, 3, 10), date(2026, 3, 15)
    outcomes = list(run_apart(pipeline.definitions, pipeline.instance, "demo", *days))
    failed = [(o.first, o.last) for o in outcomes if not o.is_success]
    assert failed == [(bad, bad)]
    lake = tmp_path / "data" / "lake" / "demo" / "fact_call"
    assert {f.stem for f in lake.iterdir()} == {f"2026-03-{day}" for day in (10, 11, 13, 14, 15)}


def test_the_sensor_reads_new_files_and_then_loads_exactly_the_days_they_touch(
    tmp_path: Path,
) -> None:
    shutil.copytree(GOLDEN / "examples" / "landing", tmp_path / "landing")
    pipeline = Pipeline(write_settings(tmp_path, tmp_path / "landing"))
    sensor = pipeline.definitions.resolve_sensor_def("demo_new_files")
    repository = pipeline.definitions.get_repository_def()

    def tick(cursor: str | None) -> dg.SensorResult:
        with dg.build_sensor_context(
            instance=pipeline.instance,
            cursor=cursor,
            repository_def=repository,
        ) as context:
            result = sensor(context, sites=_sites(pipeline))
            assert isinstance(result, dg.SensorResult)
            return result

    first = tick(None)
    assert [request.job_name for request in first.run_requests or []] == ["demo_read"]
    job = pipeline.definitions.resolve_job_def("demo_read")
    assert job.execute_in_process(instance=pipeline.instance).success
    second = tick(first.cursor)
    assert [
        (r.job_name, r.tags["dagster/asset_partition_range_start"])
        for r in second.run_requests or []
    ] == [("demo_load", "2026-03-12")]
    again = tick(second.cursor).run_requests or []
    assert [r.run_key for r in again] == [r.run_key for r in second.run_requests or []]
    assert pipeline.load("demo", "2026-03-12", "2026-03-13").is_success
    assert tick(second.cursor).run_requests == []


def _sites(pipeline: Pipeline) -> object:
    from insight_pipeline.orchestration.resources import Sites

    return Sites(pipeline.settings)


def test_the_same_waiting_files_are_read_by_one_run() -> None:
    assert (
        read_requests(["b", "a"], "x_read")[0].run_key
        == read_requests(["a", "b"], "x_read")[0].run_key
    )


def test_ranges_join_neighbouring_days_only() -> None:
    assert ranges(["2026-03-03", "2026-03-01", "2026-03-02", "2026-03-05"]) == [
        ("2026-03-01", "2026-03-03"),
        ("2026-03-05", "2026-03-05"),
    ]


def test_a_year_is_loaded_season_by_season_without_gap_or_overlap() -> None:
    parts = list(seasons(date(2026, 1, 1), date(2026, 12, 31)))
    assert parts[0][0] == date(2026, 1, 1)
    assert parts[-1][1] == date(2026, 12, 31)
    assert all((b[0] - a[1]).days == 1 for a, b in pairwise(parts))


def test_the_project_definitions_load() -> None:
    definitions = build_defs(load_settings(Path(__file__).parents[2] / "insight.toml", environ={}))
    assert definitions.resolve_job_def("demo_load").name == "demo_load"


def test_checks_that_are_executed_alone_look_at_every_staged_day(tmp_path: Path) -> None:
    """The UI's button gives them no partition."""
    pipeline = Pipeline(write_settings(tmp_path, GOLDEN / "examples" / "landing"))
    site = Site("demo", pipeline.settings)
    direct.read(site)
    direct.load(site, [date(2026, 3, 12)])
    rows = site.staging.read_days(
        "fact_queue_interval", [date(2026, 3, 12)], TABLES["fact_queue_interval"].arrow_schema()
    )
    site.staging.write_days("fact_queue_interval", rows.slice(1), [date(2026, 3, 12)])
    wanted = dg.AssetSelection.checks_for_assets(dg.AssetKey(["demo", "reconciliation"]))
    job = dg.define_asset_job("checks_alone", selection=wanted)
    definitions = dg.Definitions.merge(pipeline.definitions, dg.Definitions(jobs=[job]))
    result = definitions.resolve_job_def("checks_alone").execute_in_process(
        raise_on_error=False, instance=pipeline.instance
    )
    failed = {one.check_name for one in result.get_asset_check_evaluations() if not one.passed}
    assert failed == {"queue_intervals_equal_the_visits"}
