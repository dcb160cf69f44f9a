"""The statements that replace the rows of a scope: pure SQL, nothing is executed here.

A scope is a partition (installation and date), the rows of an installation, or a whole table. Rows whose
keys arrive leave whatever other partition holds them: a late file may move a call to another date. The
staging table says which keys arrive; on SQL Server there is one a table, with the whole rows.

MySQL's statements name their index: a scan of the table would wait for rows of other loads, and two such
scans for each other.
"""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date

import sqlalchemy as sa

from insight_pipeline.sinks.relational.schema import (
    INDEXES,
    TABLE_OPTIONS,
    index_name,
)

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


def key_staging(target: sa.Table, dialect: sa.Dialect) -> sa.Table:
    """A table of the session alone that tells which keys arrive in which table."""
    kind = _key(target).type
    schema = target.schema if dialect.name == "mysql" else None  # a session's own in PostgreSQL
    return sa.Table(
        "arriving_key",
        sa.MetaData(schema),
        sa.Column("table_name", kind, nullable=False),
        sa.Column("row_key", kind, nullable=False),
        prefixes=["TEMPORARY"],
        **TABLE_OPTIONS,
    )


def row_staging(target: sa.Table, owner: str) -> sa.Table:
    """A table of SQL Server that all sessions see, named for its `owner` and gone with it."""
    columns = [sa.Column(c.name, c.type, nullable=c.nullable) for c in target.columns]
    return sa.Table(f"##{target.name}_{owner}", sa.MetaData(), *columns)


def prepare_key_staging(stage: sa.Table, dialect: sa.Dialect) -> list[str]:
    """Make the staging table if the session has none yet, and empty it."""
    create = sa.schema.CreateTable(stage, if_not_exists=True).compile(dialect=dialect)
    return [str(create).strip(), f"TRUNCATE TABLE {_named(stage, dialect)}"]


def prepare_row_staging(stage: sa.Table, target: sa.Table, dialect: sa.Dialect) -> str:
    """The same with the columns of its table."""
    quote = dialect.identifier_preparer
    columns = ", ".join(quote.quote(column.name) for column in stage.columns)
    make = f"SELECT TOP 0 {columns} INTO {_named(stage, dialect)} FROM {_named(target, dialect)}"
    is_there = f"OBJECT_ID(N'tempdb..{stage.name}') IS NOT NULL"
    return f"IF {is_there} TRUNCATE TABLE {_named(stage, dialect)} ELSE {make}"


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
    found = found.select_from(stage.join(target, _arrives(target, stage)))
    found = found.where(_elsewhere(target, scope))
    return found.prefix_with("STRAIGHT_JOIN", dialect="mysql").with_hint(
        target, "FORCE INDEX (PRIMARY)", "mysql"
    )


def delete_moved(
    target: sa.Table, stage: sa.Table, scope: Scope, dialect: sa.Dialect
) -> sa.Executable:
    """Delete rows of other partitions whose keys arrive."""
    if dialect.name != "mysql":
        return sa.delete(target).where(_arrives(target, stage), _elsewhere(target, scope))
    name, staged, key = _named(target, dialect), _named(stage, dialect), _key(target).name
    here = " AND ".join(f"{name}.{n} = :{n}" for n in scope.values)
    text = (
        f"DELETE {name} FROM {staged} STRAIGHT_JOIN {name} FORCE INDEX (PRIMARY) "
        f"ON {staged}.table_name = :table_name AND {staged}.row_key = {name}.{key} "
        f"WHERE NOT ({here})"
    )
    return sa.text(text).bindparams(table_name=target.name, **scope.values)


def mark(markers: sa.Table, scope: Scope, load_id: str) -> sa.Update:
    """Lock the scope against other loads, and note which load this is."""
    return sa.update(markers).where(markers.c.scope == scope.key).values(load_id=load_id)


def lock(markers: sa.Table, scope: Scope) -> sa.Update:
    """Lock a scope and leave its note as it is."""
    same = sa.update(markers).where(markers.c.scope == scope.key)
    return same.values(load_id=markers.c.load_id)


def _named(table: sa.Table, dialect: sa.Dialect) -> str:
    return dialect.identifier_preparer.format_table(table)


def _index(target: sa.Table, names: tuple[str, ...], dialect: sa.Dialect) -> str:
    """The index that finds a scope: the partition's own, else the primary key, which begins with it."""
    if names == PARTITION and PARTITION in INDEXES.get(target.name, ()):
        return dialect.identifier_preparer.quote(index_name(target.name, PARTITION))
    return "PRIMARY"


def _key(target: sa.Table) -> sa.Column[str]:
    """The key of a table whose rows may move: one text."""
    (key,) = target.primary_key.columns
    return key


def _arrives(target: sa.Table, stage: sa.Table) -> sa.ColumnElement[bool]:
    key = _key(target)
    if "row_key" not in stage.c:
        return stage.c[key.name] == key
    return sa.and_(stage.c.table_name == target.name, stage.c.row_key == key)


def _elsewhere(target: sa.Table, scope: Scope) -> sa.ColumnElement[bool]:
    return sa.or_(*(target.c[name] != value for name, value in scope.values.items()))
