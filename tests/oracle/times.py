"""Rule R 4, one row at a time: readings of a local time and which of them is meant.

A time that the autumn change repeats has two readings, a skipped one has none, epoch
milliseconds have exactly one. `resolve` decides the rows of one list of one installation.
"""

import re
from datetime import UTC, date, datetime, timedelta
from typing import Any, NamedTuple
from zoneinfo import ZoneInfo

LOCAL = re.compile(r"([0-9]{2})\.([0-9]{2})\.([0-9]{4}) ([0-9]{2}):([0-9]{2}):([0-9]{2})")
EPOCH = re.compile(r"[0-9]{13}")
Combination = tuple[datetime, datetime | None, datetime]


class Moment(NamedTuple):
    """A typed time: its wall clock and every UTC instant that it can mean, earliest first."""

    wall: datetime
    readings: tuple[datetime, ...]


def wall_of(utc: datetime, zone: ZoneInfo) -> datetime:
    """Wall clock of a naive UTC instant."""
    return utc.replace(tzinfo=UTC).astimezone(zone).replace(tzinfo=None)


def readings_of(wall: datetime, zone: ZoneInfo) -> tuple[datetime, ...]:
    """Every UTC instant at which the zone's clocks show `wall`."""
    found = set()
    for fold in (0, 1):
        utc = wall.replace(tzinfo=zone, fold=fold).astimezone(UTC).replace(tzinfo=None)
        if wall_of(utc, zone) == wall:
            found.add(utc)
    return tuple(sorted(found))


def parse_time(text: str, zone: ZoneInfo) -> Moment | str:
    """The typed time, or the reason why there is none."""
    if EPOCH.fullmatch(text):
        utc = datetime(1970, 1, 1) + timedelta(seconds=int(text) // 1000)
        wall = wall_of(utc, zone)
        return Moment(wall, (utc,)) if 2000 <= wall.year <= 2099 else "bad_timestamp"
    match = LOCAL.fullmatch(text)
    if not match:
        return "bad_timestamp"
    day, month, year, hour, minute, second = (int(part) for part in match.groups())
    try:
        wall = datetime(year, month, day, hour, minute, second)
    except ValueError:
        return "bad_timestamp"
    if not 2000 <= year <= 2099:
        return "bad_timestamp"
    readings = readings_of(wall, zone)
    return Moment(wall, readings) if readings else "nonexistent_time"


def combinations(start: Moment, link: Moment | None, end: Moment) -> list[Combination]:
    """All combinations of readings with start <= link <= end (start <= end without a link)."""
    found: list[Combination] = []
    for s in start.readings:
        for e in end.readings:
            if link is None and s <= e:
                found.append((s, None, e))
            if link is not None:
                found += [(s, li, e) for li in link.readings if s <= li <= e]
    return found


def seconds(later: datetime, earlier: datetime) -> int:
    """Whole seconds between two instants."""
    return int((later - earlier).total_seconds())


def combinations_left(row: dict[str, Any]) -> list[Combination]:
    """R 4.1: the combinations that the row's own duration and link leave."""
    link = row["linktime"] if row["connected"] else None
    found = combinations(row["starttime"], link, row["endtime"])
    if row["duration"] is not None:
        right = []
        for s, li, e in found:
            if abs(seconds(e, s if li is None else li) - row["duration"]) <= 2:
                right.append((s, li, e))
        found = right or found
    if row["connected"]:
        least = min(li - s for s, li, e in found if li is not None)
        found = [(s, li, e) for s, li, e in found if li is not None and li - s == least]
    return found


def decide_by_sequence(rows: list[dict[str, Any]]) -> None:
    """R 4.2 and 4.3 for the undecided rows of one local date."""
    rows.sort(key=lambda row: row["id"])
    largest: datetime | None = None
    turn: int | None = None
    for place, row in enumerate(rows):
        wall = row["starttime"].wall
        if largest is not None and largest - wall > timedelta(minutes=30):
            turn = place
            break
        largest = wall if largest is None else max(largest, wall)
    for place, row in enumerate(rows):
        second = turn is not None and place >= turn
        row["start"] = row["starttime"].readings[1 if second else 0]
        row["is_time_ambiguous"] = turn is None


def resolve(rows: list[dict[str, Any]]) -> None:
    """Give every row (with an end, left by R 3) start, link, end, ring, is_time_ambiguous."""
    undecided: dict[date, list[dict[str, Any]]] = {}
    for row in rows:
        row["left"] = combinations_left(row)
        row["is_time_ambiguous"] = False
        starts = {s for s, li, e in row["left"]}
        if len(starts) == 1:
            row["start"] = starts.pop()
        else:
            undecided.setdefault(row["starttime"].wall.date(), []).append(row)
    for group in undecided.values():
        decide_by_sequence(group)
    for row in rows:
        fitting = [c for c in row["left"] if c[0] == row["start"]]
        row["start"], row["link"], row["end"] = min(fitting, key=lambda c: (c[1] or c[0], c[2]))
        row["ring"] = ring_of(row)
        row["date"] = row["starttime"].wall.date()


def ring_of(row: dict[str, Any]) -> datetime | None:
    """The earliest reading of ringingtime inside [start, end], if it is not after the link."""
    if row["ringingtime"] is None:
        return None
    for reading in row["ringingtime"].readings:
        if row["start"] <= reading <= row["end"]:
            return None if row["link"] is not None and reading > row["link"] else reading
    return None
