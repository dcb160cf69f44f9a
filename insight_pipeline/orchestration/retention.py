"""Retention: every night, runs that are older than the settings keep leave, and what is loaded stays loaded.

Belongs here: which runs go, the job and its schedule. What of a run stays, and how it is removed, is in
`history`. Ticks of sensors and schedules are Dagster's own to forget (`retention` in dagster.yaml).
"""

import time
from collections.abc import Iterator
from datetime import UTC, datetime

import dagster as dg

from insight_pipeline.model.settings import Retention
from insight_pipeline.orchestration.failures import guarded, told
from insight_pipeline.orchestration.history import remove_observed, remove_orphans, remove_run
from insight_pipeline.orchestration.jobs import Job

RETENTION = "retention"
_NIGHTLY = "45 4 * * *"
_DAY_SECONDS = 86_400
RUNS_A_NIGHT = 5_000
"""More are left for the next night, so that the first night after years does not hold a place for long."""
_PAGE = 200
_SUCCESS, _OTHER_ENDS = (
    (dg.DagsterRunStatus.SUCCESS,),
    (dg.DagsterRunStatus.FAILURE, dg.DagsterRunStatus.CANCELED),
)


def limits(kept: Retention, now: float) -> list[tuple[float, dg.RunsFilter]]:
    """For each way to end: runs created before that time (seconds since 1970) are to go."""
    found = []
    for days, ends in ((kept.runs_days, _SUCCESS), (kept.failed_runs_days, _OTHER_ENDS)):
        before = now - days * _DAY_SECONDS
        created = datetime.fromtimestamp(before, UTC)
        found.append((before, dg.RunsFilter(statuses=list(ends), created_before=created)))
    return found


def trim(
    instance: dg.DagsterInstance, kept: Retention, now: float, limit: int = RUNS_A_NIGHT
) -> int:
    """Remove what is older than the settings keep, the oldest runs first; gives the number of runs."""
    removed = 0
    for before, old in limits(kept, now):
        for run_id in _oldest(instance, old, limit - removed):
            remove_run(instance, run_id)
            removed += 1
        remove_observed(instance, before)
    remove_orphans(instance, now - kept.runs_days * _DAY_SECONDS)
    return removed


def _oldest(instance: dg.DagsterInstance, old: dg.RunsFilter, limit: int) -> Iterator[str]:
    """Ids of the oldest of these runs, of which each is gone when the next is asked for."""
    left = limit
    while left > 0:
        page = instance.get_run_records(old, limit=min(_PAGE, left), ascending=True)
        yield from (record.dagster_run.run_id for record in page)
        left -= len(page)
        if len(page) < _PAGE:
            return


def retention_parts(kept: Retention, locale: str) -> tuple[Job, dg.ScheduleDefinition]:
    """The job that trims the history, and its schedule."""

    @dg.op(name=f"{RETENTION}_op", description="Removes runs and events that are older than kept.")
    @told(locale)
    def trim_history(context: dg.OpExecutionContext) -> None:
        removed = trim(context.instance, kept, time.time())
        context.add_output_metadata({"runs_removed": removed})

    @dg.job(
        name=RETENTION,
        description="Removes runs that are older than [retention] keeps. Loaded days stay loaded.",
        executor_def=dg.in_process_executor,
    )
    def job() -> None:
        trim_history()

    @dg.schedule(
        job=job,
        cron_schedule=_NIGHTLY,
        execution_timezone="UTC",
        name=f"{RETENTION}_nightly",
        default_status=dg.DefaultScheduleStatus.RUNNING,
        description="Every night: removes runs that are older than [retention] keeps.",
    )
    @guarded
    def nightly(_: dg.ScheduleEvaluationContext) -> dg.RunRequest:
        return dg.RunRequest()

    return job, nightly
