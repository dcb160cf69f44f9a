"""A run whose process was killed is ended and may start again; one that somebody works on is left alone."""

from __future__ import annotations

import signal
import subprocess
import sys
import time
from pathlib import Path

import dagster as dg
import pytest

from insight_pipeline.orchestration.orphans import end_orphans, keep_alive
from insight_pipeline.settings import load_settings
from tests.conftest import write_settings
from tests.pipeline import GOLDEN

WAIT_SECONDS = 60
_RUN = """
import sys, time
from datetime import date
from pathlib import Path
import dagster as dg
from insight_pipeline.definitions import build_defs
from insight_pipeline.orchestration import site
from insight_pipeline.orchestration.runs import run_range
from insight_pipeline.settings import load_settings

def stay(*_):
    Path(sys.argv[3]).touch()
    time.sleep(600)

site.Site.legs_of = stay
settings = load_settings(Path(sys.argv[1]), environ={})
with dg.DagsterInstance.local_temp(sys.argv[2]) as instance:
    day = date(2026, 3, 12)
    run_range(build_defs(settings), instance, "demo", day, day)
"""


@pytest.fixture
def instance(tmp_path: Path) -> dg.DagsterInstance:
    """An instance whose storage outlasts a process."""
    (tmp_path / "dagster").mkdir()
    return dg.DagsterInstance.local_temp(str(tmp_path / "dagster"))


def statuses(instance: dg.DagsterInstance) -> list[str]:
    return [run.status.value for run in instance.get_runs()]


def test_a_run_is_ended_when_its_process_was_killed_and_not_before(
    tmp_path: Path, instance: dg.DagsterInstance
) -> None:
    config = write_settings(tmp_path, GOLDEN / "examples" / "landing")
    data_dir = load_settings(config, environ={}).data_dir
    sign = tmp_path / "under_way"
    command = [sys.executable, "-c", _RUN, str(config), str(tmp_path / "dagster"), str(sign)]
    with subprocess.Popen(command, stderr=subprocess.DEVNULL) as process:
        end = time.monotonic() + WAIT_SECONDS
        while not sign.exists():
            assert process.poll() is None
            assert time.monotonic() < end
            time.sleep(0.05)
        assert end_orphans(instance, data_dir, "de") == []
        assert statuses(instance) == ["STARTED"]
        process.send_signal(signal.SIGKILL)
    (run,) = instance.get_runs()
    assert end_orphans(instance, data_dir, "de") == [run.run_id]
    assert statuses(instance) == ["FAILURE"]
    said = [event.message for event in instance.all_logs(run.run_id)]
    assert any("IA-767 Der Lauf" in text for text in said)
    assert end_orphans(instance, data_dir, "de") == []
    assert list((data_dir / "state" / "runs").iterdir()) == []


def test_a_run_that_is_being_cancelled_ends_as_cancelled(
    tmp_path: Path, instance: dg.DagsterInstance
) -> None:
    run = _started(instance, dg.DagsterRunStatus.CANCELING)
    _leave(tmp_path, run)
    assert end_orphans(instance, tmp_path, "en") == [run]
    assert statuses(instance) == ["CANCELED"]


def test_a_run_of_this_process_and_one_that_nobody_vouched_for_are_left_alone(
    tmp_path: Path, instance: dg.DagsterInstance
) -> None:
    own, unknown = (_started(instance, dg.DagsterRunStatus.STARTED) for _ in range(2))
    keep_alive(tmp_path, own)
    keep_alive(tmp_path, own)
    assert own != unknown
    assert end_orphans(instance, tmp_path, "en") == []
    assert statuses(instance) == ["STARTED", "STARTED"]


def _started(instance: dg.DagsterInstance, status: dg.DagsterRunStatus) -> str:
    @dg.job
    def nothing() -> None:
        pass

    return instance.create_run_for_job(nothing, status=status).run_id


def _leave(data_dir: Path, run: str) -> None:
    """What the process of a run leaves when it is killed."""
    file = data_dir / "state" / "runs" / run
    file.parent.mkdir(parents=True)
    file.touch()
