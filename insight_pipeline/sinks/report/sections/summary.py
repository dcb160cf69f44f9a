"""The headline figures, each with what it means, and the formula of the service level in force."""

from __future__ import annotations

from markupsafe import Markup

from insight_pipeline.model.report.figures import Summary
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
    counted, visits, lost = found.calls, found.queues, found.lost
    of = language.of
    answered_share = visits.answered / visits.offered if visits.offered else None
    tiles = [
        (
            Term("Anrufe", "Calls"),
            language.count(counted.calls),
            Term(
                f"{language.count(counted.inbound)} eingehend, "
                f"{language.count(counted.outbound)} ausgehend, "
                f"{language.count(counted.internal)} intern",
                f"{language.count(counted.inbound)} inbound, "
                f"{language.count(counted.outbound)} outbound, "
                f"{language.count(counted.internal)} internal",
            ),
        ),
        (
            Term("In Warteschlangen angeboten", "Offered to queues"),
            language.count(visits.offered),
            Term(
                f"{language.percent(answered_share)} angenommen",
                f"{language.percent(answered_share)} answered",
            ),
        ),
        (
            wording.SERVICE_LEVEL,
            language.percent(visits.service_level),
            Term(
                f"{language.count(visits.answered_within)} in der Frist angenommen",
                f"{language.count(visits.answered_within)} answered in time",
            ),
        ),
        (
            wording.ABANDONMENT_RATE,
            language.percent(visits.abandonment_rate),
            Term(
                f"{language.count(visits.abandoned)} abgebrochen, "
                f"davon {language.count(visits.short_abandoned)} kurz",
                f"{language.count(visits.abandoned)} abandoned, "
                f"{language.count(visits.short_abandoned)} of them short",
            ),
        ),
        (
            wording.ASA,
            language.duration(visits.asa_seconds),
            Term(
                f"längste {language.duration(visits.wait_max_seconds)}",
                f"longest {language.duration(visits.wait_max_seconds)}",
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
