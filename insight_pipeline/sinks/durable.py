"""SQLite files of the sinks' own state: each change a transaction, all or nothing, on disk when it ends.

The ledger of Power BI and the outbox of notices keep their state this way. What stands in the tables, and
with which messages a file that cannot be used is told, is theirs to say.
"""

from __future__ import annotations

import sqlite3
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path

from insight_pipeline.model.errors import PermanentError, TransientError

_DAMAGED = (sqlite3.SQLITE_NOTADB, sqlite3.SQLITE_CORRUPT)


@dataclass(frozen=True)
class DurableFile:
    """One file: how long to wait for other writers, and the codes of what may be wrong with it."""

    path: Path
    busy_seconds: float
    busy_code: str
    damaged_code: str

    def create(self, schema: str) -> None:
        """Make the file and what is missing of its tables."""
        self.path.parent.mkdir(parents=True, exist_ok=True)
        with self.transaction() as connection:
            for statement in schema.split(";"):
                connection.execute(statement)

    @contextmanager
    def transaction(self) -> Iterator[sqlite3.Connection]:
        """All or nothing; PermanentError where the file is damaged, TransientError where it is busy."""
        try:
            connection = sqlite3.connect(self.path, timeout=self.busy_seconds, isolation_level=None)
            try:
                connection.execute("PRAGMA journal_mode=WAL")
                connection.execute("PRAGMA synchronous=FULL")
                connection.execute("BEGIN IMMEDIATE")
                yield connection
                connection.execute("COMMIT")
            finally:
                connection.close()
        except sqlite3.DatabaseError as error:
            if getattr(error, "sqlite_errorcode", None) in _DAMAGED:
                raise PermanentError(
                    self.damaged_code, file=self.path, detail=str(error)
                ) from error
            if isinstance(error, sqlite3.OperationalError):
                raise TransientError(self.busy_code, file=self.path, detail=str(error)) from error
            raise
