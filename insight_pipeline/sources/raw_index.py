"""The index of an installation's raw store: which files were read, and which rows lie where.

A small SQLite database beside the Parquet parts. A file counts as read when its entry is committed here,
after all its parts are written; a run that is killed before leaves nothing that would be believed. The
rows themselves are in the parts (`raw_store`).
"""

from __future__ import annotations

import sqlite3
from collections.abc import Callable, Iterator, Sequence
from contextlib import contextmanager
from dataclasses import astuple, dataclass
from operator import attrgetter
from pathlib import Path

import numpy as np
import numpy.typing as npt

from insight_pipeline.model.calendar import DAY_SECONDS
from insight_pipeline.sqlite_files import check_version

VERSION = 1
_SCHEMA = """
CREATE TABLE IF NOT EXISTS file (
    kind TEXT, sha256 TEXT, parser TEXT, status TEXT, reason TEXT, detail TEXT, lines INTEGER,
    unknown_columns TEXT, PRIMARY KEY (kind, sha256));
CREATE TABLE IF NOT EXISTS name (
    kind TEXT, file_name TEXT, sha256 TEXT, size INTEGER, mtime_ns INTEGER, inode INTEGER,
    reason TEXT, detail TEXT, PRIMARY KEY (kind, file_name, sha256));
CREATE TABLE IF NOT EXISTS part (
    kind TEXT, sha256 TEXT, day INTEGER, rows INTEGER, first_id INTEGER, last_id INTEGER,
    first_call INTEGER, last_call INTEGER, repeated INTEGER, last_end INTEGER,
    PRIMARY KEY (kind, sha256, day));
CREATE TABLE IF NOT EXISTS report (
    kind TEXT, sha256 TEXT, owners TEXT, accepted INTEGER, open_rows INTEGER, quarantined INTEGER,
    first_start INTEGER, last_start INTEGER, PRIMARY KEY (kind, sha256));
CREATE TABLE IF NOT EXISTS touched (sequence INTEGER PRIMARY KEY AUTOINCREMENT, day INTEGER);
CREATE TABLE IF NOT EXISTS loaded (day INTEGER PRIMARY KEY, started INTEGER, finished INTEGER);
CREATE TABLE IF NOT EXISTS callback_due (day INTEGER PRIMARY KEY);
CREATE TABLE IF NOT EXISTS restored (at INTEGER PRIMARY KEY);
"""


@dataclass(frozen=True)
class FileEntry:
    """One content that was read: accepted with its lines, or refused with a reason."""

    kind: str
    sha256: str
    parser: str
    """Settings that shaped the reading; a file is read again when they change."""
    status: str
    reason: str | None
    detail: str
    lines: int | None
    unknown_columns: str = ""


@dataclass(frozen=True)
class NameEntry:
    """One name under which a content (or nothing readable: sha256 '') lies in the landing folder."""

    kind: str
    file_name: str
    sha256: str
    size: int
    mtime_ns: int
    inode: int
    reason: str | None = None
    detail: str = ""


@dataclass(frozen=True)
class PartEntry:
    """The rows of one file that start on one local day (days since 1970-01-01)."""

    kind: str
    sha256: str
    day: int
    rows: int
    first_id: int
    last_id: int
    first_call: int
    last_call: int
    repeated: int
    """Rows whose start lies in a repeated hour."""
    last_end: int
    """The latest end in UTC seconds, in whichever reading; 0 where no row has one."""


@dataclass(frozen=True)
class ReportEntry:
    """What became of a file's lines, given the accounts whose rows are not supported."""

    kind: str
    sha256: str
    owners: str
    accepted: int
    open_rows: int
    quarantined: int
    first_start: int | None
    last_start: int | None


_NUMBERS = attrgetter(*"day rows first_id last_id first_call last_call repeated last_end".split())


@dataclass(frozen=True)
class Parts:
    """All parts of a list as arrays, for pruning by day, id and call."""

    entries: list[PartEntry]
    days: npt.NDArray[np.int64]
    first_ids: npt.NDArray[np.int64]
    last_ids: npt.NDArray[np.int64]
    first_calls: npt.NDArray[np.int64]
    last_calls: npt.NDArray[np.int64]
    repeated: npt.NDArray[np.int64]
    last_ends: npt.NDArray[np.int64]


class RawIndex:
    """Reads and writes the index; every write is one transaction."""

    def __init__(self, file: Path) -> None:
        """Open the index at `file`, making it if there is none; PermanentError IA-720 for a newer one."""
        check_version(file, VERSION)
        file.parent.mkdir(parents=True, exist_ok=True)
        self._file = file
        with self.connected() as connection:
            connection.executescript(_SCHEMA)
            columns = [row[1] for row in connection.execute("PRAGMA table_info(part)")]
            if "last_end" not in columns:  # exact once the files are read again
                connection.execute("ALTER TABLE part ADD COLUMN last_end INTEGER")
                connection.execute(f"UPDATE part SET last_end = (day + 2) * {DAY_SECONDS}")
            if connection.execute("PRAGMA user_version").fetchone()[0] != VERSION:
                connection.execute(f"PRAGMA user_version = {VERSION}")

    @contextmanager
    def connected(self) -> Iterator[sqlite3.Connection]:
        """A transaction: what is written in it is there at its end, or not at all."""
        connection = sqlite3.connect(self._file, timeout=60)
        try:
            with connection:
                yield connection
        finally:
            connection.close()

    def names(self, kind: str) -> list[NameEntry]:
        """Every name ever seen, in order."""
        with self.connected() as connection:
            rows = connection.execute(
                "SELECT * FROM name WHERE kind = ? ORDER BY file_name, sha256", (kind,)
            )
            return [NameEntry(*row) for row in rows]

    def files(self, kind: str) -> dict[str, FileEntry]:
        """Every content read so far, by hash."""
        with self.connected() as connection:
            rows = connection.execute("SELECT * FROM file WHERE kind = ?", (kind,))
            return {row[1]: FileEntry(*row) for row in rows}

    def reports(self, kind: str) -> dict[str, ReportEntry]:
        """The line counts of every accepted content, by hash."""
        with self.connected() as connection:
            rows = connection.execute("SELECT * FROM report WHERE kind = ?", (kind,))
            return {row[1]: ReportEntry(*row) for row in rows}

    def parts(self, kind: str) -> Parts:
        """Every part of accepted contents."""
        with self.connected() as connection:
            rows = connection.execute(
                "SELECT * FROM part WHERE kind = ? ORDER BY day, sha256", (kind,)
            ).fetchall()
        return parts_of([PartEntry(*row) for row in rows])

    def day_rows(self, kind: str) -> dict[int, int]:
        """Rows of accepted contents by day, ascending."""
        with self.connected() as connection:
            found = connection.execute(
                "SELECT day, sum(rows) FROM part WHERE kind = ? GROUP BY day ORDER BY day", (kind,)
            )
            return dict(found.fetchall())

    def put(
        self,
        name: NameEntry,
        file: FileEntry | None = None,
        parts: Sequence[PartEntry] = (),
        touched: Sequence[int] = (),
        also: Callable[[sqlite3.Connection], object] | None = None,
    ) -> None:
        """Note a name, what its content was read as, and which days that touches: all or nothing.

        A name without readable content is forgotten once it has one. `also` writes what a source keeps
        here of its own, in the same transaction.
        """
        with self.connected() as connection:
            if file is not None:
                key = (file.kind, file.sha256)
                for table in ("part", "report"):
                    connection.execute(f"DELETE FROM {table} WHERE kind = ? AND sha256 = ?", key)
                connection.execute(
                    f"INSERT OR REPLACE INTO file VALUES ({_marks(8)})", astuple(file)
                )
                connection.executemany(
                    f"INSERT INTO part VALUES ({_marks(10)})", [astuple(part) for part in parts]
                )
            connection.execute(
                "DELETE FROM name WHERE kind = ? AND file_name = ? AND sha256 = ''",
                (name.kind, name.file_name),
            )
            connection.execute(f"INSERT OR REPLACE INTO name VALUES ({_marks(8)})", astuple(name))
            _touch(connection, touched)
            if also is not None:
                also(connection)

    def put_touched(self, days: Sequence[int]) -> None:
        """Append days whose partitions something else than a file may change."""
        with self.connected() as connection:
            _touch(connection, days)

    def stale(self) -> tuple[int, list[int]]:
        """The newest sequence number, and the days touched since their last load, ascending."""
        with self.connected() as connection:
            newest = connection.execute("SELECT coalesce(max(sequence), 0) FROM touched").fetchone()
            rows = connection.execute(
                "SELECT day FROM touched LEFT JOIN loaded USING (day) "
                "GROUP BY day HAVING max(sequence) > coalesce(max(finished), 0) ORDER BY day"
            ).fetchall()
        return newest[0], [row[0] for row in rows]

    def start_load(self, days: Sequence[int]) -> None:
        """Note that these days are being loaded from what has been read by now."""
        with self.connected() as connection:
            connection.executemany(
                "INSERT INTO loaded VALUES (?, (SELECT coalesce(max(sequence), 0) FROM touched), 0) "
                "ON CONFLICT (day) DO UPDATE SET started = excluded.started",
                [(day,) for day in days],
            )

    def finish_load(self, days: Sequence[int]) -> None:
        """Note that these days are in every sink, as of when their load started."""
        with self.connected() as connection:
            connection.executemany(
                "UPDATE loaded SET finished = started WHERE day = ?", [(day,) for day in days]
            )

    def put_callback_due(self, days: Sequence[int]) -> None:
        """Note that the callbacks of these days are about to change in the lake."""
        with self.connected() as connection:
            connection.executemany(
                "INSERT OR IGNORE INTO callback_due VALUES (?)", [(day,) for day in days]
            )

    def callback_due(self) -> list[int]:
        """Days whose callbacks changed in the lake since they were loaded, ascending."""
        with self.connected() as connection:
            rows = connection.execute("SELECT day FROM callback_due ORDER BY day").fetchall()
        return [row[0] for row in rows]

    def drop_callback_due(self, days: Sequence[int]) -> None:
        """Note that the callbacks of these days are in the database."""
        with self.connected() as connection:
            connection.executemany(
                "DELETE FROM callback_due WHERE day = ?", [(day,) for day in days]
            )

    def note_restored(self, at: int) -> None:
        """The store comes from a backup of another lake: no day that has rows counts as loaded.

        Touches are numbered from `at`, UTC seconds, on: no number stands for two states of the store.
        """
        with self.connected() as connection:
            connection.execute("INSERT OR IGNORE INTO restored VALUES (?)", (at,))
            for table in ("loaded", "callback_due"):
                connection.execute(f"DELETE FROM {table}")
            connection.execute(
                "INSERT INTO touched SELECT coalesce(max(sequence), 0) + ?, 0 FROM touched", (at,)
            )
            connection.execute("DELETE FROM touched")
            days = connection.execute("SELECT DISTINCT day FROM part ORDER BY day").fetchall()
            _touch(connection, [day for (day,) in days])

    def restored_at(self) -> int:
        """When the store was last taken from a backup, in UTC seconds; 0 if it never was."""
        with self.connected() as connection:
            (found,) = connection.execute("SELECT coalesce(max(at), 0) FROM restored").fetchone()
        return int(found)

    def put_report(self, entry: ReportEntry) -> None:
        """Note the line counts of a content."""
        with self.connected() as connection:
            connection.execute(
                f"INSERT OR REPLACE INTO report VALUES ({_marks(8)})", astuple(entry)
            )


def parts_of(entries: list[PartEntry]) -> Parts:
    """Parts with their ranges as arrays."""
    numbers = np.array(list(map(_NUMBERS, entries)), dtype=np.int64).reshape(-1, 8).T
    days, _, first_ids, last_ids, first_calls, last_calls, repeated, ends = numbers
    return Parts(entries, days, first_ids, last_ids, first_calls, last_calls, repeated, ends)


def forget(connection: sqlite3.Connection, kind: str, sha256: str) -> None:
    """Drop everything about a content, in a transaction that puts another in its place."""
    for table in ("file", "name", "part", "report"):
        connection.execute(f"DELETE FROM {table} WHERE kind = ? AND sha256 = ?", (kind, sha256))


def _touch(connection: sqlite3.Connection, days: Sequence[int]) -> None:
    connection.executemany("INSERT INTO touched (day) VALUES (?)", [(day,) for day in days])


def _marks(count: int) -> str:
    return ", ".join("?" * count)
