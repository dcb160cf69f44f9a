"""The pipeline without Dagster: the same steps in the same order, for tests that run it many times."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import date
from pathlib import Path

import pyarrow as pa

from insight_pipeline.facts import dimensions
from insight_pipeline.model.tables import TABLES
from insight_pipeline.orchestration.assets.facts import STEPS
from insight_pipeline.orchestration.assets.legs import LEGS
from insight_pipeline.orchestration.assets.stage import (
    DIMENSION_KEYS,
    LINE_USE,
    read_inputs,
    read_staged,
)
from insight_pipeline.orchestration.publishing import PARTITIONED, load_days, publish
from insight_pipeline.orchestration.site import Site
from insight_pipeline.settings import load_settings
from insight_pipeline.sources.landing import read_new
from insight_pipeline.sources.raw_store import day_of
from insight_pipeline.sources.reports import ingest_file_table


def read(site: Site) -> None:
    """The landing folder and the directory, as the source assets read them."""
    site.read_directory()
    read_new(site.raw, site.landing, site.read_limits)


def compute(site: Site, dates: Sequence[date]) -> None:
    """Every partitioned table of these days, in the staging area."""
    for chunk in site.chunks(dates):
        site.staging.write_days(LINE_USE, site.line_uses(chunk), chunk)
        for step in (LEGS, *STEPS):
            made = step.compute(site, read_inputs(site, step, chunk), chunk)
            site.staging.write_days(step.table, made, chunk)


def load(site: Site, dates: Sequence[date]) -> None:
    """Every partitioned table of these days, in the lake."""
    compute(site, dates)
    publish(site, dates)


def load_database(site: Site, dates: Sequence[date]) -> None:
    """Everything that is in the landing folder, these days of it in the lake and in the database."""
    read(site)
    load(site, dates)
    database = site.database()
    for chunk in site.chunks(dates):
        load_days(site, database, chunk)
    database.close()


def days_read(site: Site) -> list[date]:
    """Every local date that something read has touched."""
    return [day_of(number) for number in site.raw.index.stale()[1]]


def tables(site: Site) -> dict[str, pa.Table]:
    """Every table as it stands."""
    directory, dates = site.directory, site.staging.dates("fact_call_leg")
    site.refresh_reports()
    refs = read_staged(site, DIMENSION_KEYS, dates)
    found = {
        name: site.lake.read_days(name, dates, TABLES[name].arrow_schema()) for name in PARTITIONED
    }
    found["dim_agent"] = dimensions.agent_dimension(refs, directory, site.name)
    found["dim_queue"] = dimensions.queue_dimension(refs, directory, site.name)
    found["dim_line"] = dimensions.line_dimension(refs, site.name)
    found["ingest_file"] = ingest_file_table(site.raw, site.name)
    found["cdr_quarantine"] = site.quarantine()
    assert all(table.schema.equals(TABLES[name].arrow_schema()) for name, table in found.items())
    return found


def sites_of(config: Path) -> list[Site]:
    """The installations of a settings file."""
    settings = load_settings(config, {})
    return [Site(name, settings) for name in settings.installations]
