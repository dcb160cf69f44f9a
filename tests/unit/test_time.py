"""R 4 and the wall clock: skipped and repeated hours, and who decides them."""

from __future__ import annotations

from datetime import UTC, datetime

import numpy as np

from insight_pipeline.legs.time import DecidedTimes, RowTimes, decide
from insight_pipeline.model.columns import NO_ID, NO_TIME
from insight_pipeline.model.zone import Zone

BERLIN = Zone.of("Europe/Berlin")
REPEATED = "2026-10-25 02:30:00"


def _wall(text: str) -> int:
    return int(datetime.fromisoformat(text).replace(tzinfo=UTC).timestamp())


def _decide(rows: list[tuple[str, str, str, int | None]]) -> DecidedTimes:
    """Rows of (start, link or '', end, duration), all in ascending order of id."""

    def first(texts: list[str]) -> tuple[np.ndarray, np.ndarray]:
        wall = np.array([_wall(text) if text else 0 for text in texts], dtype=np.int64)
        utc, repeats, _ = BERLIN.readings(wall)
        known = np.array([bool(text) for text in texts])
        return np.where(known, utc, NO_TIME), repeats & known

    start, start_repeats = first([row[0] for row in rows])
    link, link_repeats = first([row[1] for row in rows])
    end, end_repeats = first([row[2] for row in rows])
    duration = np.array([NO_ID if row[3] is None else row[3] for row in rows], dtype=np.int64)
    return decide(
        RowTimes(
            ids=np.arange(len(rows)),
            start=start,
            ring=np.full(len(rows), NO_TIME),
            link=link,
            end=end,
            duration=duration,
            has_duration=duration != NO_ID,
            repeats=start_repeats * 1 + link_repeats * 4 + end_repeats * 8,
            is_connected=np.array([bool(row[1]) for row in rows]),
        ),
        BERLIN,
    )


def _utc(seconds: np.ndarray) -> list[str]:
    return [f"{datetime.fromtimestamp(int(s), UTC):%H:%M:%S}" for s in seconds]


def test_the_repeated_hour_has_two_readings_and_the_skipped_one_none() -> None:
    _, repeats, exists = BERLIN.readings(np.array([_wall(REPEATED), _wall("2026-03-29 02:30:00")]))
    assert repeats.tolist() == [True, False]
    assert exists.tolist() == [True, False]


def test_an_end_outside_the_repeated_hour_and_a_duration_decide_the_start() -> None:
    decided = _decide([(REPEATED, "", "2026-10-25 03:00:00", 1800)])
    assert _utc(decided.start) == ["01:30:00"]
    assert not decided.is_ambiguous.any()


def test_without_duration_a_connected_row_takes_the_nearest_link() -> None:
    decided = _decide([("2026-10-25 01:59:50", REPEATED, "2026-10-25 03:10:00", None)])
    assert _utc(decided.link) == ["00:30:00"]


def test_a_clock_that_falls_back_by_over_30_minutes_tells_the_readings_apart() -> None:
    decided = _decide(
        [
            ("2026-10-25 02:50:00", "", "2026-10-25 02:50:10", None),
            ("2026-10-25 02:10:00", "", "2026-10-25 02:10:10", None),
        ]
    )
    assert _utc(decided.start) == ["00:50:00", "01:10:00"]
    assert not decided.is_ambiguous.any()


def test_what_nothing_decides_is_the_summer_reading_and_says_so() -> None:
    decided = _decide([(REPEATED, "", "2026-10-25 02:30:10", None)])
    assert _utc(decided.start) == ["00:30:00"]
    assert decided.is_ambiguous.all()
