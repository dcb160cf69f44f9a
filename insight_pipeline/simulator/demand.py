"""When which calls are started: weekday and hour loads, opening hours, nights and clock changes.

Here: the list of starts of a period, drawn from a seed, and local days as UTC seconds.
Not here: what becomes of a call once it has started (inbound.py, outbound.py).
"""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass
from datetime import date, datetime, timedelta
from random import Random
from zoneinfo import ZoneInfo

WEEKDAY_LOAD = (1.2, 1.05, 1.0, 1.0, 0.85, 0.07, 0.04)
FIRST_HOUR = 7
HOUR_LOAD = (0.3, 0.8, 1.3, 1.5, 1.3, 0.8, 0.9, 1.2, 1.1, 0.9, 0.5, 0.15)
OPEN_FROM_HOUR, OPEN_UNTIL_HOUR = 8, 18
FRIDAY = 4
NIGHT_SHARE = 0.6
NOON_SECONDS = 12 * 3600

_OPEN_MIX = (
    ("direct", 21.0),
    ("direct_mailbox", 1.5),
    ("forwarded", 2.0),
    ("group", 13.0),
    ("iqueue", 11.0),
    ("ivr_queue", 8.0),
    ("announcement_queue", 5.0),
    ("ivr_user", 2.0),
    ("ivr_only", 2.0),
    ("outbound", 23.0),
    ("private", 1.5),
    ("dialler", 2.0),
    ("internal", 6.5),
    ("internal_queue", 1.5),
)
_CLOSED_MIX = (
    ("after_hours", 5.0),
    ("direct", 2.0),
    ("outbound", 2.0),
    ("internal", 0.5),
    ("ivr_only", 0.5),
)
_NIGHT_WAYS = ("direct", "direct", "outbound", "iqueue")
_CHANGE_WAYS = ("direct", "direct", "outbound", "group")


@dataclass(frozen=True, slots=True)
class Start:
    """One call to start: when, in which way, and the name it is filed under."""

    at_utc: int
    way: str
    scenario: str


def midnight_utc(day: date, zone: ZoneInfo) -> int:
    """The UTC second at which the local day begins."""
    return int(datetime(day.year, day.month, day.day, tzinfo=zone).timestamp())


def days_between(first: date, last: date) -> Iterator[date]:
    """Every date from `first` to `last`, both included."""
    for number in range((last - first).days + 1):
        yield first + timedelta(days=number)


def starts(
    first: date, last: date, zone: ZoneInfo, calls_a_day: float, rng: Random
) -> Iterator[Start]:
    """All starts of the period, in no particular order within a day."""
    for day in days_between(first, last):
        yield from _office_day(day, zone, calls_a_day, rng)
        yield from _night(day, zone, rng)
        change_utc = clock_change_utc(day, zone)
        if change_utc is not None:
            yield from _around_clock_change(change_utc, zone, rng)


def _office_day(day: date, zone: ZoneInfo, calls_a_day: float, rng: Random) -> Iterator[Start]:
    load = WEEKDAY_LOAD[day.weekday()] * rng.uniform(0.92, 1.08)
    noon_utc = int(datetime(day.year, day.month, day.day, 12, tzinfo=zone).timestamp())
    for place in rng.choices(range(len(HOUR_LOAD)), HOUR_LOAD, k=round(calls_a_day * load)):
        hour = FIRST_HOUR + place
        is_open = OPEN_FROM_HOUR <= hour < OPEN_UNTIL_HOUR and day.weekday() <= FRIDAY
        ways, weights = zip(*(_OPEN_MIX if is_open else _CLOSED_MIX), strict=True)
        way = rng.choices(ways, weights)[0]
        at_utc = noon_utc - NOON_SECONDS + hour * 3600 + rng.randrange(3600)
        yield Start(at_utc, way, way)


def _night(day: date, zone: ZoneInfo, rng: Random) -> Iterator[Start]:
    """On some days a call that is likely to run past midnight."""
    if rng.random() < NIGHT_SHARE:
        end_utc = midnight_utc(day + timedelta(days=1), zone)
        yield Start(end_utc - rng.randint(3, 75), rng.choice(_NIGHT_WAYS), "midnight")


def clock_change_utc(day: date, zone: ZoneInfo) -> int | None:
    """The UTC second of this local day from which clocks show another offset; None on most days."""
    low, high = midnight_utc(day, zone), midnight_utc(day + timedelta(days=1), zone)
    before = offset_seconds(low, zone)
    if before == offset_seconds(high, zone):
        return None
    while high - low > 1:
        middle = (low + high) // 2
        if offset_seconds(middle, zone) == before:
            low = middle
        else:
            high = middle
    return high


def offset_seconds(at_utc: int, zone: ZoneInfo) -> int:
    """How far local clocks are ahead of UTC."""
    offset = datetime.fromtimestamp(at_utc, zone).utcoffset()
    return 0 if offset is None else int(offset.total_seconds())


def _around_clock_change(change_utc: int, zone: ZoneInfo, rng: Random) -> Iterator[Start]:
    """Calls in both repeated hours (dense enough to be told apart), or around the skipped one."""
    is_autumn = offset_seconds(change_utc, zone) < offset_seconds(change_utc - 1, zone)
    minutes = range(-58, 59, 7) if is_autumn else (-50, -25, -8, -1, 0, 1, 9, 30)
    for minute in minutes:
        at_utc = change_utc + minute * 60 + rng.randrange(20, 50)
        yield Start(at_utc, rng.choice(_CHANGE_WAYS), "clock_change")
    yield Start(change_utc - rng.randint(4, 12), "direct", "clock_change")
