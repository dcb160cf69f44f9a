"""Runs started outside the UI: the same jobs, in this process, recorded in the same instance.

`insight run` and `insight backfill` call this. A range goes through one run; a backfill through one run
for each season, and it goes on where it stopped.
"""

from __future__ import annotations

import json
from collections.abc import Iterator
from dataclasses import dataclass
from datetime import date, timedelta
from pathlib import Path

import dagster as dg

from insight_pipeline.logs.events import logger
from insight_pipeline.model.settings import Settings
from insight_pipeline.orchestration.alert_checks import THRESHOLDS_KEPT
from insight_pipeline.orchestration.assets.status import CALLS_COMING
from insight_pipeline.orchestration.checks import USERS_FIT_THE_TIER
from insight_pipeline.orchestration.failures import failure_text
from insight_pipeline.orchestration.jobs import job_name
from insight_pipeline.orchestration.occasions import days_of
from insight_pipeline.orchestration.partitions import DAYS_A_RUN, RANGE_END, RANGE_START

_WARN = dg.AssetCheckSeverity.WARN
_NOTICES = frozenset({USERS_FIT_THE_TIER, THRESHOLDS_KEPT, CALLS_COMING})
"""Checks that warn and hold nothing back."""
_QUIET = {"loggers": {"console": {"config": {"log_level": "CRITICAL"}}}}
"""The events are kept by the instance; the terminal shows only what `cli` prints."""
_log = logger(__name__)


@dataclass(frozen=True)
class RunOutcome:
    """How a run ended: which days it covered, and the checks and steps that failed."""

    run_id: str
    installation: str
    first: date
    last: date
    is_success: bool
    failed_checks: tuple[str, ...]
    failed_steps: tuple[str, ...]
    detail: str = ""
    """What the first failed step said."""
    held_back: tuple[str, ...] = ()
    """What waits or is held though the run did its work, in words."""


def run_range(
    definitions: dg.Definitions,
    instance: dg.DagsterInstance,
    installation: str,
    first: date,
    last: date,
) -> RunOutcome:
    """Load the days from `first` to `last` in one run, in this process."""
    job = definitions.resolve_job_def(job_name(installation, "load"))
    tags = {RANGE_START: first.isoformat(), RANGE_END: last.isoformat()}
    result = job.execute_in_process(
        instance=instance, tags=tags, run_config=_QUIET, raise_on_error=False
    )
    failures = [event for event in result.all_events if event.is_step_failure]
    failed = tuple(event.step_key or "" for event in failures)
    detail = failure_text(failures[0].step_failure_data) if failures else ""
    evaluations = result.get_asset_check_evaluations()
    failing = [e for e in evaluations if not e.passed]
    holding = [e for e in failing if e.severity is _WARN and e.check_name not in _NOTICES]
    warnings = [e.description or "" for e in holding]
    broken = [_check_name(e) for e in failing if e.severity is not _WARN]
    _log.info(
        "run_ended",
        installation=installation,
        run_id=result.run_id,
        partition=days_of(tags),
        is_success=result.success,
        checks=broken,
        steps=failed,
    )
    return RunOutcome(
        result.run_id,
        installation,
        first,
        last,
        is_success=result.success,
        failed_checks=tuple(broken),
        failed_steps=failed,
        detail=detail,
        held_back=tuple(dict.fromkeys(warnings)),
    )


def _check_name(evaluation: dg.AssetCheckEvaluation) -> str:
    return f"{'/'.join(evaluation.asset_key.path)}: {evaluation.check_name}"


def run_apart(
    definitions: dg.Definitions,
    instance: dg.DagsterInstance,
    installation: str,
    first: date,
    last: date,
) -> Iterator[RunOutcome]:
    """Load a range; where a check fails, halve it until only the days at fault are left out."""
    outcome = run_range(definitions, instance, installation, first, last)
    if not outcome.failed_checks or first == last:
        yield outcome
        return
    middle = first + (last - first) // 2
    yield from run_apart(definitions, instance, installation, first, middle)
    yield from run_apart(definitions, instance, installation, middle + timedelta(days=1), last)


def seasons(first: date, last: date, days: int = DAYS_A_RUN) -> Iterator[tuple[date, date]]:
    """The range in stretches of at most `days`."""
    start = first
    while start <= last:
        end = min(start + timedelta(days=days - 1), last)
        yield start, end
        start = end + timedelta(days=1)


class BackfillProgress:
    """Which stretches of a backfill are done, so that it goes on after it was stopped."""

    def __init__(self, settings: Settings, installation: str, first: date, last: date) -> None:
        """The progress of one backfill of one installation."""
        name = f"backfill-{installation}-{first}-{last}.json"
        self._file: Path = settings.data_dir / "state" / name

    def done(self) -> set[str]:
        """Stretches already loaded, by their first day."""
        try:
            return set(json.loads(self._file.read_text(encoding="utf-8")))
        except (FileNotFoundError, ValueError):
            return set()

    def mark(self, first: date) -> None:
        """Note a stretch as loaded."""
        done = sorted(self.done() | {first.isoformat()})
        self._file.parent.mkdir(parents=True, exist_ok=True)
        temporary = self._file.with_suffix(".tmp")
        temporary.write_text(json.dumps(done), encoding="utf-8")
        temporary.replace(self._file)

    def finish(self) -> None:
        """Forget the progress: the next backfill of the range starts over."""
        self._file.unlink(missing_ok=True)
