"""Sensors of the upload: the login is kept alive, what waits is started when it may go, and nothing else."""

from __future__ import annotations

import shutil
import time
from collections.abc import Iterator
from dataclasses import replace
from datetime import timedelta
from functools import partial
from pathlib import Path

import dagster as dg
import pytest

from insight_pipeline.emulator import Emulator, FaultKind, FaultRule, Operation, running_emulator
from insight_pipeline.orchestration.assets.powerbi import dataset_asset
from insight_pipeline.orchestration.push_automation import LIMITS, LOGIN
from insight_pipeline.orchestration.pushing import Push
from insight_pipeline.orchestration.resources import Sites
from insight_pipeline.sinks.powerbi.login import RENEW_AHEAD
from insight_pipeline.sinks.powerbi.token_cache import TokenCache
from tests.pipeline import Pipeline
from tests.uploading import (
    DATASET,
    DAY,
    approving,
    at,
    is_all_there,
    log_in,
    tables,
    uploading,
    uploading_settings,
)

BROKEN_CURSORS = ["", "\0", "{not json", "ü" * 10_000]
SHORT_SECONDS = 500
"""A token that lasts so long is renewed at once."""


@pytest.fixture
def emulator() -> Iterator[Emulator]:
    with running_emulator(approving()) as found:
        yield found


@pytest.fixture(scope="module")
def lake(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A data folder with the day of worked calls, of which nothing has been pushed."""
    folder = tmp_path_factory.mktemp("lake")
    config = uploading_settings(folder, "http://127.0.0.1:9")
    config.write_text(config.read_text("utf-8").replace("upload = true", "upload = false"), "utf-8")
    assert Pipeline(config).load("demo", DAY, DAY).is_success
    return folder / "data"


def ready(folder: Path, emulator: Emulator, lake: Path) -> Pipeline:
    """A pipeline that is logged in and has a day to push."""
    shutil.copytree(lake, folder / "data")
    return uploading(folder, emulator)


def tick(pipeline: Pipeline, name: str, cursor: str | None = None) -> object:
    sensor = pipeline.definitions.resolve_sensor_def(name)
    repository = pipeline.definitions.get_repository_def()
    with dg.build_sensor_context(
        instance=pipeline.instance, cursor=cursor, repository_def=repository
    ) as context:
        return sensor(context, sites=Sites(pipeline.settings))


def token(pipeline: Pipeline, cursor: str | None = None) -> dg.SensorResult:
    found = tick(pipeline, "powerbi_token_sensor", cursor)
    assert isinstance(found, dg.SensorResult)
    return found


def quota(pipeline: Pipeline, cursor: str | None = None) -> dg.SensorResult:
    found = tick(pipeline, "powerbi_quota_sensor", cursor)
    assert isinstance(found, dg.SensorResult)
    return found


def runs(pipeline: Pipeline) -> list[str | None]:
    """Keys of the runs that the quota sensor asks for now."""
    return [request.run_key for request in quota(pipeline).run_requests or []]


def observed(result: dg.SensorResult) -> dict[str, object]:
    """Metadata of the only observation."""
    (event,) = result.asset_events
    assert event.asset_key in (LOGIN, LIMITS)
    return {name: value.value for name, value in event.metadata.items()}


def renewals(emulator: Emulator) -> int:
    """How often tokens were asked for, the login itself included."""
    return sum(entry.path.endswith("/token") for entry in emulator.log())


def let_it_be_old(pipeline: Pipeline, days: int) -> None:
    """As if the login had not been renewed for so long."""
    cache = TokenCache(pipeline.settings.data_dir)
    stored = cache.read()
    assert stored is not None
    with cache.locked():
        cache.write(replace(stored, renewed_at=stored.renewed_at - timedelta(days=days)))


# The login


def test_a_token_that_ends_soon_is_renewed_and_observed_once(tmp_path: Path) -> None:
    with running_emulator(approving(access_token_seconds=SHORT_SECONDS)) as emulator:
        pipeline = uploading(tmp_path, emulator)
        first = token(pipeline)
        assert renewals(emulator) == 2
        assert observed(first) == {
            "is_logged_in": True,
            "state": "Angemeldet; ohne Nutzung endet die Anmeldung in 90 Tagen.",
            "days_until_it_ends_unused": 90,
        }
        assert isinstance(tick(pipeline, "powerbi_token_sensor", first.cursor), dg.SkipReason)
        assert renewals(emulator) == 3


def test_a_token_that_lasts_is_left_alone(emulator: Emulator, tmp_path: Path) -> None:
    token(uploading(tmp_path, emulator))
    assert renewals(emulator) == 1


def test_the_login_is_looked_at_more_often_than_a_token_needs_to_end_unnoticed(
    emulator: Emulator, tmp_path: Path
) -> None:
    sensor = uploading(tmp_path, emulator).definitions.resolve_sensor_def("powerbi_token_sensor")
    assert sensor.minimum_interval_seconds is not None
    assert timedelta(seconds=2 * sensor.minimum_interval_seconds) <= RENEW_AHEAD


@pytest.mark.parametrize(("days", "is_warned"), [(75, False), (76, True), (89, True)])
def test_a_login_that_ends_within_two_weeks_is_warned_of(
    emulator: Emulator, tmp_path: Path, days: int, is_warned: bool
) -> None:
    pipeline = uploading(tmp_path, emulator)
    let_it_be_old(pipeline, days)
    found = observed(token(pipeline))
    assert found["days_until_it_ends_unused"] == 90 - days
    assert str(found["state"]).startswith("IA-531 ") is is_warned
    assert (f"verfällt in {90 - days} Tagen" in str(found["state"])) is is_warned


def test_an_outage_of_the_login_service_does_not_hide_that_the_login_ends(tmp_path: Path) -> None:
    with running_emulator(approving(access_token_seconds=SHORT_SECONDS)) as emulator:
        pipeline = uploading(tmp_path, emulator)
        token(pipeline)
        let_it_be_old(pipeline, 80)
        emulator.stop()
        words = str(observed(token(pipeline))["state"])
        assert "IA-531 Die Anmeldung verfällt in 10 Tagen" in words
        emulator.start()
        assert observed(token(pipeline))["days_until_it_ends_unused"] == 90


def test_a_revoked_login_is_said_with_what_to_do(tmp_path: Path) -> None:
    with running_emulator(approving(access_token_seconds=SHORT_SECONDS)) as emulator:
        pipeline = uploading(tmp_path, emulator)
        emulator.revoke_grants()
        found = observed(token(pipeline))
        assert found["is_logged_in"] is False
        assert str(found["state"]).startswith("IA-512 Die Anmeldung wurde widerrufen")
        assert "insight login" in str(found["state"])


def test_without_a_login_the_sensor_says_to_log_in(emulator: Emulator, tmp_path: Path) -> None:
    pipeline = Pipeline(uploading_settings(tmp_path, emulator.url))
    found = observed(token(pipeline))
    assert found["is_logged_in"] is False
    assert str(found["state"]).startswith("IA-501 ")


@pytest.mark.parametrize("name", ["powerbi_token_sensor", "powerbi_quota_sensor"])
def test_sensors_rest_while_uploading_is_off(emulator: Emulator, tmp_path: Path, name: str) -> None:
    config = uploading_settings(tmp_path, emulator.url)
    log_in(config)
    config.write_text(config.read_text("utf-8").replace("upload = true", "upload = false"), "utf-8")
    before = emulator.log()
    assert isinstance(tick(Pipeline(config), name), dg.SkipReason)
    assert emulator.log() == before


@pytest.mark.parametrize("cursor", BROKEN_CURSORS)
def test_a_broken_cursor_starts_over(emulator: Emulator, tmp_path: Path, cursor: str) -> None:
    pipeline = uploading(tmp_path, emulator)
    assert observed(token(pipeline, cursor)) == observed(token(pipeline))
    assert observed(quota(pipeline, cursor)) == observed(quota(pipeline))


# Limits


def test_figures_are_observed_when_they_change_and_only_then(
    emulator: Emulator, tmp_path: Path, lake: Path
) -> None:
    pipeline = ready(tmp_path, emulator, lake)
    first = quota(pipeline)
    assert observed(first)["rows_last_hour"] == 0
    assert quota(pipeline, first.cursor).asset_events == []
    Push(pipeline.settings).push()
    second = observed(quota(pipeline, first.cursor))
    assert second["fact_call_stored"] == 15
    assert second["rows_last_hour"] == sum(
        len(emulator.rows(DATASET, table)) for table in tables(pipeline.settings)
    )
    assert (second["rows_waiting"], second["rows_an_hour_allowed"]) == (0, 1_000_000)


def test_what_is_ready_is_started_by_one_run_which_leaves_nothing_to_start(
    emulator: Emulator, tmp_path: Path, lake: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    pipeline = ready(tmp_path, emulator, lake)
    tenth = time.time() // 600 * 600
    asked = []
    for second in (0, 59, 300, 599):
        at(monkeypatch, partial(float, tenth + second))
        asked += runs(pipeline)
    assert len(set(asked)) == 1
    monkeypatch.undo()
    job = pipeline.definitions.resolve_job_def("powerbi_push")
    assert job.execute_in_process(instance=pipeline.instance).success
    is_all_there(emulator, pipeline.settings)
    assert runs(pipeline) == []


def test_while_the_service_asks_to_wait_nothing_is_started_and_afterwards_it_is(
    emulator: Emulator, tmp_path: Path, lake: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    pipeline = ready(tmp_path, emulator, lake)
    emulator.plan(FaultRule(Operation.PUSH, FaultKind.THROTTLED, retry_after_seconds=3000))
    done = Push(pipeline.settings).push()
    assert {found.problem.code for found in done if found.problem} == {"IA-566"}
    assert runs(pipeline) == []
    assert observed(quota(pipeline))["rows_waiting"] not in (None, 0)
    at(monkeypatch, partial(float, time.time() + 2900))
    assert runs(pipeline) == []
    at(monkeypatch, partial(float, time.time() + 3010))
    assert len(runs(pipeline)) == 1


def test_a_batch_without_an_answer_is_started_too(
    emulator: Emulator, tmp_path: Path, lake: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    pipeline = ready(tmp_path, emulator, lake)
    push = Push(pipeline.settings)
    push.options = replace(push.options, patience_seconds=0.0)
    emulator.plan(FaultRule(Operation.PUSH, FaultKind.ANSWER_LOST, table="fact_call"))
    emulator.plan(FaultRule(Operation.SEQUENCE, FaultKind.ERROR_BEFORE, skip=1))
    emulator.plan(FaultRule(Operation.QUERY, FaultKind.ERROR_BEFORE, skip=1))
    push.push(["fact_call"])
    push.push([name for name in tables(pipeline.settings) if name != "fact_call"])
    assert [key is not None and key.startswith("fact_call:") for key in runs(pipeline)] == [True]


def test_nothing_is_started_for_a_table_that_is_held(
    emulator: Emulator, tmp_path: Path, lake: Path
) -> None:
    pipeline = ready(tmp_path, emulator, lake)
    emulator.plan(FaultRule(Operation.PUSH, FaultKind.BAD_REQUEST, table="fact_call"))
    push = Push(pipeline.settings)
    push.push()
    assert [(state.name, state.hold) for state in push.held()] == [("fact_call", "IA-551")]
    push.hold("fact_queue_visit", "test")
    for file in (pipeline.settings.data_dir / "lake" / "demo").glob("fact_*/*.parquet"):
        file.touch()
    assert [str(key).split(":")[0] for key in runs(pipeline)] == ["fact_agent_contact"]


def test_nothing_is_started_before_somebody_logs_in(tmp_path: Path, lake: Path) -> None:
    with running_emulator(approving(access_token_seconds=SHORT_SECONDS)) as emulator:
        pipeline = ready(tmp_path, emulator, lake)
        assert len(runs(pipeline)) == 1
        emulator.revoke_grants()
        token(pipeline)
        assert runs(pipeline) == []
        log_in(tmp_path / "insight.toml")
        assert len(runs(pipeline)) == 1


def test_nothing_is_started_while_creating_is_refused(
    emulator: Emulator, tmp_path: Path, lake: Path
) -> None:
    pipeline = ready(tmp_path, emulator, lake)
    emulator.plan(FaultRule(Operation.CREATE, FaultKind.CREATE_REFUSED))
    Push(pipeline.settings).push()
    assert runs(pipeline) == []
    Push(pipeline.settings).create()
    assert len(runs(pipeline)) == 1


def test_a_push_that_gets_nowhere_is_asked_for_once_an_hour_and_at_once_when_something_changed(
    emulator: Emulator, tmp_path: Path, lake: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    pipeline = ready(tmp_path, emulator, lake)
    emulator.plan(FaultRule(Operation.ANY, FaultKind.NOT_AUTHORIZED, times=1000))
    Push(pipeline.settings).push()
    hour = (time.time() // 3600 + 1) * 3600
    asked = []
    for minute in range(60):
        at(monkeypatch, partial(float, hour + 60 * minute))
        asked += runs(pipeline)
    assert len(set(asked)) == 1
    for file in (pipeline.settings.data_dir / "lake" / "demo").glob("fact_call/*.parquet"):
        file.touch()
    assert set(runs(pipeline)).isdisjoint(asked)


def test_a_rebuild_that_was_stopped_before_anything_was_planned_goes_on(
    emulator: Emulator, tmp_path: Path, lake: Path
) -> None:
    pipeline = ready(tmp_path, emulator, lake)
    push = Push(pipeline.settings)
    push.push()
    assert runs(pipeline) == []
    push.rebuild("dim_agent")
    assert [str(key).split(":")[0] for key in runs(pipeline)] == ["dim_agent"]


def test_before_anything_is_loaded_there_is_nothing_to_push(
    emulator: Emulator, tmp_path: Path
) -> None:
    assert runs(uploading(tmp_path, emulator)) == []


# The dataset as the service holds it


def observation(pipeline: Pipeline) -> dict[str, object]:
    """What the asset of the dataset says when it is observed, as the UI does it."""
    key = dg.AssetKey(["powerbi", DATASET])
    observing = dg.Definitions(
        assets=[dataset_asset("de")],
        jobs=[dg.define_asset_job("observing", selection=dg.AssetSelection.assets(key))],
        resources={"sites": Sites(pipeline.settings)},
        executor=dg.in_process_executor,
    )
    done = observing.resolve_job_def("observing").execute_in_process(instance=pipeline.instance)
    data = done.get_asset_observation_events()[-1].asset_observation_data
    return {name: value.value for name, value in data.asset_observation.metadata.items()}


def test_observing_the_dataset_compares_service_ledger_and_lake(
    emulator: Emulator, tmp_path: Path, lake: Path
) -> None:
    pipeline = ready(tmp_path, emulator, lake)
    Push(pipeline.settings).push()
    found = observation(pipeline)
    for table in tables(pipeline.settings):
        counts = {found[f"{table}_rows_{where}"] for where in ("in_service", "pushed", "in_lake")}
        assert counts == {len(emulator.rows(DATASET, table))}, table
    with emulator.world.lock:
        calls = next(iter(emulator.world.datasets.values())).table("fact_call")
        assert calls is not None
        calls.rows.append(calls.rows[0])
    again = observation(pipeline)
    assert (again["fact_call_rows_in_service"], again["fact_call_rows_in_lake"]) == (16, 15)


def test_an_observation_without_a_login_fails_in_words(
    emulator: Emulator, tmp_path: Path, lake: Path
) -> None:
    pipeline = ready(tmp_path, emulator, lake)
    Push(pipeline.settings).push()
    Push(pipeline.settings).login.logout()
    with pytest.raises(dg.Failure) as failure:
        observation(pipeline)
    assert str(failure.value.description).startswith("IA-501 Es ist keine Anmeldung")
