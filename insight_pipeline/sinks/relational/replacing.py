"""The statements that replace the rows of a scope: pure SQL, nothing is executed here.

A scope is a partition (installation and date), the rows of an installation, or a whole table. Rows whose
keys arrive leave whatever other partition holds them: a late file may move a call to another date. The
staging table says which keys arrive; on SQL Server it holds the whole rows.

MySQL's statements name their index: a scan of the table would wait for rows of other loads, and two such
scans for each other.
"""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date

import sqlalchemy as sa

from insight_pipeline.sinks.relational.schema import INDEXES, MARKER, index_name

PARTITION = ("installation", "local_date")


@dataclass(frozen=True)
class Scope:
    """What a load replaces."""

    installation: str | None = None
    day: date | None = None

    @property
    def key(self) -> str:
        """Its place in the table of markers."""
        return f"{self.installation or ''}/{self.day or ''}"

    @property
    def values(self) -> dict[str, object]:
        """The columns that all its rows have in common."""
        both = {"installation": self.installation, "local_date": self.day}
        return {name: value for name, value in both.items() if value is not None}


def can_move(target: sa.Table) -> bool:
    """Whether rows of this table may be found in another partition under the same key."""
    return "local_date" in target.c and "local_date" not in target.primary_key.columns


def staging_table(target: sa.Table, backend: str, names: list[str], owner: str = "") -> sa.Table:
    """A table of the session alone with some of the columns; `owner` is unique to the session."""
    columns = [sa.Column(n, target.c[n].type, nullable=target.c[n].nullable) for n in names]
    if backend == "mssql":
        return sa.Table(f"##stage_{target.name}_{owner}", sa.MetaData(), *columns)
    schema = target.schema if backend == "mysql" else None  # PostgreSQL keeps them apart by itself
    options = {k: v for k, v in target.dialect_kwargs.items() if k.startswith("mysql_")}
    prefixes = ["TEMPORARY"]
    name = f"stage_{target.name}"
    return sa.Table(name, sa.MetaData(schema), *columns, prefixes=prefixes, **options)


def prepare_staging(stage: sa.Table, target: sa.Table, dialect: sa.Dialect) -> list[str]:
    """Make the staging table if the session has none yet, and empty it."""
    quote = dialect.identifier_preparer
    name = quote.format_table(stage)
    if dialect.name != "mssql":
        create = sa.schema.CreateTable(stage, if_not_exists=True)
        return [str(create.compile(dialect=dialect)).strip(), f"TRUNCATE TABLE {name}"]
    columns = ", ".join(quote.quote(column.name) for column in stage.columns)
    make = f"SELECT TOP 0 {columns} INTO {name} FROM {quote.format_table(target)}"
    is_there = f"OBJECT_ID(N'tempdb..{stage.name}') IS NOT NULL"
    return [f"IF {is_there} TRUNCATE TABLE {name} ELSE {make}"]


def insert_staged(target: sa.Table, stage: sa.Table) -> sa.Insert:
    """Take over the rows of a staging table that holds them whole."""
    names = [column.name for column in stage.columns]
    return sa.insert(target).from_select(names, sa.select(*(stage.c[n] for n in names)))


def delete_scope(target: sa.Table, scope: Scope, dialect: sa.Dialect) -> sa.Executable:
    """Delete the rows of the scope."""
    if dialect.name != "mysql" or not scope.values:
        return sa.delete(target).where(*(target.c[n] == v for n, v in scope.values.items()))
    name, index = _named(target, dialect), _index(target, tuple(scope.values), dialect)
    where = " AND ".join(f"{name}.{n} = :{n}" for n in scope.values)
    text = f"DELETE {name} FROM {name} FORCE INDEX ({index}) WHERE {where}"
    return sa.text(text).bindparams(**scope.values)


def moved_partitions(target: sa.Table, stage: sa.Table, scope: Scope) -> sa.Select[str, date]:
    """Other partitions that hold arriving keys."""
    found = sa.select(*(target.c[name] for name in PARTITION)).distinct()
    found = found.select_from(stage.join(target, _same_key(target, stage)))
    found = found.where(_elsewhere(target, scope))
    return found.prefix_with("STRAIGHT_JOIN", dialect="mysql").with_hint(
        target, "FORCE INDEX (PRIMARY)", "mysql"
    )


def delete_moved(
    target: sa.Table, stage: sa.Table, scope: Scope, dialect: sa.Dialect
) -> sa.Executable:
    """Delete rows of other partitions whose keys arrive."""
    if dialect.name != "mysql":
        return sa.delete(target).where(_same_key(target, stage), _elsewhere(target, scope))
    name, staged = _named(target, dialect), _named(stage, dialect)
    keys = (column.name for column in target.primary_key.columns)
    match = " AND ".join(f"{name}.{key} = {staged}.{key}" for key in keys)
    here = " AND ".join(f"{name}.{n} = :{n}" for n in scope.values)
    text = (
        f"DELETE {name} FROM {staged} STRAIGHT_JOIN {name} FORCE INDEX (PRIMARY) "
        f"ON {match} WHERE NOT ({here})"
    )
    return sa.text(text).bindparams(**scope.values)


def mark(markers: sa.Table, scope: Scope, load_id: str) -> sa.Update:
    """Lock the scope against other loads, and note which load this is."""
    return sa.update(markers).where(markers.c.scope == scope.key).values(load_id=load_id)


def lock(markers: sa.Table, scope: Scope) -> sa.Update:
    """Lock a scope and leave its note as it is."""
    same = sa.update(markers).where(markers.c.scope == scope.key)
    return same.values(load_id=markers.c.load_id)


def marker_of(tables: dict[str, sa.Table]) -> sa.Table:
    """The table of markers among a database's tables."""
    return next(table for table in tables.values() if table.name == MARKER)


def _named(table: sa.Table, dialect: sa.Dialect) -> str:
    return dialect.identifier_preparer.format_table(table)


def _index(target: sa.Table, names: tuple[str, ...], dialect: sa.Dialect) -> str:
    """The index that finds a scope: the partition's own, else the primary key, which begins with it."""
    if names == PARTITION and PARTITION in INDEXES.get(target.name, ()):
        return dialect.identifier_preparer.quote(index_name(target.name, PARTITION))
    return "PRIMARY"


def _same_key(target: sa.Table, stage: sa.Table) -> sa.ColumnElement[bool]:
    keys = [column.name for column in target.primary_key.columns]
    return sa.and_(*(target.c[key] == stage.c[key] for key in keys))


def _elsewhere(target: sa.Table, scope: Scope) -> sa.ColumnElement[bool]:
    return sa.or_(*(target.c[name] != value for name, value in scope.values.items()))
