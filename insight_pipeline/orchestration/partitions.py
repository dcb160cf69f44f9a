"""Partitions: a local day of an installation in its own time zone, from its start date to today.

Daily partitions of one zone each, not days times installations: facts differ by zone, and a range of
days in one run needs one dimension.
"""

from __future__ import annotations

from calendar import monthrange
from collections.abc import Sequence
from datetime import date

import dagster as dg

from insight_pipeline.model.settings import Installation
from insight_pipeline.model.tables import RECONCILIATION
from insight_pipeline.orchestration.site import Site

PARTITION = "dagster/partition"
RANGE_START, RANGE_END = "dagster/asset_partition_range_start", "dagster/asset_partition_range_end"
"""Tags by which Dagster knows the days of a run."""
DAYS_A_RUN = 92
"""Partitions of one run of a backfill started in the UI: a season, so that a failure costs no more."""


def daily(installation: Installation) -> dg.DailyPartitionsDefinition:
    """The installation's days; the running day counts as the last one."""
    return dg.DailyPartitionsDefinition(
        start_date=installation.start_date.isoformat(),
        timezone=installation.timezone,
        end_offset=1,
    )


def monthly(installation: Installation) -> dg.MonthlyPartitionsDefinition:
    """The installation's months, from that of its start date to the running one."""
    return dg.MonthlyPartitionsDefinition(
        start_date=installation.start_date.replace(day=1).isoformat(),
        timezone=installation.timezone,
        end_offset=1,
    )


def days_of_month(key: str) -> tuple[date, date]:
    """The first and the last day of a month by its partition key, which is its first day."""
    first = date.fromisoformat(key)
    return first, first.replace(day=monthrange(first.year, first.month)[1])


def dates_of(keys: Sequence[str]) -> list[date]:
    """Partition keys as dates, ascending."""
    return sorted(date.fromisoformat(key) for key in keys)


def days_checked(context: dg.AssetCheckExecutionContext, site: Site) -> list[date]:
    """The days of a check; executed alone in the UI it has none, and all staged days count."""
    if context.has_partition_key or context.has_partition_key_range:
        return dates_of(context.partition_keys)
    return site.staging.dates(RECONCILIATION.name)


def ranges(keys: Sequence[str]) -> list[tuple[str, str]]:
    """Consecutive keys as (first, last), at most DAYS_A_RUN each."""
    found: list[tuple[date, date]] = []
    for day in dates_of(keys):
        if found and (day - found[-1][1]).days == 1 and (day - found[-1][0]).days < DAYS_A_RUN:
            found[-1] = (found[-1][0], day)
        else:
            found.append((day, day))
    return [(first.isoformat(), last.isoformat()) for first, last in found]
