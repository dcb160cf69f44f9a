"""Small tables for reports, written by hand: two days, two queues, three agents, two lines."""

from __future__ import annotations

from collections.abc import Mapping
from datetime import date, datetime

import pyarrow as pa

from insight_pipeline.model.report.given import Definitions, Given, Period
from insight_pipeline.model.tables import TABLES, Kind

MONDAY, TUESDAY, WEDNESDAY = date(2026, 3, 2), date(2026, 3, 3), date(2026, 3, 4)
_DEFAULTS: Mapping[Kind, object] = {
    Kind.TEXT: "",
    Kind.INTEGER: 0,
    Kind.FLAG: False,
    Kind.DAY: MONDAY,
    Kind.INSTANT: datetime(2026, 3, 2, 9),
    Kind.RATIO: None,
}


def table(name: str, *rows: Mapping[str, object]) -> pa.Table:
    """Rows of a declared table; what a row does not say is NULL where that may be, else zero or empty."""
    declared = TABLES[name]
    blank = {c.name: None if c.nullable else _DEFAULTS[c.kind] for c in declared.columns}
    unknown = {key for row in rows for key in row} - blank.keys()
    assert not unknown
    return pa.Table.from_pylist([{**blank, **row} for row in rows], declared.arrow_schema())


def utc(day: date, hour: int, minute: int = 0) -> datetime:
    """An instant."""
    return datetime(day.year, day.month, day.day, hour, minute)


def _visit(queue: int, reason: str, wait: int, threshold: int = 20) -> dict[str, object]:
    return {
        "queue_id": queue, "exit_reason": reason, "wait_seconds": wait, "threshold_seconds": threshold,
    }  # fmt: skip


VISITS = (
    _visit(4001, "answered", 5),
    _visit(4001, "answered", 20),
    _visit(4001, "answered", 65),
    _visit(4001, "abandoned", 2),
    _visit(4001, "abandoned", 301),
    _visit(4002, "overflow", 30, 10),
    _visit(4002, "no_user", 11, 10),
)
INTERVALS = (
    {
        "local_date": MONDAY, "queue_id": 4001, "interval_start_utc": utc(MONDAY, 8, 45),
        "offered": 4, "answered": 3, "abandoned": 1, "short_abandoned": 1, "unanswered": 1, "missed": 1,
        "answered_within": 2, "abandoned_within": 1, "wait_answered_seconds": 90,
        "wait_abandoned_seconds": 2, "wait_total_seconds": 92, "wait_max_seconds": 65, "talk_seconds": 600,
        "is_open": True,
    },
    {
        "local_date": TUESDAY, "queue_id": 4001, "interval_start_utc": utc(TUESDAY, 14),
        "offered": 1, "abandoned": 1, "unanswered": 1, "wait_abandoned_seconds": 301,
        "wait_total_seconds": 301, "wait_max_seconds": 301, "is_open": False,
    },
    {
        "local_date": TUESDAY, "queue_id": 4002, "interval_start_utc": utc(TUESDAY, 22, 45),
        "offered": 2, "overflow": 1, "no_user": 1, "unanswered": 2, "wait_total_seconds": 41,
        "wait_max_seconds": 30,
    },
)  # fmt: skip
CALLS = (
    {"call_id": "demo:1", "direction": "inbound", "outcome": "answered"},
    {"call_id": "demo:2", "direction": "inbound", "outcome": "abandoned", "caller_number": "+4930123456",
     "caller_name": "Anna <b>Bold</b>", "wait_seconds": 301, "local_date": TUESDAY},
    {"call_id": "demo:3", "direction": "inbound", "outcome": "missed", "caller_number": "0711555",
     "wait_seconds": 12},
    {"call_id": "demo:4", "direction": "inbound", "outcome": "no_user", "local_date": TUESDAY},
    {"call_id": "demo:5", "direction": "outbound", "outcome": "connected"},
    {"call_id": "demo:6", "direction": "outbound", "outcome": "not_connected"},
    {"call_id": "demo:9", "direction": "outbound", "outcome": "not_connected"},
    {"call_id": "demo:7", "direction": "internal", "outcome": "connected", "local_date": TUESDAY,
     "start_utc": utc(TUESDAY, 15, 30)},
    {"call_id": "demo:8", "direction": "inbound", "outcome": "missed", "caller_number": "+49301"},
)  # fmt: skip
CALLBACKS = (
    {"lost_call_id": "demo:2", "queue_id": 4001, "lost_utc": utc(TUESDAY, 14, 5), "local_date": TUESDAY},
    {"lost_call_id": "demo:3", "lost_utc": utc(MONDAY, 9, 1)},
    {"lost_call_id": "demo:8", "lost_utc": utc(MONDAY, 9, 2), "is_recovered": True, "recovered_by": "us",
     "delay_seconds": 3600},
)  # fmt: skip
AGENT_INTERVALS = (
    {"agent_id": 0, "contacts": 2, "answered": 2, "talk_seconds": 30, "answered_talk_seconds": 30},
    {"agent_id": 1001, "contacts": 3, "answered": 1, "missed": 2, "rona": 1, "talk_seconds": 100,
     "answered_talk_seconds": 90},
    {"agent_id": 1001, "contacts": 2, "answered": 1, "placed": 1, "talk_seconds": 500,
     "answered_talk_seconds": 210, "local_date": TUESDAY},
    {"agent_id": 1002, "contacts": 1, "answered_elsewhere": 1},
)  # fmt: skip
LINE_INTERVALS = (
    {"line_id": 11, "interval_start_utc": utc(MONDAY, 8), "uses": 4, "incoming_uses": 3,
     "busy_seconds": 900, "peak_uses": 2},
    {"line_id": 11, "interval_start_utc": utc(TUESDAY, 8), "uses": 1, "incoming_uses": 1,
     "busy_seconds": 450, "peak_uses": 3, "local_date": TUESDAY},
    {"line_id": 12, "interval_start_utc": utc(MONDAY, 8), "uses": 1, "busy_seconds": 450, "peak_uses": 1},
)  # fmt: skip
FILES = (
    {"file_sha256": "a", "file_name": "one.csv", "kind": "call_list", "lines": 12, "accepted": 10,
     "open_rows": 0, "quarantined": 2, "status": "accepted", "last_start_utc": utc(TUESDAY, 15, 30)},
    {"file_name": "two.csv", "kind": "line_list", "status": "refused", "reason": "no_header"},
)  # fmt: skip
FORECAST = tuple(
    {"queue_id": queue, "weekday": day, "interval_of_day": quarter, "is_open": is_open, "weeks": 8,
     "first_date": date(2026, 1, 5), "last_date": MONDAY, "expected_offered": offered,
     "low_offered": offered - 1, "high_offered": offered + 2, "average_handle_seconds": 200.0,
     "target_service_level": 0.8, "agents_needed": agents}
    for queue, day, quarter, is_open, offered, agents in (
        (4001, 1, 36, True, 9.5, 4), (4001, 1, 37, True, 6.25, 3), (4001, 5, 44, True, 3.0, 2),
        (4001, 6, 44, False, 40.0, 12), (4002, 3, 40, None, 1.0, None),
    )
)  # fmt: skip
TABLES_BY_HAND = {
    "fact_call": table("fact_call", *CALLS),
    "fact_queue_visit": table("fact_queue_visit", *VISITS),
    "fact_queue_interval": table("fact_queue_interval", *INTERVALS),
    "fact_agent_interval": table("fact_agent_interval", *AGENT_INTERVALS),
    "fact_line_interval": table("fact_line_interval", *LINE_INTERVALS),
    "fact_callback": table("fact_callback", *CALLBACKS),
    "dim_agent": table(
        "dim_agent",
        {"agent_id": 0, "name": "Kein Benutzer"},
        {"agent_id": 1001, "name": "Rita Roth"},
    ),
    "dim_queue": table(
        "dim_queue", {"queue_id": 4001, "name": "Vertrieb & Service"}, {"queue_id": 4002, "name": "Lager"}
    ),
    "dim_line": table("dim_line", {"line_id": 11, "name": "Amt 1"}),
    "ingest_file": table("ingest_file", *FILES),
    "cdr_quarantine": table(
        "cdr_quarantine", {"reason": "encoding"}, {"reason": "field_count"}, {"reason": "field_count"}
    ),
    "forecast_queue_interval": table("forecast_queue_interval", *FORECAST),
    "reconciliation": table(
        "reconciliation",
        {"local_date": MONDAY, "rows_in": 9, "legs": 6, "duplicates": 3, "is_balanced": True},
        {"local_date": TUESDAY, "rows_in": 3, "legs": 3, "is_balanced": True},
        {"local_date": WEDNESDAY, "rows_in": 2, "legs": 1, "is_balanced": False},
    ),
}  # fmt: skip


def given(
    *, is_agent_named: bool = True, variant: str = "abandoned_negative", **tables: pa.Table
) -> Given:
    """Monday and Tuesday loaded, Wednesday not; `tables` replace those above."""
    made = datetime(2026, 3, 5, 6, 30)
    return Given(
        Period("demo", "Europe/Berlin", MONDAY, WEDNESDAY, (MONDAY, TUESDAY), (TUESDAY,), made),
        Definitions(variant, 5, 24),
        is_agent_named,
        {**TABLES_BY_HAND, **tables},
    )


def quiet() -> Given:
    """Two loaded days on which nobody called."""
    return given(**{name: found.slice(0, 0) for name, found in TABLES_BY_HAND.items()})


def nothing() -> Given:
    """The same period, of which nothing is loaded."""
    found = quiet()
    period = Period("demo", "Europe/Berlin", MONDAY, WEDNESDAY, (), (), found.period.made_utc)
    return Given(period, found.definitions, found.is_agent_named, found.tables)


def large_month() -> Given:
    """A month in which each of many queues, agents and lines is busy at every hour."""
    days = [date(2026, 3, day) for day in range(1, 32)]
    queues, agents, lines = range(4001, 4031), range(1001, 1251), range(1, 41)
    visits = [_visit(queue, reason, wait) for queue in queues for reason in ("answered", "abandoned")
              for wait in (3, 8, 15, 25, 45, 100, 200, 400)]  # fmt: skip
    intervals = [
        {**INTERVALS[0], "local_date": day, "queue_id": queue, "interval_start_utc": utc(day, hour),
         "no_user": 1, "overflow": 1}
        for day in days for queue in queues for hour in range(0, 24, 3)
    ]  # fmt: skip
    calls = [{**CALLS[1], "call_id": f"demo:{n}", "local_date": days[n % 31]} for n in range(2000)]
    callbacks = [{**CALLBACKS[0], "lost_call_id": f"demo:{n}"} for n in range(2000)]
    uses = [{**LINE_INTERVALS[0], "line_id": line, "interval_start_utc": utc(day, hour)}
            for line in lines for day in days[:5] for hour in range(24)]  # fmt: skip
    contacts: list[dict[str, object]] = [
        {**AGENT_INTERVALS[1], "agent_id": agent} for agent in agents
    ]
    rows: dict[str, list[dict[str, object]]] = {
        "fact_call": calls,
        "fact_callback": callbacks,
        "fact_queue_visit": visits,
        "fact_queue_interval": intervals,
        "fact_line_interval": uses,
        "fact_agent_interval": contacts,
        "dim_queue": [{"queue_id": queue, "name": f"Warteschlange {queue}"} for queue in queues],
        "dim_agent": [{"agent_id": agent, "name": f"Agentin {agent}"} for agent in agents],
    }
    found = given(**{name: table(name, *each) for name, each in rows.items()})
    period = Period(
        "demo", "Europe/Berlin", days[0], days[-1], tuple(days), (), found.period.made_utc
    )
    return Given(period, found.definitions, found.is_agent_named, found.tables)
