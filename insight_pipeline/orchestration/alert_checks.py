"""The asset check over thresholds of days: it warns, names queue, figure, value and limit, and stops nothing.

Telling somebody is not its work: that is done once per crossing, by the sensor of `alert_automation`.
"""

import dagster as dg

from insight_pipeline.facts.thresholds import days_beyond
from insight_pipeline.model.alerts import FIGURES, Reading, Threshold, shown
from insight_pipeline.orchestration.alert_words import limit_words, window_words
from insight_pipeline.orchestration.assets.stage import key, read_staged
from insight_pipeline.orchestration.failures import guarded
from insight_pipeline.orchestration.partitions import days_checked
from insight_pipeline.orchestration.resources import Sites
from insight_pipeline.orchestration.site import Site

THRESHOLDS_KEPT = "thresholds_kept"
_TABLE = "kpi_queue_day"
_SHOWN = 50
_SCHEMA = dg.TableSchema(
    columns=[
        dg.TableColumn("local_date", "date"),
        dg.TableColumn("queue_id", "integer"),
        dg.TableColumn("alert", "text"),
        dg.TableColumn("figure", "text"),
        dg.TableColumn("value", "number"),
        dg.TableColumn("limit", "number"),
        dg.TableColumn("offered", "integer"),
    ]
)


def threshold_checks(site: Site) -> list[dg.AssetChecksDefinition]:
    """The check of an installation, where an alert watches days of it."""
    alerts = site.settings.alerts.values()
    is_wanted = any(alert.is_of(site.name) and not alert.quarter_hours for alert in alerts)
    return [_threshold_check(site)] if is_wanted else []


def _threshold_check(site: Site) -> dg.AssetChecksDefinition:
    @dg.asset_check(
        asset=key(site.name, _TABLE),
        name=THRESHOLDS_KEPT,
        description="No queue's figure of a day lies beyond a threshold of [alerts]; a warning only.",
    )
    @guarded
    def thresholds_kept(
        context: dg.AssetCheckExecutionContext, sites: dg.ResourceParam[Sites]
    ) -> dg.AssetCheckResult:
        here = sites.of(site.name)
        found: list[tuple[Threshold, Reading]] = []
        for dates in here.chunks(days_checked(context, here)):
            kpis = read_staged(here, _TABLE, dates)
            for threshold, queues in _day_thresholds(here):
                found += [
                    (threshold, reading)
                    for reading in days_beyond(threshold, kpis)
                    if not queues or reading.queue_id in queues
                ]
        return _result(here, found)

    return thresholds_kept


def _day_thresholds(site: Site) -> list[tuple[Threshold, tuple[int, ...]]]:
    """Thresholds of days of an installation, each with the queues that it watches (none: all)."""
    return [
        (alert.threshold(name), alert.queues)
        for name, alert in site.settings.alerts.items()
        if alert.is_of(site.name) and not alert.quarter_hours
    ]


def _result(site: Site, found: list[tuple[Threshold, Reading]]) -> dg.AssetCheckResult:
    records = [
        dg.TableRecord(
            {
                "local_date": reading.window.local_date.isoformat(),
                "queue_id": reading.queue_id,
                "alert": threshold.name,
                "figure": threshold.figure,
                "value": reading.value,
                "limit": threshold.limit,
                "offered": reading.offered,
            }
        )
        for threshold, reading in found[:_SHOWN]
    ]
    return dg.AssetCheckResult(
        passed=not found,
        severity=dg.AssetCheckSeverity.WARN,
        description="\n".join(_line(site, *one) for one in found[:_SHOWN]) or None,
        metadata={
            "queues_beyond": dg.MetadataValue.int(len(found)),
            "beyond": dg.MetadataValue.table(records, _SCHEMA),
        },
    )


def _line(site: Site, threshold: Threshold, reading: Reading) -> str:
    locale, value = site.settings.locale, reading.value or 0.0
    day = window_words(reading.window, site.installation.timezone, locale)
    figure = FIGURES[threshold.figure].text(locale)
    limit = limit_words(threshold, locale)
    return f"{day}, {reading.queue_id}: {figure} {shown(threshold.figure, value, locale)} ({limit})"
