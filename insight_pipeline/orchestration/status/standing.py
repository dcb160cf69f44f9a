"""The whole picture: how far each installation is in each sink, and every finding, the first to do first.

Asks the lake, the ledger and the database, no service. What the findings are is decided beside this module.
"""

from __future__ import annotations

import sqlite3
from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence
from contextlib import contextmanager
from dataclasses import dataclass, replace
from datetime import UTC, date, datetime
from zoneinfo import ZoneInfo

import sqlalchemy as sa

from insight_pipeline.facts.users import count_users
from insight_pipeline.logs.unforeseen import unforeseen
from insight_pipeline.model.errors import InsightError
from insight_pipeline.model.findings import Finding, Urgency, by_urgency
from insight_pipeline.model.settings import Settings
from insight_pipeline.model.terms import span
from insight_pipeline.orchestration.licences import user_warnings
from insight_pipeline.orchestration.pushing import OPEN_DAYS
from insight_pipeline.orchestration.site import Site, database_of
from insight_pipeline.orchestration.status.days import LEGS, day_findings, days_to_load
from insight_pipeline.orchestration.status.landing import Look, landing_findings, look
from insight_pipeline.orchestration.status.machine import is_automatic, machine_findings
from insight_pipeline.orchestration.status.pbx import DatabaseStatus, database_status, pbx_findings
from insight_pipeline.orchestration.status.rows import days_read, row_findings
from insight_pipeline.orchestration.status.upload import upload_findings, uploaded_days
from insight_pipeline.sinks.relational.failing import shown
from insight_pipeline.sinks.relational.loaded import loaded_days
from insight_pipeline.sources.landing import safe_name

Days = Mapping[str, set[date]]
"""Loaded days by installation."""


@dataclass(frozen=True)
class SinkStanding:
    """How far one sink is: its newest day, how many, and days that other sinks hold and it lacks."""

    newest_day: date | None
    days: int
    missing: tuple[date, ...] = ()


@dataclass(frozen=True)
class SiteStanding:
    """One installation: what was read, and how far each sink is; None: off, or it cannot be asked."""

    installation: str
    newest_read: date | None
    unread_files: tuple[str, ...]
    days_to_load: tuple[date, ...]
    lake: SinkStanding | None
    database: SinkStanding | None
    powerbi: SinkStanding | None
    pbx: DatabaseStatus | None


_UNKNOWN = SiteStanding("", None, (), (), None, None, None, None)


@dataclass(frozen=True)
class Standing:
    """Everything that `insight status` tells, findings in the order of what to do."""

    at: datetime
    """With a time zone."""
    sites: tuple[SiteStanding, ...]
    findings: tuple[Finding, ...]

    @property
    def is_up_to_date(self) -> bool:
        """Whether figures lack nothing."""
        return not any(finding.urgency.is_behind for finding in self.findings)

    def of(self, installation: str) -> list[Finding]:
        """What concerns one installation alone."""
        return [one for one in self.findings if one.installation == installation]


def standing(
    settings: Settings, names: Sequence[str] = (), now: datetime | None = None
) -> Standing:
    """How these installations stand (none named: all); `now` has a time zone."""
    now = now or datetime.now(UTC)
    findings: list[Finding] = []
    with _telling(findings):
        findings += machine_findings(settings, now)
    database: Days | None = None
    with _telling(findings):
        database = loaded_days(database_of(settings))
    uploaded: Days | None = None
    with _telling(findings):
        days = uploaded_days(settings)
        uploaded = days if settings.sinks.powerbi.upload or days else None
        findings += upload_findings(settings)
    left = Urgency.WAITING if is_automatic(settings, now) else Urgency.MISSING
    found = []
    for name in names or settings.installations:
        site, one = Site(name, settings), _UNKNOWN
        with _telling(findings, name):
            clock = now.astimezone(ZoneInfo(site.installation.timezone))
            seen = look(site)
            one = _site(seen, clock.date(), database, uploaded)
            for gather in _parts(seen, one, clock, left):
                with _telling(findings, name):
                    findings += gather()
        found.append(replace(one, installation=name))
    return Standing(now, tuple(found), tuple(by_urgency(_each_once(findings))))


def _each_once(findings: list[Finding]) -> Iterable[Finding]:
    """What keeps several parts from being told is told once."""
    return {
        (one.code, one.installation, repr(one.problem.fields)): one for one in findings
    }.values()


@contextmanager
def _telling(findings: list[Finding], installation: str | None = None) -> Iterator[None]:
    """State that cannot be read is a finding itself, and keeps nobody from telling the rest."""
    try:
        yield
    except InsightError as error:
        findings.append(Finding(Urgency.NOW, error, installation))
    except sqlite3.Error as error:
        findings.append(Finding(Urgency.NOW, InsightError("IA-433", detail=error), installation))
    except OSError as error:
        detail = error.strerror or str(error)
        problem = InsightError("IA-431", file=error.filename or "", detail=detail)
        findings.append(Finding(Urgency.NOW, problem, installation))
    except Exception as error:  # noqa: BLE001 - the rest is worth more than one part
        problem = unforeseen("IA-701", error, asset=installation or "insight status")
        findings.append(Finding(Urgency.NOW, problem, installation))


def _site(seen: Look, today: date, database: Days | None, uploaded: Days | None) -> SiteStanding:
    site = seen.site
    read, lake = days_read(site, today), site.lake.dates(LEGS)
    closed = [day for day in lake if (today - day).days >= OPEN_DAYS]
    return SiteStanding(
        installation=site.name,
        newest_read=read[-1] if read else None,
        unread_files=tuple(safe_name(path) for path in seen.waiting),
        days_to_load=tuple(days_to_load(site, today)),
        lake=_sink(set(lake), ()),
        database=None if database is None else _sink(database.get(site.name, set()), lake),
        powerbi=None if uploaded is None else _sink(uploaded.get(site.name, set()), closed),
        pbx=database_status(site),
    )


def _sink(days: set[date], wanted: Sequence[date]) -> SinkStanding:
    missing = tuple(day for day in wanted if day not in days)
    return SinkStanding(max(days, default=None), len(days), missing)


def _parts(
    seen: Look, one: SiteStanding, clock: datetime, left: Urgency
) -> Iterator[Callable[[], Iterable[Finding]]]:
    """What is gathered of an installation; `left` is how urgent it is that something waits for a load."""
    site = seen.site
    yield lambda: landing_findings(seen, left)
    yield lambda: pbx_findings(site)
    yield lambda: day_findings(site, one.days_to_load, left)
    yield lambda: _lacking(site, one, left)
    yield lambda: row_findings(seen, clock)
    yield lambda: _licences(site)


def _lacking(site: Site, one: SiteStanding, left: Urgency) -> Iterator[Finding]:
    """Days that the lake holds and a sink lacks."""
    if one.database and (lacking := set(one.database.missing) - set(one.days_to_load)):
        days, url = sorted(lacking), shown(sa.make_url(database_of(site.settings).url))
        fields = {"database": url, "days": span(days), "first": days[0], "last": days[-1]}
        problem = InsightError("IA-765", installation=site.name, **fields)
        yield Finding(Urgency.MISSING, problem, site.name)
    if one.powerbi and one.powerbi.missing and site.settings.sinks.powerbi.upload:
        fields = {"days": span(one.powerbi.missing)}
        problem = InsightError("IA-768", installation=site.name, **fields)
        yield Finding(left, problem, site.name)


def _licences(site: Site) -> Iterator[Finding]:
    count = count_users(site.directory, site.installation.groups)
    for warning in user_warnings(site.name, count, site.settings):
        yield Finding(Urgency.SOON, warning, site.name)
