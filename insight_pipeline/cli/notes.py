"""Notes: what `status`, `reconcile` and `quarantine` point at, each with its next step.

Here too: rows that no partition holds, since two commands tell them. What is said of the landing folder
stands in `landing`.
"""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass
from datetime import date, timedelta

from insight_pipeline.cli import layout
from insight_pipeline.cli.app import App, partition_days
from insight_pipeline.model.errors import InsightError
from insight_pipeline.model.messages import filled, localised, message, render
from insight_pipeline.model.rows import CALL_LIST, LISTS
from insight_pipeline.model.terms import Term
from insight_pipeline.orchestration.site import Site
from insight_pipeline.sources.raw_store import day_of

_SHOWN = 5


@dataclass(frozen=True)
class Note:
    """Something that wants attention: its code, what it is, and the next step."""

    code: str
    text: str
    next_step: str


def show_notes(app: App, notes: Iterable[Note]) -> None:
    """Notes on the terminal, each once."""
    for place, item in enumerate(dict.fromkeys(notes)):
        if not place:
            app.gap()
        app.lines(layout.told(item.code, item.text, item.next_step, width=app.width))


def note(code: str, locale: str, **fields: object) -> Note:
    """A message of the catalogue as a note."""
    step = filled(message(code).next_step(locale), **localised(fields, locale))
    return Note(code, render(code, locale, **fields), step)


def note_of(problem: InsightError, locale: str) -> Note:
    """An error as a note."""
    return note(problem.code, locale, **problem.fields)


def outside_notes(site: Site) -> Iterator[Note]:
    """Rows that were read and have no partition: before the start date, or after today."""
    start, today = partition_days(site.installation)
    rows: dict[date, int] = defaultdict(int)
    for kind in LISTS:
        for part in site.raw.index.parts(kind).entries:
            rows[day_of(part.day)] += part.rows
    early = sorted(day for day in rows if day < start)
    late = sorted(day for day in rows if day > today)
    for code, days in (("IA-402", early), ("IA-403", late)):
        if days:
            yield note(
                code,
                site.settings.locale,
                installation=site.name,
                rows=sum(rows[day] for day in days),
                days=span(days),
                first=days[0],
                start=start,
                today=today,
            )


def empty_notes(site: Site, ranges: Iterable[tuple[date, date]]) -> Iterator[Note]:
    """Days of these ranges of which no row was read."""
    read = {day_of(part.day) for part in site.raw.index.parts(CALL_LIST.name).entries}
    wanted = [
        first + timedelta(days=place)
        for first, last in ranges
        for place in range((last - first).days + 1)
    ]
    empty = [day for day in wanted if day not in read]
    if empty:
        yield note("IA-406", site.settings.locale, installation=site.name, days=span(empty))


def some(names: Sequence[str]) -> Term | str:
    """The first names, for a message, and how many more there are."""
    shown, more = ", ".join(names[:_SHOWN]), len(names) - _SHOWN
    return shown if more <= 0 else Term(f"{shown} und {more} weitere", f"{shown} and {more} more")


def span(days: Sequence[date]) -> Term | str:
    """Which days, for a message: each of a few, else first, last and their number."""
    if len(days) <= _SHOWN:
        return ", ".join(day.isoformat() for day in days)
    first, last, count = days[0], days[-1], len(days)
    return Term(f"{first} bis {last}, {count} Tage", f"{first} to {last}, {count} days")


def stale_notes(site: Site, days: Sequence[date]) -> Iterator[Note]:
    """Days that lag behind what has been read."""
    if days:
        yield note(
            "IA-404",
            site.settings.locale,
            installation=site.name,
            days=span(days),
            first=days[0].isoformat(),
            last=days[-1].isoformat(),
        )


def set_aside_notes(site: Site) -> Iterator[Note]:
    """How much of what was read is in quarantine: lines of accepted files, and refused files."""
    index = site.raw.index
    lines = sum(r.quarantined for kind in LISTS for r in index.reports(kind).values())
    refused = sum(f.status == "refused" for kind in LISTS for f in index.files(kind).values())
    if lines or refused:
        yield note(
            "IA-405", site.settings.locale, installation=site.name, lines=lines, files=refused
        )
