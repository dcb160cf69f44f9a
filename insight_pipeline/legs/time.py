"""R 4: which reading of a repeated hour each time of a row means.

Rows whose times all have one reading need no decision and cost none. For the others every combination
of readings of start, link and end is written out (at most eight), and the rule's steps cross them out.
"""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
import numpy.typing as npt
import pyarrow as pa

from insight_pipeline.model.columns import NO_TIME, ints, is_text
from insight_pipeline.model.rows import CONNECTED, END_BIT, LINK_BIT, RING_BIT, START_BIT
from insight_pipeline.model.zone import Zone

Ints = npt.NDArray[np.int64]
Flags = npt.NDArray[np.bool_]

DURATION_TOLERANCE_SECONDS = 2
SEQUENCE_DROP_SECONDS = 30 * 60
_NEVER = np.iinfo(np.int64).max


@dataclass(frozen=True)
class RowTimes:
    """Times of ended rows: first UTC readings in seconds (NO_TIME = none), and what decides them."""

    ids: Ints
    start: Ints
    ring: Ints
    link: Ints
    end: Ints
    duration: Ints
    """Seconds that the PBX gave; negative where it gave none (NO_ID)."""
    has_duration: Flags
    repeats: Ints
    is_connected: Flags


@dataclass(frozen=True)
class DecidedTimes:
    """UTC seconds, each time in one reading; link only of connected rows, ring only inside the row."""

    start: Ints
    ring: Ints
    link: Ints
    end: Ints
    is_ambiguous: Flags


def row_times(rows: pa.Table, end: str) -> RowTimes:
    """The times of rows of a list whose column `end` says when they ended."""
    return RowTimes(
        ids=ints(rows, "id"),
        start=ints(rows, "starttime"),
        ring=ints(rows, "ringingtime", NO_TIME),
        link=ints(rows, "linktime", NO_TIME),
        end=ints(rows, end),
        duration=ints(rows, "duration"),
        has_duration=np.asarray(rows["duration"].is_valid()),
        repeats=ints(rows, "repeats"),
        is_connected=is_text(rows, "callresult", CONNECTED),
    )


def decide(times: RowTimes, zone: Zone) -> DecidedTimes:
    """Decide every time of every row (R 4); ambiguous starts stay at the first reading."""
    start, end = times.start.copy(), times.end.copy()
    link = np.where(times.is_connected, times.link, NO_TIME)
    is_ambiguous = np.zeros(len(start), dtype=bool)
    link_bit = np.where(times.is_connected, LINK_BIT, 0)
    open_rows = np.flatnonzero(times.repeats & (START_BIT | END_BIT | link_bit))
    if len(open_rows):
        readings = _Readings(times, zone, open_rows)
        chosen, undecided = readings.starts_by_row()
        by_sequence, ambiguous = _by_sequence(times, zone, open_rows, chosen, undecided)
        start[open_rows] = by_sequence
        is_ambiguous[open_rows] = ambiguous
        link[open_rows], end[open_rows] = readings.given_start(by_sequence)
    return DecidedTimes(start, _ring(times, zone, start, link, end), link, end, is_ambiguous)


class _Readings:
    """All combinations of readings of some rows, as arrays of shape (rows, 8)."""

    def __init__(self, times: RowTimes, zone: Zone, rows: Ints) -> None:
        connected = times.is_connected[rows]
        start = _pair(times.start[rows], times.repeats[rows] & START_BIT, zone)
        end = _pair(times.end[rows], times.repeats[rows] & END_BIT, zone)
        link = _pair(times.link[rows], np.where(connected, times.repeats[rows] & LINK_BIT, 0), zone)
        index = np.arange(8)
        self.start, self.link, self.end = (
            start[:, index // 4],
            link[:, index // 2 % 2],
            end[:, index % 2],
        )
        self.is_connected = connected
        exists = (self.start != NO_TIME) & (self.end != NO_TIME)
        in_order = (self.start <= self.link) & (self.link <= self.end) & (self.link != NO_TIME)
        self.is_left = exists & np.where(connected[:, None], in_order, self.start <= self.end)
        self.is_left &= connected[:, None] | (index // 2 % 2 == 0)
        self._keep_right_durations(times, rows)
        gap = np.where(self.is_left & connected[:, None], self.link - self.start, _NEVER)
        self.is_left &= ~connected[:, None] | (gap == gap.min(axis=1)[:, None])

    def _keep_right_durations(self, times: RowTimes, rows: Ints) -> None:
        begin = np.where(self.is_connected[:, None], self.link, self.start)
        off = np.abs(self.end - begin - times.duration[rows][:, None])
        is_right = self.is_left & (off <= DURATION_TOLERANCE_SECONDS)
        counts = times.has_duration[rows] & is_right.any(axis=1)
        self.is_left = np.where(counts[:, None], is_right, self.is_left)

    def starts_by_row(self) -> tuple[Ints, Flags]:
        """The earliest start left, and where another one is left too."""
        earliest = np.where(self.is_left, self.start, _NEVER).min(axis=1)
        latest = np.where(self.is_left, self.start, NO_TIME).max(axis=1)
        return earliest, earliest != latest

    def given_start(self, start: Ints) -> tuple[Ints, Ints]:
        """The earliest link (NO_TIME where not connected) and end left with these starts."""
        left = self.is_left & (self.start == start[:, None])
        link = np.where(left, self.link, _NEVER).min(axis=1)
        end = np.where(
            left & (~self.is_connected[:, None] | (self.link == link[:, None])), self.end, _NEVER
        )
        return np.where(self.is_connected, link, NO_TIME), end.min(axis=1)


def _pair(first: Ints, repeats: Ints, zone: Zone) -> Ints:
    """First and second reading side by side; NO_TIME where there is no second."""
    second = np.where(repeats != 0, zone.second_reading(first), NO_TIME)
    return np.stack([first, second], axis=1)


def _by_sequence(
    times: RowTimes, zone: Zone, rows: Ints, chosen: Ints, undecided: Flags
) -> tuple[Ints, Flags]:
    """Step 2 on the undecided rows of each date, in the order of their ids; step 3 for the rest."""
    start, is_ambiguous = chosen.copy(), undecided.copy()
    where = np.flatnonzero(undecided)
    if not len(where):
        return start, is_ambiguous
    wall = zone.wall(times.start[rows[where]])
    day = wall // 86_400
    for one in np.unique(day).tolist():
        of_day = where[day == one]
        ordered = of_day[np.argsort(times.ids[rows[of_day]], kind="stable")]
        clock = zone.wall(times.start[rows[ordered]])
        drops = clock < np.maximum.accumulate(clock) - SEQUENCE_DROP_SECONDS
        if drops.any():
            second = ordered[int(np.argmax(drops)) :]
            start[second] = zone.second_reading(times.start[rows[second]])
            is_ambiguous[of_day] = False
    return start, is_ambiguous


def _ring(times: RowTimes, zone: Zone, start: Ints, link: Ints, end: Ints) -> Ints:
    """The earliest reading of ringing inside the row; none where there is none, or after the link."""
    first = times.ring
    second = np.where((times.repeats & RING_BIT) != 0, zone.second_reading(first), NO_TIME)
    ring = np.where((first >= start) & (first <= end), first, NO_TIME)
    ring = np.where((ring == NO_TIME) & (second >= start) & (second <= end), second, ring)
    return np.where((link != NO_TIME) & (ring > link), NO_TIME, ring)
