"""Delivery against the emulated service: whatever goes wrong, each row is there once in the end."""

from __future__ import annotations

import multiprocessing
import random
import time
from collections.abc import Iterator
from dataclasses import replace
from pathlib import Path

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
from insight_pipeline.sinks.powerbi.ledger import Ledger
from insight_pipeline.sinks.powerbi.ledger_entries import State
from tests.integration.powerbi.small import (
    DATASET,
    OPTIONS,
    SETTLE_SECONDS,
    Wanted,
    assert_held_once,
    put_back,
    upload,
    write_wanted,
)

ROUNDS = 200
WANTED: Wanted = {
    "demo|2026-03-12": {"1": "a", "2": "b"},
    "demo|2026-03-13": {"3": "c"},
    "names": {"10": "Anna", "11": "Bernd"},
}


@pytest.fixture(params=list(SequenceMode))
def emulator(request: pytest.FixtureRequest) -> Iterator[Emulator]:
    with running_emulator(EmulatorOptions(sequence_mode=request.param)) as found:
        yield found


def test_what_is_wanted_arrives_once_and_a_second_upload_sends_nothing(
    emulator: Emulator, tmp_path: Path
) -> None:
    write_wanted(tmp_path, WANTED)
    token = emulator.issue_token()
    upload(tmp_path, emulator.url, token)
    again = upload(tmp_path, emulator.url, token)
    assert_held_once(emulator, WANTED)
    assert [(d.requests, d.rest_rows, d.hold) for d in again] == [(0, 0, None)] * 2


def test_a_changed_partition_is_corrected_by_sign_and_a_changed_dimension_pushed_whole(
    emulator: Emulator, tmp_path: Path
) -> None:
    token = emulator.issue_token()
    changed: Wanted = {
        "demo|2026-03-12": {"1": "a", "2": "B"},
        "demo|2026-03-13": {},
        "names": {"10": "Anna"},
    }
    for wanted in (WANTED, changed):
        write_wanted(tmp_path, wanted)
        upload(tmp_path, emulator.url, token)
    assert_held_once(emulator, changed)
    assert len(emulator.rows(DATASET.name, "fact_x")) == 3 + 3


def test_a_partition_that_changes_back_and_forth_stays_right(
    emulator: Emulator, tmp_path: Path
) -> None:
    token = emulator.issue_token()
    for text in "ababab":
        wanted: Wanted = {"demo|2026-03-12": {"1": text}, "names": {"10": "Anna"}}
        write_wanted(tmp_path, wanted)
        upload(tmp_path, emulator.url, token)
        assert_held_once(emulator, wanted)


FAULTS = [
    FaultRule(Operation.PUSH, FaultKind.ANSWER_LOST),
    FaultRule(Operation.PUSH, FaultKind.ANSWER_CUT),
    FaultRule(Operation.PUSH, FaultKind.RESET),
    FaultRule(Operation.PUSH, FaultKind.RESET_IN_BODY),
    FaultRule(Operation.PUSH, FaultKind.ERROR_BEFORE),
    FaultRule(Operation.PUSH, FaultKind.ERROR_AFTER),
    FaultRule(Operation.PUSH, FaultKind.APPLIED_LATE, seconds=SETTLE_SECONDS / 3, status=503),
    FaultRule(Operation.PUSH, FaultKind.THROTTLED, retry_after_seconds=1, times=2),
    FaultRule(Operation.PUSH, FaultKind.UNAUTHORIZED),
    FaultRule(Operation.PUSH, FaultKind.TOKEN_EXPIRED),
    FaultRule(Operation.DELETE, FaultKind.ANSWER_LOST),
    FaultRule(Operation.DELETE, FaultKind.ERROR_BEFORE),
    FaultRule(Operation.DELETE, FaultKind.APPLIED_LATE, seconds=SETTLE_SECONDS / 3, status=503),
    FaultRule(Operation.SEQUENCE, FaultKind.ERROR_BEFORE, times=3),
    FaultRule(Operation.QUERY, FaultKind.ERROR_BEFORE),
]


@pytest.mark.parametrize("fault", FAULTS, ids=lambda rule: f"{rule.operation}-{rule.kind}")
def test_a_fault_of_the_service_loses_no_row_and_doubles_none(
    emulator: Emulator, tmp_path: Path, fault: FaultRule
) -> None:
    token = emulator.issue_token()
    write_wanted(tmp_path, {**WANTED, "names": {"10": "A."}})
    upload(tmp_path, emulator.url, token)
    emulator.plan(replace(fault), FaultRule(Operation.PUSH, FaultKind.ANSWER_LOST, skip=1))
    changed: Wanted = {**WANTED, "demo|2026-03-13": {"3": "C", "4": "d"}}
    write_wanted(tmp_path, changed)
    done = upload(tmp_path, emulator.url, token)
    assert [d.hold for d in done] == [None, None]
    assert_held_once(emulator, changed)


def test_a_request_that_is_refused_holds_its_table_and_no_other(
    emulator: Emulator, tmp_path: Path
) -> None:
    write_wanted(tmp_path, WANTED)
    token = emulator.issue_token()
    emulator.plan(FaultRule(Operation.PUSH, FaultKind.BAD_REQUEST, table="fact_x"))
    fact, dimension = upload(tmp_path, emulator.url, token)
    assert (fact.hold, dimension.hold) == ("IA-551", None)
    assert "400" in fact.hold_detail
    assert dimension.rows == 2
    Ledger(tmp_path / "ledger.db").release(DATASET.name, "fact_x")
    upload(tmp_path, emulator.url, token)
    assert_held_once(emulator, WANTED)


def test_where_nothing_can_tell_whether_a_batch_arrived_the_table_is_held(tmp_path: Path) -> None:
    options = EmulatorOptions(sequence_mode=SequenceMode.UNSUPPORTED)
    with running_emulator(options) as emulator:
        write_wanted(tmp_path, WANTED)
        token = emulator.issue_token()
        emulator.plan(
            FaultRule(Operation.PUSH, FaultKind.ANSWER_LOST, table="fact_x"),
            FaultRule(Operation.QUERY, FaultKind.ERROR_BEFORE, skip=1, times=50),
        )
        fact, _ = upload(tmp_path, emulator.url, token)
        assert fact.hold == "IA-552"
        assert fact.rest_batches == 1


def test_a_ledger_that_is_older_than_the_service_holds_the_table_and_a_rebuild_heals_it(
    emulator: Emulator, tmp_path: Path
) -> None:
    write_wanted(tmp_path, WANTED)
    token = emulator.issue_token()
    upload(tmp_path, emulator.url, token)
    backup = (tmp_path / "ledger.db").read_bytes()
    changed: Wanted = {**WANTED, "demo|2026-03-13": {"3": "c", "5": "new"}}
    write_wanted(tmp_path, changed)
    upload(tmp_path, emulator.url, token)
    put_back(tmp_path, backup)
    fact, _ = upload(tmp_path, emulator.url, token)
    assert fact.hold == "IA-554"
    upload(tmp_path, emulator.url, token, rebuild=["fact_x"])
    assert_held_once(emulator, changed)


def test_a_full_disk_at_the_ledger_sends_nothing_that_is_not_noted(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    with running_emulator() as emulator:
        write_wanted(tmp_path, WANTED)
        token = emulator.issue_token()

        def full(*_: object) -> bool:
            raise TransientError("IA-560", file="ledger.db", detail="disk is full")

        with monkeypatch.context() as patched:
            patched.setattr(Ledger, "start_sending", full)
            with pytest.raises(TransientError):
                upload(tmp_path, emulator.url, token)
        assert emulator.rows(DATASET.name, "fact_x") == []
        upload(tmp_path, emulator.url, token)
        assert_held_once(emulator, WANTED)


def test_creating_is_looked_up_before_it_is_repeated(tmp_path: Path) -> None:
    with running_emulator() as emulator:
        write_wanted(tmp_path, WANTED)
        token = emulator.issue_token()
        emulator.plan(FaultRule(Operation.CREATE, FaultKind.ANSWER_LOST))
        with pytest.raises(TransientError) as error:
            upload(tmp_path, emulator.url, token)
        assert error.value.code == "IA-556"
        upload(tmp_path, emulator.url, token)
        assert [entry.path for entry in emulator.log()].count("/v1.0/myorg/datasets") >= 2
        assert_held_once(emulator, WANTED)


def test_a_refused_creation_is_a_state_with_words_and_can_be_asked_again(tmp_path: Path) -> None:
    with running_emulator() as emulator:
        write_wanted(tmp_path, WANTED)
        token = emulator.issue_token()
        emulator.plan(FaultRule(Operation.CREATE, FaultKind.CREATE_REFUSED))
        for _ in range(2):
            with pytest.raises(PermanentError) as error:
                upload(tmp_path, emulator.url, token)
            assert error.value.code == "IA-555"
            assert "2027" in error.value.cause("de")


def test_a_missing_permission_is_not_taken_for_an_expired_login(tmp_path: Path) -> None:
    with running_emulator() as emulator:
        write_wanted(tmp_path, WANTED)
        token = emulator.issue_token()
        upload(tmp_path, emulator.url, token)
        write_wanted(tmp_path, {**WANTED, "demo|2026-03-14": {"9": "z"}})
        emulator.plan(FaultRule(Operation.PUSH, FaultKind.NOT_AUTHORIZED, times=2))
        with pytest.raises(PermanentError) as error:
            upload(tmp_path, emulator.url, token)
        assert error.value.code == "IA-550"
        planned = Ledger(tmp_path / "ledger.db").first(DATASET.name, "fact_x", State.PLANNED)
        assert planned is not None


def test_a_redirect_is_not_followed(tmp_path: Path) -> None:
    with running_emulator() as emulator:
        write_wanted(tmp_path, WANTED)
        token = emulator.issue_token()
        emulator.plan(FaultRule(Operation.PUSH, FaultKind.REDIRECT, table="fact_x"))
        fact, _ = upload(tmp_path, emulator.url, token)
        assert fact.hold == "IA-551"
        assert "302" in fact.hold_detail


def test_two_uploaders_do_not_interleave(tmp_path: Path) -> None:
    with running_emulator() as emulator:
        write_wanted(tmp_path, {**WANTED, "big": {str(i): "x" for i in range(100, 30_000)}})
        token = emulator.issue_token()
        context = multiprocessing.get_context("forkserver")
        both = [
            context.Process(target=upload, args=(tmp_path, emulator.url, token)) for _ in range(2)
        ]
        for process in both:
            process.start()
        for process in both:
            process.join()
        upload(tmp_path, emulator.url, token)
        rows = emulator.rows(DATASET.name, "fact_x")
        assert len(rows) == 29_900 + 3
        assert len({(row["partition_key"], row["id"]) for row in rows}) == len(rows)


def _random_fault(chance: random.Random) -> FaultRule:
    kinds = [
        FaultKind.ANSWER_LOST,
        FaultKind.RESET,
        FaultKind.RESET_IN_BODY,
        FaultKind.ERROR_BEFORE,
        FaultKind.ERROR_AFTER,
        FaultKind.APPLIED_LATE,
        FaultKind.SLOW,
    ]
    kind = chance.choice(kinds)
    seconds = {FaultKind.APPLIED_LATE: SETTLE_SECONDS / 3, FaultKind.SLOW: 0.05}.get(kind, 0.0)
    operation = chance.choice([Operation.PUSH, Operation.PUSH, Operation.DELETE])
    return FaultRule(operation, kind, seconds=seconds)


def _random_change(chance: random.Random, wanted: Wanted) -> Wanted:
    key = chance.choice([*wanted, f"demo|2026-04-{chance.randrange(1, 29):02d}"])
    rows = dict(wanted.get(key, {}))
    for _ in range(chance.randrange(1, 4)):
        rows[str(chance.randrange(20))] = chance.choice("abcdef")
    if rows and chance.random() < 0.5:
        rows.pop(chance.choice(list(rows)))
    return {**wanted, key: rows}


@pytest.mark.slow
def test_killed_two_hundred_times_every_row_is_there_once_in_the_end(tmp_path: Path) -> None:
    seed = random.SystemRandom().randrange(1 << 30)
    print(f"seed {seed}")
    chance = random.Random(seed)
    mode = chance.choice(list(SequenceMode))
    print(f"sequence numbers {mode}")
    context = multiprocessing.get_context("forkserver")
    context.set_forkserver_preload(["tests.integration.powerbi.small"])
    wanted: Wanted = dict(WANTED)
    with running_emulator(EmulatorOptions(sequence_mode=mode)) as emulator:
        token = emulator.issue_token()
        for _ in range(ROUNDS):
            wanted = _random_change(chance, wanted)
            write_wanted(tmp_path, wanted)
            if chance.random() < 0.5:
                emulator.plan(_random_fault(chance))
            rebuild = chance.choice([(), (), (), ("fact_x",)])
            arguments = (tmp_path, emulator.url, token, OPTIONS, rebuild)
            process = context.Process(target=upload, args=arguments)
            process.start()
            process.join(chance.uniform(0.0, 0.4))
            process.kill()
            process.join()
        with emulator.world.lock:
            emulator.world.faults.rules.clear()
        _finish(tmp_path, emulator, token)
        assert_held_once(emulator, wanted)


def _finish(folder: Path, emulator: Emulator, token: str) -> None:
    """Upload until nothing is left, as the next runs would."""
    for _ in range(10):
        try:
            done = upload(folder, emulator.url, token)
        except InsightError as error:
            print(error)
            time.sleep(SETTLE_SECONDS)
            continue
        assert [d.hold for d in done] == [None, None], done
        if not any(d.rest_batches for d in done):
            return
    pytest.fail("the upload did not come to an end")
