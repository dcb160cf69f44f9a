"""The connection to the PBX's database: read-only, patient for so long and no longer, and in UTC.

Everything psycopg and the server may say is told in the words of the catalogue. Which rows are wanted is
decided in `reading`.
"""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from dataclasses import dataclass

import psycopg
import sqlalchemy as sa
from psycopg import sql
from psycopg.conninfo import make_conninfo

from insight_pipeline.authorities import system_authorities
from insight_pipeline.model.errors import InsightError, PermanentError, TransientError
from insight_pipeline.model.libpq import is_refusal
from insight_pipeline.model.rows import CALL_LIST
from insight_pipeline.model.settings import Cdrdata
from insight_pipeline.model.tls import is_distrust, postgresql_tls
from insight_pipeline.sources.cdrdata.columns import Columns, TableColumn, chosen_columns

_COLUMNS = """
SELECT a.attname, t.typname, t.typcategory, format_type(a.atttypid, a.atttypmod)
FROM pg_catalog.pg_attribute a
JOIN pg_catalog.pg_class c ON c.oid = a.attrelid
JOIN pg_catalog.pg_namespace n ON n.oid = c.relnamespace
JOIN pg_catalog.pg_type t ON t.oid = a.atttypid
WHERE n.nspname = %s AND c.relname = %s AND a.attnum > 0 AND NOT a.attisdropped
ORDER BY a.attnum"""
_CONNECTING_SHARE = 6
"""Part of the time for one question that reaching the server may take."""
_LEAST_CONNECTING_SECONDS = 2
"""What libpq takes less than that for."""


@dataclass(frozen=True)
class TableState:
    """How the rows behind a watermark look, as far as can be told without reading them."""

    rows: int
    newest: int | None
    ended: int


class Server:
    """An open connection and the table that is read over it."""

    def __init__(self, connection: psycopg.Connection, source: Cdrdata, columns: Columns) -> None:
        """Used by `connected` alone."""
        self.columns = columns
        self._connection = connection
        self._table = sql.Identifier(source.schema_name, source.table)
        self._id = sql.Identifier(columns.known["id"])
        self._end = sql.Identifier(columns.known[CALL_LIST.end])

    def now(self) -> int:
        """The server's time in seconds: the clock by which its rows are dated."""
        return int(self._one(sql.SQL("SELECT extract(epoch FROM now())::bigint"))[0])

    def newest_id(self) -> int | None:
        """The highest id; None if there is no row."""
        found: int | None = self._one(
            sql.SQL("SELECT max({}) FROM {}").format(self._id, self._table)
        )[0]
        return found

    def state(self, after: int, awaited: Sequence[int]) -> TableState:
        """Rows behind an id or among some ids: how many, the highest id, how many have an end."""
        question = sql.SQL(
            "SELECT count(*), max({id}), count({end}) FROM {table} "
            "WHERE {id} > {after} OR {id} = ANY({awaited})"
        ).format(
            id=self._id,
            end=self._end,
            table=self._table,
            after=sql.Literal(after),
            awaited=_bigints(awaited),
        )
        return TableState(*self._one(question))

    def rows_after(self, after: int, limit: int) -> bytes:
        """The next rows by id, as an export would have them: a header, semicolons, one row a line."""
        where = sql.SQL("{} > {}").format(self._id, sql.Literal(after))
        return self._copied(where, sql.SQL(" LIMIT {}").format(sql.Literal(limit)))

    def rows_of(self, ids: Sequence[int]) -> bytes:
        """Rows with these ids, in the same form."""
        return self._copied(sql.SQL("{} = ANY({})").format(self._id, _bigints(ids)), sql.SQL(""))

    def _one(self, question: sql.Composed | sql.SQL) -> tuple[int, ...]:
        with self._connection.transaction():
            found = self._connection.execute(question).fetchone()
        assert found is not None  # noqa: S101 - aggregates give a row
        return found

    def _copied(self, where: sql.Composed, limit: sql.Composed | sql.SQL) -> bytes:
        question = sql.SQL(
            "COPY (SELECT {columns} FROM {table} WHERE {where} ORDER BY {id}{limit}) "
            "TO STDOUT WITH (FORMAT csv, HEADER, DELIMITER ';')"
        ).format(
            columns=sql.SQL(", ").join(map(sql.Identifier, self.columns.known.values())),
            table=self._table,
            where=where,
            id=self._id,
            limit=limit,
        )
        with (
            self._connection.transaction(),
            self._connection.cursor() as cursor,
            cursor.copy(question) as copy,
        ):
            return b"".join(copy)


def _bigints(values: Sequence[int]) -> sql.Composed:
    return sql.SQL("{}::bigint[]").format(sql.Literal(list(values)))


@contextmanager
def connected(source: Cdrdata) -> Iterator[Server]:
    """A connection for as long as the block lasts; InsightError for whatever goes wrong in it."""
    place = place_of(source)
    table = f"{source.schema_name}.{source.table}"
    try:
        connection = psycopg.connect(make_conninfo("", **_arguments(source)))
    except psycopg.Error as error:
        raise _unconnected(error, place) from error
    try:
        with connection:
            connection.read_only = True
            yield Server(connection, source, _columns_of(connection, source, table))
    except psycopg.Error as error:
        raise _told(error, place, table, source.timeout_seconds) from error


def _columns_of(connection: psycopg.Connection, source: Cdrdata, table: str) -> Columns:
    with connection.transaction():
        rows = connection.execute(_COLUMNS, (source.schema_name, source.table)).fetchall()
    if not rows:
        raise PermanentError("IA-244", database=place_of(source), table=table)
    return chosen_columns([TableColumn(*row) for row in rows], CALL_LIST, table)


def place_of(source: Cdrdata) -> str:
    """The database in words, without user and password."""
    url = sa.make_url(source.url.get_secret_value())
    return f"{url.host}:{url.port or 5432}/{url.database}"


def _arguments(source: Cdrdata) -> dict[str, str | int | None]:
    """What libpq is told: whom to reach, how safely, and when to give up."""
    url = sa.make_url(source.url.get_secret_value())
    options = {
        "default_transaction_read_only": "on",
        "statement_timeout": source.timeout_seconds * 1000,
        "TimeZone": "UTC",
    }
    return {
        "host": url.host,
        "port": url.port or 5432,
        "user": url.username,
        "password": url.password,
        "dbname": url.database,
        "options": " ".join(f"-c {name}={value}" for name, value in options.items()),
        "client_encoding": "UTF8",
        "application_name": "insight-pipeline",
        "connect_timeout": max(
            source.timeout_seconds // _CONNECTING_SHARE, _LEAST_CONNECTING_SECONDS
        ),
        "keepalives_idle": source.timeout_seconds,
        "tcp_user_timeout": source.timeout_seconds * 1000,
        **postgresql_tls(
            url.host or "",
            {name: str(url.query[name]) for name in url.query},
            system_authorities(),
        ),
    }


def _unconnected(error: psycopg.Error, place: str) -> InsightError:
    """Why there is no connection: the server is away, lets nobody in, or is not the one that is trusted."""
    text, detail = str(error), _first_line(error)
    if is_refusal(text):
        return PermanentError("IA-250", database=place, detail=detail)
    if is_distrust(text):
        return PermanentError("IA-251", database=place, detail=detail)
    return TransientError("IA-240", database=place, detail=detail)


def _told(error: psycopg.Error, place: str, table: str, seconds: int) -> InsightError:
    """What the server or the driver says during the reading, as an error of the catalogue."""
    fields = {"database": place, "table": table, "detail": _first_line(error)}
    if isinstance(error, psycopg.errors.QueryCanceled | psycopg.errors.LockNotAvailable):
        return TransientError("IA-241", seconds=seconds, **fields)
    if isinstance(error, psycopg.errors.InsufficientPrivilege):
        return PermanentError("IA-243", **fields)
    if isinstance(error, psycopg.OperationalError):
        return TransientError("IA-242", **fields)
    return PermanentError("IA-247", **fields)


def _first_line(error: psycopg.Error) -> str:
    """What was said, without hints, positions and what the message says anyway."""
    lines = str(error).removeprefix("connection failed: ").strip().splitlines()
    return lines[0].rstrip(".") if lines else type(error).__name__
