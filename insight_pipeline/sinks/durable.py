"""SQLite files of the sinks' own state: each change a transaction, all or nothing, on disk when it ends.

The ledger of Power BI and the outbox of notices keep their state this way. What stands in the tables, and
with which messages a file that cannot be used is told, is theirs to say.
"""

from __future__ import annotations

import sqlite3
from collections.abc import Iterator, Mapping
from contextlib import closing, contextmanager
from dataclasses import dataclass
from pathlib import Path

from insight_pipeline.model.errors import PermanentError, TransientError
from insight_pipeline.sqlite_files import check_version

_DAMAGED = (sqlite3.SQLITE_NOTADB, sqlite3.SQLITE_CORRUPT)


@dataclass(frozen=True)
class DurableFile:
    """One file: how long to wait for other writers, and the codes of what may be wrong with it."""

    path: Path
    busy_seconds: float
    busy_code: str
    damaged_code: str

    def create(self, schema: str, version: int = 1, steps: Mapping[int, str] | None = None) -> None:
        """Make the file, or bring one of an earlier version to this one.

        `steps` leads to each version after the first. PermanentError IA-720 for a file of a newer version.
        """
        self.path.parent.mkdir(parents=True, exist_ok=True)
        with self._told():
            check_version(self.path, version)
        with self.transaction() as connection:
            (found,) = connection.execute("PRAGMA user_version").fetchone()
            is_new = not connection.execute("SELECT count(*) FROM sqlite_master").fetchone()[0]
            if not is_new:
                for number in range(max(found, 1) + 1, version + 1):
                    connection.execute((steps or {})[number])
            for statement in schema.split(";"):
                connection.execute(statement)
            connection.execute(f"PRAGMA user_version = {version}")

    @contextmanager
    def transaction(self) -> Iterator[sqlite3.Connection]:
        """All or nothing; PermanentError where the file is damaged, TransientError where it is busy."""
        with (
            self._told(),
            closing(
                sqlite3.connect(self.path, timeout=self.busy_seconds, isolation_level=None)
            ) as connection,
        ):
            connection.execute("PRAGMA journal_mode=WAL")
            connection.execute("PRAGMA synchronous=FULL")
            connection.execute("BEGIN IMMEDIATE")
            yield connection
            connection.execute("COMMIT")

    @contextmanager
    def _told(self) -> Iterator[None]:
        try:
            yield
        except sqlite3.DatabaseError as error:
            if getattr(error, "sqlite_errorcode", None) in _DAMAGED:
                raise PermanentError(
                    self.damaged_code, file=self.path, detail=str(error)
                ) from error
            if isinstance(error, sqlite3.OperationalError):
                raise TransientError(self.busy_code, file=self.path, detail=str(error)) from error
            raise
