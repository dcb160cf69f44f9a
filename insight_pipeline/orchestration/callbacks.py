"""Callbacks over the borders of days (R 14): a lost call may be recovered by a call of a later partition.

A day's run looks both ways: what the later days in the lake hold for its own lost calls, and whose lost
calls its own calls recover. Those earlier partitions are brought up to date in the lake at once, and noted
for the database. Imports no Dagster.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from datetime import date, datetime, timedelta

import pyarrow as pa
import pyarrow.compute as pc

from insight_pipeline.facts.callbacks import callbacks, lost_calls
from insight_pipeline.model.tables import FACT_CALL, FACT_CALLBACK
from insight_pipeline.orchestration.assets.needs import CALLBACKS_OF_CALLS
from insight_pipeline.orchestration.site import Site
from insight_pipeline.sinks.lake import Stamp
from insight_pipeline.sinks.relational.writer import RelationalSink
from insight_pipeline.sources.raw_store import day_number, day_of

CALL, CALLBACK = FACT_CALL.name, FACT_CALLBACK.name


def callbacks_of(site: Site, calls: pa.Table, dates: Sequence[date]) -> pa.Table:
    """`fact_callback` of some dates from their calls, and from those of later dates in the lake."""
    end = pc.max(lost_calls(calls)["end_utc"]).as_py()
    later: list[date] = []
    if end is not None:
        last = site.local_date(end + _window(site))
        later = [day for day in site.lake.dates(CALL) if dates[0] < day <= last]
    others = _calls(site, sorted(set(later) - set(dates)))
    seconds = int(_window(site).total_seconds())
    return callbacks(calls, others, site.installation.region, seconds)


def bring_up_to_date(site: Site, dates: Sequence[date]) -> list[date]:
    """After these dates were published: write the callbacks that changed in the lake; gives their dates."""
    changed: list[date] = []
    for days in site.chunks(sorted({*dates, *_recoverable(site, dates)})):
        made = callbacks_of(site, _calls(site, days), days)
        found = site.lake.read_days(CALLBACK, days, FACT_CALLBACK.arrow_schema())
        differing = [day for day in days if not _of(made, day).equals(_of(found, day))]
        site.raw.index.put_callback_due([day_number(day) for day in differing])
        site.lake.write_days(CALLBACK, made, differing)
        changed += differing
    return changed


def load_due(site: Site, database: RelationalSink, loaded: Mapping[date, Stamp | None]) -> None:
    """Load the callbacks that changed in the lake into the database.

    `loaded` holds the dates whose partitions this run has just loaded, and which file it read for each:
    another run may have put a newer one in its place meanwhile.
    """
    with site.publishing():
        due = site.raw.index.callback_due()
        wanted = {day for number in due if (day := day_of(number)) not in loaded}
        wanted |= {day for day, read in loaded.items() if site.lake.stamp(CALLBACK, day) != read}
        for day in sorted(wanted):
            rows = site.lake.read_days(CALLBACK, [day], FACT_CALLBACK.arrow_schema())
            database.replace_partition({CALLBACK: rows}, site.name, day)
        site.raw.index.drop_callback_due(due)


def _recoverable(site: Site, dates: Sequence[date]) -> Iterator[date]:
    """Earlier dates with a lost call that a call of these dates may recover."""
    begin = datetime.combine(dates[0], datetime.min.time()) - timedelta(days=1)
    for day in site.lake.dates(CALLBACK):
        if day < dates[-1]:
            latest = site.lake.latest(CALLBACK, day, "lost_utc")
            if latest is not None and latest + _window(site) >= begin:
                yield day


def _window(site: Site) -> timedelta:
    return timedelta(hours=site.settings.kpi.callback_window_hours)


def _calls(site: Site, dates: Sequence[date]) -> pa.Table:
    return site.lake.read_days(CALL, dates, FACT_CALL.coded_schema(), CALLBACKS_OF_CALLS)


def _of(table: pa.Table, day: date) -> pa.Table:
    return table.filter(pc.equal(table["local_date"], pa.scalar(day)))
