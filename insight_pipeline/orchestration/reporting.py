"""The report of a period: gathered from the lake, decided by `facts.report`, shown by `sinks.report`.

`SECTIONS` is the page from top to bottom; a further section is a line there. Nothing of Dagster stands
here, so the command line and the asset make the same page.
"""

from __future__ import annotations

import base64
from calendar import monthrange
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from datetime import UTC, date, datetime
from pathlib import Path
from typing import Any, Generic, TypeVar

import pyarrow as pa

from insight_pipeline.facts.report.agents import agents
from insight_pipeline.facts.report.days import days
from insight_pipeline.facts.report.forecast import expected
from insight_pipeline.facts.report.hours import hours
from insight_pipeline.facts.report.lines import lines
from insight_pipeline.facts.report.lost import lost
from insight_pipeline.facts.report.opening import opening
from insight_pipeline.facts.report.quality import quality
from insight_pipeline.facts.report.queues import queues
from insight_pipeline.facts.report.summary import summary
from insight_pipeline.model.report.given import Definitions, Given, Period
from insight_pipeline.model.tables import TABLES
from insight_pipeline.orchestration.site import Site
from insight_pipeline.sinks.placing import replaced
from insight_pipeline.sinks.report.language import Language
from insight_pipeline.sinks.report.page import page
from insight_pipeline.sinks.report.pictures import picture
from insight_pipeline.sinks.report.section import Plot, Section
from insight_pipeline.sinks.report.sections.agents import agents_section
from insight_pipeline.sinks.report.sections.days import days_section
from insight_pipeline.sinks.report.sections.forecast import forecast_section
from insight_pipeline.sinks.report.sections.hours import hours_section
from insight_pipeline.sinks.report.sections.lines import lines_section
from insight_pipeline.sinks.report.sections.lost import lost_section
from insight_pipeline.sinks.report.sections.opening import opening_section
from insight_pipeline.sinks.report.sections.quality import quality_section
from insight_pipeline.sinks.report.sections.queues import queues_section
from insight_pipeline.sinks.report.sections.summary import summary_section

_Figures = TypeVar("_Figures")


@dataclass(frozen=True)
class _Part(Generic[_Figures]):
    """A section: how its figures come about, and how they look."""

    decide: Callable[[Given], _Figures]
    show: Callable[[_Figures, Language], Section]

    def made(self, given: Given, language: Language) -> Section:
        """The section of these tables."""
        return self.show(self.decide(given), language)


SECTIONS: tuple[_Part[Any], ...] = (
    _Part(summary, summary_section),
    _Part(days, days_section),
    _Part(hours, hours_section),
    _Part(opening, opening_section),
    _Part(queues, queues_section),
    _Part(agents, agents_section),
    _Part(lost, lost_section),
    _Part(lines, lines_section),
    _Part(expected, forecast_section),
    _Part(quality, quality_section),
)
_WITHOUT_DAYS = SECTIONS[-1:]
"""Where no day is loaded, zeros would read as if nobody had called."""

_READ: Mapping[str, Sequence[str]] = {
    "fact_call": (
        *("call_id", "local_date", "direction", "outcome", "start_utc"),
        *("caller_number", "caller_name", "wait_seconds"),
    ),
    "fact_queue_visit": ("queue_id", "exit_reason", "wait_seconds", "threshold_seconds"),
    "fact_queue_interval": (),
    "fact_agent_interval": (),
    "fact_line_interval": (),
    "fact_callback": (),
}
"""Partitioned tables of the lake, and the columns that are read of them; none named: all."""
_WHOLE = (
    *("dim_agent", "dim_queue", "dim_line"),
    *("ingest_file", "cdr_quarantine", "forecast_queue_interval"),
)
_RECONCILIATION = "reconciliation"
_PICTURED = ("days", "waits", "traffic")
"""Plots that the UI shows; the page has more."""


@dataclass(frozen=True)
class Report:
    """A page, and the plots on it."""

    period: Period
    page: str
    plots: tuple[Plot, ...]


def report_of(site: Site, first: date, last: date, locale: str, now: datetime) -> Report:
    """The page of an installation from `first` to `last`, as the lake stands; `now` is UTC."""
    return page_of(_gathered(site, first, last, now), locale)


def page_of(given: Given, locale: str) -> Report:
    """The page of what was gathered."""
    language = Language(locale, given.period.timezone)
    parts = SECTIONS if given.period.loaded else _WITHOUT_DAYS
    sections = [part.made(given, language) for part in parts]
    plots = tuple(plot for section in sections for plot in section.plots)
    return Report(given.period, page(given.period, sections, language), plots)


def report_file(site: Site, first: date, last: date) -> Path:
    """Where a report goes by itself, its folder made: a month under its name, else first and last day."""
    is_month = first.day == 1 and last.day == monthrange(first.year, first.month)[1]
    is_month = is_month and (first.year, first.month) == (last.year, last.month)
    name = f"{first:%Y-%m}" if is_month else f"{first}_{last}"
    folder = site.settings.data_dir / "reports" / site.name
    folder.mkdir(parents=True, exist_ok=True)
    return folder / f"{name}.html"


def pictures_of(report: Report, locale: str) -> dict[str, str]:
    """The main plots as Markdown that holds their pictures, for the UI."""
    found = {}
    for plot in report.plots:
        if plot.name in _PICTURED:
            data = base64.b64encode(picture(plot, locale)).decode()
            found[plot.name] = f"![{plot.title}](data:image/png;base64,{data})"
    return found


def write_page(text: str, file: Path) -> None:
    """Put the page in place in one step: a reader sees the old one or the new one."""
    with replaced(file) as new:
        new.write_text(text, encoding="utf-8")


def now_utc() -> datetime:
    """The present, as instants are kept: UTC without zone."""
    return datetime.now(UTC).replace(tzinfo=None, microsecond=0)


def _gathered(site: Site, first: date, last: date, now: datetime) -> Given:
    loaded = _loaded(site, first, last)
    _, touched = site.stale(last)
    stale = loaded if site.is_redefined() else tuple(sorted(set(touched) & set(loaded)))
    zone, kpi = site.installation.timezone, site.settings.kpi
    return Given(
        Period(site.name, zone, first, last, loaded, stale, now),
        Definitions(
            kpi.service_level_variant, kpi.short_abandon_seconds, kpi.callback_window_hours
        ),
        site.settings.privacy.profile == "clear",
        {
            **{name: _facts(site, name, loaded) for name in _READ},
            **{name: site.lake.read(name, TABLES[name].arrow_schema()) for name in _WHOLE},
            _RECONCILIATION: _reconciled(site, first, last),
        },
    )


def _loaded(site: Site, first: date, last: date) -> tuple[date, ...]:
    """Days of the period of which the lake has every table that is read."""
    found = set.intersection(*(set(site.lake.dates(name)) for name in _READ))
    return tuple(sorted(day for day in found if first <= day <= last))


def _facts(site: Site, name: str, loaded: Sequence[date]) -> pa.Table:
    return site.lake.read_days(name, loaded, TABLES[name].arrow_schema(), _READ[name] or None)


def _reconciled(site: Site, first: date, last: date) -> pa.Table:
    """From the staging area, where a day stays that its checks kept out of the lake."""
    staged = [day for day in site.staging.dates(_RECONCILIATION) if first <= day <= last]
    return site.staging.read_days(_RECONCILIATION, staged, TABLES[_RECONCILIATION].arrow_schema())
