"""R 17: where every row went, and the identities that must hold before anything leaves the lake."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
import numpy.typing as npt
import pandas as pd
import pyarrow as pa
import pyarrow.compute as pc

from insight_pipeline.facts.callbacks import lost_calls
from insight_pipeline.model.columns import days, ints, table_of
from insight_pipeline.model.tables import RECONCILIATION
from insight_pipeline.model.terms import Term

Ints = npt.NDArray[np.int64]

FATES = ("legs", "summary_left_out", "duplicates", "superseded", "open_rows", "out_of_window")
"""Columns of `reconciliation` in the order of `legs.build.RowFate`."""

COMPARED = (
    "reconciliation",
    "fact_call",
    "fact_queue_visit",
    "fact_agent_contact",
    "fact_queue_interval",
    "fact_agent_interval",
    "fact_callback",
)
"""Tables whose figures must agree: the arguments of `imbalances`."""

FATE_SCHEMA = pa.schema([("local_date", pa.date32()), *[(name, pa.int64()) for name in FATES]])


_IDENTITIES = {
    "rows_in": Term("die Zahl der eingelesenen Zeilen", "the number of rows read"),
    "calls by outcome": Term("die Summe der Anrufe nach Ergebnis", "the sum of calls by outcome"),
    "queue visits by exit reason": Term(
        "die Summe der Warteschlangenbesuche nach Ausgang", "the sum of queue visits by exit reason"
    ),
    "agent contacts": Term(
        "die Summe der Agentenkontakte nach Ergebnis", "the sum of agent contacts by result"
    ),
    "visits and queue intervals": Term(
        "die Summe der Warteschlangenbesuche über die Viertelstunden",
        "the sum of queue visits over the quarter hours",
    ),
    "contacts and agent intervals": Term(
        "die Summe der Agentenkontakte über die Viertelstunden",
        "the sum of agent contacts over the quarter hours",
    ),
    "lost calls and callbacks": Term(
        "die Zahl der verlorenen Anrufe in fact_callback",
        "the number of lost calls in fact_callback",
    ),
}
_OF = {
    "wait_seconds": Term("Wartezeit", "waiting time"),
    "ring_seconds": Term("Klingeldauer", "ringing time"),
    "talk_seconds": Term("Gesprächsdauer", "talk time"),
}
"""What is summed where it is not the rows themselves."""


@dataclass(frozen=True)
class Imbalance:
    """An identity that does not hold: which, on which date, and the two figures."""

    identity: str
    local_date: str
    expected: int
    actual: int

    @property
    def words(self) -> Term:
        """The identity as messages name it."""
        name, _, measure = self.identity.removesuffix(")").partition(" (")
        told, of = _IDENTITIES.get(name, Term(name, name)), _OF.get(measure)
        return Term(f"{told.de} ({of.de})", f"{told.en} ({of.en})") if of else told


def count_fates(row_days: Ints, fate: npt.NDArray[np.int8]) -> pa.Table:
    """How many rows of each local day met each fate (FATE_SCHEMA)."""
    frame = pd.crosstab(row_days, fate).reindex(columns=range(len(FATES)), fill_value=0)
    columns = [pa.array(frame.index.to_numpy(np.int32), pa.int32()).cast(pa.date32())]
    columns += [pa.array(frame[code].to_numpy(np.int64)) for code in range(len(FATES))]
    return pa.table(columns, schema=FATE_SCHEMA)


def reconcile(
    fates: pa.Table,
    rows_in: pa.Table,
    calls: pa.Table,
    visits: pa.Table,
    contacts: pa.Table,
    installation: str,
) -> pa.Table:
    """`reconciliation` for every date with a row or a call.

    `rows_in` (local_date, rows_in) is counted apart from the fates, straight from the raw store.
    """
    frame = fates.to_pandas().set_index("local_date")
    frame["rows_in"] = rows_in.to_pandas().set_index("local_date")["rows_in"]
    for name, table in (("calls", calls), ("queue_visits", visits), ("agent_contacts", contacts)):
        frame[name] = table["local_date"].to_pandas().value_counts()
    frame = frame.fillna(0).sort_index()
    frame = frame[frame["rows_in"] > 0]
    numbers = {name: frame[name].to_numpy(np.int64) for name in frame.columns}
    accounted = sum((numbers[name] for name in FATES), np.zeros(len(frame), dtype=np.int64))
    return table_of(
        RECONCILIATION,
        {
            "installation": installation,
            "local_date": pa.array(frame.index, pa.date32()),
            **numbers,
            "is_balanced": numbers["rows_in"] == accounted,
        },
    )


def imbalances(
    reconciliation: pa.Table,
    calls: pa.Table,
    visits: pa.Table,
    contacts: pa.Table,
    queue_intervals: pa.Table,
    agent_intervals: pa.Table,
    callbacks: pa.Table,
) -> list[Imbalance]:
    """Every identity of R 17 that does not hold, date by date; empty when all figures agree."""
    found = [
        Imbalance("rows_in", str(row["local_date"]), row["rows_in"], sum(row[f] for f in FATES))
        for row in reconciliation.to_pylist()
        if not row["is_balanced"]
    ]
    by_outcome = _sum(_group(calls, "outcome"))
    by_exit = _sum(_group(visits, "exit_reason"))
    pairs = [
        ("calls by outcome", _recorded(reconciliation, "calls"), by_outcome),
        ("queue visits by exit reason", _recorded(reconciliation, "queue_visits"), by_exit),
        (
            "agent contacts",
            _recorded(reconciliation, "agent_contacts"),
            _sum(_group(contacts, "result")),
        ),
        (
            "visits and queue intervals",
            _totals(visits, "queue_visit"),
            _totals(queue_intervals, "queue"),
        ),
        (
            "contacts and agent intervals",
            _totals(contacts, "contact"),
            _totals(agent_intervals, "agent"),
        ),
        (
            "lost calls and callbacks",
            _totals(lost_calls(calls), "call"),
            _totals(callbacks, "call"),
        ),
    ]
    for identity, expected, actual in pairs:
        found += _differences(identity, expected, actual)
    return found


Totals = dict[tuple[str, str], int]


def _group(table: pa.Table, name: str) -> pa.Table:
    return table.group_by(["local_date", name]).aggregate([([], "count_all")])


def _sum(grouped: pa.Table) -> Totals:
    totals: Totals = {}
    for row in grouped.to_pylist():
        key = (str(row["local_date"]), "rows")
        totals[key] = totals.get(key, 0) + row["count_all"]
    return totals


def _recorded(reconciliation: pa.Table, name: str) -> Totals:
    rows = reconciliation.select(["local_date", name]).to_pylist()
    return {(str(row["local_date"]), "rows"): row[name] for row in rows if row[name]}


_MEASURES: dict[str, dict[str, str | None]] = {
    "queue_visit": {"rows": None, "wait_seconds": "wait_seconds"},
    "queue": {"rows": "offered", "wait_seconds": "wait_total_seconds"},
    "contact": {"rows": None, "ring_seconds": "ring_seconds", "talk_seconds": "talk_seconds"},
    "call": {"rows": None},
    "agent": {"rows": "contacts", "ring_seconds": "ring_seconds", "talk_seconds": "talk_seconds"},
}


def _totals(table: pa.Table, kind: str) -> Totals:
    """Sums by date of what visits (contacts) and their intervals must have in common."""
    frame = pd.DataFrame({"local_date": days(table, "local_date")})
    for measure, column in _MEASURES[kind].items():
        frame[measure] = 1 if column is None else ints(table, column)
    summed = frame.groupby("local_date").sum()
    dates = pc.cast(pa.array(summed.index.to_numpy(np.int32), pa.int32()), pa.date32()).to_pylist()
    return {
        (str(date), str(measure)): int(value)
        for measure in summed.columns
        for date, value in zip(dates, summed[measure], strict=True)
    }


def _differences(identity: str, expected: Totals, actual: Totals) -> list[Imbalance]:
    return [
        Imbalance(f"{identity} ({key[1]})", key[0], expected.get(key, 0), actual.get(key, 0))
        for key in sorted(expected.keys() | actual.keys())
        if expected.get(key, 0) != actual.get(key, 0)
    ]
