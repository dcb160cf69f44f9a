"""Views for reports: columns labelled in the language of the settings, names beside the ids, codes in words.

Power BI, Excel and Grafana read them as they are. Names of views stay the same in every language; labels
are part of saved reports, so one that has been released is not changed. How a view comes into a database
stands in `migrating`.
"""

from __future__ import annotations

from collections.abc import Mapping
from hashlib import sha256
from typing import Any

import sqlalchemy as sa

from insight_pipeline.model.labels import label
from insight_pipeline.model.tables import TABLES
from insight_pipeline.model.terms import VALUES, Term

_QUEUE = Term("Warteschlange", "Queue")
_AGENT = Term("Agent", "Agent")

QUEUE_DAY = (
    "queue_kind",
    "offered",
    "answered",
    "missed",
    "unanswered",
    "no_user",
    "overflow",
    "abandoned",
    "short_abandoned",
    "answered_within",
    "service_level",
    "threshold_seconds",
    "abandonment_rate",
    "asa_seconds",
    "wait_max_seconds",
    "talk_seconds",
    "average_talk_seconds",
)
AGENT_DAY = (
    "contacts",
    "answered",
    "missed",
    "answered_elsewhere",
    "placed",
    "rona",
    "ring_seconds",
    "talk_seconds",
    "average_talk_seconds",
)

VIEWS = ("v_queue_day", "v_agent_day", "v_calls", "v_lost_calls")


def report_views(tables: Mapping[str, sa.Table], locale: str) -> dict[str, sa.Select[Any]]:
    """The views by name, over the tables of a database."""
    made = (_queue_day, _agent_day, _calls, _lost_calls)
    return {name: make(tables, locale) for name, make in zip(VIEWS, made, strict=True)}


def view_statements(
    views: Mapping[str, sa.Select[Any]], schema: str | None, dialect: sa.Dialect
) -> list[str]:
    """The statements that make the views, anew where they are there with other columns."""
    made = []
    for name, select in views.items():
        quote = dialect.identifier_preparer
        named = quote.format_table(sa.table(name, schema=schema))
        body = select.compile(dialect=dialect, compile_kwargs={"literal_binds": True})
        if dialect.name in {"postgresql", "sqlite"}:
            made.append(f"DROP VIEW IF EXISTS {named}")
        made.append(f"{_head(named, dialect)} AS {body}")
    return made


def _head(named: str, dialect: sa.Dialect) -> str:
    """Whoever reads a view sees what he may see of its tables."""
    match dialect.name:
        case "mysql":
            return f"CREATE OR REPLACE SQL SECURITY INVOKER VIEW {named}"
        case "mssql":
            return f"CREATE OR ALTER VIEW {named}"
        case "postgresql" if (dialect.server_version_info or (15,)) >= (15,):
            return f"CREATE VIEW {named} WITH (security_invoker = true)"
        case _:
            return f"CREATE VIEW {named}"


def digest(statements: list[str]) -> str:
    """What tells whether a database has just these views."""
    return sha256("\n".join(statements).encode()).hexdigest()


def _queue_day(tables: Mapping[str, sa.Table], locale: str) -> sa.Select[Any]:
    day, queue = tables["kpi_queue_day"], tables["dim_queue"].alias("queue")
    kind = _in_words(queue.c.queue_kind, {"group": _GROUP, "iqueue": _IQUEUE}, locale)
    figures = [
        _named(kind if name == "queue_kind" else day.c[name], label(name), locale)
        for name in QUEUE_DAY
    ]
    return sa.select(
        _labelled(day.c.installation, locale),
        _labelled(day.c.local_date, locale),
        _labelled(day.c.queue_id, locale),
        _named(queue.c.name, _QUEUE, locale),
        *figures,
    ).select_from(_with(day, queue, day.c.queue_id, "queue_id"))


def _agent_day(tables: Mapping[str, sa.Table], locale: str) -> sa.Select[Any]:
    day, agent = tables["kpi_agent_day"], tables["dim_agent"].alias("agent")
    return sa.select(
        _labelled(day.c.installation, locale),
        _labelled(day.c.local_date, locale),
        _labelled(day.c.agent_id, locale),
        _named(agent.c.name, _AGENT, locale),
        *(_labelled(day.c[name], locale) for name in AGENT_DAY),
    ).select_from(_with(day, agent, day.c.agent_id, "agent_id"))


def _calls(tables: Mapping[str, sa.Table], locale: str) -> sa.Select[Any]:
    call = tables["fact_call"]
    first, last = tables["dim_queue"].alias("first_queue"), tables["dim_queue"].alias("last_queue")
    answering, line = tables["dim_agent"].alias("agent"), tables["dim_line"].alias("line")
    placing = tables["dim_agent"].alias("placing_agent")
    source = _with(call, first, call.c.first_queue_id, "queue_id")
    source = _with(source, last, call.c.last_queue_id, "queue_id", call)
    source = _with(source, answering, call.c.answering_agent_id, "agent_id", call)
    source = _with(source, placing, call.c.originating_agent_id, "agent_id", call)
    source = _with(source, line, call.c.line_id, "line_id", call)
    columns: list[tuple[sa.ColumnElement[Any], Term]] = [
        (call.c.installation, label("installation")),
        (call.c.local_date, label("local_date")),
        (call.c.call_id, label("call_id")),
        (_coded("fact_call", call.c.direction, locale), label("direction")),
        (_coded("fact_call", call.c.outcome, locale), label("outcome")),
        (call.c.start_utc, label("start_utc")),
        (call.c.human_answer_utc, label("human_answer_utc")),
        (call.c.end_utc, label("end_utc")),
        (call.c.wait_seconds, label("wait_seconds")),
        (call.c.talk_seconds, label("talk_seconds")),
        (call.c.total_seconds, label("total_seconds")),
        (answering.c.name, Term("Angenommen von", "Answered by")),
        (placing.c.name, Term("Gewählt von", "Placed by")),
        (first.c.name, Term("Erste Warteschlange", "First queue")),
        (last.c.name, Term("Letzte Warteschlange", "Last queue")),
        (call.c.caller_number, label("caller_number")),
        (call.c.caller_name, label("caller_name")),
        (call.c.called_number, label("called_number")),
        (call.c.called_name, label("called_name")),
        (line.c.name, Term("Leitung", "Line")),
        (call.c.transfers, label("transfers")),
        (call.c.ring_attempts, label("ring_attempts")),
    ]
    return sa.select(*(_named(c, term, locale) for c, term in columns)).select_from(source)


def _lost_calls(tables: Mapping[str, sa.Table], locale: str) -> sa.Select[Any]:
    """R 14: lost calls, and the calls by which they were recovered."""
    lost, call = tables["fact_callback"], tables["fact_call"]
    queue = tables["dim_queue"].alias("last_queue")
    by = _coded("fact_callback", lost.c.recovered_by, locale)
    columns: list[tuple[sa.ColumnElement[Any], Term]] = [
        (lost.c.installation, label("installation")),
        (lost.c.local_date, label("local_date")),
        (lost.c.lost_call_id, label("call_id")),
        (_coded("fact_call", call.c.outcome, locale), label("outcome")),
        (call.c.start_utc, label("start_utc")),
        (lost.c.lost_utc, label("end_utc")),
        (call.c.wait_seconds, label("wait_seconds")),
        (lost.c.queue_id, label("queue_id")),
        (queue.c.name, _QUEUE),
        (call.c.caller_number, label("caller_number")),
        (call.c.caller_name, label("caller_name")),
        (lost.c.is_recovered, label("is_recovered")),
        (by, label("recovered_by")),
        (lost.c.recovered_call_id, label("recovered_call_id")),
        (lost.c.recovered_utc, label("recovered_utc")),
        (lost.c.delay_seconds, label("delay_seconds")),
    ]
    source = _with(lost, queue, lost.c.queue_id, "queue_id")
    source = source.join(call, call.c.call_id == lost.c.lost_call_id)
    return sa.select(*(_named(c, term, locale) for c, term in columns)).select_from(source)


_GROUP, _IQUEUE = Term("Gruppe", "Group"), Term("iQueue", "iQueue")


def _named(column: sa.ColumnElement[Any], term: Term, locale: str) -> sa.Label[Any]:
    return column.label(term.text(locale))


def _labelled(column: sa.Column[Any], locale: str) -> sa.Label[Any]:
    return _named(column, label(column.name), locale)


def _coded(table: str, column: sa.Column[Any], locale: str) -> sa.ColumnElement[Any]:
    """A column of codes in words."""
    codes = next(each.values for each in TABLES[table].columns if each.name == column.name)
    return _in_words(column, {code: VALUES[code] for code in codes}, locale)


def _in_words(
    column: sa.Column[Any], words: Mapping[str, Term], locale: str
) -> sa.ColumnElement[Any]:
    told = {code: sa.literal(term.text(locale), sa.Unicode()) for code, term in words.items()}
    return sa.case(told, value=column, else_=column)


def _with(
    source: sa.FromClause,
    dimension: sa.FromClause,
    column: sa.Column[Any],
    key: str,
    facts: sa.FromClause | None = None,
) -> sa.FromClause:
    """The facts, each with its row of a dimension where it has one."""
    here = source if facts is None else facts
    same = sa.and_(dimension.c.installation == here.c.installation, dimension.c[key] == column)
    return source.outerjoin(dimension, same)
