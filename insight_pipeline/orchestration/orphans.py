"""Runs whose process is gone: after a power cut or a kill they would count as started for hours.

The process of a run holds a lock on a file of the run's name as long as it lives; the operating system frees
it, however it ends. A run that counts as started while its file is free has nobody who works on it. It is
ended as failed, and Dagster's daemon starts it again (`run_retries` in dagster.yaml).
"""

from __future__ import annotations

import fcntl
import os
from contextlib import suppress
from pathlib import Path

import dagster as dg

from insight_pipeline.model.errors import InsightError

_UNDER_WAY = (dg.DagsterRunStatus.STARTED, dg.DagsterRunStatus.CANCELING)
_held: dict[Path, int] = {}
"""Locks of this process, by file."""


def _folder(data_dir: Path) -> Path:
    return data_dir / "state" / "runs"


def keep_alive(data_dir: Path, run_id: str) -> None:
    """Show that this process works on the run, from now until it ends."""
    file = _folder(data_dir) / run_id
    if file in _held:
        return
    file.parent.mkdir(parents=True, exist_ok=True)
    handle = os.open(file, os.O_RDWR | os.O_CREAT, 0o600)
    fcntl.flock(handle, fcntl.LOCK_SH)  # waits at most for a look of `_is_free`
    _held[file] = handle


def end_orphans(instance: dg.DagsterInstance, data_dir: Path, locale: str) -> list[str]:
    """End the runs that nobody works on any more; gives their ids."""
    under_way = {run.run_id for run in instance.get_runs(dg.RunsFilter(statuses=[*_UNDER_WAY]))}
    ended = []
    for run_id in under_way:
        is_free = _is_free(_folder(data_dir) / run_id)
        run = instance.get_run_by_id(run_id)  # its process may have ended it meanwhile
        if is_free and run is not None and run.status in _UNDER_WAY:
            problem = InsightError("IA-767", run=run.run_id[:8])
            said = f"{problem.code} {problem.message(locale)} {problem.cause(locale)}"
            if run.status is dg.DagsterRunStatus.CANCELING:
                instance.report_run_canceled(run, said)
            else:
                instance.report_run_failed(run, said)
            ended.append(run.run_id)
    _forget(data_dir, kept=under_way - {*ended})
    return ended


def _is_free(file: Path) -> bool:
    """Whether a process worked on the run, and is gone."""
    if file in _held:
        return False
    try:
        handle = os.open(file, os.O_RDWR)
    except FileNotFoundError:
        return False
    try:
        fcntl.flock(handle, fcntl.LOCK_EX | fcntl.LOCK_NB)
    except BlockingIOError:
        return False
    finally:
        os.close(handle)
    return True


def _forget(data_dir: Path, kept: set[str]) -> None:
    """Files of runs that have ended say nothing any more."""
    with suppress(FileNotFoundError):
        for file in _folder(data_dir).iterdir():
            if file.name not in kept and _is_free(file):
                file.unlink(missing_ok=True)
