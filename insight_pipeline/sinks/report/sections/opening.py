"""What happened inside and outside of opening hours."""

from __future__ import annotations

from insight_pipeline.model.report.opening import OpeningRow, Openings, OpeningState
from insight_pipeline.model.terms import Term
from insight_pipeline.sinks.report.html import Column, note, table
from insight_pipeline.sinks.report.language import Language
from insight_pipeline.sinks.report.section import Section
from insight_pipeline.sinks.report.sections import wording

_TITLE = Term("Öffnungszeiten", "Opening hours")
_ALL = Term("Alle Warteschlangen", "All queues")
_WHEN = Term("Wann", "When")
_STATES = {
    OpeningState.INSIDE: Term("innerhalb", "inside"),
    OpeningState.OUTSIDE: Term("außerhalb", "outside"),
    OpeningState.NOT_KNOWN: Term("nicht bekannt", "not known"),
}
_NOT_SET = Term(
    "Für keine Warteschlange sind Öffnungszeiten eingestellt ([installations.NAME.hours]).",
    "No queue has opening hours in the settings ([installations.NAME.hours]).",
)
_MEANING = Term(
    "Es entscheidet, wann der Anruf in die Warteschlange kam. Feiertage und Schließtage liegen außerhalb.",
    "What decides is when the call entered the queue. Holidays and closing days are outside.",
)


def opening_section(found: Openings, language: Language) -> Section:
    """A row for each side of the hours: all queues together, then each."""
    title = language.of(_TITLE)
    if not found.rows:
        return Section("opening", title, note(language.of(wording.NO_VISITS)))
    if all(row.opening is OpeningState.NOT_KNOWN for row in found.rows):
        return Section("opening", title, note(language.of(_NOT_SET)))
    heads = (
        *(wording.HEADS[name] for name in ("offered", "answered", "abandoned")),
        wording.SERVICE_LEVEL_HEAD,
    )
    columns = [
        Column(language.of(wording.QUEUE), is_number=False),
        Column(language.of(_WHEN), is_number=False),
        *(Column(language.of(head)) for head in heads),
    ]
    body = table(title, columns, [_cells(row, found, language) for row in found.rows], "tall")
    return Section("opening", title, body + note(language.of(_MEANING)))


def _cells(row: OpeningRow, found: Openings, language: Language) -> tuple[str, ...]:
    queue = row.queue_id
    return (
        language.of(_ALL) if queue is None else found.names.get(queue, str(queue)),
        language.of(_STATES[row.opening]),
        *(language.count(count) for count in (row.offered, row.answered, row.abandoned)),
        language.percent(row.service_level),
    )
