"""Jobs: what a run does. One loads days of an installation, one reads its landing folder, one reports."""

from __future__ import annotations

from typing import Any

import dagster as dg

from insight_pipeline.orchestration.assets.powerbi import push_key
from insight_pipeline.orchestration.assets.report import REPORT
from insight_pipeline.orchestration.assets.stage import key
from insight_pipeline.orchestration.pushing import Push
from insight_pipeline.orchestration.site import Site

Job = Any
"""An asset job as `define_asset_job` gives it; Dagster has no public name for the type."""

_READ = ("landing_files", "directory", "ingest_file", "cdr_quarantine")


def job_name(installation: str, what: str) -> str:
    """Name of a job, in the letters that Dagster accepts."""
    return f"{installation.replace('-', '_')}_{what}"


def load_job(site: Site) -> Job:
    """Everything of an installation for the chosen days: sources, legs, facts, sinks."""
    report = dg.AssetSelection.assets(key(site.name, REPORT))
    own = dg.AssetSelection.key_prefixes([site.name]) - report
    shared = [dg.AssetKey(["dim_date"]), dg.AssetKey(["dim_interval"])]
    if site.settings.sinks.powerbi.upload:
        shared += [push_key(table.name) for table in Push(site.settings).dataset.tables]
    return dg.define_asset_job(
        job_name(site.name, "load"),
        selection=own | dg.AssetSelection.assets(*shared),
        description="Reads new files, then makes, checks and loads the chosen days.",
        executor_def=dg.in_process_executor,
        tags={"installation": site.name},
    )


def report_job(site: Site) -> Job:
    """The report of a month, from what is loaded."""
    return dg.define_asset_job(
        job_name(site.name, "report"),
        selection=dg.AssetSelection.assets(key(site.name, REPORT)),
        description="Makes the report of a month from what the lake holds.",
        executor_def=dg.in_process_executor,
        tags={"installation": site.name},
    )


def read_job(site: Site) -> Job:
    """The landing folder and the directory, without loading a day."""
    return dg.define_asset_job(
        job_name(site.name, "read"),
        selection=dg.AssetSelection.assets(*(dg.AssetKey([site.name, name]) for name in _READ)),
        description="Reads new files of the landing folder into the raw store.",
        executor_def=dg.in_process_executor,
        tags={"installation": site.name},
    )
