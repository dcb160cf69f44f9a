"""The upload in Dagster: what runs push, correct, leave for later and say about it."""

from __future__ import annotations

import shutil
import time
from collections.abc import Iterator
from datetime import date, datetime, timedelta
from functools import partial
from pathlib import Path
from zoneinfo import ZoneInfo

import dagster as dg
import pytest

from insight_pipeline.emulator import Emulator, FaultKind, FaultRule, Operation, running_emulator
from insight_pipeline.emulator import Limits as ServiceLimits
from insight_pipeline.facts.reconciliation import Imbalance
from insight_pipeline.orchestration import auditing, pushing
from insight_pipeline.orchestration.assets.powerbi import HELD_BACK, push_key
from insight_pipeline.orchestration.pushing import Push
from insight_pipeline.orchestration.runs import RunOutcome
from insight_pipeline.sinks.powerbi.delivery import Options
from tests.pipeline import GOLDEN, Pipeline
from tests.uploading import (
    DATASET,
    DAY,
    at,
    be_quick,
    held_rows,
    is_all_there,
    lake_rows,
    log_in,
    tables,
    uploading,
    uploading_settings,
)
from tests.uploading import approving as approving_options

SENT = ("POST", "DELETE")
LATE_LEG = (
    "1900;2;1;leg-1900;101;0;Muster GmbH <+49711123456>;101;Anna Bauer <21>;1;"
    "12.03.2026 09:05:22;12.03.2026 09:05:23;12.03.2026 09:05:30;12.03.2026 09:06:30;CONNECTED;;1;"
    "SIP;;;true;true;false;false;false;false;false;true;false;60;a.bauer"
)
"""A second leg of call 2, which was missed without it."""


@pytest.fixture
def emulator() -> Iterator[Emulator]:
    with running_emulator(approving_options()) as found:
        yield found


@pytest.fixture(scope="module")
def first_run(tmp_path_factory: pytest.TempPathFactory) -> Iterator[tuple[Emulator, Pipeline]]:
    """The day of worked calls, loaded and pushed; tests only look at it."""
    with running_emulator(approving_options()) as emulator:
        pipeline = uploading(tmp_path_factory.mktemp("first"), emulator)
        loaded(pipeline)
        yield emulator, pipeline


def loaded(pipeline: Pipeline, name: str = "demo", day: str = DAY) -> RunOutcome:
    outcome = pipeline.load(name, day, day)
    assert outcome.is_success, outcome
    return outcome


def sent(emulator: Emulator) -> list[str]:
    """Requests that change rows."""
    return [e.path for e in emulator.log() if e.path.endswith("/rows") and e.method in SENT]


def with_late_leg(folder: Path) -> Path:
    """The landing folder of the worked calls, and one export that came late."""
    source = GOLDEN / "examples" / "landing" / "demo" / "call_list" / "output.csv"
    late = folder / "demo" / "call_list" / "zz_late.csv"
    header = source.read_text("utf-8").splitlines()[0]
    late.write_text(f"{header}\n{LATE_LEG}\n", "utf-8")
    return late


def materialization(pipeline: Pipeline, table: str) -> dict[str, object]:
    found = pipeline.instance.get_latest_materialization_event(push_key(table))
    assert found is not None
    assert found.asset_materialization is not None
    return {name: value.value for name, value in found.asset_materialization.metadata.items()}


def check(pipeline: Pipeline, table: str) -> dg.AssetCheckEvaluation:
    """The latest evaluation of a table's check."""
    record = pipeline.instance.event_log_storage.get_asset_check_execution_history(
        dg.AssetCheckKey(push_key(table), HELD_BACK), limit=1
    )[0]
    assert record.event is not None
    data = record.event.dagster_event
    assert data is not None
    evaluation = data.asset_check_evaluation_data
    assert isinstance(evaluation, dg.AssetCheckEvaluation)
    return evaluation


def test_a_run_pushes_every_table_once_as_the_lake_has_it(
    first_run: tuple[Emulator, Pipeline],
) -> None:
    emulator, pipeline = first_run
    assert sum(held_rows(emulator, "fact_call").values()) == 15
    is_all_there(emulator, pipeline.settings)


def test_a_push_asset_says_what_it_did(first_run: tuple[Emulator, Pipeline]) -> None:
    emulator, pipeline = first_run
    for table in tables(pipeline.settings):
        found = materialization(pipeline, table)
        assert found["rows_pushed"] == len(emulator.rows(DATASET, table)), table
        assert (found["batches"], found["requests"]) == (1, 1), table
        assert (found["rows_waiting"], found["batches_waiting"]) == (0, 0), table
        assert check(pipeline, table).passed, table


def test_a_second_run_sends_nothing(emulator: Emulator, tmp_path: Path) -> None:
    pipeline = uploading(tmp_path, emulator)
    loaded(pipeline)
    before = sent(emulator)
    outcome = loaded(pipeline)
    assert sent(emulator) == before
    assert outcome.held_back == ()
    assert materialization(pipeline, "fact_call")["rows_pushed"] == 0


def test_a_day_that_a_late_file_changes_is_corrected_by_sign(
    emulator: Emulator, tmp_path: Path
) -> None:
    shutil.copytree(GOLDEN / "examples" / "landing", tmp_path / "landing")
    config = uploading_settings(tmp_path, emulator.url, landing=tmp_path / "landing")
    log_in(config)
    pipeline = Pipeline(config)
    loaded(pipeline)
    before = held_rows(emulator, "fact_call")
    with_late_leg(tmp_path / "landing")
    loaded(pipeline)
    after = held_rows(emulator, "fact_call")
    assert (len(before - after), len(after - before)) == (1, 1)
    signs = [row["sign"] for row in emulator.rows(DATASET, "fact_call")]
    assert (signs.count(1), signs.count(-1)) == (16, 1)
    is_all_there(emulator, pipeline.settings)


@pytest.mark.parametrize("days_ago", [0, 1])
def test_a_day_that_is_not_closed_is_pushed_only_when_asked_for(
    emulator: Emulator, tmp_path: Path, monkeypatch: pytest.MonkeyPatch, days_ago: int
) -> None:
    pipeline = uploading(tmp_path, emulator)
    _let_today_be(monkeypatch, date.fromisoformat(DAY) + timedelta(days=days_ago))
    loaded(pipeline)
    assert emulator.rows(DATASET, "fact_call") == []
    assert held_rows(emulator, "dim_agent") == lake_rows(pipeline.settings, "dim_agent")
    done = Push(pipeline.settings).push(is_everything=True)
    assert not any(found.is_held_back for found in done)
    is_all_there(emulator, pipeline.settings)
    compared = {line.table: line for line in Push(pipeline.settings).compare()}
    assert compared["fact_call"].in_lake == compared["fact_call"].pushed == 15


def _let_today_be(monkeypatch: pytest.MonkeyPatch, day: date) -> None:
    class Clock(datetime):
        @classmethod
        def now(cls, tz: ZoneInfo | None = None) -> Clock:  # type: ignore[override]
            return cls(day.year, day.month, day.day, 23, 59, tzinfo=tz)

    monkeypatch.setattr(pushing, "datetime", Clock)


def test_a_day_is_closed_when_it_and_one_more_are_over(
    emulator: Emulator, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    pipeline = uploading(tmp_path, emulator)
    _let_today_be(monkeypatch, date.fromisoformat(DAY) + timedelta(days=2))
    loaded(pipeline)
    is_all_there(emulator, pipeline.settings)


def test_without_a_login_a_run_succeeds_and_says_what_to_do(
    emulator: Emulator, tmp_path: Path
) -> None:
    pipeline = Pipeline(uploading_settings(tmp_path, emulator.url))
    outcome = loaded(pipeline)
    assert len(outcome.held_back) == 1
    assert outcome.held_back[0].startswith("IA-501 ")
    assert "insight login" in outcome.held_back[0]
    for table in tables(pipeline.settings):
        found = check(pipeline, table)
        assert not found.passed
        assert found.severity is dg.AssetCheckSeverity.WARN
        assert found.metadata["code"].value == "IA-501"
    assert emulator.log() == []
    assert len(pipeline.rows("fact_call")) == 15


def test_what_a_limit_leaves_is_said_and_goes_out_when_the_hour_is_over(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    limits = ServiceLimits(rows_an_hour=100)
    with running_emulator(approving_options(limits)) as emulator:
        pipeline = uploading(tmp_path, emulator, "rows_an_hour = 100")
        outcome = loaded(pipeline)
        assert all(words.startswith("IA-566 ") for words in outcome.held_back)
        waiting = Push(pipeline.settings).quota().waiting_rows
        assert sum(waiting.values()) > 0
        assert materialization(pipeline, "dim_date")["rows_waiting"] == waiting["dim_date"] > 0
        assert sum(map(len, _all_rows(emulator, pipeline))) <= 100
        ahead = 0.0
        for _ in range(10):
            emulator.advance(3700)
            ahead += 3700
            at(monkeypatch, partial(float, time.time() + ahead))
            log_in_again(pipeline)
            Push(pipeline.settings).push()
        assert [entry for entry in emulator.log() if entry.status == 429] == []
        is_all_there(emulator, pipeline.settings)


def _all_rows(emulator: Emulator, pipeline: Pipeline) -> list[list[object]]:
    return [list(emulator.rows(DATASET, table)) for table in tables(pipeline.settings)]


def log_in_again(pipeline: Pipeline) -> None:
    """The emulator's clock went ahead of the one that tokens are reckoned with."""
    login = Push(pipeline.settings).login
    login.finish_device_login(login.start_device_login())


def test_a_day_that_does_not_add_up_reaches_nobody(
    emulator: Emulator, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    pipeline = uploading(tmp_path, emulator)
    wrong = [Imbalance("rows_in", DAY, 1, 2)]
    monkeypatch.setattr(auditing, "imbalances", lambda *_: wrong)
    outcome = pipeline.load("demo", DAY, DAY)
    assert outcome.failed_checks == ("demo/reconciliation: every_row_is_accounted_for",)
    with emulator.world.lock:
        held = list(emulator.world.datasets.values())
    assert [len(table.rows) for one in held for table in one.tables.values() if table.rows] == []


def test_a_push_by_hand_does_not_take_a_day_that_does_not_add_up_either(
    emulator: Emulator, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    pipeline = uploading(tmp_path, emulator)
    loaded(pipeline, day="2026-03-13")

    monkeypatch.setattr(auditing, "imbalances", lambda *_: [Imbalance("rows_in", DAY, 1, 2)])
    assert not pipeline.load("demo", DAY, DAY).is_success
    Push(pipeline.settings).push()
    assert emulator.rows(DATASET, "fact_call") == []
    is_all_there(emulator, pipeline.settings)


def test_while_uploading_is_off_nothing_is_asked_and_the_assets_say_so(
    emulator: Emulator, tmp_path: Path
) -> None:
    config = uploading_settings(tmp_path, emulator.url)
    config.write_text(config.read_text("utf-8").replace("upload = true", "upload = false"), "utf-8")
    pipeline = Pipeline(config)
    assert loaded(pipeline).held_back == ()
    job = pipeline.definitions.resolve_job_def("powerbi_push")
    assert job.execute_in_process(instance=pipeline.instance).success
    for table in tables(pipeline.settings):
        assert materialization(pipeline, table) == {"uploading": "off"}
        assert check(pipeline, table).passed
    assert emulator.log() == []


def test_two_installations_share_one_dataset(emulator: Emulator, tmp_path: Path) -> None:
    for name in ("demo", "nyc"):
        shutil.copytree(GOLDEN / "examples" / "landing" / "demo", tmp_path / "landing" / name)
    config = uploading_settings(tmp_path, emulator.url, landing=tmp_path / "landing")
    nyc = '\n[installations.nyc]\ntimezone = "America/New_York"\nregion = "US"\nstart_date = 2026-03-01\n'
    config.write_text(config.read_text("utf-8") + nyc, "utf-8")
    log_in(config)
    pipeline = Pipeline(config)
    for name in ("demo", "nyc"):
        loaded(pipeline, name)
    is_all_there(emulator, pipeline.settings)
    rows = emulator.rows(DATASET, "fact_call")
    assert {row["partition_key"] for row in rows} == {f"demo|{DAY}", f"nyc|{DAY}"}
    keys = [row["agent_key"] for row in emulator.rows(DATASET, "dim_agent")]
    assert len(keys) == len(set(keys)) == 8


def test_quarter_hours_can_be_pushed_instead_of_calls(emulator: Emulator, tmp_path: Path) -> None:
    pipeline = uploading(tmp_path, emulator, 'granularity = "interval"')
    loaded(pipeline)
    assert tables(pipeline.settings)[:2] == ["fact_queue_interval", "fact_agent_interval"]
    assert sum(held_rows(emulator, "fact_queue_interval").values()) > 0
    is_all_there(emulator, pipeline.settings)


def test_a_refused_creation_leaves_the_rest_of_the_run_alone(
    emulator: Emulator, tmp_path: Path
) -> None:
    pipeline = uploading(tmp_path, emulator)
    emulator.plan(FaultRule(Operation.CREATE, FaultKind.CREATE_REFUSED))
    outcome = loaded(pipeline)
    assert [words[:6] for words in outcome.held_back] == ["IA-555"]
    assert [e.path for e in emulator.log()].count("/v1.0/myorg/datasets") == 2
    assert len(pipeline.rows("fact_call")) == 15


def test_what_a_lost_login_leaves_in_the_ledger_is_counted_as_waiting(
    emulator: Emulator, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    be_quick(monkeypatch)
    pipeline = uploading(tmp_path, emulator)
    emulator.plan(FaultRule(Operation.PUSH, FaultKind.NOT_AUTHORIZED, times=2, table="fact_call"))
    outcome = loaded(pipeline)
    assert [words[:6] for words in outcome.held_back] == ["IA-550"]
    assert materialization(pipeline, "fact_call")["rows_waiting"] == 15
    assert loaded(pipeline).held_back == ()
    is_all_there(emulator, pipeline.settings)


def test_a_service_that_is_away_is_not_waited_for_table_after_table(
    emulator: Emulator, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    be_quick(monkeypatch, patience_seconds=60.0)
    pipeline = uploading(tmp_path, emulator)
    Push(pipeline.settings).create()
    emulator.stop()
    assert [words[:6] for words in loaded(pipeline).held_back] == ["IA-563"]
    for table in tables(pipeline.settings):
        Push(pipeline.settings).rebuild(table)
    done = Push(pipeline.settings).push()
    assert [found.done.waited_seconds for found in done] == [0.0] * len(done)
    assert {found.problem.code for found in done if found.problem} == {"IA-563"}
    assert all(found.is_held_back for found in done)
    emulator.start()
    Push(pipeline.settings).push()
    is_all_there(emulator, pipeline.settings)


def test_a_batch_without_an_answer_is_told_as_one_that_is_being_looked_up(
    emulator: Emulator, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(pushing, "Options", partial(Options, patience_seconds=0.0))
    pipeline = uploading(tmp_path, emulator)
    emulator.plan(FaultRule(Operation.PUSH, FaultKind.ERROR_BEFORE, table="fact_call"))
    (words,) = loaded(pipeline).held_back
    assert words.startswith("IA-568 Ob 15 Zeilen von fact_call angekommen sind")
    assert Push(pipeline.settings).quota().waiting_rows["fact_call"] == 15
