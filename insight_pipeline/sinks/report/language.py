"""Numbers, durations, dates and words as the reader's language writes them, times on the local clock.

What is missing, a ratio without a denominator above all, is a dash: never a zero.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import UTC, date, datetime
from zoneinfo import ZoneInfo

from insight_pipeline.model.terms import Term, grouped

NOTHING = "\u2013"
_MINUTE, _HOUR = 60, 3600
_WEEKDAYS = {
    "de": ("Mo", "Di", "Mi", "Do", "Fr", "Sa", "So"),
    "en": ("Mon", "Tue", "Wed", "Thu", "Fri", "Sat", "Sun"),
}
_WHOLE_WEEKDAYS = {
    "de": ("Montag", "Dienstag", "Mittwoch", "Donnerstag", "Freitag", "Samstag", "Sonntag"),
    "en": ("Monday", "Tuesday", "Wednesday", "Thursday", "Friday", "Saturday", "Sunday"),
}
_MONTHS = ("Jan", "Feb", "Mar", "Apr", "May", "Jun", "Jul", "Aug", "Sep", "Oct", "Nov", "Dec")


@dataclass(frozen=True)
class Language:
    """German or English, and the installation's time zone."""

    locale: str
    timezone: str

    def of(self, term: Term) -> str:
        """A term in this language."""
        return term.text(self.locale)

    def count(self, number: int | None) -> str:
        """A whole number with separators: 1.234 or 1,234."""
        return NOTHING if number is None else grouped(number, self.locale)

    def decimal(self, number: float | None, digits: int = 1) -> str:
        """A number with decimals: 1.234,5 or 1,234.5."""
        if number is None:
            return NOTHING
        english = f"{number:,.{digits}f}"
        return english.translate(str.maketrans(",.", ".,")) if self.is_german else english

    def percent(self, ratio: float | None) -> str:
        """A ratio in percent: 12,3 % or 12.3%."""
        if ratio is None:
            return NOTHING
        sign = "\u00a0%" if self.is_german else "%"
        return f"{self.decimal(100 * ratio)}{sign}"

    def duration(self, seconds: float | None) -> str:
        """Seconds as a person says them: 12 s, 1:05 min, 2:03 h."""
        if seconds is None:
            return NOTHING
        rounded = int(seconds + 0.5)
        if rounded < _MINUTE:
            return f"{rounded}\u00a0s"
        if rounded < _HOUR:
            return f"{rounded // _MINUTE}:{rounded % _MINUTE:02d}\u00a0min"
        minutes = (rounded + _MINUTE // 2) // _MINUTE
        return f"{self.count(minutes // _MINUTE)}:{minutes % _MINUTE:02d}\u00a0h"

    def day(self, day: date) -> str:
        """A date: 02.03.2026 or 2 Mar 2026."""
        if self.is_german:
            return f"{day:%d.%m.%Y}"
        return f"{day.day} {_MONTHS[day.month - 1]} {day.year}"

    def weekday(self, day: date) -> str:
        """A date with its weekday, which stay on one line."""
        return f"{_WEEKDAYS[self.locale][day.weekday()]} {self.day(day)}".replace(" ", "\u00a0")

    def weekdays(self) -> tuple[str, ...]:
        """Short names of the weekdays, Monday first."""
        return _WEEKDAYS[self.locale]

    def whole_weekdays(self) -> tuple[str, ...]:
        """Names of the weekdays, Monday first."""
        return _WHOLE_WEEKDAYS[self.locale]

    def instant(self, instant: datetime | None) -> str:
        """An instant on the local clock, to the minute."""
        if instant is None:
            return NOTHING
        local = instant.replace(tzinfo=UTC).astimezone(ZoneInfo(self.timezone))
        return f"{self.weekday(local.date())}, {local:%H:%M}"

    def spans(self, days: Sequence[date]) -> str:
        """Days in words, consecutive ones as a range."""
        found: list[tuple[date, date]] = []
        for day in days:
            if found and (day - found[-1][1]).days == 1:
                found[-1] = (found[-1][0], day)
            else:
                found.append((day, day))
        return ", ".join(
            self.day(first)
            if first == last
            else f"{self.day(first)}\u2009\u2013\u2009{self.day(last)}"
            for first, last in found
        )

    @property
    def is_german(self) -> bool:
        """Whether texts are German."""
        return self.locale == "de"


def hours_in_words(hours: int) -> Term:
    """A span of whole hours, as it stands after `within`."""
    return (
        Term("einer Stunde", "one hour")
        if hours == 1
        else Term(f"{hours} Stunden", f"{hours} hours")
    )
