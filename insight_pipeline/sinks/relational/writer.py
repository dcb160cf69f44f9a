"""Loading a database: partitions and whole tables replaced in one transaction each.

A reader sees the old state or the new one; a load that is killed leaves the old one. Every load notes
itself in its scope's marker, in the same transaction: the note keeps two loads of a scope apart, and tells
after a connection was lost during commit whether the commit came through. Scopes are locked in the order
of their names and tables come in the order of the model, so that loads never wait for each other in a
circle. What passes by itself is tried again, from the beginning.
"""

from __future__ import annotations

import time
from collections.abc import Callable, Mapping, Sequence
from datetime import date
from uuid import uuid4

import pyarrow as pa
import sqlalchemy as sa

from insight_pipeline.logs.events import logger
from insight_pipeline.model.errors import TransientError
from insight_pipeline.model.tables import TABLES
from insight_pipeline.sinks.relational.connecting import Database, make_engine
from insight_pipeline.sinks.relational.failing import Meaning, meaning, shown, told
from insight_pipeline.sinks.relational.migrating import migrate
from insight_pipeline.sinks.relational.replacing import (
    Scope,
    delete_moved,
    delete_scope,
    lock,
    mark,
    moved_partitions,
)
from insight_pipeline.sinks.relational.schema import MARKER, metadata
from insight_pipeline.sinks.relational.staging import Load, fill, stage

WAITS = (0.1, 1.0, 5.0)
"""Seconds before the second and every further try."""
_log = logger(__name__)


class _ChangedMeanwhileError(Exception):
    """Another load moved rows while this one looked where they are."""


class RelationalSink:
    """One database."""

    def __init__(self, database: Database, sleep: Callable[[float], None] = time.sleep) -> None:
        """Make the engine; nothing is connected yet."""
        self._engine = make_engine(database)
        self._backend = self._engine.dialect.name
        self._sleep = sleep
        self._locale = database.locale
        declared = metadata(database.schema or None).tables.values()
        self._tables = {table.name: table for table in declared}
        self._markers = self._tables[MARKER]

    def create(self) -> None:
        """Bring the database to the present version of the model, from whatever it holds."""
        self._again(lambda: migrate(self._engine, self._tables, self._locale))

    def replace_partition(
        self, tables: Mapping[str, pa.Table], installation: str, day: date
    ) -> None:
        """Replace the rows of one installation and date in every given table, in one transaction.

        A late file may move a call to another date. Its rows then leave the date they were held
        under, whose own load follows, so that no moment counts the call twice.
        """
        self._again(lambda: self._replace(tables, Scope(installation, day)))

    def replace_tables(self, tables: Mapping[str, pa.Table], installation: str | None) -> None:
        """Replace whole tables, or in each of them the rows of one installation."""
        self._again(lambda: self._replace(tables, Scope(installation)))

    def close(self) -> None:
        """Close all connections."""
        self._engine.dispose()

    def _again(self, action: Callable[[], None]) -> None:
        """Carry out, again after a wait where the error may pass, and tell the last one."""
        for wait in (*WAITS, None):
            try:
                return action()
            except sa.exc.DBAPIError as error:
                found = meaning(error, self._backend)
                if wait is None or found not in {Meaning.PASSES, Meaning.TAKEN}:
                    if message := told(error, self._engine.url):
                        raise message from error
                    raise
            except _ChangedMeanwhileError as error:
                if wait is None:
                    raise TransientError("IA-427", database=shown(self._engine.url)) from error
            _log.warning("database_retried", database=shown(self._engine.url), retry_seconds=wait)
            self._sleep(wait)
        return None

    def _replace(self, tables: Mapping[str, pa.Table], scope: Scope) -> None:
        load_id = uuid4().hex
        names = [name for name in TABLES if name in tables]
        with self._engine.connect() as connection:
            loads = stage(connection, [Load(self._tables[n], tables[n]) for n in names])
            elsewhere = _held_elsewhere(connection, loads, scope)
            for each in (scope, *elsewhere):
                self._make_marker(connection, each)
            connection.commit()
            self._lock(connection, scope, elsewhere, load_id)
            if elsewhere and not _held_elsewhere(connection, loads, scope) <= elsewhere:
                raise _ChangedMeanwhileError
            for load in loads:
                connection.execute(delete_scope(load.target, scope, connection.dialect))
                if elsewhere and load.stage is not None and load.finds_moved:
                    moved = delete_moved(load.target, load.stage, scope, connection.dialect)
                    connection.execute(moved)
                fill(connection, load)
            self._commit(connection, scope, load_id)
        rows = sum(len(table) for table in tables.values())
        _log.debug("database_loaded", scope=scope.key, tables=len(names), rows=rows)

    def _make_marker(self, connection: sa.Connection, scope: Scope) -> None:
        """Every scope has its row before anyone locks it."""
        wanted = self._markers.c.scope == scope.key
        if connection.execute(sa.select(self._markers).where(wanted)).first() is None:
            try:
                connection.execute(sa.insert(self._markers).values(scope=scope.key, load_id=""))
                connection.commit()
            except sa.exc.IntegrityError:  # another load was quicker
                connection.rollback()

    def _lock(
        self, connection: sa.Connection, scope: Scope, others: set[Scope], load_id: str
    ) -> None:
        for each in sorted((scope, *others), key=lambda each: each.key):
            is_own = each == scope
            wanted = mark(self._markers, each, load_id) if is_own else lock(self._markers, each)
            connection.execute(wanted)

    def _commit(self, connection: sa.Connection, scope: Scope, load_id: str) -> None:
        """Commit; where the connection is lost meanwhile, look what came of it."""
        try:
            connection.commit()
        except sa.exc.DBAPIError as error:
            is_lost = meaning(error, self._backend) is Meaning.PASSES
            if not is_lost or not self._came_through(scope, load_id):
                raise

    def _came_through(self, scope: Scope, load_id: str) -> bool:
        """Whether the load's note is there. Locking it waits until the lost session has ended."""
        with self._engine.begin() as connection:
            connection.execute(lock(self._markers, scope))
            noted = sa.select(self._markers.c.load_id).where(self._markers.c.scope == scope.key)
            return connection.execute(noted).scalar_one_or_none() == load_id


def _held_elsewhere(connection: sa.Connection, loads: Sequence[Load], scope: Scope) -> set[Scope]:
    """The other partitions in which keys that arrive are held."""
    found: set[Scope] = set()
    for load in loads:
        if scope.day is not None and load.stage is not None and load.finds_moved:
            rows = connection.execute(moved_partitions(load.target, load.stage, scope))
            found |= {Scope(installation, day) for installation, day in rows}
    return found
