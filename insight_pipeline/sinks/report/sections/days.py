"""How each day went: what became of visits to queues, as a plot and a table."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import timedelta

import altair as alt
from markupsafe import Markup

from insight_pipeline.model.report.figures import DayRow
from insight_pipeline.model.terms import Term
from insight_pipeline.sinks.report.charts import WIDE, amounts, bars, kinds, place, plot
from insight_pipeline.sinks.report.html import Column, note, table
from insight_pipeline.sinks.report.language import Language
from insight_pipeline.sinks.report.section import Plot, Section
from insight_pipeline.sinks.report.sections import wording

_PARTS = ("answered", "no_user", "overflow", "abandoned")
_TITLE = Term("Nach Tagen", "By day")


def days_section(found: Sequence[DayRow], language: Language) -> Section:
    """A bar a day, stacked of how visits ended."""
    title = language.of(_TITLE)
    if not any(row.queues.offered for row in found):
        words = note(language.of(wording.NO_VISITS))
        return Section("days", title, words + _table(found, language) if found else words)
    chart = _plot(found, language)
    return Section("days", title, place(chart, _table(found, language), language), (chart,))


def _plot(found: Sequence[DayRow], language: Language) -> Plot:
    words = {part: language.of(wording.COUNTERS[part]) for part in _PARTS}
    rows = [
        {
            "day": row.day.isoformat(),
            "when": language.weekday(row.day),
            "kind": words[part],
            "place": place_,
            "count": getattr(row.queues, part),
        }
        for row in found
        for place_, part in enumerate(_PARTS)
    ]
    day = language.of(wording.DAY)
    chart = bars(
        rows,
        x=alt.X("day:N", title=None, axis=_axis(language), scale=_scale(found)),
        y=amounts("count"),
        color=kinds(_PARTS, list(words.values())),
        order="place:Q",
        tooltip=[
            alt.Tooltip("when:N", title=day),
            alt.Tooltip("kind:N", title=language.of(Term("Ende", "End"))),
            alt.Tooltip("count:Q", title=language.of(wording.VISITS), format=",d"),
        ],
    )
    title = Term("Besuche in Warteschlangen nach ihrem Ende", "Visits to queues by how they ended")
    return plot("days", language.of(title), chart, WIDE, 230)


def _axis(language: Language) -> alt.Axis:
    """Days as short dates, as many as have room."""
    form = "%-d.%-m." if language.is_german else "%-d %b"
    text = f"utcFormat(toDate(datum.value), '{form}')"
    return alt.Axis(
        labelExpr=text, labelAngle=0, labelOverlap="parity", labelSeparation=6, ticks=False
    )


def _scale(found: Sequence[DayRow]) -> alt.Scale:
    """Every day from the first to the last, so that one that is not loaded leaves a gap."""
    first, last = found[0].day, found[-1].day
    count = (last - first).days + 1
    days = [(first + timedelta(days=place)).isoformat() for place in range(count)]
    return alt.Scale(domain=days, paddingInner=0.22, paddingOuter=0.11)


def _table(found: Sequence[DayRow], language: Language) -> Markup:
    heads = (
        *(wording.INBOUND, wording.OUTBOUND, wording.INTERNAL),
        *wording.HEADS.values(),
        *(wording.SERVICE_LEVEL_HEAD, wording.ABANDONMENT_RATE_HEAD),
    )
    columns = [
        Column(language.of(wording.DAY), is_number=False),
        *(Column(language.of(head)) for head in heads),
    ]
    rows = [
        (
            language.weekday(row.day),
            *(language.count(number) for number in (row.inbound, row.outbound, row.internal)),
            *(language.count(getattr(row.queues, name)) for name in wording.COUNTERS),
            language.percent(row.queues.service_level),
            language.percent(row.queues.abandonment_rate),
        )
        for row in found
    ]
    return table(language.of(_TITLE), columns, rows)
