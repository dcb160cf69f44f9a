"""A run's days on their way out: from the staging area into the lake, and from there into the database.

Callbacks that the days change on others go with them (`callbacks`). Here: which files and transactions,
in which order; when that happens is the assets' matter. Imports no Dagster.
"""

from __future__ import annotations

from collections.abc import Sequence
from datetime import date

import pyarrow as pa

from insight_pipeline.model.tables import TABLES
from insight_pipeline.orchestration.callbacks import CALLBACK, bring_up_to_date, load_due
from insight_pipeline.orchestration.site import Site
from insight_pipeline.sinks.relational.writer import RelationalSink
from insight_pipeline.sources.raw_store import day_number

PARTITIONED = tuple(name for name, table in TABLES.items() if table.is_partitioned)


def publish(site: Site, dates: Sequence[date]) -> list[date]:
    """Take the days over into the lake; gives the other days whose callbacks that changed."""
    with site.publishing():
        site.lake.publish(site.staging, PARTITIONED, dates)
        return sorted({*bring_up_to_date(site, dates)} - {*dates})


def load_days(site: Site, database: RelationalSink, dates: Sequence[date]) -> dict[date, int]:
    """Load days of the lake into the database, one transaction each; gives their rows."""
    counts: dict[date, int] = {}
    read = {day: site.lake.stamp(CALLBACK, day) for day in dates}
    for day in dates:
        tables = {name: _lake_day(site, name, day) for name in PARTITIONED}
        database.replace_partition(tables, site.name, day)
        counts[day] = sum(len(table) for table in tables.values())
    load_due(site, database, read)
    site.raw.index.finish_load([day_number(day) for day in dates])
    return counts


def _lake_day(site: Site, name: str, day: date) -> pa.Table:
    return site.lake.read_days(name, [day], TABLES[name].arrow_schema())
