"""Figures with what they mean, a line each: calls, visits to queues, lost calls."""

from __future__ import annotations

from dataclasses import dataclass

from markupsafe import Markup

from insight_pipeline.model.report.figures import CallFigures, Summary
from insight_pipeline.model.terms import Term
from insight_pipeline.sinks.report.html import tag
from insight_pipeline.sinks.report.language import Language, hours_in_words
from insight_pipeline.sinks.report.sections import wording


@dataclass(frozen=True)
class _Line:
    """A figure with its name and meaning."""

    name: Term
    value: str
    meaning: Term
    is_part: bool = False
    """Whether it is a part of the figure above it."""


def _part(name: Term, value: str, meaning: Term) -> _Line:
    return _Line(name, value, meaning, is_part=True)


def calls(found: CallFigures, language: Language) -> Markup:
    """Calls, each once."""
    count = language.count
    lines = [
        _Line(Term("Anrufe", "Calls"), count(found.calls),
              Term("Alle Anrufe, jeder einmal.", "All calls, each once.")),
        _Line(wording.INBOUND, count(found.inbound),
              Term("Von außen.", "From outside.")),
        _part(Term("angenommen", "answered"), count(found.inbound_answered),
              Term("Mindestens ein Benutzer sprach mit dem Anrufer.",
                   "At least one user talked to the caller.")),
        _part(Term("Kein Benutzer", "no user"), count(found.inbound_no_user),
              Term("Voicemail, Modul oder Unbekanntes nahm ab, kein Mensch.",
                   "Voicemail, a module or something unknown answered, no person.")),
        _part(Term("abgebrochen", "abandoned"), count(found.inbound_abandoned),
              Term("Der Anrufer war in einer Warteschlange und legte auf.",
                   "The caller was in a queue and hung up.")),
        _part(Term("verpasst", "missed"), count(found.inbound_missed),
              Term("Niemand nahm ab, ohne Warteschlange.", "Nobody answered, without a queue.")),
        _Line(wording.OUTBOUND, count(found.outbound),
              Term(f"Nach außen; {count(found.outbound_connected)} davon verbunden.",
                   f"To the outside; {count(found.outbound_connected)} of them connected.")),
        _Line(wording.INTERNAL, count(found.internal),
              Term("Zwischen Anschlüssen der Anlage.", "Between extensions of the PBX.")),
    ]  # fmt: skip
    return _meanings(Term("Anrufe", "Calls"), lines, language)


def queues(found: Summary, language: Language) -> Markup:
    """Visits to queues, summed, and their ratios."""
    visits, count = found.queues, language.count
    short = language.duration(found.short_abandon_seconds)
    lines = [
        _Line(wording.OFFERED, count(visits.offered),
              Term("Besuche in Warteschlangen. Ein Anruf kann mehrere haben.",
                   "Visits to queues. A call may have several.")),
        _Line(wording.ANSWERED, count(visits.answered),
              Term("Ein Benutzer nahm an.", "A user answered.")),
        _Line(wording.NO_USER, count(visits.no_user),
              Term("Voicemail, Modul oder Unbekanntes nahm an.",
                   "Voicemail, a module or something unknown answered.")),
        _Line(wording.OVERFLOW, count(visits.overflow),
              Term("Der Anruf lief weiter, etwa in die nächste Warteschlange.",
                   "The call went on, for instance to the next queue.")),
        _Line(wording.ABANDONED, count(visits.abandoned),
              Term("Der Anrufer legte auf.", "The caller hung up.")),
        _part(Term("davon kurz", "of these short"), count(visits.short_abandoned),
              Term(f"Aufgelegt nach weniger als {short}.", f"Hung up after less than {short}.")),
        _Line(Term("Nicht angenommen", "Not answered"), count(visits.unanswered),
              Term("Kein Benutzer nahm an, aus welchem Grund auch immer.",
                   "No user answered, for whatever reason.")),
        _Line(Term("Verpasst", "Missed"), count(visits.missed),
              Term("Ein Telefon klingelte, kein Benutzer nahm an.",
                   "A phone rang and no user answered.")),
        _Line(wording.SERVICE_LEVEL, language.percent(visits.service_level),
              Term("Siehe unten.", "See below.")),
        _Line(wording.ABANDONMENT_RATE, language.percent(visits.abandonment_rate),
              Term("Abgebrochen / angeboten, beides ohne kurz Abgebrochene.",
                   "Abandoned / offered, short-abandoned ones left out of both.")),
        _Line(wording.ASA, language.duration(visits.asa_seconds),
              Term("Wartezeit der Angenommenen / angenommen (ASA).",
                   "Waiting of the answered / answered (ASA).")),
        _Line(wording.LONGEST_WAIT, language.duration(visits.wait_max_seconds),
              Term("Die längste eines einzelnen Besuchs.", "The longest of a single visit.")),
        _Line(wording.AVERAGE_TALK, language.duration(visits.average_talk_seconds),
              Term("Gesprächsdauer der Annehmenden / angenommen.",
                   "Talk of those who answered / answered.")),
    ]  # fmt: skip
    return _meanings(Term("Warteschlangen", "Queues"), lines, language)


def lost_calls(found: Summary, language: Language) -> Markup:
    """Lost calls by what became of them."""
    lost, count = found.lost, language.count
    hours = hours_in_words(found.callback_window_hours)
    lines = [
        _Line(Term("Verloren", "Lost"), count(lost.lost),
              Term("Eingehend, abgebrochen oder verpasst, mit Rufnummer, nicht privat.",
                   "Inbound, abandoned or missed, with a number, not private.")),
        _part(Term("Anrufer kam durch", "caller got through"), count(lost.by_customer),
              Term(f"Er rief innerhalb von {hours.de} noch einmal an und wurde angenommen.",
                   f"They called again within {hours.en} and were answered.")),
        _part(Term("zurückgerufen", "called back"), count(lost.by_us),
              Term(f"Wir erreichten ihn innerhalb von {hours.de}.",
                   f"We reached them within {hours.en}.")),
        _part(Term("noch offen", "still open"), count(lost.open),
              Term("Keins von beiden, bisher.", "Neither so far.")),
        _Line(Term("Mittlere Zeit bis dahin", "Average time until then"),
              language.duration(lost.average_delay_seconds),
              Term("Vom Ende des verlorenen Anrufs bis zum Anruf, der ihn erledigte.",
                   "From the end of the lost call to the call that settled it.")),
    ]  # fmt: skip
    return _meanings(Term("Verlorene Anrufe", "Lost calls"), lines, language)


def _meanings(caption: Term, lines: list[_Line], language: Language) -> Markup:
    """Figures below a heading, each with its value and what it means."""
    rows = (
        tag(
            "div",
            tag("dt", language.of(line.name)),
            tag("dd", line.value, class_="number"),
            tag("dd", language.of(line.meaning), class_="meaning"),
            **({"class_": "part"} if line.is_part else {}),
        )
        for line in lines
    )
    return tag("h3", language.of(caption)) + tag("dl", *rows, class_="meanings")
