"""The forecast of a history made by hand: what counts, what is left out, and what cannot be told."""

from __future__ import annotations

import random
from collections.abc import Iterable, Mapping
from datetime import UTC, date, datetime, timedelta
from zoneinfo import ZoneInfo

import numpy as np
import pandas as pd
import pyarrow as pa
import pytest

from insight_pipeline.facts.erlang import agents_needed
from insight_pipeline.facts.forecast import ForecastRules, forecast
from insight_pipeline.facts.hours import OpeningHours, opening_hours
from insight_pipeline.model.hours import Hours
from insight_pipeline.model.tables import FACT_QUEUE_INTERVAL, FORECAST_QUEUE_INTERVAL
from insight_pipeline.model.zone import Zone
from insight_pipeline.orchestration.forecasting import broken_identities

BERLIN = Zone.of("Europe/Berlin")
MONDAYS = [date(2026, 2, 2) + timedelta(weeks=n) for n in range(8)]
NINE = 36
Given = tuple[date, int, int]
"""Local day, quarter hour of the day, visits."""
Row = dict[str, object]


def _start(day: date, quarter: int, zone: str, fold: int = 0) -> datetime:
    hour, minute = divmod(quarter * 15, 60)
    local = datetime(day.year, day.month, day.day, hour, minute, tzinfo=ZoneInfo(zone), fold=fold)
    return local.astimezone(UTC).replace(tzinfo=None)


def _intervals(given: Iterable[Given], queue: int = 7, **more: object) -> pa.Table:
    blank: Row = {column.name: 0 for column in FACT_QUEUE_INTERVAL.columns}
    rows = [
        {**blank, "installation": "demo", "local_date": day, "queue_id": queue, "is_open": None,
         "interval_start_utc": _start(day, quarter, "Europe/Berlin"), "offered": offered,
         "answered": offered, "talk_seconds": 180 * offered, **more}
        for day, quarter, offered in given
    ]  # fmt: skip
    return pa.Table.from_pylist(rows, schema=FACT_QUEUE_INTERVAL.arrow_schema())


def _forecast(
    intervals: pa.Table, history: Iterable[date], hours: OpeningHours | None = None, weeks: int = 8
) -> list[Row]:
    queues = intervals["queue_id"].unique().to_pylist()
    rules = ForecastRules(weeks, 0.8, hours or OpeningHours(BERLIN), "DE")
    thresholds = pd.Series(20, index=queues, dtype="int64")
    found = forecast(intervals, list(history), thresholds, rules, "demo")
    assert found.schema.equals(FORECAST_QUEUE_INTERVAL.arrow_schema())
    assert list(broken_identities(found)) == []
    return found.to_pylist()


def test_the_mean_of_the_weeks_is_expected_and_their_percentiles_beside_it() -> None:
    counts = (2, 4, 0, 6, 8, 2, 4, 6)
    given = [(day, NINE, count) for day, count in zip(MONDAYS, counts, strict=True) if count]
    (row,) = _forecast(_intervals(given), MONDAYS)
    assert (row["queue_id"], row["weekday"], row["interval_of_day"]) == (7, 1, NINE)
    assert (row["weeks"], row["expected_offered"]) == (8, 4.0)
    assert row["low_offered"] == pytest.approx(np.quantile(counts, 0.1))
    assert row["high_offered"] == pytest.approx(np.quantile(counts, 0.9))
    assert (row["first_date"], row["last_date"]) == (MONDAYS[0], MONDAYS[-1])
    assert row["average_handle_seconds"] == 180


def test_agents_come_from_erlang_c_at_the_load_of_the_quarter_hour() -> None:
    (row,) = _forecast(_intervals([(day, NINE, 50) for day in MONDAYS]), MONDAYS)  # 10 Erlang
    expected = agents_needed(np.array([10.0]), np.array([180.0]), np.array([20.0]), 0.8)
    assert [row["agents_needed"]] == expected.tolist() == [14]
    assert row["expected_service_level"] == pytest.approx(0.888, abs=0.0005)
    assert row["expected_occupancy"] == pytest.approx(10 / 14)


def test_days_that_are_not_loaded_are_left_out_and_loaded_ones_without_calls_are_zero() -> None:
    given = [(MONDAYS[0], NINE, 6), (MONDAYS[2], NINE, 6)]
    (row,) = _forecast(_intervals(given), MONDAYS[:4:2])
    assert (row["weeks"], row["expected_offered"]) == (2, 6.0)
    (row,) = _forecast(_intervals(given), MONDAYS[:4])
    assert (row["weeks"], row["expected_offered"]) == (4, 3.0)


def test_a_queue_has_no_history_before_its_first_call() -> None:
    given = [(day, NINE, 6) for day in MONDAYS[5:]]
    (row,) = _forecast(_intervals(given), MONDAYS)
    assert (row["weeks"], row["expected_offered"]) == (3, 6.0)


def test_older_weeks_than_the_settings_name_do_not_count() -> None:
    given = [(day, NINE, 90) for day in MONDAYS[:6]] + [(day, NINE, 6) for day in MONDAYS[6:]]
    (row,) = _forecast(_intervals(given), MONDAYS, weeks=2)
    assert (row["weeks"], row["expected_offered"], row["first_date"]) == (2, 6.0, MONDAYS[6])


def test_no_history_and_no_calls_give_the_table_without_rows() -> None:
    assert _forecast(_intervals([]), []) == []
    assert _forecast(_intervals([]), MONDAYS) == []


def test_one_week_is_told_as_one_week() -> None:
    (row,) = _forecast(_intervals([(MONDAYS[0], NINE, 3)]), [MONDAYS[0]])
    figures = [row[name] for name in ("weeks", "expected_offered", "low_offered", "high_offered")]
    assert figures == [1, 3.0, 3.0, 3.0]


def test_without_an_answered_call_nothing_is_said_of_agents() -> None:
    (row,) = _forecast(_intervals([(MONDAYS[0], NINE, 3)], answered=0, talk_seconds=0), MONDAYS[:1])
    assert row["expected_offered"] == 3.0
    told = (
        "average_handle_seconds",
        "agents_needed",
        "expected_service_level",
        "expected_occupancy",
    )
    assert [row[name] for name in told] == [None] * 4


def test_public_holidays_are_left_out_unless_the_queue_works_on_them() -> None:
    mondays = [date(2026, 3, 30), date(2026, 4, 6), date(2026, 4, 13)]  # the second: Easter Monday
    given = [(mondays[0], NINE, 8), (mondays[1], NINE, 2), (mondays[2], NINE, 8)]
    (row,) = _forecast(_intervals(given), mondays)
    assert (row["weeks"], row["expected_offered"]) == (2, 8.0)
    usual = Hours.model_validate({"monday": "09:00-10:00", "holidays": "as usual"})
    (row,) = _forecast(_intervals(given), mondays, opening_hours(usual, BERLIN, "DE"))
    assert (row["weeks"], row["expected_offered"]) == (3, 6.0)


def test_closing_days_are_left_out_and_hours_are_those_of_an_ordinary_week() -> None:
    told = {"monday": "09:00-10:00", "closed": [MONDAYS[1].isoformat()]}
    hours = opening_hours(Hours.model_validate(told), BERLIN, "DE")
    given = [(MONDAYS[0], NINE, 4), (MONDAYS[1], NINE, 40), (MONDAYS[0], NINE + 4, 1)]
    inside, outside = _forecast(_intervals(given), MONDAYS[:2], hours)
    assert (inside["weeks"], inside["expected_offered"], inside["is_open"]) == (1, 4.0, True)
    assert outside["is_open"] is False
    (row, _) = _forecast(_intervals(given), MONDAYS[:2])
    assert row["is_open"] is None


@pytest.mark.parametrize("change", [date(2026, 3, 29), date(2026, 10, 25)])
def test_weeks_around_a_clock_change_are_compared_by_the_clock(change: date) -> None:
    days = [change + timedelta(weeks=n, days=2) for n in (-2, -1, 0, 1)]
    (row,) = _forecast(_intervals([(day, NINE, 5) for day in days]), days)
    assert (row["interval_of_day"], row["weeks"], row["expected_offered"]) == (NINE, 4, 5.0)


@pytest.mark.parametrize("change", [date(2026, 3, 29), date(2026, 10, 25)])
def test_the_hour_that_a_clock_change_skips_or_repeats_does_not_count(change: date) -> None:
    two, three = 8, 12
    days = [change - timedelta(weeks=1), change]
    given = [(days[0], two, 4), (days[0], three, 4), (days[1], three, 4)]
    table = _intervals(given)
    if change.month == 10:  # both readings of 02:00, with twice as many calls as in a plain hour
        again = _intervals([(change, two, 4)])
        later = pa.array([_start(change, two, "Europe/Berlin", fold=1)], pa.timestamp("s"))
        place = again.schema.get_field_index("interval_start_utc")
        table = pa.concat_tables([table, again, again.set_column(place, again.field(place), later)])
    repeated, plain = _forecast(table, days)
    assert (repeated["interval_of_day"], repeated["weeks"], repeated["expected_offered"]) == (
        8,
        1,
        4.0,
    )
    assert (plain["interval_of_day"], plain["weeks"], plain["expected_offered"]) == (12, 2, 4.0)


def test_a_call_after_midnight_belongs_to_the_day_of_the_clock() -> None:
    table = _intervals([(MONDAYS[1], 0, 2)])
    place = table.schema.get_field_index("local_date")
    before = pa.array([MONDAYS[1] - timedelta(days=1)], pa.date32())
    moved = table.set_column(place, table.field(place), before)
    (row,) = _forecast(moved, MONDAYS[1:2])
    assert (row["weekday"], row["interval_of_day"]) == (1, 0)
    assert _forecast(moved, [MONDAYS[1] - timedelta(days=1)]) == []


def test_expectations_equal_a_slow_reckoning_on_random_histories() -> None:
    seed = random.SystemRandom().randrange(1 << 30)
    print(f"seed {seed}")
    chance = random.Random(seed)
    days = [date(2026, 1, 12) + timedelta(days=n) for n in range(70)]
    history = [day for day in days if chance.random() < 0.8]
    given = {
        (queue, day, quarter): chance.randrange(1, 9)
        for queue in (7, 8) for day in days for quarter in (0, 8, 9, 36, 95) if chance.random() < 0.5
    }  # fmt: skip
    tables = [
        _intervals([(d, k, n) for (q, d, k), n in given.items() if q == queue], queue)
        for queue in (7, 8)
    ]
    found = _forecast(pa.concat_tables(tables), history, weeks=6)
    expected = _slowly(given, history, 6)
    assert {(r["queue_id"], r["weekday"], r["interval_of_day"]) for r in found} == set(expected)
    for row in found:
        mean, weeks = expected[row["queue_id"], row["weekday"], row["interval_of_day"]]  # type: ignore[index]
        assert (row["weeks"], row["expected_offered"]) == (weeks, pytest.approx(mean)), row


def _slowly(
    given: Mapping[tuple[int, date, int], int], history: list[date], weeks: int
) -> dict[tuple[int, int, int], tuple[float, int]]:
    """Day by day; there are no holidays and clock changes but those named here in the days used."""
    last = max(history)
    used = [day for day in history if day > last - timedelta(weeks=weeks)]
    found = {}
    for queue in (7, 8):
        first = min(day for q, day, _ in given if q == queue and day in used)
        for weekday in range(1, 8):
            counted = [d for d in used if d.isoweekday() == weekday and d >= first]
            for quarter in (0, 8, 9, 36, 95):
                counts = [given.get((queue, day, quarter), 0) for day in counted]
                if sum(counts):
                    found[queue, weekday, quarter] = (sum(counts) / len(counts), len(counts))
    return found
