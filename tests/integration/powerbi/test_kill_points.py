"""The upload killed at every point where it could lose or double a row, and started again.

What is killed is a process of its own, by SIGKILL, at the very step (`killing`); what goes on is the next
upload with the same ledger. Afterwards the service's rows, summed over `sign`, are those that are wanted.
"""

from __future__ import annotations

import multiprocessing
import signal
from collections.abc import Iterator, Sequence
from pathlib import Path

import pytest

from insight_pipeline.emulator import (
    Emulator,
    EmulatorOptions,
    FaultKind,
    FaultRule,
    LoginOptions,
    Operation,
    SequenceMode,
    running_emulator,
)
from insight_pipeline.model.errors import TransientError
from insight_pipeline.sinks.powerbi.service import Tokens
from insight_pipeline.sinks.powerbi.token_key import KEY_FILE_VARIABLE, KEY_VARIABLE
from tests.integration.powerbi.killing import (
    DISK_FULL,
    POINTS,
    login_of,
    upload_and_die,
)
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

BEFORE: Wanted = {
    "demo|2026-03-12": {"1": "a", "2": "b", "3": "c"},
    "demo|2026-03-13": {"4": "d"},
    "names": {"10": "Anna", "11": "Bernd", "12": "Carla"},
}
AFTER: Wanted = {
    "demo|2026-03-12": {"1": "a", "2": "B", "5": "e"},
    "demo|2026-03-13": {},
    "demo|2026-03-14": {"6": "f", "7": "g"},
    "names": {"10": "Anna", "12": "Carola", "13": "Dora"},
}
CONTEXT = multiprocessing.get_context("forkserver")
CONTEXT.set_forkserver_preload(["tests.integration.powerbi.killing"])
RUNS = 10


@pytest.fixture(params=list(SequenceMode))
def emulator(request: pytest.FixtureRequest) -> Iterator[Emulator]:
    with running_emulator(EmulatorOptions(sequence_mode=request.param)) as found:
        yield found


def _killed(
    folder: Path, emulator: Emulator, place: tuple[str, str], rebuild: Sequence[str] = ()
) -> int | None:
    """Upload in a process that dies; gives its exit code."""
    arguments = (folder, emulator.url, emulator.issue_token(), place, rebuild)
    process = CONTEXT.Process(target=upload_and_die, args=arguments)
    process.start()
    process.join(30)
    process.kill()
    return process.exitcode


def _finish(folder: Path, emulator: Emulator, token: str | Tokens | None = None) -> None:
    """Start again until nothing is left, as the next runs would."""
    for _ in range(RUNS):
        try:
            done = upload(folder, emulator.url, token or emulator.issue_token())
        except TransientError as error:
            assert error.code == "IA-556", error  # noqa: PT017 - anything else must not happen
            OPTIONS.sleep(SETTLE_SECONDS)
            continue
        assert [(d.hold, d.hold_detail) for d in done] == [(None, "")] * 2
        if not any(d.rest_batches for d in done):
            return
    pytest.fail("the upload did not come to an end")


def _uploaded(folder: Path, emulator: Emulator) -> None:
    write_wanted(folder, BEFORE)
    upload(folder, emulator.url, emulator.issue_token())
    write_wanted(folder, AFTER)


@pytest.mark.parametrize("point", POINTS["batch"])
def test_killed_on_the_way_of_a_batch_every_row_is_there_once(
    emulator: Emulator, tmp_path: Path, point: str
) -> None:
    _uploaded(tmp_path, emulator)
    assert _killed(tmp_path, emulator, ("batch", point)) == -signal.SIGKILL
    _finish(tmp_path, emulator)
    assert_held_once(emulator, AFTER)


@pytest.mark.parametrize("fault", [FaultKind.ANSWER_LOST, FaultKind.RESET_IN_BODY])
@pytest.mark.parametrize("point", POINTS["settling"])
def test_killed_while_settling_every_row_is_there_once(
    emulator: Emulator, tmp_path: Path, point: str, fault: FaultKind
) -> None:
    _uploaded(tmp_path, emulator)
    emulator.plan(FaultRule(Operation.PUSH, fault, table="fact_x"))
    assert _killed(tmp_path, emulator, ("settling", point)) == -signal.SIGKILL
    _finish(tmp_path, emulator)
    assert_held_once(emulator, AFTER)


@pytest.mark.parametrize("table", ["fact_x", "dim_x"])
@pytest.mark.parametrize("point", POINTS["rebuild"])
def test_killed_in_a_rebuild_every_row_is_there_once(
    tmp_path: Path, point: str, table: str
) -> None:
    """A dimension that changed is emptied and filled by the same steps, without being asked to."""
    rebuild = ["fact_x"] if table == "fact_x" else []
    with running_emulator() as emulator:
        _uploaded(tmp_path, emulator)
        if table == "dim_x":
            facts = {key: rows for key, rows in BEFORE.items() if key != "names"}
            write_wanted(tmp_path, {**facts, "names": AFTER["names"]})
        assert _killed(tmp_path, emulator, ("rebuild", point), rebuild) == -signal.SIGKILL
        _finish(tmp_path, emulator)
        write_wanted(tmp_path, AFTER)
        _finish(tmp_path, emulator)
        assert_held_once(emulator, AFTER)


@pytest.mark.parametrize("point", POINTS["rebuild"])
def test_killed_in_a_rebuild_over_a_batch_without_an_answer_every_row_is_there_once(
    emulator: Emulator, tmp_path: Path, point: str
) -> None:
    _uploaded(tmp_path, emulator)
    late = FaultRule(Operation.PUSH, FaultKind.APPLIED_LATE, seconds=SETTLE_SECONDS / 2)
    emulator.plan(late)
    _killed(tmp_path, emulator, ("batch", "body_out_no_answer"))
    assert _killed(tmp_path, emulator, ("rebuild", point), ["fact_x"]) == -signal.SIGKILL
    _finish(tmp_path, emulator)
    assert_held_once(emulator, AFTER)


@pytest.mark.parametrize("point", POINTS["create"])
def test_killed_while_the_dataset_is_made_there_is_one_dataset(tmp_path: Path, point: str) -> None:
    write_wanted(tmp_path, AFTER)
    with running_emulator() as emulator:
        assert _killed(tmp_path, emulator, ("create", point)) == -signal.SIGKILL
        _finish(tmp_path, emulator)
        assert_held_once(emulator, AFTER)
        assert len(emulator.world.datasets) == 1


def test_killed_while_waiting_for_a_429_every_row_is_there_once(
    emulator: Emulator, tmp_path: Path
) -> None:
    _uploaded(tmp_path, emulator)
    emulator.plan(FaultRule(Operation.PUSH, FaultKind.THROTTLED, retry_after_seconds=1))
    assert _killed(tmp_path, emulator, ("waiting", "in_the_middle")) == -signal.SIGKILL
    _finish(tmp_path, emulator)
    assert_held_once(emulator, AFTER)
    assert [entry.status for entry in emulator.log()].count(429) == 1


@pytest.mark.parametrize("point", POINTS["token"])
def test_killed_while_the_login_is_written_there_is_a_login_and_every_row_once(
    tmp_path: Path, point: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.delenv(KEY_VARIABLE, raising=False)
    monkeypatch.delenv(KEY_FILE_VARIABLE, raising=False)
    options = EmulatorOptions(login=LoginOptions(is_approved_at_once=True))
    with running_emulator(options) as emulator:
        login = login_of(emulator.url, tmp_path)
        login.finish_device_login(login.start_device_login())
        _uploaded(tmp_path, emulator)
        emulator.expire_tokens()
        assert _killed(tmp_path, emulator, ("token", point)) == -signal.SIGKILL
        again = login_of(emulator.url, tmp_path)
        assert again.state().is_logged_in
        _finish(tmp_path, emulator, again)
        assert_held_once(emulator, AFTER)


def test_killed_beside_another_uploader_every_row_is_there_once(
    emulator: Emulator, tmp_path: Path
) -> None:
    _uploaded(tmp_path, emulator)
    token = emulator.issue_token()
    places = [("batch", "half_the_body_out"), ("batch", "body_out_no_answer")]
    both = [
        CONTEXT.Process(target=upload_and_die, args=(tmp_path, emulator.url, token, place))
        for place in places
    ]
    for process in both:
        process.start()
    for process in both:
        process.join(30)
    assert [process.exitcode for process in both] == [-signal.SIGKILL] * 2
    _finish(tmp_path, emulator)
    assert_held_once(emulator, AFTER)


@pytest.mark.parametrize("point", POINTS["disk"])
def test_a_disk_that_is_full_at_the_ledger_loses_no_row_and_doubles_none(
    emulator: Emulator, tmp_path: Path, point: str
) -> None:
    _uploaded(tmp_path, emulator)
    assert _killed(tmp_path, emulator, ("disk", point)) == DISK_FULL
    _finish(tmp_path, emulator)
    assert_held_once(emulator, AFTER)


@pytest.mark.parametrize("point", ["answer_read_not_written", "confirmed", "all_confirmed"])
def test_a_ledger_older_than_the_service_holds_the_table_until_it_is_rebuilt(
    emulator: Emulator, tmp_path: Path, point: str
) -> None:
    _uploaded(tmp_path, emulator)
    backup = (tmp_path / "ledger.db").read_bytes()
    assert _killed(tmp_path, emulator, ("batch", point)) == -signal.SIGKILL
    put_back(tmp_path, backup)
    before = emulator.rows(DATASET.name, "fact_x")
    fact, _ = upload(tmp_path, emulator.url, emulator.issue_token())
    assert fact.hold == "IA-554"
    assert emulator.rows(DATASET.name, "fact_x") == before
    upload(tmp_path, emulator.url, emulator.issue_token(), rebuild=["fact_x"])
    _finish(tmp_path, emulator)
    assert_held_once(emulator, AFTER)
