"""The outbox: how thresholds stand, and every notice until each receiver has it or it was given up.

One SQLite database in `data_dir/state`, each change a transaction that is on disk before it returns. A
crossing and its notice are written together, before anything is sent. It decides nothing: what to tell is
planned in `facts.thresholds`, when to try again in `retrying`.

    waiting -> sending -> sent | waiting | given_up        sending -> sending, after a kill
"""

from __future__ import annotations

import sqlite3
from collections.abc import Iterable, Sequence
from pathlib import Path
from typing import Any

from insight_pipeline.model.alerts import Standing
from insight_pipeline.model.deliveries import Delivery, DeliveryState, FailedRun
from insight_pipeline.model.notices import Channel, Notice, channel_of
from insight_pipeline.sinks.durable import DurableFile
from insight_pipeline.sinks.notify.kept import from_row, to_row

_BUSY_SECONDS = 30
_KEPT_SECONDS = 90 * 86400.0
VERSION = 1
_SCHEMA = """
CREATE TABLE IF NOT EXISTS standing (
    alert TEXT, installation TEXT, queue_id INTEGER, is_crossed INTEGER NOT NULL,
    changed_at REAL NOT NULL, value REAL NOT NULL, PRIMARY KEY (alert, installation, queue_id));
CREATE TABLE IF NOT EXISTS notice (
    notice_id TEXT PRIMARY KEY, noted_at REAL NOT NULL, body TEXT NOT NULL, attachment BLOB);
CREATE TABLE IF NOT EXISTS delivery (
    notice_id TEXT, channel TEXT, state TEXT NOT NULL, attempts INTEGER NOT NULL,
    next_at REAL NOT NULL, code TEXT NOT NULL, detail TEXT NOT NULL, ended_at REAL,
    PRIMARY KEY (notice_id, channel));
CREATE INDEX IF NOT EXISTS delivery_due ON delivery (state, next_at);
CREATE TABLE IF NOT EXISTS failed_run (
    run_id TEXT PRIMARY KEY, at REAL NOT NULL, job TEXT NOT NULL, days TEXT NOT NULL,
    detail TEXT NOT NULL, told_at REAL);
"""
_STANDING = "alert, installation, queue_id, is_crossed, changed_at, value"
_DELIVERY = "notice_id, channel, state, attempts, next_at, code, detail"
_OPEN = "state IN ('waiting', 'sending')"


class Outbox:
    """The outbox in one file, for any number of senders and readers."""

    def __init__(self, path: Path) -> None:
        """Open it, making it if there is none."""
        self.path = path
        self._file = DurableFile(path, _BUSY_SECONDS, "IA-645", "IA-646")
        self._file.create(_SCHEMA, VERSION)

    # Thresholds

    def standings(self) -> list[Standing]:
        """How every threshold stands that was ever crossed."""
        with self._file.transaction() as connection:
            rows = connection.execute(f"SELECT {_STANDING} FROM standing ORDER BY 1, 2, 3")
            return [_standing(row) for row in rows]

    def change(
        self,
        before: Standing | None,
        after: Standing,
        notice: Notice | None,
        channels: Iterable[Channel],
    ) -> bool:
        """Note a crossing or return with its notice; False where it no longer stands as `before`."""
        with self._file.transaction() as connection:
            key = (after.alert, after.installation, after.queue_id)
            found = connection.execute(
                f"SELECT {_STANDING} FROM standing "
                "WHERE alert = ? AND installation = ? AND queue_id = ?",
                key,
            ).fetchone()
            now = None if found is None else _standing(found)
            if now != before:
                return False
            connection.execute(
                "INSERT OR REPLACE INTO standing VALUES (?, ?, ?, ?, ?, ?)",
                (*key, after.is_crossed, after.changed_at, after.value),
            )
            if notice is not None:
                _put(connection, notice, channels)
        return True

    def forget(self, known: Iterable[str]) -> None:
        """Forget how thresholds stand that are not in the settings any more."""
        names = list(known)
        marks = ", ".join("?" * len(names))
        with self._file.transaction() as connection:
            connection.execute(f"DELETE FROM standing WHERE alert NOT IN ({marks})", names)

    # Notices

    def put(self, notice: Notice, channels: Iterable[Channel]) -> bool:
        """Note what is to be sent to whom; False where the same notice is there already."""
        with self._file.transaction() as connection:
            return _put(connection, notice, channels)

    def notice(self, notice_id: str) -> Notice:
        """A notice with its attachment."""
        with self._file.transaction() as connection:
            row = connection.execute(
                "SELECT body, attachment FROM notice WHERE notice_id = ?", (notice_id,)
            ).fetchone()
        return from_row(*row)

    def due(self, now: float) -> list[Delivery]:
        """What may be sent now: what was never tried first, then what waits longest."""
        with self._file.transaction() as connection:
            rows = connection.execute(
                f"SELECT {_DELIVERY} FROM delivery WHERE {_OPEN} AND next_at <= ? "
                "ORDER BY attempts, next_at, rowid",
                (now,),
            ).fetchall()
        return [_delivery(row) for row in rows]

    def claim(self, wanted: Delivery, until: float) -> Delivery | None:
        """Note, before anything leaves, that it is on its way; None where another sender was first."""
        with self._file.transaction() as connection:
            changed = connection.execute(
                "UPDATE delivery SET state = 'sending', attempts = attempts + 1, next_at = ? "
                "WHERE notice_id = ? AND channel = ? AND state = ? AND attempts = ?",
                (until, wanted.notice_id, wanted.channel.key, wanted.state, wanted.attempts),
            ).rowcount
            row = connection.execute(
                f"SELECT {_DELIVERY} FROM delivery WHERE notice_id = ? AND channel = ?",
                (wanted.notice_id, wanted.channel.key),
            ).fetchone()
        return _delivery(row) if changed else None

    def end(self, delivery: Delivery, at: float) -> None:
        """Note what became of a delivery that was claimed; attachments go with the last receiver."""
        is_over = delivery.state in (DeliveryState.SENT, DeliveryState.GIVEN_UP)
        with self._file.transaction() as connection:
            connection.execute(
                "UPDATE delivery SET state = ?, next_at = ?, code = ?, detail = ?, ended_at = ? "
                "WHERE notice_id = ? AND channel = ? AND state = 'sending' AND attempts = ?",
                (
                    delivery.state,
                    delivery.next_at,
                    delivery.code,
                    delivery.detail,
                    at if is_over else None,
                    delivery.notice_id,
                    delivery.channel.key,
                    delivery.attempts,
                ),
            )
            connection.execute(
                "UPDATE notice SET attachment = NULL WHERE notice_id = ? AND NOT EXISTS "
                f"(SELECT 1 FROM delivery WHERE notice_id = ? AND {_OPEN})",
                (delivery.notice_id, delivery.notice_id),
            )

    def deliveries(self, since: float = 0.0) -> list[Delivery]:
        """Every delivery that is open, or ended since then; the newest last."""
        with self._file.transaction() as connection:
            rows = connection.execute(
                f"SELECT {_DELIVERY} FROM delivery WHERE {_OPEN} OR ended_at >= ? ORDER BY rowid",
                (since,),
            ).fetchall()
        return [_delivery(row) for row in rows]

    def prune(self, now: float) -> None:
        """Forget notices and runs of long ago that are done with."""
        before = (now - _KEPT_SECONDS,)
        with self._file.transaction() as connection:
            connection.execute("DELETE FROM delivery WHERE ended_at < ?", before)
            connection.execute(
                "DELETE FROM notice WHERE noted_at < ? AND notice_id NOT IN "
                "(SELECT notice_id FROM delivery)",
                before,
            )
            connection.execute("DELETE FROM failed_run WHERE told_at < ?", before)

    # Runs that failed

    def note_failure(self, run: FailedRun) -> None:
        """Note a failed run, once."""
        with self._file.transaction() as connection:
            connection.execute(
                "INSERT OR IGNORE INTO failed_run VALUES (?, ?, ?, ?, ?, NULL)",
                (run.run_id, run.at, run.job, run.days, run.detail),
            )

    def untold_failures(self) -> tuple[list[FailedRun], float]:
        """Failed runs that nobody was told of yet, and when somebody was last told of one (0: never)."""
        with self._file.transaction() as connection:
            rows = connection.execute(
                "SELECT run_id, at, job, days, detail FROM failed_run WHERE told_at IS NULL "
                "ORDER BY at, rowid"
            ).fetchall()
            (last,) = connection.execute(
                "SELECT coalesce(max(told_at), 0) FROM failed_run"
            ).fetchone()
        return [FailedRun(*row) for row in rows], float(last)

    def tell_failures(
        self, runs: Sequence[FailedRun], notice: Notice, channels: Iterable[Channel]
    ) -> None:
        """Note the notice about these runs, each of which is told once."""
        with self._file.transaction() as connection:
            connection.executemany(
                "UPDATE failed_run SET told_at = ? WHERE run_id = ?",
                [(notice.at, run.run_id) for run in runs],
            )
            _put(connection, notice, channels)


def _put(connection: sqlite3.Connection, notice: Notice, channels: Iterable[Channel]) -> bool:
    row = (notice.notice_id, notice.at, *to_row(notice))
    is_new = connection.execute("INSERT OR IGNORE INTO notice VALUES (?, ?, ?, ?)", row).rowcount
    if is_new:
        connection.executemany(
            "INSERT INTO delivery VALUES (?, ?, 'waiting', 0, ?, '', '', NULL)",
            [(notice.notice_id, channel.key, notice.at) for channel in channels],
        )
    return bool(is_new)


def _standing(row: tuple[Any, ...]) -> Standing:
    alert, installation, queue_id, is_crossed, changed_at, value = row
    return Standing(alert, installation, queue_id, bool(is_crossed), changed_at, value)


def _delivery(row: tuple[Any, ...]) -> Delivery:
    notice_id, channel, state, *rest = row
    return Delivery(notice_id, channel_of(channel), DeliveryState(state), *rest)
