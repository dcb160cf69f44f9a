"""What was read, as findings: calls that stop coming, days without any, rows without a place.

Told from the index of the raw store; no row is read.
"""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterable, Iterator
from datetime import date, datetime, timedelta

from insight_pipeline.facts.freshness import silent_days, working_days
from insight_pipeline.facts.hours import OpeningHours, opening_hours
from insight_pipeline.model.errors import InsightError
from insight_pipeline.model.findings import Finding, Urgency
from insight_pipeline.model.rows import CALL_LIST, LISTS
from insight_pipeline.model.terms import span
from insight_pipeline.orchestration.site import Site
from insight_pipeline.orchestration.status.landing import Look
from insight_pipeline.sources.raw_store import day_of


def row_findings(seen: Look, now: datetime) -> Iterator[Finding]:
    """Everything about what was read that wants attention; `now` is the installation's clock."""
    site = seen.site
    for problem in silence(site, now):
        yield Finding(Urgency.MISSING, problem, site.name)
    for problem in (*gaps(site, now.date()), *outside(site, now.date()), *set_aside(seen)):
        yield Finding(Urgency.NOTE, problem, site.name)


def days_read(site: Site, today: date) -> list[date]:
    """Days from the start date to today of which calls were read, ascending."""
    days = map(day_of, site.raw.index.day_rows(CALL_LIST.name))
    return [day for day in days if site.installation.start_date <= day <= today]


def silence(site: Site, now: datetime) -> Iterator[InsightError]:
    """So many working days have ended without a call that somebody should look."""
    most, read = site.installation.silent_days, days_read(site, now.date())
    newest = read[-1] if read else site.installation.start_date - timedelta(days=1)
    silent = silent_days(newest, now, _hours(site), site.installation.region)
    if most and len(silent) >= most:
        fields = {"newest": newest, "days": span(silent), "folder": site.landing}
        yield InsightError("IA-761", installation=site.name, **fields)


def gaps(site: Site, today: date) -> Iterator[InsightError]:
    """Working days without a call between the first day that was read and the last."""
    read = days_read(site, today)
    if read:
        wanted = working_days(read[0], read[-1], _hours(site), site.installation.region)
        yield from _empty(site, sorted(set(wanted) - set(read)))


def days_without_calls(site: Site, ranges: Iterable[tuple[date, date]]) -> Iterator[InsightError]:
    """Days of these ranges of which no row was read, working days or not."""
    read = {day_of(day) for day in site.raw.index.day_rows(CALL_LIST.name)}
    wanted = [
        first + timedelta(days=place)
        for first, last in ranges
        for place in range((last - first).days + 1)
    ]
    yield from _empty(site, [day for day in wanted if day not in read])


def _empty(site: Site, days: list[date]) -> Iterator[InsightError]:
    if days:
        yield InsightError("IA-406", installation=site.name, days=span(days))


def _hours(site: Site) -> OpeningHours:
    return opening_hours(site.installation.hours, site.zone, site.installation.region)


def outside(site: Site, today: date) -> Iterator[InsightError]:
    """Rows that were read and have no partition: before the start date, or after today."""
    start = site.installation.start_date
    rows: defaultdict[date, int] = defaultdict(int)
    for kind in LISTS:
        for day, count in site.raw.index.day_rows(kind).items():
            rows[day_of(day)] += count
    early = sorted(day for day in rows if day < start)
    late = sorted(day for day in rows if day > today)
    for code, days in (("IA-402", early), ("IA-403", late)):
        if days:
            total = sum(rows[day] for day in days)
            fields = {"rows": total, "days": span(days), "first": days[0]}
            yield InsightError(code, installation=site.name, start=start, today=today, **fields)


def set_aside(seen: Look) -> Iterator[InsightError]:
    """How much is in quarantine: lines of accepted files, and refused files that still lie there."""
    site, index = seen.site, seen.site.raw.index
    lines = sum(r.quarantined for kind in LISTS for r in index.reports(kind).values())
    refused = len(seen.refused)
    if lines or refused:
        yield InsightError("IA-405", installation=site.name, lines=lines, files=refused)
