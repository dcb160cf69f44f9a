"""SQL tables derived from `model.tables`: types for each database, keys, comments, indexes.

Keys and whatever is indexed have a length, since MySQL and SQL Server index no endless texts; other texts
have none, so that no name or raw line is ever cut. Text compares by its bytes, as SQLite does it. How the
tables come into a database stands in `migrating`.
"""

from __future__ import annotations

from typing import Any

import sqlalchemy as sa
from sqlalchemy.dialects import mssql, mysql, postgresql, sqlite

from insight_pipeline.model.tables import TABLES, Column, Kind, Table

Type = sa.types.TypeEngine[Any]

INDEXES: dict[str, tuple[tuple[str, ...], ...]] = {
    "fact_call_leg": (("installation", "local_date"), ("call_id",)),
    "fact_call": (
        ("installation", "local_date"),
        ("installation", "last_queue_id", "local_date"),
        ("installation", "answering_agent_id", "local_date"),
    ),
    "fact_queue_visit": (
        ("installation", "local_date"),
        ("installation", "queue_id", "local_date"),
        ("call_id",),
    ),
    "fact_agent_contact": (
        ("installation", "local_date"),
        ("installation", "agent_id", "local_date"),
    ),
    "fact_callback": (("installation", "local_date"), ("installation", "queue_id", "local_date")),
    "kpi_queue_day": (("installation", "queue_id", "local_date"),),
    "kpi_agent_day": (("installation", "agent_id", "local_date"),),
}
"""What reports filter by. Tables whose key begins with installation and date need no index for those."""

MARKER = "load_marker"
"""What was loaded last in each place: locks it against other loads, and settles a lost commit."""

_LENGTHS = {"installation": 40, "file_name": 255}
_KEY_LENGTH = 64
BYTES_SQLSERVER = "Latin1_General_100_BIN2"
TABLE_OPTIONS: dict[str, Any] = {
    "mysql_engine": "InnoDB",
    "mysql_charset": "utf8mb4",
    "mysql_collate": "utf8mb4_bin",
    "mysql_row_format": "DYNAMIC",
}


def _instant() -> Type:
    whole_seconds = sqlite.DATETIME(truncate_microseconds=True)  # type: ignore[no-untyped-call]
    return (
        sa.DateTime()
        .with_variant(whole_seconds, "sqlite")
        .with_variant(postgresql.TIMESTAMP(precision=0), "postgresql")
        .with_variant(mssql.DATETIME2(precision=0), "mssql")  # type: ignore[no-untyped-call]
    )


def _key_text(length: int) -> Type:
    """Text that a key or an index holds."""
    return (
        sa.String()
        .with_variant(sa.Text(collation="C"), "postgresql")
        .with_variant(mysql.VARCHAR(length), "mysql")
        .with_variant(mssql.NVARCHAR(length, collation=BYTES_SQLSERVER), "mssql")
    )


def _free_text() -> Type:
    return (
        sa.String()
        .with_variant(sa.Text(), "postgresql")
        .with_variant(mysql.LONGTEXT(), "mysql")
        .with_variant(mssql.NVARCHAR(collation=BYTES_SQLSERVER), "mssql")
    )


_TYPES: dict[str, Type] = {
    Kind.TEXT: _free_text(),
    Kind.INTEGER: sa.BigInteger(),
    Kind.RATIO: sa.Double(),
    Kind.FLAG: sa.Boolean(),
    Kind.DAY: sa.Date(),
    Kind.INSTANT: _instant(),
}


def sql_type(name: str) -> Type:
    """The type of a column by its name in a frozen model: a kind, or `key64` for text of that length."""
    return _TYPES[name] if name in _TYPES else _key_text(int(name.removeprefix("key")))


def type_names(table: str) -> dict[str, str]:
    """The names of the types of a table's columns."""
    if table == MARKER:
        return dict.fromkeys(("scope", "load_id"), f"key{_KEY_LENGTH}")
    return {column.name: _type_name(column, TABLES[table]) for column in TABLES[table].columns}


def _type_name(column: Column, table: Table) -> str:
    """Texts that are keys, indexed or one of few words have a length."""
    indexed = {name for names in INDEXES.get(table.name, ()) for name in names}
    is_short = column.name in indexed or column.name in table.key or bool(column.values)
    is_id = column.name.endswith("_id") or column.name == "installation"
    if column.kind is Kind.TEXT and (is_short or is_id):
        return f"key{_LENGTHS.get(column.name, _KEY_LENGTH)}"
    return column.kind.value


def metadata(schema: str | None = None) -> sa.MetaData:
    """All tables of the model, in a database schema if one is named."""
    found = sa.MetaData(schema=schema)
    for table in TABLES.values():
        _sql_table(table, found)
    sa.Table(
        MARKER,
        found,
        sa.Column("scope", _key_text(_KEY_LENGTH), primary_key=True, comment="What is replaced"),
        sa.Column("load_id", _key_text(_KEY_LENGTH), nullable=False, comment="Its latest load"),
        comment="The latest load of every partition: a lock, and proof of a commit",
        **TABLE_OPTIONS,
    )
    return found


def _sql_table(table: Table, found: sa.MetaData) -> None:
    columns = [_sql_column(column, table) for column in table.columns]
    indexes = [
        sa.Index(index_name(table.name, names), *names) for names in INDEXES.get(table.name, ())
    ]
    sa.Table(table.name, found, *columns, *indexes, comment=table.description, **TABLE_OPTIONS)


def index_name(table: str, columns: tuple[str, ...]) -> str:
    """`ix_<table>_partition`, or named for the column that it finds."""
    told = [name for name in columns if name not in {"installation", "local_date"}]
    return f"ix_{table}_{told[0] if told else 'partition'}"


def _sql_column(column: Column, table: Table) -> sa.Column[Any]:
    return sa.Column(
        column.name,
        sql_type(_type_name(column, table)),
        primary_key=column.name in table.key,
        autoincrement=False,
        nullable=column.nullable and column.name not in table.key,
        comment=column.description,
    )
