"""The headline figures, each with what it means, and the formula of the service level in force."""

from __future__ import annotations

from dataclasses import dataclass

from markupsafe import Markup

from insight_pipeline.model.report.figures import CallFigures, Summary
from insight_pipeline.model.terms import Term
from insight_pipeline.sinks.report.html import note, tag, together
from insight_pipeline.sinks.report.language import NOTHING, Language
from insight_pipeline.sinks.report.section import Section
from insight_pipeline.sinks.report.sections import wording

_A_T = Term("in der Frist angenommen", "answered within the threshold")
_A, _B = Term("angenommen", "answered"), Term("abgebrochen", "abandoned")
_B_T = Term("in der Frist abgebrochen", "abandoned within the threshold")
_S = Term("kurz abgebrochen", "short-abandoned")
_FORMULAS = {
    "answered_only": "{at} / {a}",
    "ignore_abandoned_within": "{at} / ({a} + {b} \u2212 {bt})",
    "abandoned_negative": "{at} / ({a} + {b})",
    "abandoned_positive": "({at} + {bt}) / ({a} + {b})",
    "exclude_short": "{at} / ({a} + {b} \u2212 {s})",
    "short_as_success": "({at} + {s}) / ({a} + {b})",
    "offered": "{at} / {o}",
}


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


def summary_section(found: Summary, language: Language) -> Section:
    """Six figures at a glance, then all of them with their definitions."""
    body = together(
        [
            _tiles(found, language),
            _meanings(Term("Anrufe", "Calls"), _call_lines(found.calls, language), language),
            _meanings(Term("Warteschlangen", "Queues"), _queue_lines(found, language), language),
            _meanings(
                Term("Verlorene Anrufe", "Lost calls"), _lost_lines(found, language), language
            ),
            _service_level_note(found, language),
        ]
    )
    return Section("summary", language.of(Term("Überblick", "Overview")), body)


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


def _tiles(found: Summary, language: Language) -> Markup:
    calls, queues, lost = found.calls, found.queues, found.lost
    of = language.of
    answered_share = queues.answered / queues.offered if queues.offered else None
    tiles = [
        (
            Term("Anrufe", "Calls"),
            language.count(calls.calls),
            Term(
                f"{language.count(calls.inbound)} eingehend, "
                f"{language.count(calls.outbound)} ausgehend, "
                f"{language.count(calls.internal)} intern",
                f"{language.count(calls.inbound)} inbound, "
                f"{language.count(calls.outbound)} outbound, "
                f"{language.count(calls.internal)} internal",
            ),
        ),
        (
            Term("In Warteschlangen angeboten", "Offered to queues"),
            language.count(queues.offered),
            Term(
                f"{language.percent(answered_share)} angenommen",
                f"{language.percent(answered_share)} answered",
            ),
        ),
        (
            wording.SERVICE_LEVEL,
            language.percent(queues.service_level),
            Term(
                f"{language.count(queues.answered_within)} in der Frist angenommen",
                f"{language.count(queues.answered_within)} answered in time",
            ),
        ),
        (
            wording.ABANDONMENT_RATE,
            language.percent(queues.abandonment_rate),
            Term(
                f"{language.count(queues.abandoned)} abgebrochen, "
                f"davon {language.count(queues.short_abandoned)} kurz",
                f"{language.count(queues.abandoned)} abandoned, "
                f"{language.count(queues.short_abandoned)} of them short",
            ),
        ),
        (
            wording.ASA,
            language.duration(queues.asa_seconds),
            Term(
                f"längste {language.duration(queues.wait_max_seconds)}",
                f"longest {language.duration(queues.wait_max_seconds)}",
            ),
        ),
        (
            Term("Noch zurückzurufen", "Still to be called back"),
            language.count(lost.open),
            Term(
                f"von {language.count(lost.lost)} verlorenen Anrufen",
                f"of {language.count(lost.lost)} lost calls",
            ),
        ),
    ]
    return tag(
        "dl",
        *(
            tag(
                "div",
                tag("dt", of(name)),
                tag("dd", value, class_="value"),
                tag("dd", of(more), class_="more"),
            )
            for name, value, more in tiles
        ),
        class_="tiles",
    )


def _call_lines(calls: CallFigures, language: Language) -> list[_Line]:
    count = language.count
    return [
        _Line(Term("Anrufe", "Calls"), count(calls.calls),
              Term("Alle Anrufe, jeder einmal.", "All calls, each once.")),
        _Line(wording.INBOUND, count(calls.inbound),
              Term("Von außen.", "From outside.")),
        _part(Term("angenommen", "answered"), count(calls.inbound_answered),
              Term("Mindestens ein Benutzer sprach mit dem Anrufer.",
                   "At least one user talked to the caller.")),
        _part(Term("Kein Benutzer", "no user"), count(calls.inbound_no_user),
              Term("Voicemail, Modul oder Unbekanntes nahm ab, kein Mensch.",
                   "Voicemail, a module or something unknown answered, no person.")),
        _part(Term("abgebrochen", "abandoned"), count(calls.inbound_abandoned),
              Term("Der Anrufer war in einer Warteschlange und legte auf.",
                   "The caller was in a queue and hung up.")),
        _part(Term("verpasst", "missed"), count(calls.inbound_missed),
              Term("Niemand nahm ab, ohne Warteschlange.", "Nobody answered, without a queue.")),
        _Line(wording.OUTBOUND, count(calls.outbound),
              Term(f"Nach außen; {count(calls.outbound_connected)} davon verbunden.",
                   f"To the outside; {count(calls.outbound_connected)} of them connected.")),
        _Line(wording.INTERNAL, count(calls.internal),
              Term("Zwischen Anschlüssen der Anlage.", "Between extensions of the PBX.")),
    ]  # fmt: skip


def _queue_lines(found: Summary, language: Language) -> list[_Line]:
    queues, count = found.queues, language.count
    short = language.duration(found.short_abandon_seconds)
    return [
        _Line(wording.OFFERED, count(queues.offered),
              Term("Besuche in Warteschlangen. Ein Anruf kann mehrere haben.",
                   "Visits to queues. A call may have several.")),
        _Line(wording.ANSWERED, count(queues.answered),
              Term("Ein Benutzer nahm an.", "A user answered.")),
        _Line(wording.NO_USER, count(queues.no_user),
              Term("Voicemail, Modul oder Unbekanntes nahm an.",
                   "Voicemail, a module or something unknown answered.")),
        _Line(wording.OVERFLOW, count(queues.overflow),
              Term("Der Anruf lief weiter, etwa in die nächste Warteschlange.",
                   "The call went on, for instance to the next queue.")),
        _Line(wording.ABANDONED, count(queues.abandoned),
              Term("Der Anrufer legte auf.", "The caller hung up.")),
        _part(Term("davon kurz", "of these short"), count(queues.short_abandoned),
              Term(f"Aufgelegt nach weniger als {short}.", f"Hung up after less than {short}.")),
        _Line(Term("Nicht angenommen", "Not answered"), count(queues.unanswered),
              Term("Kein Benutzer nahm an, aus welchem Grund auch immer.",
                   "No user answered, for whatever reason.")),
        _Line(Term("Verpasst", "Missed"), count(queues.missed),
              Term("Ein Telefon klingelte, kein Benutzer nahm an.",
                   "A phone rang and no user answered.")),
        _Line(wording.SERVICE_LEVEL, language.percent(queues.service_level),
              Term("Siehe unten.", "See below.")),
        _Line(wording.ABANDONMENT_RATE, language.percent(queues.abandonment_rate),
              Term("Abgebrochen / angeboten, beides ohne kurz Abgebrochene.",
                   "Abandoned / offered, short-abandoned ones left out of both.")),
        _Line(wording.ASA, language.duration(queues.asa_seconds),
              Term("Wartezeit der Angenommenen / angenommen (ASA).",
                   "Waiting of the answered / answered (ASA).")),
        _Line(wording.LONGEST_WAIT, language.duration(queues.wait_max_seconds),
              Term("Die längste eines einzelnen Besuchs.", "The longest of a single visit.")),
        _Line(wording.AVERAGE_TALK, language.duration(queues.average_talk_seconds),
              Term("Gesprächsdauer der Annehmenden / angenommen.",
                   "Talk of those who answered / answered.")),
    ]  # fmt: skip


def _lost_lines(found: Summary, language: Language) -> list[_Line]:
    lost, count, hours = found.lost, language.count, found.callback_window_hours
    return [
        _Line(Term("Verloren", "Lost"), count(lost.lost),
              Term("Eingehend, abgebrochen oder verpasst, mit Rufnummer, nicht privat.",
                   "Inbound, abandoned or missed, with a number, not private.")),
        _part(Term("Anrufer kam durch", "caller got through"), count(lost.by_customer),
              Term(f"Er rief innerhalb von {hours} Stunden noch einmal an und wurde angenommen.",
                   f"They called again within {hours} hours and were answered.")),
        _part(Term("zurückgerufen", "called back"), count(lost.by_us),
              Term(f"Wir erreichten ihn innerhalb von {hours} Stunden.",
                   f"We reached them within {hours} hours.")),
        _part(Term("noch offen", "still open"), count(lost.open),
              Term("Keins von beiden, bisher.", "Neither so far.")),
        _Line(Term("Mittlere Zeit bis dahin", "Average time until then"),
              language.duration(lost.average_delay_seconds),
              Term("Vom Ende des verlorenen Anrufs bis zum Anruf, der ihn erledigte.",
                   "From the end of the lost call to the call that settled it.")),
    ]  # fmt: skip


def _service_level_note(found: Summary, language: Language) -> Markup:
    formula = _FORMULAS[found.variant]
    words = {"at": _A_T, "a": _A, "b": _B, "bt": _B_T, "s": _S, "o": Term("angeboten", "offered")}
    told = formula.format(**{name: language.of(term) for name, term in words.items()})
    limits = ", ".join(language.duration(each) for each in found.threshold_seconds)
    heading = f"{language.of(wording.SERVICE_LEVEL)} = {told}"
    more = Term(
        f"Variante {found.variant} (Einstellung service_level_variant). "
        f"Frist je Warteschlange: {limits or NOTHING}. "
        "Alle Quoten sind Quotienten von Summen, nie Mittelwerte von Quoten.",
        f"Variant {found.variant} (setting service_level_variant). "
        f"Threshold of the queues: {limits or NOTHING}. "
        "All ratios are quotients of sums, never averages of ratios.",
    )
    return tag("p", tag("strong", heading), class_="formula") + note(language.of(more))
