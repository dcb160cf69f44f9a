"""When notices leave by themselves: sensors for alerts and failed runs, a schedule for the report by mail.

Each is a question to `alerting`. The sensor of failed runs only notes them: what is noted is told, with
everything else that is due, by the sensor of alerts, so that many failures do not make many notices.
"""

import time
from collections.abc import Sequence
from datetime import date
from pathlib import Path
from zoneinfo import ZoneInfo

import dagster as dg

from insight_pipeline.model.alert_settings import Report
from insight_pipeline.model.deliveries import Delivery, DeliveryState, FailedRun
from insight_pipeline.model.hiding import without_secrets
from insight_pipeline.model.terms import Term
from insight_pipeline.orchestration.alerting import Alerting, MakeReport, Watched, period
from insight_pipeline.orchestration.failures import failure_text, guarded, told
from insight_pipeline.orchestration.jobs import Job, job_name
from insight_pipeline.orchestration.partitions import PARTITION, RANGE_END, RANGE_START
from insight_pipeline.orchestration.resources import Sites
from insight_pipeline.orchestration.site import Site

_ALERT_SECONDS, _FAILURE_SECONDS = 60, 30
_SHOWN_CHARACTERS = 400


def alerts_sensor() -> dg.SensorDefinition:
    """Holds the newest figures against the thresholds, and sends what is due."""

    @dg.sensor(
        name="alerts",
        minimum_interval_seconds=_ALERT_SECONDS,
        default_status=dg.DefaultSensorStatus.RUNNING,
        description="Tells once when a queue crosses a threshold and once when it is back, and sends every "
        "notice that is due, those about failed runs and the report too.",
    )
    @guarded
    def alerts(
        _: dg.SensorEvaluationContext, sites: dg.ResourceParam[Sites]
    ) -> dg.SensorResult | dg.SkipReason:
        alerting = Alerting(sites.settings)
        if not alerting.is_needed:
            return dg.SkipReason("Nobody is to be told of anything.")
        changed, tried = alerting.work(sites.all())
        return dg.SkipReason(pass_words(changed, tried, sites.settings.locale))

    return alerts


def pass_words(changed: Sequence[Watched], tried: Sequence[Delivery], locale: str) -> str:
    """What a pass came to: crossings and returns, notices sent, and why others were not."""
    sent = sum(one.state is DeliveryState.SENT for one in tried)
    words = Term(
        f"{len(changed)} Schwellenwerte über- oder unterschritten, {sent} Nachrichten gesendet.",
        f"{len(changed)} thresholds crossed or back, {sent} notices sent.",
    )
    failed = [f"{one.channel.key}: {one.code} {one.detail}" for one in tried if one.code]
    return " ".join((words.text(locale), *failed))


def run_failures_sensor() -> dg.SensorDefinition:
    """Notes every run that fails, also one that was started on the command line."""

    @dg.run_failure_sensor(
        name="run_failures",
        minimum_interval_seconds=_FAILURE_SECONDS,
        default_status=dg.DefaultSensorStatus.RUNNING,
        monitor_all_code_locations=True,
        description="Notes failed runs for those whom [failures] names; the sensor of alerts tells them.",
    )
    @guarded
    def run_failures(context: dg.RunFailureSensorContext, sites: dg.ResourceParam[Sites]) -> None:
        Alerting(sites.settings).note_failure(failed_run(context))

    return run_failures


def failed_run(context: dg.RunFailureSensorContext) -> FailedRun:
    """Job, partitions, and what the first failed step said, else the run itself."""
    run, tags = context.dagster_run, context.dagster_run.tags
    steps = context.get_step_failure_events()
    said = failure_text(steps[0].step_failure_data) if steps else context.failure_event.message
    days = tags.get(PARTITION, "")
    if RANGE_START in tags:
        ends = (tags[RANGE_START], tags.get(RANGE_END, tags[RANGE_START]))
        days = "/".join(dict.fromkeys(ends))
    detail = without_secrets(said or "")[:_SHOWN_CHARACTERS]
    record = context.instance.get_run_record_by_id(run.run_id)
    ended_at = record.end_time if record is not None else None
    return FailedRun(run.run_id, ended_at or time.time(), run.job_name, days, detail)


class ReportPeriod(dg.Config):
    """The days that a report covers, both included."""

    first: str
    last: str


def made_report(site: Site, first: date, last: date) -> Path:
    """The report of a period as `insight report` makes it, in its place below data_dir."""
    from insight_pipeline.orchestration import reporting  # noqa: PLC0415 - altair is slow to import

    file = reporting.report_file(site, first, last)
    made = reporting.report_of(site, first, last, site.settings.locale, reporting.now_utc())
    reporting.write_page(made.page, file)
    return file


def report_parts(
    site: Site, make: MakeReport = made_report
) -> tuple[list[Job], list[dg.ScheduleDefinition]]:
    """Job and schedule of the report by mail, where the settings name recipients."""
    if not site.settings.report.recipients:
        return [], []
    job = _report_job(site, make)
    return [job], [_report_schedule(site, job)]


def _report_job(site: Site, make: MakeReport) -> Job:
    name = job_name(site.name, "mail_report")

    @dg.op(name=f"{name}_op", description="Makes the report and sends it.")
    @told(site.settings.locale)
    def mail_report(
        context: dg.OpExecutionContext, config: ReportPeriod, sites: dg.ResourceParam[Sites]
    ) -> None:
        alerting = Alerting(sites.settings)
        first, last = date.fromisoformat(config.first), date.fromisoformat(config.last)
        is_new = alerting.put_report(sites.of(site.name), first, last, make)
        tried = alerting.send()
        context.log.info("new: %s. %s", is_new, pass_words([], tried, sites.settings.locale))

    @dg.job(
        name=name,
        description="Makes the report of a period and mails it; what does not arrive is tried again.",
        executor_def=dg.in_process_executor,
        tags={"installation": site.name},
    )
    def job() -> None:
        mail_report()

    return job


def _report_schedule(site: Site, job: Job) -> dg.ScheduleDefinition:
    report = site.settings.report

    @dg.schedule(
        job=job,
        cron_schedule=report_cron(report),
        execution_timezone=site.installation.timezone,
        name=job_name(site.name, "report_by_mail"),
        default_status=dg.DefaultScheduleStatus.RUNNING,
        description="Mails the report of the day, week or month that has ended.",
    )
    @guarded
    def report_schedule(context: dg.ScheduleEvaluationContext) -> dg.RunRequest:
        at = context.scheduled_execution_time.astimezone(ZoneInfo(site.installation.timezone))
        first, last = period(report.every, at.date())
        config = ReportPeriod(first=first.isoformat(), last=last.isoformat())
        ops = {f"{job.name}_op": config}
        return dg.RunRequest(run_key=f"{first}:{last}", run_config=dg.RunConfig(ops=ops))

    return report_schedule


def report_cron(report: Report) -> str:
    """When the report goes out: every day, on Mondays, or on the first."""
    hour, minute = report.at.split(":")
    days = {"day": "* * *", "week": "* * 1", "month": "1 * *"}[report.every]
    return f"{int(minute)} {int(hour)} {days}"
