"""The runs that failed last, as Dagster keeps them. What their steps said stands in the log, by run id."""

from collections.abc import Iterator
from dataclasses import dataclass
from datetime import UTC, datetime

import dagster as dg

from insight_pipeline.orchestration.occasions import days_of


@dataclass(frozen=True)
class EndedRun:
    """A run that failed: which, over which days, and when; times in UTC."""

    run_id: str
    job: str
    days: str
    started_at: str
    ended_at: str
    said: str
    """Dagster's own words: which steps failed, or what became of its process."""


def failed_runs(instance: dg.DagsterInstance, most: int) -> Iterator[EndedRun]:
    """At most so many failed runs, the newest first."""
    failures = instance.fetch_run_status_changes(dg.DagsterEventType.RUN_FAILURE, limit=most)
    said = {one.event_log_entry.run_id: one.event_log_entry.message for one in failures.records}
    wanted = dg.RunsFilter(statuses=[dg.DagsterRunStatus.FAILURE])
    for record in instance.get_run_records(wanted, limit=most):
        run = record.dagster_run
        times = (record.start_time, record.end_time)
        started, ended = (_time(moment) if moment else "" for moment in times)
        words = said.get(run.run_id) or ""
        yield EndedRun(run.run_id, run.job_name, days_of(run.tags), started, ended, words)


def _time(seconds: float) -> str:
    return datetime.fromtimestamp(int(seconds), UTC).isoformat()
