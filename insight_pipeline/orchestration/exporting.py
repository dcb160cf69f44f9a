"""Exports, composed without Dagster: which days of a table the lake holds, and their rows in order.

Rows leave the lake a day at a time, in batches, so that ten years need no more memory than the largest
day. What a file of them looks like stands in `sinks.export`.
"""

from __future__ import annotations

from collections.abc import Callable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from datetime import date, datetime, timedelta
from zoneinfo import ZoneInfo

import pyarrow as pa

from insight_pipeline.model.errors import InsightError, PermanentError
from insight_pipeline.model.settings import Settings
from insight_pipeline.model.tables import TABLES, Kind, Table
from insight_pipeline.model.terms import Term
from insight_pipeline.orchestration.site import Site
from insight_pipeline.sinks.export.columns import ExportColumn, columns_of, with_local_times
from insight_pipeline.sinks.lake import Lake

ROWS_A_BATCH = 50_000
"""Days are put together until they have so many rows: small days make no row groups of their own."""


@dataclass(frozen=True)
class Export:
    """A table, and what of it is to be had: the days of each installation, in order."""

    settings: Settings
    table: Table
    columns: tuple[ExportColumn, ...]
    days: Mapping[str, Sequence[date]]
    """Installations by name, each with its loaded days; without days where the table has none."""
    notes: tuple[InsightError, ...] = ()
    """What is not in it although it was asked for."""

    @property
    def days_to_read(self) -> int:
        """How many reads it takes."""
        return sum(map(len, self.days.values())) if self.table.is_partitioned else len(self.days)

    def batches(self, advance: Callable[[], None]) -> Iterator[pa.Table]:
        """The rows by installation, day, time and key; `advance` is called after every read."""
        waiting: list[pa.Table] = []
        for rows in self._reads():
            waiting.append(rows)
            if sum(map(len, waiting)) >= ROWS_A_BATCH:
                yield pa.concat_tables(waiting)
                waiting.clear()
            advance()
        if waiting:
            yield pa.concat_tables(waiting)

    def _reads(self) -> Iterator[pa.Table]:
        schema = self.table.arrow_schema()
        if not self.table.is_partitioned and not _is_per_installation(self.table):
            yield _sorted(self.table, _shared(self.settings).read(self.table.name, schema))
            return
        for name, days in self.days.items():
            site = Site(name, self.settings)
            if self.table.is_partitioned:
                for day in days:
                    yield self._shaped(site, site.lake.read_days(self.table.name, [day], schema))
            else:
                yield self._shaped(site, site.lake.read(self.table.name, schema))

    def _shaped(self, site: Site, rows: pa.Table) -> pa.Table:
        return with_local_times(_sorted(self.table, rows), self.columns, site.zone)


def planned(
    settings: Settings,
    name: str,
    installations: Sequence[str],
    period: tuple[date, date] | None,
    *,
    has_local_times: bool,
) -> Export:
    """What an export of a table will hold; PermanentError where there is nothing to hold.

    `period` is None where the table is written whole.
    """
    table = TABLES[name]
    columns = columns_of(table, has_local_times=has_local_times)
    sites = [Site(each, settings) for each in sorted(installations)]
    if period is None:
        return Export(settings, table, columns, _whole(settings, table, sites))
    days = {site.name: _within(site.lake.dates(name), period) for site in sites}
    if not any(days.values()):
        raise _nothing(table, sites, _told(period))
    missing = [(site, _missing(site, days[site.name], period)) for site in sites]
    notes = [
        InsightError(
            "IA-607", installation=site.name, table=name, days=_told(found), parts=len(found)
        )
        for site, found in missing
        if found
    ]
    return Export(settings, table, columns, days, tuple(notes))


def _is_per_installation(table: Table) -> bool:
    return "installation" in table.names


def _shared(settings: Settings) -> Lake:
    return Lake(settings.data_dir / "lake")


def _whole(settings: Settings, table: Table, sites: Sequence[Site]) -> dict[str, Sequence[date]]:
    """Installations that have the table; one nameless where all share it."""
    if _is_per_installation(table):
        found = [site.name for site in sites if site.lake.file(table.name).exists()]
    else:
        found = [""] if _shared(settings).file(table.name).exists() else []
    if not found:
        raise _nothing(table, sites, "")
    return dict.fromkeys(found, ())


def _within(days: Sequence[date], period: tuple[date, date]) -> list[date]:
    return [day for day in days if period[0] <= day <= period[1]]


def _missing(site: Site, have: Sequence[date], period: tuple[date, date]) -> list[date]:
    """Days of the period that the installation has a partition for, and that are not loaded."""
    today = datetime.now(ZoneInfo(site.installation.timezone)).date()
    first, last = max(period[0], site.installation.start_date), min(period[1], today)
    wanted = (first + timedelta(days=place) for place in range((last - first).days + 1))
    return sorted(set(wanted) - set(have))


def _nothing(table: Table, sites: Sequence[Site], period: Term | str) -> PermanentError:
    """IA-605, with what there is instead."""
    loaded = {site.name: site.lake.dates(table.name) for site in sites}
    there = [f"{name} {days[0]} - {days[-1]}" for name, days in loaded.items() if days]
    nothing = Term("nichts", "nothing")
    return PermanentError(
        "IA-605", table=table.name, period=period, loaded=", ".join(there) or nothing
    )


def _told(days: Sequence[date]) -> Term | str:
    """Which days, for a message."""
    first, last = days[0], days[-1]
    return str(first) if first == last else Term(f"{first} bis {last}", f"{first} to {last}")


def _sorted(table: Table, rows: pa.Table) -> pa.Table:
    """By day, by the first time that every row has, by key: the same order however it was computed."""
    times = [c.name for c in table.columns if c.kind is Kind.INSTANT and not c.nullable][:1]
    days = ["local_date"] if table.is_partitioned else []
    order = dict.fromkeys([*days, *(times if table.is_partitioned else ()), *table.key])
    return rows.sort_by([(name, "ascending") for name in order])
