"""How far the PBX's table has been read, and which of its rows are asked for again.

Ids only mostly say what is new. A row may turn up below ids that were read already, when its transaction
ends later; rows of a running call have no end yet; and rows may be changed afterwards. So rows stay
*remembered* for some hours, and those of a call that is still open until it is complete. The watermark is
the highest id below all that started within these hours, and below the last ids whenever they started: up
to it only rows of open calls are asked for again. Pure functions over arrays; keeping the progress is for
`progress_store`.
"""

from __future__ import annotations

from dataclasses import dataclass, field, replace

import numpy as np

from insight_pipeline.sources.cdrdata.batch import NO_ROWS, Flags, Ints, Rows

HOUR_SECONDS = 3600
_DAY_SECONDS = 24 * HOUR_SECONDS
OPEN_DAYS = 31
"""A row that has no end after so many days will never have one."""
LAST_IDS = 1_000
"""So far below the highest id a transaction may still be under way, whatever the starts beside it say."""
BEGINNING = -(1 << 63)


@dataclass(frozen=True)
class Progress:
    """What has been read of the table."""

    batches: int = 0
    """Batches taken into the raw store: they are numbered."""
    watermark: int = BEGINNING
    newest: int | None = None
    """The highest id that was read."""
    newest_start: int | None = None
    """Start of the row with that id, in UTC seconds."""
    remembered: Rows = field(default_factory=lambda: NO_ROWS)

    @property
    def awaited(self) -> Ints:
        """Ids up to the watermark that are asked for again: rows of calls that are not complete."""
        ids = self.remembered.ids
        return ids[ids <= self.watermark]


def changed(rows: Rows, remembered: Rows) -> Flags:
    """Rows that are not remembered, or not as they are now."""
    place, is_known = _places(rows, remembered)
    is_same = is_known.copy()
    is_same[is_known] = remembered.content[place] == rows.content[is_known]
    return ~is_same


def is_other_call(rows: Rows, remembered: Rows) -> Flags:
    """Rows that belong to another call than the remembered one of their id: no PBX changes that."""
    place, is_known = _places(rows, remembered)
    is_other = is_known.copy()
    is_other[is_known] = remembered.calls[place] != rows.calls[is_known]
    return is_other


def _places(rows: Rows, remembered: Rows) -> tuple[Ints, Flags]:
    """Which rows are remembered, and where those stand."""
    is_known = np.isin(rows.ids, remembered.ids)
    return np.searchsorted(remembered.ids, rows.ids[is_known]), is_known


def advanced(progress: Progress, rows: Rows, now: int, reread_hours: int) -> Progress:
    """The progress after these rows were read, at the server's time `now`."""
    merged = _merged(progress.remembered, rows)
    is_recent = _since(merged, now, reread_hours * HOUR_SECONDS)
    is_due = _since(merged, now, max(reread_hours * HOUR_SECONDS, OPEN_DAYS * _DAY_SECONDS))
    is_awaited = is_due & np.isin(merged.calls, merged.calls[merged.is_open & is_due])
    recent = merged.ids[is_recent]
    ends = [*merged.ids[-1:] - LAST_IDS + 1, *recent[:1]]
    settled = merged.ids[merged.ids < min(ends)] if ends else merged.ids
    watermark = max(progress.watermark, int(settled[-1])) if len(settled) else progress.watermark
    newest, newest_start = progress.newest, progress.newest_start
    if len(rows) and (newest is None or rows.ids[-1] >= newest):
        newest, newest_start = int(rows.ids[-1]), int(rows.starts[-1])
    return replace(
        progress,
        watermark=watermark,
        newest=newest,
        newest_start=newest_start,
        remembered=merged.kept((merged.ids > watermark) | is_awaited),
    )


def without_vanished(progress: Progress, seen: Ints) -> Progress:
    """The progress after a whole look that saw these ids: what the PBX deleted is not asked for again."""
    still_there = np.isin(progress.remembered.ids, seen)
    return replace(progress, remembered=progress.remembered.kept(still_there))


def _since(rows: Rows, now: int, seconds: int) -> Flags:
    """Rows that started within these seconds; not those that a wrong clock put into the future."""
    return (rows.starts >= now - seconds) & (rows.starts <= now + _DAY_SECONDS)


def _merged(old: Rows, new: Rows) -> Rows:
    """Both in ascending order of id; of an id that is in both, the new row."""
    left = old.kept(~np.isin(old.ids, new.ids))
    pairs = zip(left.columns, new.columns, strict=True)
    both = Rows(*(np.concatenate(pair) for pair in pairs))
    order = np.argsort(both.ids, kind="stable")
    return Rows(*(column[order] for column in both.columns))
