"""Events -> truth: what somebody who watched the calls would tell about them.

Here: one reading of each call's events, and the recovery of lost calls over all of them.
Not here: rows. Nothing in this module knows how STARFACE condenses a call, so that figures made of
the exports can be compared with it. The definitions are those of the project's rules.
"""

from __future__ import annotations

from bisect import bisect_left
from collections import defaultdict
from collections.abc import Iterable
from dataclasses import replace
from datetime import datetime
from itertools import pairwise
from zoneinfo import ZoneInfo

from insight_pipeline.simulator.events import Direction, PlayedCall
from insight_pipeline.simulator.pbx import FIRST_USER_ID
from insight_pipeline.simulator.play import Simulation
from insight_pipeline.simulator.truth_types import CallTruth, MachineAnswer, QueueVisit, Talk
from insight_pipeline.simulator.watch import Watched, watch

CALLBACK_WINDOW_SECONDS = 24 * 3600


def tell(simulation: Simulation) -> tuple[CallTruth, ...]:
    """The truth of every call, in the order in which they began."""
    plan = simulation.plan
    calls = [_tell_call(call, plan.installation, plan.zone) for call in simulation.calls]
    return tuple(_with_recovery(calls))


def _tell_call(call: PlayedCall, installation: str, zone: ZoneInfo) -> CallTruth:
    seen = watch(call)
    human_utc = min((talk.link_utc for talk in seen.talks), default=None)
    machine_utc = min((one.link_utc for one in seen.machine_answers), default=None)
    answers_utc = [at for at in (human_utc, machine_utc) if at is not None]
    answer_utc = min(answers_utc, default=None)
    outcome = _outcome(call.direction, seen, answer_utc)
    until_utc = human_utc
    if until_utc is None:
        until_utc = answer_utc if outcome == "no_user" and answer_utc is not None else call.end_utc
    answering_id = None
    if call.direction is not Direction.OUTBOUND:
        answering_id = _first_agent(seen.talks) if seen.talks else None
        if outcome == "no_user":
            answering_id = 0
    originating_id = None
    if call.direction is not Direction.INBOUND:
        originating_id = call.caller_id if call.caller_id >= FIRST_USER_ID else 0
    return CallTruth(
        call_id=f"{installation}:{call.callid}",
        callid=call.callid,
        scenario=call.scenario,
        traits=call.traits,
        local_date=f"{datetime.fromtimestamp(call.start_utc, zone):%Y-%m-%d}",
        direction=call.direction.value,
        outcome=outcome,
        start_utc=call.start_utc,
        answer_utc=answer_utc,
        human_answer_utc=human_utc,
        end_utc=call.end_utc,
        wait_seconds=until_utc - call.start_utc,
        talk_seconds=covered_seconds((talk.link_utc, talk.end_utc) for talk in seen.talks),
        no_user_seconds=covered_seconds(
            (one.link_utc, one.end_utc) for one in seen.machine_answers
        ),
        total_seconds=call.end_utc - call.start_utc,
        answering_agent_id=answering_id,
        originating_agent_id=originating_id,
        no_user_reason=_first_reason(seen.machine_answers) if outcome == "no_user" else None,
        transfers=sum(one.agent_id != two.agent_id for one, two in pairwise(seen.talks)),
        external_number=call.contact.number_e164 if call.contact else None,
        line_id=call.line_id,
        is_private=call.is_private,
        talks=seen.talks,
        machine_answers=seen.machine_answers,
        queue_visits=seen.queue_visits,
        offers=seen.offers,
    )


def _outcome(direction: Direction, seen: Watched, answer_utc: int | None) -> str:
    if direction is not Direction.INBOUND:
        if seen.talks:
            return "connected"
        return "not_connected" if answer_utc is None else "no_user"
    if seen.talks:
        return "answered"
    if any(_was_given_up(visit, seen) for visit in seen.queue_visits):
        return "abandoned"
    if answer_utc is not None:
        return "no_user"
    return "abandoned" if seen.queue_visits else "missed"


def _was_given_up(visit: QueueVisit, seen: Watched) -> bool:
    """The caller hung up in the queue, and no machine had answered since they came into it."""
    machines = (one.link_utc >= visit.enter_utc for one in seen.machine_answers)
    return visit.exit_reason == "abandoned" and not any(machines)


def _first_agent(talks: tuple[Talk, ...]) -> int:
    return min(talks, key=lambda talk: talk.link_utc).agent_id


def _first_reason(machines: tuple[MachineAnswer, ...]) -> str:
    return min(machines, key=lambda one: one.link_utc).reason


def covered_seconds(spans: Iterable[tuple[int, int]]) -> int:
    """Seconds in at least one span: two people in a talk count once."""
    total, covered_until = 0, 0
    for start, end in sorted(spans):
        total += max(0, end - max(start, covered_until))
        covered_until = max(covered_until, end)
    return total


def _with_recovery(calls: list[CallTruth]) -> Iterable[CallTruth]:
    """Each lost call with the first later call that reached the same number within a day."""
    reached: dict[str, list[tuple[int, int, CallTruth]]] = defaultdict(list)
    for call in calls:
        is_reached = (call.direction, call.outcome) in {
            ("inbound", "answered"),
            ("outbound", "connected"),
        }
        if is_reached and call.external_number is not None and not call.is_private:
            reached[call.external_number].append((call.start_utc, call.callid, call))
    for entries in reached.values():
        entries.sort(key=lambda entry: entry[:2])
    for call in calls:
        yield _recovered(call, reached[call.external_number or ""]) if call.is_lost else call


def _recovered(lost: CallTruth, reached: list[tuple[int, int, CallTruth]]) -> CallTruth:
    place = bisect_left(reached, lost.end_utc, key=lambda entry: entry[0])
    if place == len(reached):
        return lost
    start_utc, _, call = reached[place]
    if start_utc > lost.end_utc + CALLBACK_WINDOW_SECONDS:
        return lost
    return replace(
        lost,
        recovered_call_id=call.call_id,
        recovered_by="customer" if call.direction == "inbound" else "us",
        delay_seconds=start_utc - lost.end_utc,
    )
