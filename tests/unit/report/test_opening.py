"""Figures inside and outside of opening hours: sums by quarter hour, a ratio of the sums, nothing lost."""

from __future__ import annotations

from datetime import date, datetime

import pyarrow as pa

from insight_pipeline.facts.report.opening import by_opening
from insight_pipeline.model.report.opening import OpeningRow, OpeningState
from insight_pipeline.model.tables import FACT_QUEUE_INTERVAL

INSIDE, OUTSIDE, NOT_KNOWN = OpeningState


def _intervals(*rows: tuple[int, int, bool | None, int, int, int, int]) -> pa.Table:
    names = (
        "queue_id",
        "quarter",
        "is_open",
        "offered",
        "answered",
        "answered_within",
        "abandoned",
    )
    given = [dict(zip(names, row, strict=True)) for row in rows]
    empty = {column.name: 0 for column in FACT_QUEUE_INTERVAL.columns}
    keys = {"installation": "demo", "local_date": date(2026, 3, 2)}
    made = [
        {**empty, **keys, **row, "interval_start_utc": datetime(2026, 3, 2, 7, row["quarter"] or 0)}
        for row in given
    ]
    return pa.Table.from_pylist(made, schema=FACT_QUEUE_INTERVAL.arrow_schema())


def test_counters_are_summed_before_the_ratio_is_made() -> None:
    found = by_opening(
        _intervals((7, 0, True, 1, 1, 1, 0), (7, 15, True, 5, 3, 0, 1), (7, 30, False, 2, 0, 0, 2)),
        "abandoned_negative",
    )
    inside, outside = (INSIDE, 6, 4, 1, 0.2), (OUTSIDE, 2, 0, 2, 0.0)
    assert found == tuple(OpeningRow(q, *row) for q in (None, 7) for row in (inside, outside))


def test_what_is_not_known_stands_by_itself() -> None:
    found = by_opening(_intervals((7, 0, True, 1, 0, 0, 0), (8, 0, None, 3, 0, 0, 0)), "offered")
    assert [(row.queue_id, row.opening, row.offered) for row in found] == [
        (None, INSIDE, 1), (None, NOT_KNOWN, 3), (7, INSIDE, 1), (8, NOT_KNOWN, 3)
    ]  # fmt: skip


def test_a_ratio_of_nothing_is_none() -> None:
    (row, _) = by_opening(_intervals((7, 0, True, 1, 0, 0, 0)), "abandoned_negative")
    assert row.service_level is None


def test_no_quarter_hours_have_no_rows() -> None:
    assert by_opening(_intervals(), "offered") == ()
