"""Which exports are taken when: daily and weekly ones, some during office hours, one of stragglers.

Here: the plan of the files of a list: name, period, moment of the export, style.
Not here: their rows and bytes (export.py).
"""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass
from datetime import date, timedelta
from zoneinfo import ZoneInfo

from insight_pipeline.simulator.demand import days_between, midnight_utc
from insight_pipeline.simulator.formats import ExportStyle

OVERLAP_SECONDS = 6 * 3600
MORNING_SECONDS = 10 * 3600 + 40 * 60
DISTANT_FUTURE_UTC = 4_000_000_000
DISTANT_PAST_UTC = 0

STYLES = (
    ExportStyle(is_compressed=True),
    ExportStyle(is_quoted=True, is_compressed=True, newline="\r\n"),
    ExportStyle(encoding="cp1252"),
    ExportStyle(encoding="utf-8-sig", is_compressed=True),
    ExportStyle(encoding="cp1252", is_compressed=True, newline="\r\n"),
    ExportStyle(encoding="utf-8-sig", is_quoted=True, is_compressed=True),
)


@dataclass(frozen=True, slots=True)
class Slot:
    """One export: rows that start in [from_utc, to_utc), as they are at `taken_utc`.

    A straggler export (`is_late`) has the rows that all others lack.
    """

    stem: str
    from_utc: int
    to_utc: int
    taken_utc: int
    style: ExportStyle
    is_late: bool = False

    @property
    def file_name(self) -> str:
        """The name in the landing folder."""
        return self.stem + (".csv.gz" if self.style.is_compressed else ".csv")


def call_list_slots(first: date, last: date, zone: ZoneInfo, ends_utc: int) -> tuple[Slot, ...]:
    """Weeks with daily exports and weeks with one weekly export take turns."""
    periods = list(_periods(first, last))
    slots: list[Slot] = []
    for number, (start, end) in enumerate(periods):
        from_utc, to_utc = midnight_utc(start, zone), midnight_utc(end + timedelta(days=1), zone)
        style = STYLES[number % len(STYLES)]
        overlap_from_utc = from_utc - OVERLAP_SECONDS if slots else DISTANT_PAST_UTC
        stem = _stem("verbindungsdaten", start, end)
        if number == len(periods) - 1:
            slots.append(Slot(stem, overlap_from_utc, DISTANT_FUTURE_UTC, ends_utc, style))
        else:
            slots.append(Slot(stem, overlap_from_utc, to_utc, to_utc, style))
        if start == end and start.weekday() in {1, 3}:
            taken_utc = from_utc + MORNING_SECONDS
            live_style = STYLES[(number + 1) % len(STYLES)]
            slots.append(Slot(f"{stem}_1040", from_utc, taken_utc, taken_utc, live_style))
    late = Slot(f"nachtrag_{last}", DISTANT_PAST_UTC, DISTANT_FUTURE_UTC, ends_utc,
                ExportStyle(encoding="cp1252"), is_late=True)  # fmt: skip
    return (*slots, late)


def line_list_slots(first: date, last: date, zone: ZoneInfo, ends_utc: int) -> tuple[Slot, ...]:
    """One export every ten days, overlapping by some hours."""
    slots: list[Slot] = []
    start = first
    while start <= last:
        end = min(last, start + timedelta(days=9))
        is_last = end == last
        to_utc = midnight_utc(end + timedelta(days=1), zone)
        slots.append(
            Slot(
                _stem("leitungsdaten", start, end),
                midnight_utc(start, zone) - OVERLAP_SECONDS if slots else DISTANT_PAST_UTC,
                DISTANT_FUTURE_UTC if is_last else to_utc,
                ends_utc if is_last else to_utc,
                STYLES[len(slots) % 2],
            )
        )
        start = end + timedelta(days=1)
    return tuple(slots)


def _periods(first: date, last: date) -> Iterator[tuple[date, date]]:
    """Each day alone in odd calendar weeks, whole weeks in even ones."""
    week: list[date] = []
    for day in days_between(first, last):
        if day.isocalendar().week % 2:
            yield day, day
            continue
        week.append(day)
        if day.weekday() == 6 or day == last:
            yield week[0], day
            week = []


def _stem(prefix: str, start: date, end: date) -> str:
    return f"{prefix}_{start}" if start == end else f"{prefix}_{start}_{end}"
