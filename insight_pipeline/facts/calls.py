"""R 9: calls. Who answered, what came of the call, how long anyone waited and talked."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
import numpy.typing as npt
import pandas as pd
import pyarrow as pa
import pyarrow.compute as pc

from insight_pipeline.facts.view import (
    INBOUND,
    INTERNAL,
    LegView,
    any_of,
    first_by,
    pick,
    tally,
    view,
    visit_legs,
)
from insight_pipeline.model.columns import (
    NO_ID,
    NO_TIME,
    coded,
    flags,
    instants,
    ints,
    is_text,
    table_of,
)
from insight_pipeline.model.tables import FACT_CALL, NO_USER_REASONS

Ints = npt.NDArray[np.int64]
Flags = npt.NDArray[np.bool_]

OUTCOMES = ("answered", "abandoned", "no_user", "missed", "connected", "not_connected")
_ANSWERED, _ABANDONED, _NO_USER, _MISSED, _CONNECTED, _NOT_CONNECTED = range(6)
_UNKNOWN = NO_USER_REASONS.index("unknown")


@dataclass(frozen=True)
class _Answers:
    """The answers of all calls, one row each: call, agent, link, end, cdr id, reason (-1 = none)."""

    call: Ints
    agent: Ints
    link: Ints
    end: Ints
    cdr_id: Ints
    reason: Ints

    def earliest(self, calls: int, chosen: Flags) -> Ints:
        """The earliest chosen answer of each call, on a tie the lowest cdr id; -1 where none."""
        return first_by(self.call, calls, (self.cdr_id, self.link), np.flatnonzero(chosen))


def calls(
    legs: pa.Table, visits: pa.Table, contacts: pa.Table, private_calls: pa.Array
) -> pa.Table:
    """`fact_call` of a set of whole calls. `private_calls` holds the call ids with a private row."""
    v = view(legs)
    first = v.table.take(pa.array(v.first))
    visit_leg = visit_legs(v, visits)
    visit_call = v.call[visit_leg]
    answers = _answers(v, visits, visit_leg)
    human, machine = answers.agent > 0, answers.agent == 0
    any_answer = answers.earliest(v.calls, np.ones(len(human), dtype=bool))
    by_human = answers.earliest(v.calls, human)
    by_machine = answers.earliest(v.calls, machine)
    is_inbound = np.asarray(is_text(first, "direction", INBOUND))
    has_visit = any_of(visit_call, v.calls, np.ones(len(visit_call), dtype=bool))
    gave_up = _gave_up(v, visits, visit_call, answers)
    outcome = _outcomes(is_inbound, by_human >= 0, gave_up, any_answer >= 0, has_visit)
    start, end = v.start[v.first], _latest(v)
    answer, human_answer = (pick(answers.link, a, NO_TIME) for a in (any_answer, by_human))
    waited_to = np.where(by_human >= 0, human_answer, np.where(outcome == _NO_USER, answer, end))
    is_internal = np.asarray(is_text(first, "direction", INTERNAL))
    return table_of(
        FACT_CALL,
        {
            **{n: first[n] for n in ("call_id", "installation", "local_date", "direction")},
            **{
                f"{e}_{n}": first[f"{e}_{n}"]
                for e in ("caller", "called")
                for n in ("number", "name")
            },
            "outcome": coded(outcome, OUTCOMES),
            "start_utc": start,
            "answer_utc": answer,
            "human_answer_utc": human_answer,
            "end_utc": end,
            "wait_seconds": waited_to - start,
            "talk_seconds": _union_seconds(answers, human, v.calls),
            "no_user_seconds": _union_seconds(answers, machine, v.calls),
            "total_seconds": end - start,
            "answering_agent_id": _answering(outcome, by_human, answers, is_inbound | is_internal),
            "originating_agent_id": _originating(v, is_inbound),
            "no_user_reason": coded(
                np.where(outcome == _NO_USER, pick(answers.reason, by_machine, -1), -1),
                NO_USER_REASONS,
            ),
            "first_queue_id": _edge_queue(v, visit_call, visit_leg, is_last=False),
            "last_queue_id": _edge_queue(v, visit_call, visit_leg, is_last=True),
            "line_id": _first_line(v),
            "legs": tally(v.call, v.calls),
            "steps": _distinct_steps(v),
            "queue_visits": tally(visit_call, v.calls),
            "ring_attempts": _ring_attempts(v, contacts),
            "transfers": _transfers(answers, human, v.calls),
            "is_private": pc.is_in(first["call_id"], value_set=private_calls),
            "is_time_ambiguous": any_of(v.call, v.calls, flags(v.table, "is_time_ambiguous")),
        },
    )


def _answers(v: LegView, visits: pa.Table, visit_leg: Ints) -> _Answers:
    """R 9 (a), (b) and, where both give nothing, (c)."""
    called = v.is_called_side
    reasons = _reason_codes(v.table)
    legs = np.flatnonzero(called & v.is_connected & (v.agent != NO_ID))
    agent = ints(visits, "agent_id")
    have = pd.MultiIndex.from_arrays([v.step[legs], v.agent[legs]])
    want = pd.MultiIndex.from_arrays([v.step[visit_leg], agent])
    is_served = is_text(visits, "exit_reason", "answered") | is_text(
        visits, "exit_reason", "no_user"
    )
    seen = np.flatnonzero(is_served & ~want.isin(have))
    by_visit = visit_leg[seen]
    none = ~(any_of(v.call, v.calls, _mask(v, legs)) | any_of(v.call, v.calls, _mask(v, by_visit)))
    rows = np.flatnonzero(called & v.is_elsewhere & none[v.call])
    elsewhere = first_by(v.call, v.calls, (np.arange(len(v.call)),), rows)
    elsewhere = elsewhere[elsewhere >= 0]
    taken = ints(v.table, "taken_by_agent_id")[elsewhere]
    named = np.where(taken == NO_ID, 0, taken)
    leg = np.concatenate((legs, by_visit, elsewhere))
    return _Answers(
        call=v.call[leg],
        agent=np.concatenate((v.agent[legs], agent[seen], named)),
        link=np.concatenate((v.link[legs], instants(visits, "link_utc")[seen], v.end[elsewhere])),
        end=v.end[leg],
        cdr_id=v.cdr_id[leg],
        reason=np.concatenate(
            (reasons[legs], _reason_codes(visits)[seen], np.where(named == 0, _UNKNOWN, -1))
        ),
    )


def _mask(v: LegView, rows: Ints) -> Flags:
    mask = np.zeros(len(v.call), dtype=bool)
    mask[rows] = True
    return mask


def _reason_codes(table: pa.Table) -> Ints:
    codes = np.full(len(table), -1, dtype=np.int64)
    for code, word in enumerate(NO_USER_REASONS):
        codes[is_text(table, "no_user_reason", word)] = code
    return codes


def _gave_up(v: LegView, visits: pa.Table, visit_call: Ints, answers: _Answers) -> Flags:
    """Calls with a visit left as abandoned after whose enter no answer links."""
    latest = np.full(v.calls, NO_TIME)
    np.maximum.at(latest, answers.call, answers.link)
    is_abandoned = np.asarray(is_text(visits, "exit_reason", "abandoned"))
    return any_of(
        visit_call, v.calls, is_abandoned & (latest[visit_call] <= instants(visits, "enter_utc"))
    )


def _outcomes(
    inbound: Flags, human: Flags, gave_up: Flags, answered: Flags, has_visit: Flags
) -> Ints:
    outside = np.select([human, answered], [_CONNECTED, _NO_USER], _NOT_CONNECTED)
    inside = np.select(
        [human, gave_up, answered, has_visit],
        [_ANSWERED, _ABANDONED, _NO_USER, _ABANDONED],
        _MISSED,
    )
    return np.where(inbound, inside, outside)


def _latest(v: LegView) -> Ints:
    end = np.full(v.calls, NO_TIME)
    np.maximum.at(end, v.call, v.end)
    return end


def _union_seconds(answers: _Answers, chosen: Flags, calls: int) -> Ints:
    """Length of the union of [link, end) of the chosen answers, by call."""
    rows = np.flatnonzero(chosen)
    rows = rows[np.lexsort((answers.link[rows], answers.call[rows]))]
    call, link, end = answers.call[rows], answers.link[rows], answers.end[rows]
    if not len(rows):
        return np.zeros(calls, dtype=np.int64)
    # One running maximum serves all calls: each call is lifted above the ends of those before it.
    lift = call * (int(end.max()) - int(link.min()) + 1)
    covered = np.maximum.accumulate(end + lift) - lift
    before = np.append(link[0], covered[:-1])
    before = np.where(np.append(True, call[1:] != call[:-1]), link, before)
    return tally(call, calls, np.maximum(end - np.maximum(link, before), 0))


def _answering(outcome: Ints, by_human: Ints, answers: _Answers, has_called_side: Flags) -> Ints:
    agent = pick(answers.agent, by_human, NO_ID)
    agent = np.where((by_human < 0) & (outcome == _NO_USER), 0, agent)
    return np.where(has_called_side, agent, NO_ID)


def _originating(v: LegView, is_inbound: Flags) -> Ints:
    """The first leg's caller where it is a user, else 0; none for inbound calls."""
    caller = v.caller[v.first]
    is_user = np.asarray(is_text(v.table, "caller_kind", "user"))[v.first]
    return np.where(is_inbound, NO_ID, np.where(is_user, caller, 0))


def _edge_queue(v: LegView, visit_call: Ints, visit_leg: Ints, *, is_last: bool) -> Ints:
    order = -visit_leg if is_last else visit_leg
    place = first_by(visit_call, v.calls, (order,), np.arange(len(visit_leg)))
    return pick(v.queue[visit_leg], place, NO_ID)


def _first_line(v: LegView) -> Ints:
    line = ints(v.table, "line_id")
    place = first_by(v.call, v.calls, (np.arange(len(line)),), np.flatnonzero(line != NO_ID))
    return pick(line, place, NO_ID)


def _distinct_steps(v: LegView) -> Ints:
    call_of_step = np.zeros(v.steps, dtype=np.int64)
    call_of_step[v.step] = v.call
    return tally(call_of_step, v.calls)


def _ring_attempts(v: LegView, contacts: pa.Table) -> Ints:
    offered = contacts.filter(pc.not_equal(contacts["result"], "placed"))
    ids = v.table["call_id"].combine_chunks().take(pa.array(v.first))
    call = pc.index_in(offered["call_id"].combine_chunks(), value_set=ids)
    return tally(call.to_numpy().astype(np.int64), v.calls)


def _transfers(answers: _Answers, human: Flags, calls: int) -> Ints:
    """How often the agent differs from the one before, over human answers by link and cdr id."""
    rows = np.flatnonzero(human)
    rows = rows[np.lexsort((answers.cdr_id[rows], answers.link[rows], answers.call[rows]))]
    call, agent = answers.call[rows], answers.agent[rows]
    changes = (call[1:] == call[:-1]) & (agent[1:] != agent[:-1])
    return tally(call[1:][changes], calls)
