"""Lost calls that somebody should still call back."""

from __future__ import annotations

from insight_pipeline.model.report.figures import Lost
from insight_pipeline.model.terms import Term
from insight_pipeline.sinks.report.html import Column, note, table
from insight_pipeline.sinks.report.language import NOTHING, Language, hours_in_words
from insight_pipeline.sinks.report.section import Section
from insight_pipeline.sinks.report.sections import wording

SHOWN = 100
"""Calls on the page at most, the newest."""
_TITLE = Term("Noch zurückzurufen", "Still to be called back")
_HEADS = (
    Term("Verloren", "Lost"),
    Term("Rufnummer", "Number"),
    Term("Name", "Name"),
    wording.QUEUE,
)


def lost_section(found: Lost, language: Language) -> Section:
    """Open lost calls, newest first."""
    title = language.of(_TITLE)
    if not found.calls:
        nothing = (
            Term("In diesem Zeitraum ging kein Anruf verloren.", "No call was lost in this period.")
            if not found.figures.lost
            else Term(
                "Alle verlorenen Anrufe dieses Zeitraums sind erledigt.",
                "All lost calls of this period are settled.",
            )
        )
        return Section("lost", title, note(language.of(nothing)))
    columns = [Column(language.of(head), is_number=False) for head in _HEADS]
    columns.append(Column(language.of(Term("Gewartet", "Waited"))))
    rows = [
        (
            language.instant(call.lost_utc),
            call.number or NOTHING,
            call.name or NOTHING,
            call.queue or NOTHING,
            language.duration(call.wait_seconds),
        )
        for call in found.calls[:SHOWN]
    ]
    return Section(
        "lost", title, note(_told(found, language)) + table(title, columns, rows, "tall")
    )


def _told(found: Lost, language: Language) -> str:
    count, hours = language.count(len(found.calls)), hours_in_words(found.window_hours)
    told = Term(
        f"Verlorene Anrufe, auf die innerhalb von {hours.de} weder ein angenommener Anruf derselben "
        f"Nummer noch ein Rückruf folgte: {count}",
        f"Lost calls that neither an answered call of the same number nor a callback followed within "
        f"{hours.en}: {count}",
    )
    shown = (
        Term(f". Hier stehen die neuesten {SHOWN}.", f". These are the newest {SHOWN}.")
        if len(found.calls) > SHOWN
        else Term(", die neuesten zuerst.", ", the newest first.")
    )
    return language.of(told) + language.of(shown)
