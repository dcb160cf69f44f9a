"""`insight_historical`: its tables, columns, relationships and measures, derived from `model.tables`.

Every pushed column says where its values come from, so that rows can be made without knowing tables;
`push_rows` does that. Bodies of requests belong to `bodies`, formulas to `figures`; what is sent when
is decided elsewhere.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, replace
from enum import StrEnum

from insight_pipeline.model.tables import (
    DIM_AGENT,
    DIM_DATE,
    DIM_INTERVAL,
    DIM_LINE,
    DIM_QUEUE,
    TABLES,
    Column,
    Kind,
    Table,
)
from insight_pipeline.model.terms import Term
from insight_pipeline.sinks.powerbi.figures import HOMES, Granularity
from insight_pipeline.sinks.powerbi.formulas import SIGN
from insight_pipeline.sinks.powerbi.measures import Locale, Measure, measures

__all__ = [
    "Copied",
    "Delivered",
    "Joined",
    "LocalQuarter",
    "Measure",
    "Origin",
    "PushColumn",
    "PushDataset",
    "PushTable",
    "PushType",
    "Relationship",
    "historical",
]

HISTORICAL = "insight_historical"
DIMENSIONS = (DIM_AGENT, DIM_QUEUE, DIM_LINE, DIM_DATE, DIM_INTERVAL)


class PushType(StrEnum):
    """Types of the API that the model needs."""

    INT64 = "Int64"
    DOUBLE = "Double"
    BOOLEAN = "Boolean"
    DATE_TIME = "DateTime"
    STRING = "String"


@dataclass(frozen=True)
class Copied:
    """The model's column of that name."""

    column: str


@dataclass(frozen=True)
class Joined:
    """Installation and an id as one text, since a relationship has a single column; NULL stays NULL."""

    column: str


@dataclass(frozen=True)
class LocalQuarter:
    """Quarter hour of the day, 0 to 95, by the wall clock of the row's installation."""

    column: str
    zones: tuple[tuple[str, str], ...]
    """Installation and IANA zone."""


@dataclass(frozen=True)
class Delivered:
    """Known only when the row is sent: not part of `push_rows`."""


Origin = Copied | Joined | LocalQuarter | Delivered


@dataclass(frozen=True)
class PushColumn:
    """One column. None is ever summed by itself: a plain sum would not heed the sign."""

    name: str
    data_type: PushType
    origin: Origin
    kind: Kind
    """Kind of the values in the model."""
    format_string: str | None = None
    is_hidden: bool = False
    sort_by_column: str | None = None
    summarize_by: str = "none"


@dataclass(frozen=True)
class PushTable:
    """One table, under the name it has in the model."""

    name: str
    description: str
    columns: tuple[PushColumn, ...]
    measures: tuple[Measure, ...] = ()
    is_fact: bool = False


@dataclass(frozen=True)
class Relationship:
    """From a fact (many) to a dimension (one)."""

    name: str
    from_table: str
    from_column: str
    to_table: str
    to_column: str
    cross_filtering: str = "OneDirection"


@dataclass(frozen=True)
class PushDataset:
    """The whole dataset, as it is created."""

    name: str
    tables: tuple[PushTable, ...]
    relationships: tuple[Relationship, ...]

    def table(self, name: str) -> PushTable:
        """The table of that name."""
        return next(table for table in self.tables if table.name == name)


_TYPES: dict[Kind, PushType] = {
    Kind.TEXT: PushType.STRING,
    Kind.INTEGER: PushType.INT64,
    Kind.RATIO: PushType.DOUBLE,
    Kind.FLAG: PushType.BOOLEAN,
    Kind.DAY: PushType.DATE_TIME,
    Kind.INSTANT: PushType.DATE_TIME,
}
_FORMATS: dict[Kind, Term] = {
    Kind.INTEGER: Term("0", "0"),
    Kind.RATIO: Term("0.0 %", "0.0 %"),
    Kind.DAY: Term("dd.MM.yyyy", "yyyy-MM-dd"),
    Kind.INSTANT: Term("dd.MM.yyyy HH:mm:ss", "yyyy-MM-dd HH:mm:ss"),
}
NOT_PUSHED = ("is_open",)
"""Columns that a dataset created without them could not take: the API adds none to a table."""
_VISIBLE_IDS = ("call_id",)
"""What a person looks a call up by."""
_SORTED_BY = {"start_time": "interval_of_day"}
_QUARTER = "interval_of_day"
_STARTS = ("start_utc", "enter_utc", "interval_start_utc")
_GERMAN = {
    "fact_call": "Eine Zeile je Anruf: Ausgang, Zeiten und wer annahm",
    "fact_queue_visit": "Eine Zeile je Aufenthalt eines Anrufs in einer Warteschlange",
    "fact_agent_contact": "Eine Zeile je Angebot an einen Agenten oder von ihm gewähltem Anruf",
    "fact_queue_interval": "Warteschlangen je Viertelstunde des Eintritts",
    "fact_agent_interval": "Agenten je Viertelstunde",
    "dim_agent": 'Benutzer, und 0 = "Kein Benutzer"',
    "dim_queue": "Warteschlangen: Gruppen und iQueues",
    "dim_line": "Leitungen",
    "dim_date": "Kalender mit Feiertagen",
    "dim_interval": "Die 96 Viertelstunden eines Tages",
}


def historical(
    granularity: Granularity, locale: Locale, zones: Mapping[str, str] | None = None
) -> PushDataset:
    """The dataset of calls or of quarter hours, with names in a language.

    With the time zone of every installation, facts also get their local quarter hour and are related to
    `dim_interval`; which zones these are does not change the dataset, only whether they are given.
    """
    facts = [TABLES[name] for name in HOMES[granularity].values()]
    found = measures(granularity, locale)
    tables = [
        replace(
            _fact(fact, locale, zones), measures=tuple(m for m in found if m.table == fact.name)
        )
        for fact in facts
    ]
    tables += [_dimension(dimension, locale) for dimension in DIMENSIONS]
    relationships = [r for fact in facts for r in _relationships(fact, has_quarter=bool(zones))]
    return PushDataset(HISTORICAL, tuple(tables), tuple(relationships))


def _fact(table: Table, locale: Locale, zones: Mapping[str, str] | None) -> PushTable:
    is_interval = table.name.endswith("_interval")
    columns = [_copied(c, locale) for c in table.columns if c.name not in NOT_PUSHED]
    columns = [
        replace(c, is_hidden=True)
        if c.name == "local_date" or (is_interval and c.kind is Kind.INTEGER)
        else c
        for c in columns
    ]
    columns += [_joined(_key_name(c.name), c.name) for c in table.columns if c.references in _KEYS]
    if zones:
        columns.append(_quarter(table, zones))
    columns += [
        PushColumn(SIGN, PushType.INT64, Delivered(), Kind.INTEGER, "0", is_hidden=True),
        PushColumn("partition_key", PushType.STRING, Delivered(), Kind.TEXT, is_hidden=True),
        PushColumn("batch_id", PushType.STRING, Delivered(), Kind.TEXT, is_hidden=True),
    ]
    return PushTable(table.name, _description(table, locale), tuple(columns), is_fact=True)


def _dimension(table: Table, locale: Locale) -> PushTable:
    columns = [_copied(column, locale) for column in table.columns]
    if (key := (table.name, table.key[-1])) in _KEYS:
        columns.insert(0, _joined(_key_name(key[1]), key[1]))
    return PushTable(table.name, _description(table, locale), tuple(columns))


_KEYS = {(table.name, table.key[1]) for table in DIMENSIONS if table.key[0] == "installation"}
"""Table and id of the dimensions whose key has an installation in it."""


def _copied(column: Column, locale: Locale) -> PushColumn:
    is_key = column.name.endswith("_id") and column.name not in _VISIBLE_IDS
    format_string = _FORMATS.get(column.kind)
    return PushColumn(
        column.name,
        _TYPES[column.kind],
        Copied(column.name),
        column.kind,
        format_string.text(locale) if format_string else None,
        is_hidden=is_key or column.name == _QUARTER,
        sort_by_column=_SORTED_BY.get(column.name),
    )


def _joined(name: str, column: str) -> PushColumn:
    return PushColumn(name, PushType.STRING, Joined(column), Kind.TEXT, is_hidden=True)


def _quarter(table: Table, zones: Mapping[str, str]) -> PushColumn:
    start = next(name for name in _STARTS if name in table.names)
    origin = LocalQuarter(start, tuple(sorted(zones.items())))
    return PushColumn(_QUARTER, PushType.INT64, origin, Kind.INTEGER, "0", is_hidden=True)


def _relationships(fact: Table, *, has_quarter: bool) -> list[Relationship]:
    """One path a dimension, since the API knows no inactive ones: the first column that points there."""
    ends = {DIM_DATE.name: ("local_date", "local_date")}
    if has_quarter:
        ends[DIM_INTERVAL.name] = (_QUARTER, _QUARTER)
    for column in fact.columns:
        if column.references in _KEYS:
            dimension, key = column.references
            ends.setdefault(dimension, (_key_name(column.name), _key_name(key)))
    return [
        Relationship(f"{fact.name}_{start}", fact.name, start, dimension, end)
        for dimension, (start, end) in ends.items()
    ]


def _key_name(column: str) -> str:
    return f"{column.removesuffix('_id')}_key"


def _description(table: Table, locale: Locale) -> str:
    return Term(_GERMAN[table.name], table.description).text(locale)
