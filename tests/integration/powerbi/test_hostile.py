"""A hostile service, a hostile moment: numbers of others, datasets that vanish, rebuilds at any time.

Each case here once lost a row, doubled one, or held a table for no reason. What a fault does over the wire
stands in `test_delivery`, what a kill does in `test_kill_points`.
"""

from __future__ import annotations

import time
from collections.abc import Callable, Iterator
from dataclasses import replace
from pathlib import Path
from typing import Any

import pytest

from insight_pipeline.emulator import (
    Emulator,
    EmulatorOptions,
    FaultKind,
    FaultRule,
    Operation,
    SequenceMode,
    running_emulator,
)
from insight_pipeline.model.errors import InsightError, PermanentError, TransientError
from insight_pipeline.sinks.powerbi import changes
from insight_pipeline.sinks.powerbi.creation import ASKED, ASKING, Creation
from insight_pipeline.sinks.powerbi.delivery import BY_HAND, SETTLING
from insight_pipeline.sinks.powerbi.ledger import Ledger
from insight_pipeline.sinks.powerbi.ledger_entries import Phase, State
from insight_pipeline.sinks.powerbi.quota import HOUR_SECONDS, Limits
from insight_pipeline.sinks.powerbi.service import Found, Service
from insight_pipeline.sinks.powerbi.upload import Uploader
from tests.integration.powerbi.small import (
    DATASET,
    OPTIONS,
    SETTLE_SECONDS,
    FixedToken,
    Wanted,
    assert_held_once,
    deliveries,
    put_back,
    upload,
    write_wanted,
)

BEFORE: Wanted = {
    "demo|2026-03-12": {"1": "a", "2": "b"},
    "demo|2026-03-13": {"3": "c"},
    "names": {"10": "Anna", "11": "Bernd"},
}
AFTER: Wanted = {
    "demo|2026-03-12": {"1": "a", "2": "B"},
    "demo|2026-03-13": {"3": "c", "4": "d"},
    "names": {"10": "Anna", "12": "Carla"},
}
HASTY = replace(OPTIONS, patience_seconds=0.0)
RUNS = 10


@pytest.fixture
def emulator() -> Iterator[Emulator]:
    with running_emulator(EmulatorOptions(sequence_mode=SequenceMode.SINGLE)) as found:
        yield found


def _without_numbers() -> EmulatorOptions:
    return EmulatorOptions(sequence_mode=SequenceMode.UNSUPPORTED)


def _start(folder: Path, emulator: Emulator) -> Ledger:
    """BEFORE is in the service, AFTER is wanted."""
    write_wanted(folder, BEFORE)
    upload(folder, emulator.url, emulator.issue_token())
    write_wanted(folder, AFTER)
    return Ledger(folder / "ledger.db")


def _finish(folder: Path, emulator: Emulator) -> None:
    for _ in range(RUNS):
        done = upload(folder, emulator.url, emulator.issue_token())
        assert [(d.hold, d.hold_detail) for d in done] == [(None, "")] * 2
        if not any(d.rest_batches for d in done):
            return
    pytest.fail("the upload did not come to an end")


def _pushes(emulator: Emulator, table: str) -> int:
    paths = [entry.path for entry in emulator.log() if entry.method == "POST"]
    return sum(path.endswith(f"/tables/{table}/rows") for path in paths)


def test_a_delete_that_may_still_be_under_way_is_waited_for_before_the_next(
    emulator: Emulator, tmp_path: Path
) -> None:
    ledger = _start(tmp_path, emulator)
    ledger.new_epoch(DATASET.name, "fact_x")
    ledger.set_table(DATASET.name, "fact_x", phase=Phase.DELETING, phase_at=None)
    fact, _ = upload(tmp_path, emulator.url, emulator.issue_token(), HASTY)
    assert fact.waits_for == SETTLING
    deleted = [entry.path for entry in emulator.log() if entry.method == "DELETE"]
    assert not any("fact_x" in path for path in deleted)
    _finish(tmp_path, emulator)
    assert_held_once(emulator, AFTER)


MOMENTS: list[tuple[type, str]] = [
    (Uploader, "plan_fact"),
    (Uploader, "deliver"),
    (Service, "push"),
    (Service, "empty"),
    (Service, "count"),
    (Service, "sequence"),
    (Ledger, "start_sending"),
    (Ledger, "end"),
    (Ledger, "emptied"),
    (Ledger, "plan"),
]


@pytest.mark.parametrize("is_after", [False, True])
@pytest.mark.parametrize("is_rebuild", [False, True])
@pytest.mark.parametrize("moment", MOMENTS, ids=lambda moment: moment[1])
def test_a_rebuild_that_is_asked_for_in_the_middle_of_a_delivery_is_not_forgotten(
    emulator: Emulator,
    tmp_path: Path,
    monkeypatch: pytest.MonkeyPatch,
    moment: tuple[type, str],
    is_rebuild: bool,
    is_after: bool,
) -> None:
    ledger = _start(tmp_path, emulator)
    owner, name = moment
    real: Callable[..., Any] = getattr(owner, name)
    asked: list[int] = []

    def interrupted(*arguments: Any, **named: Any) -> Any:
        result = real(*arguments, **named) if is_after else None
        if not asked:
            asked.append(1)
            ledger.new_epoch(DATASET.name, "fact_x")
            asked.append(ledger.table(DATASET.name, "fact_x").epoch)
        return result if is_after else real(*arguments, **named)

    rebuild = ["fact_x"] if is_rebuild else []
    with monkeypatch.context() as patched:
        patched.setattr(owner, name, interrupted)
        upload(tmp_path, emulator.url, emulator.issue_token(), rebuild=rebuild)
    assert asked or not is_rebuild, "the moment never came"
    _finish(tmp_path, emulator)
    assert_held_once(emulator, AFTER)
    state = ledger.table(DATASET.name, "fact_x")
    assert state.phase is Phase.OPEN
    if asked:
        assert len(emulator.rows(DATASET.name, "fact_x")) == 4, "it was not emptied"


def test_a_refused_dimension_is_pushed_after_its_release(
    emulator: Emulator, tmp_path: Path
) -> None:
    ledger = _start(tmp_path, emulator)
    emulator.plan(FaultRule(Operation.PUSH, FaultKind.BAD_REQUEST, table="dim_x"))
    _, dimension = upload(tmp_path, emulator.url, emulator.issue_token())
    assert dimension.hold == "IA-551"
    ledger.release(DATASET.name, "dim_x")
    _finish(tmp_path, emulator)
    assert_held_once(emulator, AFTER)


def test_a_hold_by_hand_outlasts_an_epoch_that_nobody_asked_for(
    emulator: Emulator, tmp_path: Path
) -> None:
    ledger = _start(tmp_path, emulator)
    ledger.set_table(DATASET.name, "dim_x", hold=BY_HAND, hold_detail="audit")
    _, dimension = upload(tmp_path, emulator.url, emulator.issue_token())
    assert (dimension.hold, dimension.requests) == (BY_HAND, 0)
    assert {str(row["id"]) for row in emulator.rows(DATASET.name, "dim_x")} == {"10", "11"}
    ledger.release(DATASET.name, "dim_x")
    _finish(tmp_path, emulator)
    assert_held_once(emulator, AFTER)


def test_a_number_above_all_that_left_proves_no_arrival(
    emulator: Emulator, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    _start(tmp_path, emulator)
    emulator.plan(FaultRule(Operation.PUSH, FaultKind.RESET_IN_BODY, table="fact_x"))
    real, seen = Service.sequence, []

    def of_another_client(service: Service, dataset_id: str, table: str) -> Found:
        """From the first look on; the check before anything is sent still sees our own."""
        seen.append(table)
        return Found(999) if len(seen) > 1 else real(service, dataset_id, table)

    monkeypatch.setattr(Service, "sequence", of_another_client)
    _finish(tmp_path, emulator)
    assert_held_once(emulator, AFTER)


def test_after_a_rebuild_numbers_that_an_older_ledger_gave_are_not_used_again(
    emulator: Emulator, tmp_path: Path
) -> None:
    write_wanted(tmp_path, BEFORE)
    token = emulator.issue_token()
    upload(tmp_path, emulator.url, token)
    backup = (tmp_path / "ledger.db").read_bytes()
    write_wanted(tmp_path, AFTER)
    upload(tmp_path, emulator.url, token)
    put_back(tmp_path, backup)
    emulator.plan(FaultRule(Operation.QUERY, FaultKind.BAD_REQUEST, times=1000))
    fact, _ = upload(tmp_path, emulator.url, token)
    assert fact.hold == "IA-554"
    upload(tmp_path, emulator.url, token, rebuild=["fact_x", "dim_x"])
    _finish(tmp_path, emulator)
    assert_held_once(emulator, AFTER)


def test_what_the_service_holds_is_asked_for_until_it_can_be_told(tmp_path: Path) -> None:
    with running_emulator(_without_numbers()) as emulator:
        write_wanted(tmp_path, BEFORE)
        token = emulator.issue_token()
        upload(tmp_path, emulator.url, token)
        backup = (tmp_path / "ledger.db").read_bytes()
        write_wanted(tmp_path, AFTER)
        upload(tmp_path, emulator.url, token)
        put_back(tmp_path, backup)
        emulator.plan(FaultRule(Operation.QUERY, FaultKind.ERROR_BEFORE))
        before = _pushes(emulator, "fact_x")
        fact, _ = upload(tmp_path, emulator.url, token)
        assert fact.hold == "IA-554"
        assert _pushes(emulator, "fact_x") == before


def test_a_dataset_that_was_deleted_is_told_and_made_again_when_asked_for(
    emulator: Emulator, tmp_path: Path
) -> None:
    ledger = _start(tmp_path, emulator)
    ledger.set_table(DATASET.name, "fact_x", hold="IA-551", hold_detail="HTTP 404")
    emulator.reset()
    with pytest.raises(PermanentError) as error:
        upload(tmp_path, emulator.url, emulator.issue_token())
    assert error.value.code == "IA-570"
    service = Service(emulator.url, "", FixedToken(emulator.issue_token()))
    Uploader(ledger, service, DATASET, OPTIONS).create(again=True)
    _finish(tmp_path, emulator)
    assert_held_once(emulator, AFTER)


def test_a_creation_that_was_cut_off_counts_from_when_that_is_noticed(
    emulator: Emulator, tmp_path: Path
) -> None:
    ledger = Ledger(tmp_path / "ledger.db")
    ledger.put_dataset(DATASET.name, ASKING, None, 0.0)
    service = Service(emulator.url, "", FixedToken(emulator.issue_token()))
    now = 100.0
    creation = Creation(ledger, service, DATASET.name, 50.0, lambda: now)
    with pytest.raises(TransientError) as error:
        creation.ensure(b"{}")
    assert error.value.code == "IA-556"
    found = ledger.dataset(DATASET.name)
    assert found is not None
    assert (found.state, found.asked_at) == (ASKED, 100.0)


def test_a_service_that_answers_nothing_but_errors_is_left_alone_by_the_other_tables(
    emulator: Emulator, tmp_path: Path
) -> None:
    ledger = _start(tmp_path, emulator)
    emulator.plan(FaultRule(Operation.PUSH, FaultKind.ERROR_BEFORE, times=1000))
    options = replace(OPTIONS, patience_seconds=1.5 * SETTLE_SECONDS)
    fact, dimension = upload(tmp_path, emulator.url, emulator.issue_token(), options)
    assert fact.requests == 2
    assert _pushes(emulator, "dim_x") == 1, "of the first upload"
    assert dimension.rest_rows == 2
    assert ledger.usage(DATASET.name).blocked_until > OPTIONS.now()


def test_a_batch_that_the_hour_no_longer_allows_is_split(
    emulator: Emulator, tmp_path: Path
) -> None:
    write_wanted(tmp_path, BEFORE)
    emulator.plan(FaultRule(Operation.PUSH, FaultKind.NOT_AUTHORIZED, times=4))
    deliveries(tmp_path, emulator.url, emulator.issue_token())
    ledger = Ledger(tmp_path / "ledger.db")
    assert ledger.waiting(DATASET.name, "fact_x") == [3]
    limits = Limits(rows_an_hour=2, margin_seconds=0.0)
    narrow = replace(HASTY, limits=limits, now=lambda: time.time() + 2 * HOUR_SECONDS)
    fact, _ = upload(tmp_path, emulator.url, emulator.issue_token(), narrow)
    assert (fact.rows, fact.rest_rows) == (2, 1)
    next_hour = replace(OPTIONS, now=lambda: time.time() + 4 * HOUR_SECONDS)
    upload(tmp_path, emulator.url, emulator.issue_token(), next_hour)
    assert_held_once(emulator, BEFORE)


def test_what_was_pushed_before_a_login_ended_is_counted(
    emulator: Emulator, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(changes, "MAX_ROWS", 2)
    write_wanted(tmp_path, BEFORE)
    emulator.plan(FaultRule(Operation.PUSH, FaultKind.NOT_AUTHORIZED, skip=1, times=2))
    fact, _ = deliveries(tmp_path, emulator.url, emulator.issue_token())
    assert (fact.rows, fact.rest_rows) == (2, 1)
    assert isinstance(fact.problem, InsightError)
    assert fact.problem.code == "IA-550"


def test_a_request_counts_in_the_limits_from_its_end(tmp_path: Path, emulator: Emulator) -> None:
    ledger = _start(tmp_path, emulator)
    upload(tmp_path, emulator.url, emulator.issue_token(), HASTY)
    emulator.plan(FaultRule(Operation.PUSH, FaultKind.THROTTLED, table="fact_x"))
    write_wanted(tmp_path, BEFORE)
    upload(tmp_path, emulator.url, emulator.issue_token(), HASTY)
    batch = ledger.first(DATASET.name, "fact_x", State.PLANNED)
    assert batch is not None
    ledger.start_sending(batch, 5e9)
    ledger.end(batch, State.UNCERTAIN, 5e9 + 90)
    ledger.end(batch, State.PLANNED, 5e9 + 300)
    assert max(request.at for request in ledger.usage(DATASET.name).requests) == 5e9 + 90


def test_rows_count_as_stored_until_the_table_is_seen_to_be_empty(
    emulator: Emulator, tmp_path: Path
) -> None:
    ledger = _start(tmp_path, emulator)
    ledger.new_epoch(DATASET.name, "fact_x")
    assert ledger.usage(DATASET.name).stored["fact_x"] == 3
    assert ledger.net_rows(DATASET.name, "fact_x") == 0
    ledger.emptied(ledger.table(DATASET.name, "fact_x"), 0)
    assert "fact_x" not in ledger.usage(DATASET.name).stored
