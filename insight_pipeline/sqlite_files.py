"""SQLite files of the program's own state: their version, and copies of them while others write.

Used by raw store, ledger and outbox alike. What stands in a file, and how one of an earlier version is
brought to the present one, is its owner's to say.
"""

from __future__ import annotations

import sqlite3
from contextlib import closing
from pathlib import Path

from insight_pipeline.model.errors import PermanentError

NEWER = "IA-720"
_BUSY_SECONDS = 60.0


def version_of(file: Path) -> int:
    """The version that the file's last writer noted; 0 where none did, or there is no file."""
    if not file.exists():
        return 0
    with closing(sqlite3.connect(file, timeout=_BUSY_SECONDS)) as connection:
        return int(connection.execute("PRAGMA user_version").fetchone()[0])


def check_version(file: Path, known: int) -> None:
    """PermanentError IA-720 for a file of a newer version than the known one; it is left as it is."""
    found = version_of(file)
    if found > known:
        raise PermanentError(NEWER, file=file, found=found, known=known)


def copy_database(source: Path, target: Path) -> None:
    """The file as it stands at one moment, what is committed beside it included."""
    target.parent.mkdir(parents=True, exist_ok=True)
    with (
        closing(sqlite3.connect(source, timeout=_BUSY_SECONDS)) as there,
        closing(sqlite3.connect(target)) as here,
    ):
        there.backup(here)
        here.execute("PRAGMA journal_mode=DELETE")
