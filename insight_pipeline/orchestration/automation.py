"""When runs start by themselves: every night, and whenever files arrive.

The sensor asks two questions that others answer: which files are unread (then a run reads them), and
which days have been touched since its cursor (then runs load exactly those, late and historical ones
too). A cursor that makes no sense starts over, which loads more than needed and loses nothing.
"""

import hashlib
from collections.abc import Iterable, Sequence

import dagster as dg

from insight_pipeline.orchestration.jobs import Job, job_name
from insight_pipeline.orchestration.partitions import daily, ranges
from insight_pipeline.orchestration.resources import Sites
from insight_pipeline.orchestration.site import Site
from insight_pipeline.sources.landing import unread
from insight_pipeline.sources.raw_store import day_of

RANGE_START, RANGE_END = "dagster/asset_partition_range_start", "dagster/asset_partition_range_end"
_SENSOR_SECONDS = 60
NIGHTLY = "15 2 * * *"


def nightly_schedule(site: Site, load: Job) -> dg.ScheduleDefinition:
    """Loads the day that ended, at a quarter past two in the installation's time zone."""

    @dg.schedule(
        job=load,
        cron_schedule=NIGHTLY,
        execution_timezone=site.installation.timezone,
        name=job_name(site.name, "nightly"),
        default_status=dg.DefaultScheduleStatus.RUNNING,
        description="Every night: reads new files and loads the day that ended.",
    )
    def nightly(context: dg.ScheduleEvaluationContext) -> dg.RunRequest | dg.SkipReason:
        keys = daily(site.installation).get_partition_keys(context.scheduled_execution_time)
        if len(keys) < 2:  # noqa: PLR2004 - the running day alone
            return dg.SkipReason("No day has ended since the installation's start date.")
        return dg.RunRequest(partition_key=keys[-2])

    return nightly


def new_files_sensor(site: Site, read: Job, load: Job) -> dg.SensorDefinition:
    """Reads arriving files and loads the days that they touch."""

    @dg.sensor(
        jobs=[read, load],
        name=job_name(site.name, "new_files"),
        minimum_interval_seconds=_SENSOR_SECONDS,
        default_status=dg.DefaultSensorStatus.RUNNING,
        description="Reads files that arrive in the landing folder, and loads exactly the days they touch.",
    )
    def new_files(
        context: dg.SensorEvaluationContext, sites: dg.ResourceParam[Sites]
    ) -> dg.SensorResult:
        here = sites.of(site.name)
        waiting = [
            _mark(path.name, path.lstat().st_mtime_ns)
            for path in unread(here.raw, here.landing, here.read_limits)
        ]
        newest, days = here.raw.index.touched_since(cursor_of(context.cursor))
        keys = loadable_keys(days, daily(here.installation).get_partition_keys())
        requests = [
            *read_requests(waiting, job_name(site.name, "read")),
            *range_requests(keys, f"{site.name}:{newest}", job_name(site.name, "load")),
        ]
        return dg.SensorResult(run_requests=requests, cursor=str(newest))

    return new_files


def cursor_of(text: str | None) -> int:
    """The sequence number in a cursor; 0, the beginning, if it holds anything else."""
    return int(text) if text is not None and text.isascii() and text.isdigit() else 0


def loadable_keys(days: Iterable[int], partitions: Sequence[str]) -> list[str]:
    """Those days that are partitions: from the start date to today."""
    known = set(partitions)
    return [key for key in (day_of(day).isoformat() for day in sorted(days)) if key in known]


def read_requests(waiting: Sequence[str], job: str) -> list[dg.RunRequest]:
    """One run that reads the waiting files, once for each set of them."""
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


def _mark(name: str, mtime_ns: int) -> str:
    return f"{name}:{mtime_ns}"
