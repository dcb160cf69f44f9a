"""How full the provider lines are."""

from __future__ import annotations

from collections.abc import Sequence

import altair as alt
from markupsafe import Markup

from insight_pipeline.model.report.figures import LineRow, Lines, Traffic
from insight_pipeline.model.terms import Term
from insight_pipeline.sinks.report.charts import WIDE, amounts, kinds, place, plot
from insight_pipeline.sinks.report.charts import lines as line_chart
from insight_pipeline.sinks.report.html import Column, note, table, together
from insight_pipeline.sinks.report.language import Language
from insight_pipeline.sinks.report.section import Plot, Section

SHOWN = 30
"""Lines on the page at most."""
_TITLE = Term("Leitungen", "Lines")
_TIME = Term("Uhrzeit", "Time")
_MEAN = Term("Mittel der Tage mit Leitungsdaten", "Mean of the days with a line list")
_PEAK = Term("Höchster Tag", "Highest day")
_QUARTERS_AN_HOUR, _QUARTER_MINUTES = 4, 15
_HEADS = (
    Term("Nutzungen", "Uses"),
    Term("davon eingehend", "Incoming"),
    Term("Belegt", "In use"),
    Term("Höchstens gleichzeitig", "Most at once"),
    Term("zuerst", "first"),
    Term("Höchste Last (Erlang)", "Highest load (Erlang)"),
    Term("am", "on"),
)
_TEXTS = frozenset({4, 6})
"""Places among the headings of those that are no numbers."""


def lines_section(found: Lines, language: Language) -> Section:
    """All lines together by time of day, then each of them."""
    title = language.of(_TITLE)
    if not found.rows or found.traffic is None:
        nothing = Term(
            "Für diesen Zeitraum liegt keine Leitungsliste vor.",
            "There is no line list for this period.",
        )
        return Section("lines", title, note(language.of(nothing)))
    chart = _plot(found.traffic, language)
    body = [
        _busiest(found, language),
        place(chart, _traffic_table(found.traffic, language), language),
        _table(found.rows, language),
    ]
    return Section("lines", title, together(body), (chart,))


def _busiest(found: Lines, language: Language) -> Markup:
    peak, when = language.decimal(found.peak_erlang), language.instant(found.peak_utc)
    words = Term(
        f"Die vollste Viertelstunde aller Leitungen zusammen begann {when}: {peak} Erlang. "
        "Ein Erlang ist eine Leitung, die die ganze Viertelstunde belegt ist.",
        f"The fullest quarter hour of all lines together began {when}: {peak} Erlang. "
        "One Erlang is one line in use for the whole quarter hour.",
    )
    return note(language.of(words))


def _table(rows: Sequence[LineRow], language: Language) -> Markup:
    columns = [Column(language.of(Term("Leitung", "Line")), is_number=False)]
    columns += [
        Column(language.of(head), is_number=place not in _TEXTS)
        for place, head in enumerate(_HEADS)
    ]
    body = table(language.of(_TITLE), columns, [_cells(row, language) for row in rows[:SHOWN]])
    if len(rows) > SHOWN:
        words = Term(
            f"Die {SHOWN} am längsten belegten von {len(rows)} Leitungen.",
            f"The {SHOWN} lines longest in use, of {len(rows)}.",
        )
        body += note(language.of(words))
    return body


def _cells(row: LineRow, language: Language) -> tuple[str, ...]:
    return (
        row.name or language.of(Term(f"Leitung {row.line_id}", f"Line {row.line_id}")),
        language.count(row.uses),
        language.count(row.incoming_uses),
        language.duration(row.busy_seconds),
        language.count(row.peak_uses),
        language.instant(row.peak_uses_utc),
        language.decimal(row.peak_erlang),
        language.instant(row.peak_erlang_utc),
    )


def _clock(quarter: int) -> str:
    hour, part = divmod(quarter, _QUARTERS_AN_HOUR)
    return f"{hour:02d}:{part * _QUARTER_MINUTES:02d}"


def _plot(traffic: Traffic, language: Language) -> Plot:
    words = [language.of(_MEAN), language.of(_PEAK)]
    rows = [
        {
            "hour": quarter / _QUARTERS_AN_HOUR,
            "time": _clock(quarter),
            "kind": kind,
            "erlang": value,
        }
        for kind, values in zip(words, (traffic.mean, traffic.peak), strict=True)
        for quarter, value in enumerate(values)
    ]
    axis = alt.Axis(values=list(range(0, 25, 3)), grid=False, format="02d")
    chart = line_chart(
        rows,
        x=alt.X("hour:Q", title=None, axis=axis, scale=alt.Scale(domain=[0, 24])),
        y=amounts("erlang", "Erlang", ",.3~f"),
        color=kinds(("mean", "peak"), words, "stroke"),
        tooltip=[
            alt.Tooltip("time:N", title=language.of(_TIME)),
            alt.Tooltip("kind:N", title=language.of(Term("Wert", "Value"))),
            alt.Tooltip("erlang:Q", title="Erlang", format=",.2f"),
        ],
    )
    title = Term("Last aller Leitungen nach Uhrzeit", "Load of all lines by time of day")
    return plot("traffic", language.of(title), chart, WIDE, 190)


def _traffic_table(traffic: Traffic, language: Language) -> Markup:
    columns = [
        Column(language.of(_TIME), is_number=False),
        Column(language.of(_MEAN)),
        Column(language.of(_PEAK)),
    ]
    rows = [
        (_clock(quarter), language.decimal(mean, 2), language.decimal(peak, 2))
        for quarter, (mean, peak) in enumerate(zip(traffic.mean, traffic.peak, strict=True))
        if peak
    ]
    return table(language.of(Term("Erlang nach Uhrzeit", "Erlang by time of day")), columns, rows)
