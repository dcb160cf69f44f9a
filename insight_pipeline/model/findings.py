"""Findings: what wants attention, how urgent it is, and whose it is.

What it says stands in the catalogue of messages; how urgent it is decides who found it.
"""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass
from enum import Enum

from insight_pipeline.model.errors import InsightError
from insight_pipeline.model.terms import Term


class Urgency(Enum):
    """What comes first; the value is its name in JSON, and the order is that of the work."""

    NOW = "now"
    """Nothing more arrives until somebody does something."""
    MISSING = "missing"
    """Something that should be there is not; the rest arrives."""
    WAITING = "waiting"
    """It goes on by itself."""
    SOON = "soon"
    """All is well, and will not stay so."""
    NOTE = "note"
    """To know, or to look at when there is time."""

    @property
    def rank(self) -> int:
        """0 for what comes first."""
        return list(Urgency).index(self)

    @property
    def is_behind(self) -> bool:
        """Whether figures lack something because of it."""
        return self in {Urgency.NOW, Urgency.MISSING, Urgency.WAITING}

    def heading(self, locale: str) -> str:
        """What such findings stand under."""
        return _HEADINGS[self].text(locale)


_HEADINGS = {
    Urgency.NOW: Term("Zuerst", "First"),
    Urgency.MISSING: Term("Es fehlt", "Missing"),
    Urgency.WAITING: Term("Geht von selbst weiter", "Goes on by itself"),
    Urgency.SOON: Term("Bald", "Soon"),
    Urgency.NOTE: Term("Zu wissen", "To know"),
}


@dataclass(frozen=True)
class Finding:
    """Something that wants attention, of one installation or (None) of all."""

    urgency: Urgency
    problem: InsightError
    installation: str | None = None

    @property
    def code(self) -> str:
        """Its code of the catalogue."""
        return self.problem.code


def by_urgency(findings: Iterable[Finding]) -> list[Finding]:
    """What is to be done first comes first; equally urgent ones stay in their order."""
    return sorted(findings, key=lambda finding: finding.urgency.rank)
