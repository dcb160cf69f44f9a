"""Figures of a report against tables small enough to reckon by hand."""

from __future__ import annotations

from dataclasses import astuple
from datetime import date

import pytest

from insight_pipeline.facts.report.agents import agents
from insight_pipeline.facts.report.days import days
from insight_pipeline.facts.report.hours import hours
from insight_pipeline.facts.report.lines import lines
from insight_pipeline.facts.report.lost import lost
from insight_pipeline.facts.report.quality import quality
from insight_pipeline.facts.report.queues import queues
from insight_pipeline.facts.report.summary import summary
from insight_pipeline.model.report.figures import AgentRow, CallFigures, LostFigures, RefusedFile
from insight_pipeline.model.settings import SERVICE_LEVEL_VARIANTS
from tests.report import (
    CALLBACKS,
    INTERVALS,
    LINE_INTERVALS,
    MONDAY,
    TUESDAY,
    WEDNESDAY,
    given,
    nothing,
    table,
    utc,
)

VARIANTS = {
    "answered_only": 2 / 3,
    "ignore_abandoned_within": 2 / 4,
    "abandoned_negative": 2 / 5,
    "abandoned_positive": 3 / 5,
    "exclude_short": 2 / 4,
    "short_as_success": 3 / 5,
    "offered": 2 / 7,
}


def test_calls_count_once_by_direction_and_outcome() -> None:
    expected = CallFigures(
        calls=9, inbound=5, outbound=3, internal=1, inbound_answered=1, inbound_no_user=1,
        inbound_abandoned=1, inbound_missed=2, outbound_connected=1,
    )  # fmt: skip
    assert summary(given()).calls == expected


def test_queue_figures_are_ratios_of_sums_and_not_averages_of_days() -> None:
    found = summary(given()).queues
    assert (found.offered, found.answered, found.abandoned, found.overflow) == (7, 3, 2, 1)
    assert found.service_level == 2 / 5
    assert found.abandonment_rate == 1 / 6
    assert found.asa_seconds == 30
    assert found.average_talk_seconds == 200
    assert found.wait_max_seconds == 301


@pytest.mark.parametrize(("variant", "expected"), VARIANTS.items())
def test_the_service_level_is_that_of_the_configured_formula(variant: str, expected: float) -> None:
    found = summary(given(variant=variant))
    assert found.queues.service_level == pytest.approx(expected)
    assert found.variant == variant


def test_lost_calls_are_told_by_who_made_up_for_them() -> None:
    assert summary(given()).lost == LostFigures(3, 0, 1, 2, 3600.0)


def test_without_visits_there_is_no_ratio_rather_than_zero() -> None:
    found = summary(nothing())
    assert found.queues.service_level is None
    assert found.queues.abandonment_rate is None
    assert found.queues.asa_seconds is None
    assert found.queues.average_talk_seconds is None
    assert found.queues.wait_max_seconds is None
    assert found.lost.average_delay_seconds is None
    assert found.threshold_seconds == ()
    assert sum(astuple(found.calls)) == 0


def test_a_rate_without_denominator_is_none_even_where_its_neighbours_are_not() -> None:
    monday, tuesday = days(given())
    assert monday.queues.abandonment_rate == 0.0
    assert tuesday.queues.asa_seconds is None
    assert tuesday.queues.service_level == 0.0


def test_every_loaded_day_has_its_row_also_one_without_visits() -> None:
    only_monday = table("fact_queue_interval", INTERVALS[0])
    found = days(given(fact_queue_interval=only_monday))
    assert [row.day for row in found] == [MONDAY, TUESDAY]
    assert [row.queues.offered for row in found] == [4, 0]
    assert found[1].queues.service_level is None
    assert [(row.inbound, row.outbound, row.internal) for row in found] == [(3, 3, 0), (2, 0, 1)]


def test_visits_stand_under_the_weekday_and_hour_of_the_local_clock() -> None:
    found = hours(given())
    offered, answered, *_ = found.grids
    places = {
        (weekday, hour): count
        for weekday, row in enumerate(offered.counts)
        for hour, count in enumerate(row)
        if count
    }
    assert places == {(0, 9): 4, (1, 15): 1, (1, 23): 2}
    assert answered.counts[0][9] == 3
    assert found.loaded_days == (1, 1, 0, 0, 0, 0, 0)


@pytest.mark.parametrize(
    ("day", "hour_utc", "weekday", "hour"),
    [
        (date(2026, 3, 28), 23, 6, 0),  # Saturday by UTC, Sunday in Berlin
        (date(2026, 3, 29), 1, 6, 3),  # the clock has just skipped from 2 to 3
        (date(2026, 10, 25), 0, 6, 2),  # the repeated hour, first time
        (date(2026, 10, 25), 1, 6, 2),  # and second time
        (date(2026, 6, 30), 22, 2, 0),
    ],
)
def test_an_hour_is_that_of_the_clock_of_that_day(
    day: date, hour_utc: int, weekday: int, hour: int
) -> None:
    row = {"interval_start_utc": utc(day, hour_utc), "offered": 1}
    found = hours(given(fact_queue_interval=table("fact_queue_interval", row)))
    assert found.grids[0].counts[weekday][hour] == 1


def test_queues_are_ordered_by_visits_and_waits_fall_into_classes_with_their_upper_end() -> None:
    found = queues(given())
    assert [(row.queue_id, row.name) for row in found.rows] == [
        (4001, "Vertrieb & Service"),
        (4002, "Lager"),
    ]
    assert found.edges_seconds == (5, 10, 20, 30, 60, 120, 300)
    assert found.rows[0].waits.answered == (1, 0, 1, 0, 0, 1, 0, 0)
    assert found.rows[0].waits.abandoned == (1, 0, 0, 0, 0, 0, 0, 1)
    assert found.rows[1].waits.answered == (0,) * 8
    assert found.all.answered == found.rows[0].waits.answered
    assert [row.threshold_seconds for row in found.rows] == [(20,), (10,)]
    assert found.rows[1].figures.service_level is None


def test_agents_are_ordered_by_answers_with_nobody_last_and_unlisted_ones_under_their_id() -> None:
    assert agents(given()).rows == (
        AgentRow(1001, "Rita Roth", 5, 2, 2, 0, 1, 1, 300, 150.0),
        AgentRow(1002, "1002", 1, 0, 0, 1, 0, 0, 0, None),
        AgentRow(0, "Kein Benutzer", 2, 2, 0, 0, 0, 0, 30, 15.0),
    )


def test_a_profile_that_hides_agents_leaves_no_row_of_them() -> None:
    found = agents(given(is_agent_named=False))
    assert not found.is_named
    assert found.rows == ()


def test_open_lost_calls_come_newest_first_with_number_name_and_queue() -> None:
    found = lost(given())
    assert [
        (call.lost_utc, call.number, call.name, call.queue, call.wait_seconds)
        for call in found.calls
    ] == [
        (utc(TUESDAY, 14, 5), "+4930123456", "Anna <b>Bold</b>", "Vertrieb & Service", 301),
        (utc(MONDAY, 9, 1), "0711555", None, None, 12),
    ]


def test_calls_lost_in_the_same_second_keep_one_order() -> None:
    same = [{**row, "lost_utc": utc(MONDAY, 9)} for row in CALLBACKS[:2]]
    forth = lost(given(fact_callback=table("fact_callback", *same)))
    back = lost(given(fact_callback=table("fact_callback", *reversed(same))))
    assert forth == back


def test_lines_are_ordered_by_use_and_their_peaks_lie_where_they_were() -> None:
    found = lines(given())
    first, second = found.rows
    assert (first.name, first.uses, first.incoming_uses, first.busy_seconds) == (
        "Amt 1",
        5,
        4,
        1350,
    )
    assert (first.peak_uses, first.peak_uses_utc) == (3, utc(TUESDAY, 8))
    assert (first.peak_erlang, first.peak_erlang_utc) == (1.0, utc(MONDAY, 8))
    assert (second.line_id, second.name, second.peak_erlang) == (12, None, 0.5)
    assert (found.peak_erlang, found.peak_utc) == (1.5, utc(MONDAY, 8))


def test_the_load_by_time_of_day_is_seconds_over_all_loaded_days() -> None:
    traffic = lines(given()).traffic
    assert traffic is not None
    nine = 9 * 4
    assert traffic.mean[nine] == (1350 + 450) / 900 / 2
    assert traffic.peak[nine] == 1.5
    assert sum(traffic.mean) == traffic.mean[nine]


def test_days_of_which_no_line_list_tells_do_not_lower_the_load() -> None:
    rows = table("fact_line_interval", LINE_INTERVALS[0])
    begin, end = utc(MONDAY, 8), utc(TUESDAY, 8)
    covering = {
        "kind": "line_list",
        "status": "accepted",
        "first_start_utc": begin,
        "last_start_utc": end,
    }
    alone = lines(given(fact_line_interval=rows)).traffic
    covered = lines(
        given(fact_line_interval=rows, ingest_file=table("ingest_file", covering))
    ).traffic
    assert alone is not None
    assert covered is not None
    assert max(alone.mean) == 2 * max(covered.mean) > 0


def test_without_a_line_list_there_are_no_lines() -> None:
    found = lines(given(fact_line_interval=table("fact_line_interval")))
    assert (found.rows, found.traffic, found.peak_erlang, found.peak_utc) == ((), None, None, None)


def test_a_line_without_a_second_of_use_is_a_line_with_uses() -> None:
    row = {**LINE_INTERVALS[0], "busy_seconds": 0, "peak_uses": 0}
    found = lines(given(fact_line_interval=table("fact_line_interval", row)))
    assert (found.rows[0].uses, found.rows[0].peak_erlang, found.peak_erlang) == (4, 0.0, 0.0)


def test_data_quality_names_what_is_missing() -> None:
    found = quality(given())
    assert astuple(found.account) == (14, 10, 0, 3, 0, 0, 0)
    assert found.unbalanced == (WEDNESDAY,)
    assert (found.files, found.lines) == (2, 12)
    assert found.refused == (RefusedFile("line_list", "two.csv", "no_header"),)
    assert found.quarantined == (("field_count", 2), ("encoding", 1))
    assert found.last_call_utc == utc(TUESDAY, 15, 30)
    assert found.last_row_utc == utc(TUESDAY, 15, 30)


def test_nothing_loaded_gives_empty_figures_everywhere() -> None:
    empty = nothing()
    assert days(empty) == ()
    assert not any(count for day in hours(empty).grids[0].counts for count in day)
    assert queues(empty).rows == ()
    assert agents(empty).rows == ()
    assert lost(empty).calls == ()
    assert quality(empty).last_call_utc is None


def test_every_variant_that_can_be_configured_is_tried_above() -> None:
    assert set(VARIANTS) == set(SERVICE_LEVEL_VARIANTS)
