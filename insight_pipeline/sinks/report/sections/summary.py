"""The headline figures, each with what it means, and the formula of the service level in force."""

from __future__ import annotations

from markupsafe import Markup

from insight_pipeline.model.report.figures import CallFigures, LostFigures, QueueFigures, Summary
from insight_pipeline.model.terms import Term
from insight_pipeline.sinks.report.html import note, tag, together
from insight_pipeline.sinks.report.language import NOTHING, Language
from insight_pipeline.sinks.report.section import Section
from insight_pipeline.sinks.report.sections import wording
from insight_pipeline.sinks.report.sections.meanings import calls, lost_calls, queues

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


def summary_section(found: Summary, language: Language) -> Section:
    """Six figures at a glance, then all of them with their definitions."""
    body = together(
        [
            _tiles(found, language),
            calls(found.calls, language),
            queues(found, language),
            lost_calls(found, language),
            _service_level_note(found, language),
        ]
    )
    return Section("summary", language.of(Term("Überblick", "Overview")), body)


def _tiles(found: Summary, language: Language) -> Markup:
    tiles = (
        tag(
            "div",
            tag("dt", language.of(name)),
            tag("dd", value, class_="value"),
            tag("dd", language.of(more), class_="more"),
        )
        for name, value, more in (
            *_call_tiles(found.calls, language),
            *_queue_tiles(found.queues, language),
            *_lost_tiles(found.lost, language),
        )
    )
    return tag("dl", *tiles, class_="tiles")


_Tile = tuple[Term, str, Term]
"""What it is, its figure, and what stands below in small."""


def _call_tiles(found: CallFigures, language: Language) -> list[_Tile]:
    inbound, outbound, internal = (
        language.count(number) for number in (found.inbound, found.outbound, found.internal)
    )
    more = Term(
        f"{inbound} eingehend, {outbound} ausgehend, {internal} intern",
        f"{inbound} inbound, {outbound} outbound, {internal} internal",
    )
    return [(Term("Anrufe", "Calls"), language.count(found.calls), more)]


def _queue_tiles(found: QueueFigures, language: Language) -> list[_Tile]:
    count, longest = language.count, language.duration(found.wait_max_seconds)
    share = language.percent(found.answered / found.offered if found.offered else None)
    in_time, gone, soon = (
        count(number) for number in (found.answered_within, found.abandoned, found.short_abandoned)
    )
    return [
        (
            Term("In Warteschlangen angeboten", "Offered to queues"),
            count(found.offered),
            Term(f"{share} angenommen", f"{share} answered"),
        ),
        (
            wording.SERVICE_LEVEL,
            language.percent(found.service_level),
            Term(f"{in_time} in der Frist angenommen", f"{in_time} answered in time"),
        ),
        (
            wording.ABANDONMENT_RATE,
            language.percent(found.abandonment_rate),
            Term(
                f"{gone} abgebrochen, davon {soon} kurz", f"{gone} abandoned, {soon} of them short"
            ),
        ),
        (
            wording.ASA,
            language.duration(found.asa_seconds),
            Term(f"längste {longest}", f"longest {longest}"),
        ),
    ]


def _lost_tiles(found: LostFigures, language: Language) -> list[_Tile]:
    lost = language.count(found.lost)
    more = Term(f"von {lost} verlorenen Anrufen", f"of {lost} lost calls")
    return [
        (Term("Noch zurückzurufen", "Still to be called back"), language.count(found.open), more)
    ]


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
