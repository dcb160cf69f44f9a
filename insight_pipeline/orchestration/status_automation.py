"""The sensor that keeps the status fresh, tells when calls stop coming, and ends runs whose process is gone.

It writes the page of the asset only when it says something else. The asset itself stands in `assets.status`.
"""

import hashlib
import sqlite3
from contextlib import suppress

import dagster as dg

from insight_pipeline.model.errors import InsightError
from insight_pipeline.orchestration.alerting import Alerting
from insight_pipeline.orchestration.assets.status import (
    STATUS,
    UP_TO_DATE,
    clock_of,
    status_metadata,
    verdict,
)
from insight_pipeline.orchestration.failures import guarded
from insight_pipeline.orchestration.orphans import end_orphans
from insight_pipeline.orchestration.resources import Sites
from insight_pipeline.orchestration.status.machine import AUTOMATION_SECONDS, note_automation
from insight_pipeline.orchestration.status.page import markdown
from insight_pipeline.orchestration.status.rows import silence
from insight_pipeline.orchestration.status.standing import Standing, standing


def status_sensor() -> dg.SensorDefinition:
    """Looks every few minutes, and writes the page when it says something else."""

    @dg.sensor(
        name="status_sensor",
        minimum_interval_seconds=AUTOMATION_SECONDS,
        default_status=dg.DefaultSensorStatus.RUNNING,
        description="Keeps the page of the asset `status` fresh, tells those whom [failures] names when the "
        "calls of an installation stop coming, and ends runs whose process is gone.",
    )
    @guarded
    def status_sensor(
        context: dg.SensorEvaluationContext, sites: dg.ResourceParam[Sites]
    ) -> dg.SensorResult | dg.SkipReason:
        settings = sites.settings
        note_automation(settings)
        end_orphans(context.instance, settings.data_dir, settings.locale)
        for site in sites.all():
            with suppress(InsightError, sqlite3.Error, OSError):  # told by the page
                problem = next(silence(site, clock_of(site)), None)
                Alerting(settings).note_silence(site.name, problem)
        found = standing(settings)
        page = markdown(found, settings.locale)
        cursor = hashlib.sha256(page.encode()).hexdigest()
        if cursor == context.cursor:
            return dg.SkipReason(_in_short(found))
        passed, severity, said = verdict(found, settings.locale)
        events: list[dg.AssetMaterialization | dg.AssetCheckEvaluation] = [
            dg.AssetMaterialization(STATUS, metadata=status_metadata(found, settings.locale)),
            dg.AssetCheckEvaluation(
                STATUS, UP_TO_DATE, passed=passed, severity=severity, description=said
            ),
        ]
        return dg.SensorResult(asset_events=events, cursor=cursor, skip_reason=_in_short(found))

    return status_sensor


def _in_short(found: Standing) -> str:
    behind = sum(finding.urgency.is_behind for finding in found.findings)
    return f"{behind} things are behind." if behind else "Everything is up to date."
