"""Opening hours on arrays equal a slow reading of them, moment by moment, with Python's own clock.

A failure prints the seed that repeats it.
"""

from __future__ import annotations

import random
from datetime import UTC, date, datetime, timedelta
from zoneinfo import ZoneInfo, available_timezones

import holidays
import numpy as np
import pytest

from insight_pipeline.facts.dimensions import date_dimension
from insight_pipeline.facts.hours import is_holiday, open_flags, opening_hours
from insight_pipeline.model.hours import WEEKDAYS, Hours
from insight_pipeline.model.zone import Zone

SEEDS = [random.SystemRandom().randrange(1 << 30) for _ in range(8)]
QUEUES = (1, 2, 3)
REGIONS = ("DE", "DE-BY", "AT", "US")
ZONES = ("Europe/Berlin", "America/New_York", "Asia/Kathmandu", "Australia/Lord_Howe", "UTC")


def _clock(quarter: int) -> str:
    return f"{quarter // 4:02d}:{quarter % 4 * 15:02d}"


def _day(chance: random.Random) -> str:
    borders = sorted(chance.sample(range(97), chance.choice((0, 2, 4))))
    if chance.random() < 0.2 and borders:
        borders[0] = 0
    if chance.random() < 0.2 and borders:
        borders[-1] = 96
    spans = zip(borders[::2], borders[1::2], strict=True)
    return ", ".join(f"{_clock(a)}-{_clock(b)}" for a, b in spans) or "closed"


def _opening(chance: random.Random, share: float) -> dict[str, object]:
    told: dict[str, object] = {n: _day(chance) for n in WEEKDAYS if chance.random() < share}
    if chance.random() < share:
        told["holidays"] = chance.choice(("closed", "as usual"))
    if chance.random() < share:
        days = [date(2026, 1, 1) + timedelta(days=chance.randrange(365)) for _ in range(30)]
        told["closed"] = [day.isoformat() for day in days]
    return told


def _slowly(
    told: dict[str, object], default: dict[str, object], moment: datetime, region: str
) -> bool | None:
    """One moment by the wall clock, straight from the settings' texts."""
    both = {**default, **told}
    if not any(name in both for name in WEEKDAYS):
        return None
    day, minute = moment.date(), moment.hour * 60 + moment.minute
    if day.isoformat() in both.get("closed", []):  # type: ignore[operator]
        return False
    country, _, part = region.partition("-")
    free = holidays.country_holidays(country, subdiv=part or None, years=day.year)
    if both.get("holidays", "closed") == "closed" and day in free:
        return False
    text = str(both.get(WEEKDAYS[day.weekday()], "closed"))
    if text == "closed":
        return False
    for span in text.split(", "):
        first, end = (int(t[:2]) * 60 + int(t[3:]) for t in span.split("-"))
        if first <= minute < end:
            return True
    return False


def _moments(chance: random.Random, name: str) -> list[int]:
    """Moments of 2026, half of them around midnights, quarter hours, clock changes and holidays."""
    zone, start = Zone.of(name), int(datetime(2026, 1, 1, tzinfo=UTC).timestamp())
    changes = [int(t) for t in zone.starts if start <= t < start + 365 * 86400]
    edges = [start + 900 * chance.randrange(365 * 96) for _ in range(100)]
    edges += [c + 900 * chance.randrange(-12, 12) for c in changes for _ in range(30)]
    near = [edge + chance.choice((-1, 0, 1, 899)) for edge in edges]
    return near + [start + chance.randrange(365 * 86400) for _ in range(200)]


@pytest.mark.parametrize("number", range(len(SEEDS)))
def test_hours_on_arrays_equal_the_clock_read_moment_by_moment(number: int) -> None:
    seed = SEEDS[number]
    print(f"seed {seed}")
    chance = random.Random(seed)
    region, name = chance.choice(REGIONS), chance.choice(ZONES)
    default = _opening(chance, chance.choice((0, 0.9)))
    own = {queue: _opening(chance, 0.5) for queue in QUEUES[:2]}
    if not any(n in told for told in (default, *own.values()) for n in WEEKDAYS):
        default["monday"] = "08:00-12:00"
    hours = Hours.model_validate({**default, "queues": {str(q): t for q, t in own.items()}})
    pairs = [(chance.choice(QUEUES), moment) for moment in _moments(chance, name)]
    queues, instants = np.array(pairs, dtype=np.int64).T
    found = open_flags(opening_hours(hours, Zone.of(name), region), queues, instants)
    expected = [
        _slowly(own.get(q, {}), default, datetime.fromtimestamp(m, ZoneInfo(name)), region)
        for q, m in pairs
    ]
    assert found.to_pylist() == expected


def _open(text: str, instant: datetime, zone: str = "Europe/Berlin", region: str = "DE") -> object:
    hours = Hours.model_validate(dict.fromkeys(WEEKDAYS, text))
    plans = opening_hours(hours, Zone.of(zone), region)
    seconds = np.array([int(instant.timestamp())])
    return open_flags(plans, np.array([1]), seconds).to_pylist()[0]


def test_both_readings_of_the_repeated_hour_are_as_open_as_the_clock_says() -> None:
    first = datetime(2026, 10, 25, 0, 30, tzinfo=UTC)  # 02:30 summer time
    for hour in (0, 1):
        assert _open("02:00-03:00", first + timedelta(hours=hour)) is True
        assert _open("03:00-24:00", first + timedelta(hours=hour)) is False


def test_the_skipped_hour_takes_nothing_from_those_beside_it() -> None:
    change = datetime(2026, 3, 29, 1, 0, tzinfo=UTC)  # from 02:00 to 03:00
    assert _open("00:00-02:00", change - timedelta(seconds=1)) is True
    assert _open("03:00-24:00", change) is True
    assert _open("02:00-03:00", change) is False


def test_midnight_belongs_to_the_day_that_it_begins() -> None:
    midnight = datetime(2026, 3, 2, 23, 0, tzinfo=UTC)
    assert _open("00:00-24:00", midnight) is True
    assert _open("00:15-24:00", midnight) is False
    assert _open("00:15-24:00", midnight - timedelta(seconds=1)) is True


@pytest.mark.parametrize(("region", "is_open"), [("DE", True), ("DE-BY", False), ("DE-HE", True)])
def test_a_holiday_of_a_state_closes_there_alone(region: str, is_open: bool) -> None:
    noon = datetime(2026, 1, 6, 11, tzinfo=UTC)
    assert _open("08:00-18:00", noon, region=region) is is_open


@pytest.mark.parametrize("region", REGIONS)
def test_holidays_are_those_of_the_calendar(region: str) -> None:
    first, last = date(2020, 1, 1), date(2027, 12, 31)
    days = np.arange((first - date(1970, 1, 1)).days, (last - date(1970, 1, 1)).days + 1)
    calendar = date_dimension(first, last, region)["is_holiday"].to_pylist()
    assert is_holiday(days, region).tolist() == calendar


def test_in_every_zone_quarter_hours_of_the_clock_are_quarter_hours_of_utc() -> None:
    """What makes a quarter hour open or closed as a whole; Liberia and others once were off."""
    start = int(datetime(2000, 1, 1, tzinfo=UTC).timestamp())
    for name in ("Africa/Monrovia", "Asia/Kathmandu", "Pacific/Chatham", "Australia/Eucla"):
        zone = Zone.of(name)
        recent = zone.offsets[zone.starts >= start - 86400 * 4]
        assert (recent % 900 == 0).all(), name
    now = datetime(2026, 1, 1, tzinfo=UTC)
    for name in available_timezones():
        offset = now.astimezone(ZoneInfo(name)).utcoffset()
        assert offset is not None
        assert offset.total_seconds() % 900 == 0, name
