"""Everything Dagster sees, assembled by one function; tests replace any part of it.

`defs` is what `dagster dev` loads. Each installation has its own asset graph under its key prefix, with
daily partitions in its own time zone.
"""

import re
import sys
import warnings
from collections.abc import Iterator, Mapping
from contextlib import contextmanager

import dagster as dg

from insight_pipeline.logs.writing import start
from insight_pipeline.model.settings import Settings
from insight_pipeline.orchestration.alert_automation import (
    alerts_sensor,
    report_parts,
    run_failures_sensor,
)
from insight_pipeline.orchestration.alert_checks import threshold_checks
from insight_pipeline.orchestration.assets.facts import fact_assets
from insight_pipeline.orchestration.assets.forecast import forecast_asset, forecast_check
from insight_pipeline.orchestration.assets.legs import leg_assets
from insight_pipeline.orchestration.assets.powerbi import dataset_asset, push_assets
from insight_pipeline.orchestration.assets.report import report_asset
from insight_pipeline.orchestration.assets.sinks import shared_assets, sink_assets
from insight_pipeline.orchestration.assets.sources import source_assets
from insight_pipeline.orchestration.assets.status import calls_check, status_asset
from insight_pipeline.orchestration.automation import (
    monthly_schedule,
    new_files_sensor,
    nightly_schedule,
)
from insight_pipeline.orchestration.checks import site_checks
from insight_pipeline.orchestration.in_use import Hold, hold
from insight_pipeline.orchestration.jobs import load_job, read_job, report_job
from insight_pipeline.orchestration.push_automation import observed_assets, push_job, push_sensors
from insight_pipeline.orchestration.pushing import Push
from insight_pipeline.orchestration.resources import Sites
from insight_pipeline.orchestration.retention import retention_parts
from insight_pipeline.orchestration.site import Site
from insight_pipeline.orchestration.state import check_state
from insight_pipeline.orchestration.status_automation import status_sensor
from insight_pipeline.settings import load_settings

_KNOWN_BETA = (
    "Parameter `backfill_policy` of function `asset`",
    "Function `observable_source_asset`",
    "Parameter `allow_nonexistent_upstream_partitions` of initializer `TimeWindowPartitionMapping",
)
"""Parts of Dagster that are used although it calls them beta; each use would print a warning."""


_HOLDS: list[Hold | None] = []
"""For as long as the process lasts: a restore waits for the UI and the background service to end."""


@contextmanager
def _known_beta() -> Iterator[None]:
    with warnings.catch_warnings():
        for part in _KNOWN_BETA:
            warnings.filterwarnings("ignore", re.escape(part), dg.BetaWarning)
        yield


@_known_beta()
def build_defs(
    settings: Settings | None = None, overrides: Mapping[str, object] | None = None
) -> dg.Definitions:
    """The definitions of these settings (else of `insight.toml`); `overrides` replaces resources."""
    sites = Sites(settings or load_settings())
    check_state(sites.settings)
    parts = [_site_defs(site) for site in sites.all()]
    push = Push(sites.settings)
    pushing = push_job([table.name for table in push.dataset.tables])
    trimming, trimming_nightly = retention_parts(sites.settings.retention, sites.settings.locale)
    shared = dg.Definitions(
        assets=[
            *shared_assets(sites.all()),
            *push_assets(push, sites.all()),
            dataset_asset(sites.settings.locale),
            *observed_assets(),
            status_asset(sites.settings.locale),
        ],
        jobs=[pushing, trimming],
        schedules=[trimming_nightly],
        sensors=[*push_sensors(pushing), alerts_sensor(), run_failures_sensor(), status_sensor()],
        resources={"sites": sites, **(overrides or {})},
        executor=dg.in_process_executor,
    )
    return dg.Definitions.merge(shared, *parts)


def _site_defs(site: Site) -> dg.Definitions:
    """One installation: assets by stage, checks, jobs, schedule and sensor."""
    read, load, report = read_job(site), load_job(site), report_job(site)
    mail_jobs, mail_schedules = report_parts(site)
    return dg.Definitions(
        assets=[
            *(*source_assets(site), *leg_assets(site), *fact_assets(site)),
            *(*sink_assets(site), forecast_asset(site), report_asset(site)),
        ],
        asset_checks=[
            *(*site_checks(site), *threshold_checks(site)),
            *(forecast_check(site), calls_check(site)),
        ],
        jobs=[read, load, report, *mail_jobs],
        schedules=[
            *(nightly_schedule(site, load), monthly_schedule(site, report)),
            *mail_schedules,
        ],
        sensors=[new_files_sensor(site, read, load)],
    )


@dg.definitions
def defs() -> dg.Definitions:
    """The definitions of the project's settings; whoever loads them works on their data folder, and logs."""
    settings = load_settings()
    _HOLDS.append(hold(settings.data_dir))
    words = [word for word in sys.argv[1:3] if word.isidentifier()]
    start(settings.data_dir, settings.log, " ".join(("dagster", *words)), settings.locale)
    return build_defs(settings)
