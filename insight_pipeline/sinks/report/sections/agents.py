"""What each agent did; nothing of it where the privacy profile hides names."""

from __future__ import annotations

from insight_pipeline.model.report.figures import AgentRow, Agents
from insight_pipeline.model.terms import Term
from insight_pipeline.sinks.report.html import Column, note, table
from insight_pipeline.sinks.report.language import Language
from insight_pipeline.sinks.report.section import Section

SHOWN = 200
"""Agents on the page at most."""
_TITLE = Term("Agenten", "Agents")
_HEADS = (
    *(Term("Kontakte", "Contacts"), Term("Ange\u00adnommen", "Answered")),
    *(Term("Ver\u00adpasst", "Missed"), Term("Anderswo ange\u00adnommen", "Answered elsewhere")),
    *(Term("RONA", "RONA"), Term("Ge\u00adwählt", "Placed")),
    *(
        Term("Gesprächs\u00addauer", "Talk time"),
        Term("Ø Gesprächs\u00addauer", "Average talk time"),
    ),
)
_MEANING = Term(
    "Ein Kontakt ist ein Anruf, der einem Agenten angeboten oder von ihm gewählt wurde. "
    "Anderswo angenommen: er klingelte auch hier, jemand anderes war schneller. RONA: das Telefon hörte "
    "auf zu klingeln, während der Anrufer weiter wartete. Gesprächsdauer: der angenommenen Kontakte. "
    "Kein Benutzer: Voicemail, Module und Unbekanntes.",
    "A contact is a call that was offered to an agent, or placed by one. Answered elsewhere: it rang here "
    "too, someone else was faster. RONA: the phone stopped ringing while the caller went on waiting. Talk "
    "time: of answered contacts. Kein Benutzer (no user): voicemail, modules and the unknown.",
)


def agents_section(found: Agents, language: Language) -> Section:
    """A table of the agents with contacts."""
    title = language.of(_TITLE)
    if not found.is_named:
        hidden = Term(
            "Das Datenschutzprofil verbirgt, wer die Agenten sind; deshalb steht hier keine Tabelle.",
            "The privacy profile hides who the agents are, so there is no table here.",
        )
        return Section("agents", title, note(language.of(hidden)))
    if not found.rows:
        nobody = Term(
            "In diesem Zeitraum hatte kein Agent einen Kontakt.",
            "No agent had a contact in this period.",
        )
        return Section("agents", title, note(language.of(nobody)))
    columns = [
        Column(language.of(Term("Agent", "Agent")), is_number=False),
        *(Column(language.of(head)) for head in _HEADS),
    ]
    body = table(title, columns, [_cells(row, language) for row in found.rows[:SHOWN]], "tall")
    more = len(found.rows) - SHOWN
    if more > 0:
        words = Term(
            f"{SHOWN} von {len(found.rows)} Agenten, nach angenommenen Kontakten.",
            f"{SHOWN} of {len(found.rows)} agents, by contacts answered.",
        )
        body += note(language.of(words))
    return Section("agents", title, body + note(language.of(_MEANING)))


def _cells(row: AgentRow, language: Language) -> tuple[str, ...]:
    counts = (
        *(row.contacts, row.answered, row.missed, row.answered_elsewhere),
        *(row.rona, row.placed),
    )
    return (
        row.name,
        *(language.count(count) for count in counts),
        language.duration(row.answered_talk_seconds),
        language.duration(row.average_talk_seconds),
    )
