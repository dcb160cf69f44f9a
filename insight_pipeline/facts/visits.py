"""R 10: queue visits. One per leg that a queue owns: who took it, how it ended, how long it waited."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass

import numpy as np
import numpy.typing as npt
import pandas as pd
import pyarrow as pa

from insight_pipeline.facts.hours import OpeningHours, open_flags
from insight_pipeline.facts.view import LegView, any_of, first_by, pick, view
from insight_pipeline.model.columns import (
    NO_ID,
    NO_TIME,
    coded,
    flags,
    ints,
    is_text,
    table_of,
)
from insight_pipeline.model.directory import Directory
from insight_pipeline.model.tables import FACT_QUEUE_VISIT, NO_USER_REASONS

Ints = npt.NDArray[np.int64]
Flags = npt.NDArray[np.bool_]

EXITS = ("answered", "no_user", "overflow", "abandoned")
ANSWERED, NO_USER, OVERFLOW, ABANDONED = range(4)
_VOICEMAIL, _MODULE, _UNKNOWN = range(3)


@dataclass(frozen=True)
class QueueRules:
    """Configured figures of queues, in seconds, and when they are open."""

    service_level_seconds: int
    short_abandon_seconds: int
    hours: OpeningHours | None = None


def queue_visits(legs: pa.Table, directory: Directory, rules: QueueRules) -> pa.Table:
    """`fact_queue_visit` of a set of whole calls, in the order of call and visit_seq."""
    v = view(legs)
    at = np.flatnonzero(v.queue != NO_ID)
    taker = _takers(v, at)
    is_taken = v.is_connected[at] | v.is_elsewhere[at]
    exit_code = np.select(
        [is_taken & (taker != NO_ID), is_taken, _has_later_step(v)[at]],
        [ANSWERED, NO_USER, OVERFLOW],
        ABANDONED,
    )
    agent = np.select([exit_code == ANSWERED, exit_code == NO_USER], [taker, 0], NO_ID)
    link = np.where(v.is_elsewhere[at], _link_elsewhere(v, at, taker), v.link[at])
    is_served = (exit_code == ANSWERED) | (exit_code == NO_USER)
    wait = np.where(is_served, link, v.end[at]) - v.start[at]
    threshold = thresholds(v.queue[at], directory, rules)
    was_offered = any_of(v.step, v.steps, v.is_user_owned & ~v.is_own_entry)[v.step[at]]
    is_answered = exit_code == ANSWERED
    source = v.table.take(pa.array(at))
    return table_of(
        FACT_QUEUE_VISIT,
        {
            "visit_id": source["leg_id"],
            "installation": source["installation"],
            "local_date": source["local_date"],
            "call_id": source["call_id"],
            "visit_seq": _sequence(v.call[at]),
            "queue_id": source["queue_id"],
            "queue_kind": _queue_kinds(v.queue[at], directory),
            "call_step": source["call_step"],
            "enter_utc": source["start_utc"],
            "link_utc": np.where(is_taken, link, NO_TIME),
            "leave_utc": source["end_utc"],
            "exit_reason": coded(exit_code, EXITS),
            "agent_id": agent,
            "no_user_reason": coded(
                np.where(exit_code == NO_USER, _reasons(v, at), -1), NO_USER_REASONS
            ),
            "wait_seconds": wait,
            "threshold_seconds": threshold,
            "was_offered": was_offered,
            "is_missed": was_offered & ~is_answered,
            "is_unanswered": ~is_answered,
            "is_short_abandoned": (exit_code == ABANDONED) & (wait < rules.short_abandon_seconds),
            "is_within_threshold": wait <= threshold,
            "is_open": open_flags(rules.hours, v.queue[at], v.start[at]),
        },
    )


def _takers(v: LegView, at: Ints) -> Ints:
    """The user whom the row names, else the one of the step's earliest connected leg."""
    named = ints(v.table, "taken_by_agent_id")[at]
    rows = np.flatnonzero(v.is_connected & (v.agent > 0) & v.is_called_side)
    earliest = first_by(v.step, v.steps, (v.cdr_id, v.link), rows)
    return np.where(named != NO_ID, named, pick(v.agent, earliest[v.step[at]], NO_ID))


def _has_later_step(v: LegView) -> Flags:
    highest = np.full(v.calls, np.iinfo(np.int64).min)
    np.maximum.at(highest, v.call, v.call_step)
    return highest[v.call] > v.call_step


def _link_elsewhere(v: LegView, at: Ints, taker: Ints) -> Ints:
    """For visits answered elsewhere: the taker's earliest link within the visit, else its end."""
    link = v.end[at].copy()
    chosen = np.flatnonzero(v.is_elsewhere[at] & (taker != NO_ID))
    if not len(chosen):
        return link
    visits = pd.DataFrame({"call": v.call[at[chosen]], "agent": taker[chosen], "visit": chosen})
    rows = np.flatnonzero(v.is_connected & (v.agent != NO_ID))
    legs = pd.DataFrame({"call": v.call[rows], "agent": v.agent[rows], "link": v.link[rows]})
    pairs = visits.merge(legs, on=["call", "agent"])
    visit, linked = pairs["visit"].to_numpy(), pairs["link"].to_numpy()
    inside = (linked >= v.start[at[visit]]) & (linked <= v.end[at[visit]])
    np.minimum.at(link, visit[inside], linked[inside])
    return link


def _reasons(v: LegView, at: Ints) -> Ints:
    """Why nobody took the visit, as an index into NO_USER_REASONS."""
    rows = np.flatnonzero(v.is_connected & (v.agent == 0))
    earliest = first_by(v.step, v.steps, (v.cdr_id, v.link), rows)[v.step[at]]
    by_leg = np.full(len(v.call), -1, dtype=np.int64)
    for code, word in enumerate(NO_USER_REASONS):
        by_leg[is_text(v.table, "no_user_reason", word)] = code
    return np.select(
        [
            flags(v.table, "has_voicemail")[at],
            earliest >= 0,
            is_text(v.table, "service_kind", "voicemail")[at],
            is_text(v.table, "service_kind", "module")[at],
        ],
        [_VOICEMAIL, pick(by_leg, earliest, -1), _VOICEMAIL, _MODULE],
        _UNKNOWN,
    )


def thresholds(queue: Ints, directory: Directory, rules: QueueRules) -> Ints:
    """Service level threshold of each queue in seconds: its own, else the configured one."""
    distinct, place = np.unique(queue, return_inverse=True)
    own = [directory.accounts.get(i) for i in distinct.tolist()]
    level = [a.service_level_seconds if a is not None else None for a in own]
    seconds = [rules.service_level_seconds if s is None else s for s in level]
    return np.array(seconds, dtype=np.int64)[place]


def _queue_kinds(queue: Ints, directory: Directory) -> pa.Array:
    """Group or iQueue; a queue that the directory does not list is a group (R 6)."""
    distinct, place = np.unique(queue, return_inverse=True)
    accounts: Mapping[int, object] = directory.accounts
    is_iqueue = [
        i in accounts and directory.accounts[i].kind == "iqueue" for i in distinct.tolist()
    ]
    return coded(np.array(is_iqueue, dtype=np.int8)[place], ("group", "iqueue"))


def _sequence(call: Ints) -> Ints:
    """Place of each row among the rows of its call, from 1; rows of a call stand together."""
    if not len(call):
        return call
    first = np.flatnonzero(np.append(True, call[1:] != call[:-1]))
    return np.arange(len(call)) - np.repeat(first, np.diff(np.append(first, len(call)))) + 1
