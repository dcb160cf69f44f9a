"""What the simulated PBX plays."""

from __future__ import annotations

from collections import defaultdict
from dataclasses import replace
from datetime import UTC, date, datetime
from itertools import pairwise
from typing import Any
from zoneinfo import ZoneInfo

import pytest

from insight_pipeline.simulator import simulate
from insight_pipeline.simulator.demand import clock_change_utc
from insight_pipeline.simulator.events import Kind
from insight_pipeline.simulator.inbound import SCENARIOS
from tests.unit.simulator.conftest import AUTUMN, MARCH, Played

BERLIN = ZoneInfo("Europe/Berlin")


def test_the_same_plan_plays_the_same_calls() -> None:
    assert simulate(AUTUMN).calls == simulate(AUTUMN).calls


def test_another_seed_plays_other_calls() -> None:
    assert simulate(AUTUMN).calls != simulate(replace(AUTUMN, seed=11)).calls


def test_no_two_calls_share_an_id_and_ids_rise_with_the_starts(march: Played) -> None:
    calls = march.simulation.calls
    for earlier, later in pairwise(calls):
        assert earlier.callid < later.callid
        assert earlier.start_utc <= later.start_utc


def test_every_scenario_appears_in_a_month(march: Played) -> None:
    played = {call.scenario for call in march.simulation.calls}
    others = {"outbound", "private", "dialler", "internal", "internal_queue", "midnight"}
    redials = {"redial_by_us", "redial_by_customer", "clock_change"}
    assert played == set(SCENARIOS) | others | redials


def test_every_turn_that_a_call_can_take_appears_in_a_month(march: Played) -> None:
    traits = {trait for call in march.simulation.calls for trait in call.traits}
    assert traits >= {
        "anonymous",
        "blind_transfer",
        "busy",
        "busy_forward",
        "forwarded",
        "mailbox",
        "mailbox_of_queue",
        "mailbox_of_user",
        "mailbox_without_account",
        "module",
        "module_without_account",
        "no_answer_forward",
        "overflow",
        "overflow_to_mailbox",
        "rejected",
        "rona",
        "warm_transfer",
    }


def test_some_calls_run_past_midnight(march: Played) -> None:
    def local_date(at_utc: int) -> date:
        return datetime.fromtimestamp(at_utc, BERLIN).date()

    calls = march.simulation.calls
    assert any(local_date(call.start_utc) < local_date(call.end_utc) for call in calls)


def test_an_agent_never_talks_in_two_calls_at_once(march: Played) -> None:
    spans: dict[int, list[tuple[int, int]]] = defaultdict(list)
    for call in march.truth:
        for offer in call.offers:
            if offer.is_connected and offer.agent_id:
                talk_end_utc = offer.ring_end_utc + offer.talk_seconds
                spans[offer.agent_id].append((offer.ring_end_utc, talk_end_utc))
    assert len(spans) == 40
    for talks in spans.values():
        for (_, end), (start, _) in pairwise(sorted(talks)):
            assert end <= start


def test_a_phone_rings_for_one_call_at_a_time(march: Played) -> None:
    spans: dict[int, list[tuple[int, int]]] = defaultdict(list)
    for call in march.truth:
        for offer in call.offers:
            end_utc = offer.ring_end_utc + offer.talk_seconds
            if offer.agent_id and end_utc > offer.start_utc:
                spans[offer.agent_id].append((offer.start_utc, end_utc))
    for rings in spans.values():
        for (_, end), (start, _) in pairwise(sorted(rings)):
            assert end <= start


def test_the_events_of_a_call_are_in_order_and_it_ends_once(march: Played) -> None:
    for call in march.simulation.calls:
        times = [event.at_utc for event in call.events]
        assert times == sorted(times)
        ends = [event for event in call.events if event.kind is Kind.CALL_ENDS]
        assert ends == [call.events[-1]]


def test_calls_are_played_in_both_hours_that_the_autumn_change_repeats(autumn: Played) -> None:
    change_utc = clock_change_utc(date(2026, 10, 25), BERLIN)
    assert change_utc == datetime(2026, 10, 25, 1, tzinfo=UTC).timestamp()
    starts = [call.start_utc for call in autumn.simulation.calls]
    assert sum(change_utc - 3600 <= start < change_utc for start in starts) >= 5
    assert sum(change_utc <= start < change_utc + 3600 for start in starts) >= 5


def test_calls_are_played_around_the_hour_that_the_spring_change_skips(march: Played) -> None:
    change_utc = clock_change_utc(date(2026, 3, 29), BERLIN)
    assert change_utc == datetime(2026, 3, 29, 1, tzinfo=UTC).timestamp()
    starts = [call.start_utc for call in march.simulation.calls]
    assert any(change_utc - 120 <= start < change_utc for start in starts)
    assert any(change_utc <= start < change_utc + 120 for start in starts)


def test_nothing_starts_outside_the_planned_days(march: Played) -> None:
    for call in march.truth:
        assert MARCH.first_day <= date.fromisoformat(call.local_date) <= MARCH.last_day


@pytest.mark.parametrize(
    ("field", "value"),
    [("users", 3), ("last_day", date(2026, 2, 1)), ("calls_per_user_and_day", 0.0)],
)
def test_a_plan_that_cannot_be_played_is_refused(field: str, value: Any) -> None:
    with pytest.raises(ValueError, match=r"users|last day|calls"):
        replace(MARCH, **{field: value})
