"""When runs start by themselves: every night, every month, and whenever files arrive.

The sensor asks two questions that others answer: which files are unread and whether the PBX's database has
new rows (then a run reads them), and which days have been touched since they were loaded (then runs load
exactly those, late and historical ones too). A day whose load failed is asked for again when something
new touches it, and every night.
"""

import hashlib
from collections.abc import Sequence
from datetime import date
from pathlib import Path

import dagster as dg

from insight_pipeline.orchestration.failures import guarded
from insight_pipeline.orchestration.jobs import Job, job_name
from insight_pipeline.orchestration.partitions import (
    RANGE_END,
    RANGE_START,
    daily,
    monthly,
    ranges,
)
from insight_pipeline.orchestration.pbx import table_news
from insight_pipeline.orchestration.resources import Sites
from insight_pipeline.orchestration.site import Site
from insight_pipeline.orchestration.status.machine import note_automation
from insight_pipeline.sources.directory import stamps_of
from insight_pipeline.sources.landing import safe_name, unread

_SENSOR_SECONDS = 60
NIGHTLY = "15 2 * * *"
MONTHLY = "30 5 1 * *"
NIGHTLY_DAYS = 31
"""How many days a night loads at most; the newest come first."""


def nightly_schedule(site: Site, load: Job) -> dg.ScheduleDefinition:
    """Loads the day that ended, at a quarter past two in the installation's time zone."""

    @dg.schedule(
        job=load,
        cron_schedule=NIGHTLY,
        execution_timezone=site.installation.timezone,
        name=job_name(site.name, "nightly"),
        default_status=dg.DefaultScheduleStatus.RUNNING,
        description="Every night: reads new files and loads the day that ended, and days whose load "
        "failed, each in a run of its own.",
    )
    @guarded
    def nightly(
        context: dg.ScheduleEvaluationContext, sites: dg.ResourceParam[Sites]
    ) -> list[dg.RunRequest] | dg.SkipReason:
        now = context.scheduled_execution_time
        keys = daily(site.installation).get_partition_keys(now)
        if len(keys) < 2:  # noqa: PLR2004 - the running day alone
            return dg.SkipReason("No day has ended since the installation's start date.")
        _, stale = sites.of(site.name).stale(date.fromisoformat(keys[-2]))
        wanted = sorted({keys[-2], *(day.isoformat() for day in stale)} & set(keys))
        return [dg.RunRequest(partition_key=key) for key in wanted[-NIGHTLY_DAYS:]]

    return nightly


def monthly_schedule(site: Site, report: Job) -> dg.ScheduleDefinition:
    """Makes the report of the month that ended, after its last night's load."""

    @dg.schedule(
        job=report,
        cron_schedule=MONTHLY,
        execution_timezone=site.installation.timezone,
        name=job_name(site.name, "monthly_report"),
        default_status=dg.DefaultScheduleStatus.RUNNING,
        description="On the first of a month: the report of the month that ended.",
    )
    @guarded
    def monthly_report(context: dg.ScheduleEvaluationContext) -> dg.RunRequest | dg.SkipReason:
        keys = monthly(site.installation).get_partition_keys(context.scheduled_execution_time)
        if len(keys) < 2:  # noqa: PLR2004 - the running month alone
            return dg.SkipReason("No month has ended since the installation's start date.")
        return dg.RunRequest(partition_key=keys[-2])

    return monthly_report


def new_files_sensor(site: Site, read: Job, load: Job) -> dg.SensorDefinition:
    """Reads arriving files and loads the days that they touch."""

    @dg.sensor(
        jobs=[read, load],
        name=job_name(site.name, "new_files"),
        minimum_interval_seconds=_SENSOR_SECONDS,
        default_status=dg.DefaultSensorStatus.RUNNING,
        description="Reads files that arrive in the landing folder and new rows of the PBX's database, and "
        "loads exactly the days they touch.",
    )
    @guarded
    def new_files(_: dg.SensorEvaluationContext, sites: dg.ResourceParam[Sites]) -> dg.SensorResult:
        here = sites.of(site.name)
        note_automation(here.settings)
        waiting = [_mark(path) for path in unread(here.raw, here.landing, here.read_limits)]
        if here.is_directory_unread():
            waiting += stamps_of(here.landing / "directory") or ("directory",)
        if (new := here.new_definitions) is not None:
            waiting.append(new)
        waiting += table_news(here)
        if waiting and (restored_at := here.raw.index.restored_at()):
            waiting.append(f"restored:{restored_at}")  # what was read before is to be read again
        partitions = daily(here.installation).get_partition_keys()
        newest, days = here.stale(date.fromisoformat(partitions[-1])) if partitions else (0, [])
        if here.is_scope_changed():
            waiting.append(f"edition:{newest}:{here.scope.mark}")
        keys = [day.isoformat() for day in days]
        requests = [
            *read_requests(waiting, job_name(site.name, "read")),
            *range_requests(keys, f"{site.name}:{newest}", job_name(site.name, "load")),
        ]
        return dg.SensorResult(run_requests=requests, cursor=str(newest))

    return new_files


def read_requests(waiting: Sequence[str], job: str) -> list[dg.RunRequest]:
    """One run that reads what waits, once for each set of it."""
    if not waiting:
        return []
    digest = hashlib.sha256("\n".join(sorted(waiting)).encode()).hexdigest()[:16]
    return [dg.RunRequest(job_name=job, run_key=f"{job}:{digest}")]


def range_requests(keys: Sequence[str], run_key: str, job: str) -> list[dg.RunRequest]:
    """One run for each stretch of consecutive days."""
    return [
        dg.RunRequest(
            job_name=job,
            run_key=f"{run_key}:{first}:{last}",
            tags={RANGE_START: first, RANGE_END: last},
        )
        for first, last in ranges(keys)
    ]


def _mark(path: Path) -> str:
    """What changes when a file does, its rights included."""
    seen = path.lstat()
    return f"{safe_name(path)}:{seen.st_mtime_ns}:{seen.st_ctime_ns}"
