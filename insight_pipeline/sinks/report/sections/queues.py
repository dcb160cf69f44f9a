"""Queues beside each other, and how long callers wait in the busiest of them."""

from __future__ import annotations

from collections.abc import Sequence

import altair as alt
from markupsafe import Markup

from insight_pipeline.model.report.figures import QueueRow, Queues, Waits
from insight_pipeline.model.terms import Term
from insight_pipeline.sinks.report.charts import HALF, amounts, bars, kinds, place, plot
from insight_pipeline.sinks.report.html import Column, note, table, tag, together
from insight_pipeline.sinks.report.language import Language
from insight_pipeline.sinks.report.section import Plot, Section
from insight_pipeline.sinks.report.sections import wording

DRAWN = 6
"""Queues with a plot of their own; the table has all."""
_MINUTE = 60
_WAIT = Term("Wartezeit bis", "Waited up to")


def queues_section(found: Queues, language: Language) -> Section:
    """A table of all queues, then waits of all together and of the busiest."""
    title = language.of(Term("Warteschlangen", "Queues"))
    if not found.rows:
        return Section("queues", title, note(language.of(wording.NO_VISITS)))
    classes = _classes(found.edges_seconds, language)
    every = language.of(Term("Alle Warteschlangen", "All queues"))
    waits = [(every, found.all)]
    drawable = [row for row in found.rows if any((*row.waits.answered, *row.waits.abandoned))]
    if len(found.rows) > 1:
        waits += [(row.name, row.waits) for row in drawable[:DRAWN]]
    plots = tuple(
        _plot(f"waits-{number}" if number else "waits", name, each, classes, language)
        for number, (name, each) in enumerate(waits)
    )
    drawn = (
        place(each, _wait_table(name, wait, classes, language), language)
        for each, (name, wait) in zip(plots, waits, strict=True)
    )
    heading = Term("Wie lange Anrufer warten", "How long callers wait")
    body = [
        _table(found.rows, language),
        tag("h3", language.of(heading)),
        tag("div", *drawn, class_="pairs"),
        _left_out(len(drawable) - DRAWN, language),
    ]
    return Section("queues", title, together(body), plots)


def _left_out(more: int, language: Language) -> Markup | None:
    if more <= 0:
        return None
    words = Term(
        f"Gezeichnet sind die {DRAWN} Warteschlangen mit den meisten Besuchen; "
        f"{more} weitere stehen in der Tabelle.",
        f"Drawn are the {DRAWN} queues with most visits; the table has {more} more.",
    )
    return note(language.of(words))


def _table(rows: Sequence[QueueRow], language: Language) -> Markup:
    heads = (
        *wording.HEADS.values(),
        *(wording.SHORT, wording.SERVICE_LEVEL_HEAD, wording.THRESHOLD),
        *(wording.ABANDONMENT_RATE_HEAD, Term("Ø Warte\u00adzeit", "Average answer")),
        *(
            Term("Längste Warte\u00adzeit", "Longest wait"),
            Term("Ø Ge\u00adspräch", "Average talk"),
        ),
    )
    columns = [
        Column(language.of(wording.QUEUE), is_number=False),
        *(Column(language.of(head)) for head in heads),
    ]
    return table(
        language.of(Term("Warteschlangen", "Queues")),
        columns,
        [_cells(row, language) for row in rows],
    )


def _cells(row: QueueRow, language: Language) -> tuple[str, ...]:
    figures = row.figures
    counts = (
        *(figures.offered, figures.answered, figures.no_user, figures.overflow),
        *(figures.abandoned, figures.short_abandoned),
    )
    return (
        row.name,
        *(language.count(count) for count in counts),
        language.percent(figures.service_level),
        ", ".join(language.duration(each) for each in row.threshold_seconds),
        language.percent(figures.abandonment_rate),
        language.duration(figures.asa_seconds),
        language.duration(figures.wait_max_seconds),
        language.duration(figures.average_talk_seconds),
    )


def _classes(edges: Sequence[int], language: Language) -> list[str]:
    """Names of the classes of waiting, short enough for an axis."""
    ends = [f"{edge} s" if edge < _MINUTE else f"{edge // _MINUTE} min" for edge in edges]
    return [*ends, language.of(Term("länger", "longer"))]


def _plot(name: str, title: str, waits: Waits, classes: list[str], language: Language) -> Plot:
    words = [language.of(wording.ANSWERED), language.of(wording.ABANDONED)]
    rows = [
        {"wait": end, "kind": kind, "count": count}
        for kind, counts in zip(words, (waits.answered, waits.abandoned), strict=True)
        for end, count in zip(classes, counts, strict=True)
    ]
    wait = language.of(_WAIT)
    chart = bars(
        rows,
        x=alt.X("wait:N", sort=classes, title=wait, axis=alt.Axis(labelAngle=0, ticks=False)),
        xOffset=alt.XOffset("kind:N", sort=words),
        y=amounts("count"),
        color=kinds(("answered", "abandoned"), words),
        tooltip=[
            alt.Tooltip("wait:N", title=wait),
            alt.Tooltip("kind:N", title=language.of(Term("Ende", "End"))),
            alt.Tooltip("count:Q", title=language.of(wording.VISITS), format=",d"),
        ],
    )
    return plot(name, title, chart, HALF, 170)


def _wait_table(title: str, waits: Waits, classes: list[str], language: Language) -> Markup:
    columns = [
        Column(language.of(_WAIT), is_number=False),
        Column(language.of(wording.ANSWERED)),
        Column(language.of(wording.ABANDONED)),
    ]
    rows = [
        (end, language.count(answered), language.count(abandoned))
        for end, answered, abandoned in zip(classes, waits.answered, waits.abandoned, strict=True)
    ]
    return table(f"{language.of(_WAIT)}: {title}", columns, rows)
