"""Vocabulary of alerts: figures and their words, what was read of a queue, and how a threshold stands.

Facts without I/O: how figures are reckoned stands in `facts.thresholds`, how they are kept and told in
`sinks.notify`.
"""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date, datetime
from typing import Literal

from insight_pipeline.model.terms import Term, grouped

FigureName = Literal[
    "abandonment_rate", "service_level", "wait_max_seconds", "asa_seconds", "offered"
]
SHARES = ("abandonment_rate", "service_level")
"""Figures between 0 and 1."""

FIGURES: dict[str, Term] = {
    "abandonment_rate": Term("Abbruchquote", "abandonment rate"),
    "service_level": Term("Servicelevel", "service level"),
    "wait_max_seconds": Term("längste Wartezeit", "longest wait"),
    "asa_seconds": Term("mittlere Wartezeit (ASA)", "average speed of answer (ASA)"),
    "offered": Term("eingegangene Anrufe", "calls offered"),
}


@dataclass(frozen=True)
class Threshold:
    """A limit of a figure, as an alert of the settings gives it."""

    name: str
    figure: FigureName
    limit: float
    is_above: bool
    """Crossed by what is above the limit, else by what is below; the limit itself does not cross."""
    quarter_hours: int
    """The figure of the last so many quarter hours; 0: of the day."""
    minimum_offered: int
    """Calls before a share or an average counts."""

    def is_crossed_by(self, value: float) -> bool:
        """Whether the value lies beyond the limit."""
        return value > self.limit if self.is_above else value < self.limit

    @property
    def needs_what_is_over(self) -> bool:
        """Too few calls can only be told of a period that is over."""
        return self.figure == "offered" and not self.is_above


@dataclass(frozen=True)
class Window:
    """What a figure is reckoned over: a local day, or quarter hours from `start_utc` to `end_utc`."""

    local_date: date
    start_utc: datetime | None = None
    """Without zone, as in the tables; None: the whole day."""
    end_utc: datetime | None = None


@dataclass(frozen=True)
class Reading:
    """A queue's figure over a window; None where too few calls or a zero denominator say nothing."""

    queue_id: int
    value: float | None
    offered: int
    window: Window


@dataclass(frozen=True)
class Standing:
    """How a threshold stands for a queue, kept over restarts."""

    alert: str
    installation: str
    queue_id: int
    is_crossed: bool
    changed_at: float
    """Seconds since 1970, UTC."""
    value: float
    """The figure with which it was last crossed or back."""


@dataclass(frozen=True)
class Judged:
    """A reading held against its threshold: how it stood before, and how it stands now."""

    reading: Reading
    before: Standing | None
    after: Standing | None
    """None: never crossed."""

    @property
    def is_change(self) -> bool:
        """Whether the threshold has just been crossed, or is just back."""
        return self.before != self.after


def shown(figure: str, value: float, locale: str) -> str:
    """A figure with its unit, as a reader of a language expects it."""
    if figure == "offered":
        return grouped(round(value), locale)
    unit = "%" if figure in SHARES else "s"
    number = f"{value * 100 if figure in SHARES else value:.2f}".rstrip("0").rstrip(".")
    return f"{number.replace('.', ',') if locale == 'de' else number} {unit}"
