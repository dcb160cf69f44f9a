"""Every figure of the dataset by code, and the formula it has over calls and over quarter hours.

The codes are those of the counters in `model.tables` where there is one. Ratios (R 13) are the same
over both, since they are made of counters. What a figure is called stands in `measure_words`.
"""

from __future__ import annotations

from enum import StrEnum
from typing import Literal

from insight_pipeline.model.tables import AGENT_COUNTERS, QUEUE_COUNTERS
from insight_pipeline.sinks.powerbi.formulas import Distinct, Formula, Largest, Only, Ratio, Total

Granularity = Literal["call", "interval"]


class Subject(StrEnum):
    """What a figure is about; it decides the table under which reports list it."""

    CALL = "call"
    QUEUE = "queue"
    AGENT = "agent"


CALLS = "fact_call"
VISITS = "fact_queue_visit"
CONTACTS = "fact_agent_contact"
QUEUE_INTERVALS = "fact_queue_interval"
AGENT_INTERVALS = "fact_agent_interval"

HOMES: dict[Granularity, dict[Subject, str]] = {
    "call": {Subject.CALL: CALLS, Subject.QUEUE: VISITS, Subject.AGENT: CONTACTS},
    "interval": {Subject.QUEUE: QUEUE_INTERVALS, Subject.AGENT: AGENT_INTERVALS},
}
"""The fact tables of each granularity, by what they are about."""


def _exit(reason: str) -> Only:
    return Only("exit_reason", reason)


def _is(flag: str) -> Only:
    return Only(flag, value=True)


def _result(result: str) -> Only:
    return Only("result", result)


_IN_TIME = _is("is_within_threshold")
_A_USER = Only("agent_id", 0, ">")
_IN_A_QUEUE = Only("queue_id", 0, ">")

RATIOS: dict[str, Formula] = {
    "service_level_answered_only": Ratio(("answered_within",), ("answered",)),
    "service_level_ignore_abandoned_within": Ratio(
        ("answered_within",), ("answered", "abandoned", "-abandoned_within")
    ),
    "service_level_abandoned_negative": Ratio(("answered_within",), ("answered", "abandoned")),
    "service_level_abandoned_positive": Ratio(
        ("answered_within", "abandoned_within"), ("answered", "abandoned")
    ),
    "service_level_exclude_short": Ratio(
        ("answered_within",), ("answered", "abandoned", "-short_abandoned")
    ),
    "service_level_short_as_success": Ratio(
        ("answered_within", "short_abandoned"), ("answered", "abandoned")
    ),
    "service_level_offered": Ratio(("answered_within",), ("offered",)),
    "abandonment_rate": Ratio(("abandoned", "-short_abandoned"), ("offered", "-short_abandoned")),
    "asa_seconds": Ratio(("wait_answered_seconds",), ("answered",)),
    "average_talk_seconds": Ratio(("talk_seconds",), ("answered",)),
    "agent_average_talk_seconds": Ratio(("agent_answered_talk_seconds",), ("agent_answered",)),
}

BY_CALL: dict[str, Formula] = {
    "calls": Total(CALLS),
    "calls_inbound": Total(CALLS, None, (Only("direction", "inbound"),)),
    "calls_outbound": Total(CALLS, None, (Only("direction", "outbound"),)),
    "calls_internal": Total(CALLS, None, (Only("direction", "internal"),)),
    "calls_answered": Total(CALLS, None, (Only("outcome", "answered"),)),
    "calls_abandoned": Total(CALLS, None, (Only("outcome", "abandoned"),)),
    "calls_no_user": Total(CALLS, None, (Only("outcome", "no_user"),)),
    "calls_missed": Total(CALLS, None, (Only("outcome", "missed"),)),
    "calls_connected": Total(CALLS, None, (Only("outcome", "connected"),)),
    "calls_not_connected": Total(CALLS, None, (Only("outcome", "not_connected"),)),
    "calls_transfers": Total(CALLS, "transfers"),
    "calls_talk_seconds": Total(CALLS, "talk_seconds"),
    "calls_wait_seconds": Total(CALLS, "wait_seconds"),
    "calls_no_user_seconds": Total(CALLS, "no_user_seconds"),
    "offered": Total(VISITS),
    "answered": Total(VISITS, None, (_exit("answered"),)),
    "no_user": Total(VISITS, None, (_exit("no_user"),)),
    "overflow": Total(VISITS, None, (_exit("overflow"),)),
    "abandoned": Total(VISITS, None, (_exit("abandoned"),)),
    "short_abandoned": Total(VISITS, None, (_is("is_short_abandoned"),)),
    "missed": Total(VISITS, None, (_is("is_missed"),)),
    "unanswered": Total(VISITS, None, (_is("is_unanswered"),)),
    "answered_within": Total(VISITS, None, (_exit("answered"), _IN_TIME)),
    "abandoned_within": Total(VISITS, None, (_exit("abandoned"), _IN_TIME)),
    "wait_answered_seconds": Total(VISITS, "wait_seconds", (_exit("answered"),)),
    "wait_abandoned_seconds": Total(VISITS, "wait_seconds", (_exit("abandoned"),)),
    "wait_total_seconds": Total(VISITS, "wait_seconds"),
    "wait_max_seconds": Largest(VISITS, ("visit_id",), "wait_seconds"),
    "talk_seconds": Total(CONTACTS, "talk_seconds", (_result("answered"), _A_USER, _IN_A_QUEUE)),
    "queued_calls": Distinct(VISITS, "call_id"),
    "agent_contacts": Total(CONTACTS),
    "agent_answered": Total(CONTACTS, None, (_result("answered"),)),
    "agent_missed": Total(CONTACTS, None, (_result("missed"),)),
    "agent_answered_elsewhere": Total(CONTACTS, None, (_result("answered_elsewhere"),)),
    "agent_placed": Total(CONTACTS, None, (_result("placed"),)),
    "agent_rona": Total(CONTACTS, None, (_is("is_rona"),)),
    "agent_ring_seconds": Total(CONTACTS, "ring_seconds"),
    "agent_talk_seconds": Total(CONTACTS, "talk_seconds"),
    "agent_answered_talk_seconds": Total(CONTACTS, "talk_seconds", (_result("answered"),)),
    "agents_in_contact": Distinct(CONTACTS, "agent_key", None, (_A_USER,)),
    **RATIOS,
}

_QUEUE_HOUR = ("partition_key", "queue_key", "interval_start_utc")

BY_INTERVAL: dict[str, Formula] = {
    **{c.name: Total(QUEUE_INTERVALS, c.name) for c in QUEUE_COUNTERS},
    "wait_max_seconds": Largest(QUEUE_INTERVALS, _QUEUE_HOUR, "wait_max_seconds"),
    **{f"agent_{c.name}": Total(AGENT_INTERVALS, c.name) for c in AGENT_COUNTERS},
    "agents_in_contact": Distinct(AGENT_INTERVALS, "agent_key", "contacts", (_A_USER,)),
    **RATIOS,
}

FORMULAS: dict[Granularity, dict[str, Formula]] = {"call": BY_CALL, "interval": BY_INTERVAL}
