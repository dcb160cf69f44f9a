"""When calls have stopped coming: working days, opening hours, holidays, and the hours after midnight."""

from __future__ import annotations

from datetime import date, datetime
from typing import Any

import pytest

from insight_pipeline.facts.freshness import silent_days, working_days
from insight_pipeline.facts.hours import opening_hours
from insight_pipeline.model.hours import Hours
from insight_pipeline.model.zone import Zone

ZONE = Zone.of("Europe/Berlin")
FRIDAY = date(2026, 5, 22)
"""Before Whitsun: Monday 25 May is a public holiday everywhere in Germany."""


def _silent(now: str, *, newest: date = FRIDAY, region: str = "DE", **hours: Any) -> list[str]:
    given = Hours.model_validate(hours) if hours else None
    plans = opening_hours(given, ZONE, region)
    found = silent_days(newest, datetime.fromisoformat(now), plans, region)
    return [day.isoformat() for day in found]


def test_a_weekend_and_a_holiday_are_no_silence() -> None:
    assert _silent("2026-05-26T23:59") == []


def test_a_working_day_without_calls_is_one_when_the_night_after_it_is_over() -> None:
    assert _silent("2026-05-27T05:59") == []
    assert _silent("2026-05-27T06:00") == ["2026-05-26"]
    assert _silent("2026-05-28T06:00") == ["2026-05-26", "2026-05-27"]


def test_the_running_day_is_never_silent() -> None:
    assert _silent("2026-05-22T23:59", newest=date(2026, 5, 21)) == []


@pytest.mark.parametrize(("region", "silent"), [("DE", ["2026-06-04"]), ("DE-BY", [])])
def test_holidays_are_those_of_the_region(region: str, silent: list[str]) -> None:
    """4 June 2026 is Corpus Christi, a holiday in Bavaria and not in all of Germany."""
    assert _silent("2026-06-05T08:00", newest=date(2026, 6, 3), region=region) == silent


def test_a_shop_that_opens_on_saturdays_misses_its_calls_of_saturday() -> None:
    assert _silent("2026-05-24T08:00", saturday="09:00-13:00") == ["2026-05-23"]


def test_days_on_which_only_one_queue_is_open_count() -> None:
    queues = {"4003": {"sunday": "08:00-12:00", "holidays": "as usual"}}
    assert _silent("2026-05-25T08:00", monday="08:00-12:00", queues=queues) == ["2026-05-24"]


def test_closing_days_and_holidays_of_the_hours_are_no_working_days() -> None:
    week: dict[str, Any] = {
        "monday": "08:00-12:00",
        "tuesday": "08:00-12:00",
        "closed": ["2026-05-26"],
    }
    assert _silent("2026-05-27T08:00", **week) == []
    assert _silent("2026-05-27T08:00", **{**week, "holidays": "as usual"}) == ["2026-05-25"]


def test_working_days_include_both_ends_and_may_be_none() -> None:
    plans = opening_hours(None, ZONE, "DE")
    assert working_days(FRIDAY, FRIDAY, plans, "DE") == [FRIDAY]
    assert working_days(FRIDAY, date(2026, 5, 21), plans, "DE") == []
