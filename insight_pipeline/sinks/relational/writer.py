"""Loading a database: partitions and whole tables replaced in one transaction each.

A reader sees the old state or the new one; a load that is killed leaves the old one. This version writes
SQLite; the other databases get their bulk paths beside it.
"""

from __future__ import annotations

import sqlite3
from collections.abc import Mapping
from datetime import date
from pathlib import Path

import pyarrow as pa
import sqlalchemy as sa
from sqlalchemy.engine.interfaces import DBAPIConnection
from sqlalchemy.pool import ConnectionPoolEntry

from insight_pipeline.model.errors import InsightError, PermanentError, TransientError
from insight_pipeline.model.tables import MODEL_VERSION, PIPELINE_META, TABLES
from insight_pipeline.sinks.relational.schema import metadata

_BUSY_SECONDS = 60
_SUPPORTED = ("sqlite",)


class RelationalSink:
    """One database. `url` is an SQLAlchemy URL; `schema` a database schema or empty."""

    def __init__(self, url: str, schema: str = "") -> None:
        """Make the engine; nothing is connected yet."""
        self._url = sa.make_url(url)
        if self._url.get_backend_name() not in _SUPPORTED:
            raise PermanentError("IA-420", database=self._url.get_backend_name())
        self._engine = sa.create_engine(
            self._url,
            connect_args={"timeout": _BUSY_SECONDS},
            hide_parameters=True,  # rows, and so phone numbers: errors go into Dagster's storage
        )
        sa.event.listen(self._engine, "connect", _prepare)
        self._tables = metadata(schema or None).tables

    def create(self) -> None:
        """Make what is missing: the folder, the tables, the model's version."""
        if self._url.database:
            Path(self._url.database).parent.mkdir(parents=True, exist_ok=True)
        try:
            with self._engine.begin() as connection:
                for table in self._tables.values():
                    table.create(connection, checkfirst=True)
        except sa.exc.DatabaseError as error:
            if isinstance(error, sa.exc.OperationalError) or _is_damaged(error):
                raise self._told(error) from error
            raise
        meta = [{"key": "model_version", "value": str(MODEL_VERSION)}]
        self.replace_tables(
            {"pipeline_meta": pa.Table.from_pylist(meta, PIPELINE_META.arrow_schema())}, None
        )

    def replace_partition(
        self, tables: Mapping[str, pa.Table], installation: str, day: date
    ) -> None:
        """Replace the rows of one installation and date in every given table, in one transaction.

        A late file may move a call to another date. Its rows then leave the date they were held
        under, whose own load follows, so that no moment counts the call twice.
        """
        where = {"installation": installation, "local_date": day}
        self._replace(tables, where)

    def replace_tables(self, tables: Mapping[str, pa.Table], installation: str | None) -> None:
        """Replace whole tables, or in each of them the rows of one installation."""
        self._replace(tables, {} if installation is None else {"installation": installation})

    def _replace(self, tables: Mapping[str, pa.Table], where: Mapping[str, object]) -> None:
        try:
            with self._engine.begin() as connection:
                for name, table in tables.items():
                    target = self._tables[name]
                    matches = [target.c[column] == value for column, value in where.items()]
                    connection.execute(sa.delete(target).where(*matches))
                    _insert(connection, target, table)
        except sa.exc.DatabaseError as error:
            if isinstance(error, sa.exc.OperationalError) or _is_damaged(error):
                raise self._told(error) from error
            raise

    def count(self, name: str) -> int:
        """Rows of a table."""
        with self._engine.connect() as connection:
            query = sa.select(sa.func.count()).select_from(self._tables[name])
            return int(connection.execute(query).scalar_one())

    def close(self) -> None:
        """Close all connections."""
        self._engine.dispose()

    def _told(self, error: sa.exc.DatabaseError) -> InsightError:
        # Options may hold a password, too.
        shown, detail = self._url.set(query={}).render_as_string(), str(error.orig)
        if _is_damaged(error):
            return PermanentError("IA-422", database=shown, detail=detail)
        return TransientError("IA-421", database=shown, detail=detail)


def _is_damaged(error: sa.exc.DatabaseError) -> bool:
    """Whether the file is no SQLite database, or a broken one."""
    code = getattr(error.orig, "sqlite_errorcode", None)
    return code in (sqlite3.SQLITE_NOTADB, sqlite3.SQLITE_CORRUPT)


def _prepare(connection: DBAPIConnection, _: ConnectionPoolEntry) -> None:
    """Write-ahead log: readers are never held up by a load."""
    cursor = connection.cursor()
    cursor.execute("PRAGMA journal_mode=WAL")
    cursor.close()


def _insert(connection: sa.Connection, target: sa.Table, table: pa.Table) -> None:
    if not len(table):
        return
    names = TABLES[target.name].names
    quote = connection.dialect.identifier_preparer
    columns = ", ".join(quote.quote(name) for name in names)
    marks = ", ".join("?" * len(names))
    into = quote.format_table(target)
    rows = list(zip(*(_values(table[name]) for name in names), strict=True))
    connection.exec_driver_sql(f"INSERT OR REPLACE INTO {into} ({columns}) VALUES ({marks})", rows)


def _values(column: pa.ChunkedArray) -> list[object]:
    """Python values as SQLite keeps them: dates and instants as ISO text, UTC."""
    if pa.types.is_date(column.type) or pa.types.is_timestamp(column.type):
        column = column.cast(pa.string())
    values: list[object] = column.to_pylist()
    return values
