"""What the coming weeks are expected to bring, and how many agents that takes."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import date

from markupsafe import Markup

from insight_pipeline.model.report.forecast import Expected, ExpectedRow
from insight_pipeline.model.terms import Term
from insight_pipeline.sinks.report.html import Column, note, table, tag, together
from insight_pipeline.sinks.report.language import NOTHING, Language
from insight_pipeline.sinks.report.section import Section
from insight_pipeline.sinks.report.sections import wording

PLANNED = 6
"""Queues with a plan of the week; the table has all."""
_TITLE = Term("Erwartete Anrufe", "Expected calls")
_HEADS = (
    Term("je Woche", "A week"),
    Term("Stärkste Viertelstunde", "Busiest quarter hour"),
    Term("Anrufe darin", "Calls in it"),
    Term("meist zwischen", "Mostly between"),
    Term("Benötigte Agenten", "Agents needed"),
)
_TEXT = 1
"""Place among the headings of the one that is no number."""
_QUARTERS_AN_HOUR, _QUARTER_MINUTES = 4, 15


def forecast_section(found: Expected, language: Language) -> Section:
    """A table of the queues, then a plan of the week for the busiest."""
    title = language.of(_TITLE)
    if found.first is None or found.last is None:
        nothing = Term(
            "Es sind noch keine Tage geladen, aus denen sich etwas erwarten lässt.",
            "No days are loaded yet from which anything could be expected.",
        )
        return Section("forecast", title, note(language.of(nothing)))
    heading = Term("Benötigte Agenten nach Stunde", "Agents needed by hour")
    plans = [_plan(row, language) for row in found.rows[:PLANNED] if _hours(row)]
    body = [
        note(_basis(found.first, found.last, found.target, language)),
        _table(found.rows, language),
        tag("h3", language.of(heading)) if plans else None,
        *plans,
        note(language.of(_LIMITS)),
    ]
    return Section("forecast", title, together(body))


_LIMITS = Term(
    "Gerechnet mit Erlang C: wer wartet, legt nicht auf, und Agenten tun nichts anderes. Als Dauer "
    "zählt nur das Gespräch; Halten und Nachbearbeitung stehen nicht in den Rufdaten und kommen dazu.",
    "By Erlang C: nobody who waits hangs up, and agents do nothing else. Only talk counts as the length of a "
    "call; hold and after-call work are not in call data and come on top.",
)


def _basis(begin: date, end: date, share: float | None, language: Language) -> str:
    first, last, target = language.day(begin), language.day(end), language.percent(share)
    words = Term(
        f"Was eine gewöhnliche Woche bringt, nach dem Mittel der Tage vom {first} bis {last} ohne Feiertage; "
        f"Agenten für ein Servicelevel von {target}.",
        f"What an ordinary week brings, by the mean of the days from {first} to {last} without holidays; "
        f"agents for a service level of {target}.",
    )
    return language.of(words)


def _table(rows: Sequence[ExpectedRow], language: Language) -> Markup:
    columns = [Column(language.of(wording.QUEUE), is_number=False)]
    columns += [Column(language.of(h), is_number=n != _TEXT) for n, h in enumerate(_HEADS)]
    return table(language.of(_TITLE), columns, [_cells(row, language) for row in rows], "tall")


def _cells(row: ExpectedRow, language: Language) -> tuple[str, ...]:
    hour, part = divmod(row.interval_of_day, _QUARTERS_AN_HOUR)
    day = language.weekdays()[row.weekday - 1]
    low, high = language.decimal(row.low_offered), language.decimal(row.high_offered)
    return (
        row.name,
        language.decimal(row.week_offered),
        f"{day} {hour:02d}:{part * _QUARTER_MINUTES:02d}",
        language.decimal(row.offered),
        f"{low} {NOTHING} {high}",
        language.count(row.agents),
    )


def _hours(row: ExpectedRow) -> range:
    """From the first to the last hour that needs an agent on any day."""
    used = [hour for hour in range(24) if any(day[hour] for day in row.agents_by_hour)]
    return range(used[0], used[-1] + 1) if used else range(0)


def _plan(row: ExpectedRow, language: Language) -> Markup:
    hours = _hours(row)
    columns = [Column(row.name, is_number=False), *(Column(str(hour)) for hour in hours)]
    rows = [
        (name, *(language.count(day[hour]) if day[hour] else "·" for hour in hours))
        for name, day in zip(language.weekdays(), row.agents_by_hour, strict=True)
    ]
    return table(row.name, columns, rows, "narrow")
