"""Thresholds: which window counts, which figure, and that only a crossing or a return changes anything."""

from __future__ import annotations

from dataclasses import replace
from datetime import date, datetime, timedelta
from itertools import pairwise
from random import Random

import pyarrow as pa
import pytest

from insight_pipeline.facts.thresholds import days_beyond, judge, readings, window_of
from insight_pipeline.model.alerts import FigureName, Reading, Standing, Threshold, Window, shown
from insight_pipeline.model.tables import QUEUE_COUNTERS, TABLES

DAY = date(2026, 3, 12)
NINE = datetime(2026, 3, 12, 9, 0)
VARIANT = "abandoned_negative"
SHARE = Threshold(
    "verlust", "abandonment_rate", 0.1, is_above=True, quarter_hours=0, minimum_offered=5
)
LEVEL = replace(SHARE, figure="service_level", limit=0.8, is_above=False)
FEW = Threshold("still", "offered", 1, is_above=False, quarter_hours=0, minimum_offered=10)
BUSY = replace(FEW, limit=3, is_above=True, quarter_hours=2)


def row(queue: int, start: datetime, **counters: int) -> dict[str, object]:
    zero = {column.name: 0 for column in QUEUE_COUNTERS}
    place = {"installation": "demo", "local_date": start.date(), "queue_id": queue}
    return {**place, "interval_start_utc": start, **zero, **counters}


def intervals(*rows: dict[str, object]) -> pa.Table:
    return pa.Table.from_pylist(list(rows), TABLES["fact_queue_interval"].arrow_schema())


def value_of(threshold: Threshold, table: pa.Table, queue: int = 21) -> float | None:
    window = window_of(threshold, table, [DAY], DAY)
    assert window is not None
    (found,) = readings(threshold, table, window, [queue], VARIANT)
    return found.value


# Figures


@pytest.mark.parametrize(
    ("figure", "value"),
    [
        ("abandonment_rate", 2 / 9),
        ("service_level", 5 / 9),
        ("asa_seconds", 10.0),
        ("wait_max_seconds", 70.0),
        ("offered", 10.0),
    ],
)
def test_a_figure_comes_from_summed_counters(figure: FigureName, value: float) -> None:
    table = intervals(
        row(21, NINE, offered=4, answered=4, answered_within=4, wait_answered_seconds=10,
            wait_max_seconds=15),
        row(21, NINE + timedelta(hours=1), offered=6, answered=2, abandoned=3, short_abandoned=1,
            answered_within=1, wait_answered_seconds=50, wait_max_seconds=70),
        row(22, NINE, offered=100, wait_max_seconds=999),
    )  # fmt: skip
    assert value_of(replace(SHARE, figure=figure), table) == pytest.approx(value)


def test_a_share_of_few_calls_says_nothing() -> None:
    table = intervals(row(21, NINE, offered=4, abandoned=4))
    assert value_of(SHARE, table) is None
    assert value_of(replace(SHARE, minimum_offered=4), table) == 1.0


def test_a_zero_denominator_says_nothing() -> None:
    table = intervals(row(21, NINE, offered=9, abandoned=9, short_abandoned=9))
    assert value_of(SHARE, table) is None


def test_a_queue_without_calls_was_offered_none_and_waited_for_nobody() -> None:
    table = intervals(row(21, NINE, offered=9))
    assert value_of(replace(FEW, is_above=True), table, queue=22) == 0.0
    assert value_of(replace(SHARE, figure="wait_max_seconds"), table, queue=22) is None


# Windows


def test_the_day_that_counts_is_the_newest_that_is_loaded_and_not_to_come() -> None:
    loaded = [DAY - timedelta(days=1), DAY, DAY + timedelta(days=3)]
    assert window_of(SHARE, intervals(), loaded, DAY) == Window(DAY)


def test_too_few_calls_are_told_of_days_that_are_over_only() -> None:
    yesterday = DAY - timedelta(days=1)
    assert window_of(FEW, intervals(), [yesterday, DAY], DAY) == Window(yesterday)
    assert window_of(FEW, intervals(), [DAY], DAY) is None


def test_days_of_long_ago_are_not_judged() -> None:
    assert window_of(SHARE, intervals(), [DAY], DAY + timedelta(days=7)) == Window(DAY)
    assert window_of(SHARE, intervals(), [DAY], DAY + timedelta(days=8)) is None
    assert window_of(BUSY, intervals(row(21, NINE)), [DAY], DAY + timedelta(days=8)) is None


def test_quarter_hours_end_with_the_newest_of_any_queue() -> None:
    table = intervals(
        row(21, NINE, offered=1),
        row(21, NINE + timedelta(minutes=15), offered=2),
        row(22, NINE + timedelta(minutes=30), offered=9),
    )
    window = window_of(BUSY, table, [DAY], DAY)
    assert window == Window(DAY, NINE + timedelta(minutes=15), NINE + timedelta(minutes=45))
    assert value_of(BUSY, table) == 2.0


def test_too_few_calls_are_told_of_quarter_hours_before_the_newest_one() -> None:
    table = intervals(row(21, NINE, offered=1), row(22, NINE + timedelta(minutes=30), offered=9))
    window = window_of(replace(FEW, quarter_hours=1), table, [DAY], DAY)
    assert window == Window(DAY, NINE + timedelta(minutes=15), NINE + timedelta(minutes=30))


def test_quarter_hours_reach_over_midnight() -> None:
    midnight = datetime(2026, 3, 12, 23, 0)
    table = intervals(
        row(21, midnight - timedelta(minutes=15), offered=2),
        {**row(21, midnight, offered=3), "local_date": DAY + timedelta(days=1)},
    )
    window = window_of(BUSY, table, [DAY, DAY + timedelta(days=1)], DAY + timedelta(days=1))
    assert window is not None
    assert window.local_date == DAY + timedelta(days=1)
    (found,) = readings(BUSY, table, window, [21], VARIANT)
    assert found.offered == 5


# Crossing and back


def judged(values: list[float | None], threshold: Threshold = SHARE) -> list[bool]:
    """Whether each value, one after the other, changed how the threshold stands."""
    standings: dict[int, Standing] = {}
    found = []
    for at, value in enumerate(values):
        reading = Reading(21, value, 10, Window(DAY))
        (one,) = judge(threshold, "demo", [reading], standings, float(at))
        found.append(one.is_change)
        if one.after is not None:
            standings[21] = one.after
    return found


def test_a_threshold_is_told_once_when_it_is_crossed_and_once_when_it_is_back() -> None:
    assert judged([0.05, 0.2, 0.3, 0.11, 0.1, 0.05, 0.2]) == [
        False, True, False, False, True, False, True,
    ]  # fmt: skip


def test_a_value_at_the_limit_does_not_cross_it_from_either_side() -> None:
    assert judged([0.1]) == [False]
    assert judged([0.8, 0.79, 0.8], LEVEL) == [False, True, True]


def test_a_figure_that_says_nothing_leaves_the_threshold_as_it_stands() -> None:
    assert judged([None, 0.2, None, None, 0.2, None, 0.0, None]) == [
        False, True, False, False, False, False, True, False,
    ]  # fmt: skip


def test_whatever_the_values_are_crossings_and_returns_take_turns() -> None:
    seed = Random().randrange(10**6)
    print("seed", seed)
    random = Random(seed)
    for _ in range(200):
        values = [random.choice([None, 0.0, 0.1, 0.100001, 1.0]) for _ in range(40)]
        standings: dict[int, Standing] = {}
        turns = []
        for at, value in enumerate(values):
            reading = Reading(21, value, 10, Window(DAY))
            (one,) = judge(SHARE, "demo", [reading], standings, float(at))
            if one.is_change:
                assert one.after is not None
                turns.append(one.after.is_crossed)
                standings[21] = one.after
        assert not turns or turns[0]
        assert all(a != b for a, b in pairwise(turns))


def test_queues_stand_by_themselves() -> None:
    before = {21: Standing("verlust", "demo", 21, is_crossed=True, changed_at=0.0, value=0.5)}
    found = [Reading(queue, 0.5, 10, Window(DAY)) for queue in (21, 22)]
    assert [one.is_change for one in judge(SHARE, "demo", found, before, 1.0)] == [False, True]


# Days, for the check


def test_the_days_beyond_a_threshold_are_those_of_enough_calls() -> None:
    schema = TABLES["kpi_queue_day"].arrow_schema()
    base = {"installation": "demo", "local_date": DAY, "service_level_variant": VARIANT}
    zero = {column.name: 0 for column in QUEUE_COUNTERS} | {"threshold_seconds": 20}
    rows = [
        {**base, **zero, "queue_id": queue, "offered": offered, "abandonment_rate": rate}
        for queue, offered, rate in ((21, 5, 0.5), (22, 4, 0.5), (23, 50, 0.1), (24, 9, None))
    ]
    found = days_beyond(SHARE, pa.Table.from_pylist(rows, schema))
    assert found == [Reading(21, 0.5, 5, Window(DAY))]
    few = days_beyond(replace(FEW, limit=5), pa.Table.from_pylist(rows, schema))
    assert [reading.queue_id for reading in few] == [22]


# Words


@pytest.mark.parametrize(
    ("figure", "value", "german", "english"),
    [
        ("abandonment_rate", 0.125, "12,5 %", "12.5 %"),
        ("service_level", 0.8, "80 %", "80 %"),
        ("service_level", 0.0503, "5,03 %", "5.03 %"),
        ("wait_max_seconds", 1500.0, "1500 s", "1500 s"),
        ("asa_seconds", 12.346, "12,35 s", "12.35 s"),
        ("offered", 1234.0, "1.234", "1,234"),
    ],
)
def test_a_figure_is_told_with_its_unit(
    figure: str, value: float, german: str, english: str
) -> None:
    assert shown(figure, value, "de") == german
    assert shown(figure, value, "en") == english
