"""The ledger's tables, and the statements that more than one of its changes is made of.

Each function works in the transaction that it is given. When what is changed stands in `ledger`.
"""

from __future__ import annotations

import hashlib
import sqlite3
import uuid
from collections.abc import Iterable

import pyarrow as pa

from insight_pipeline.sinks.powerbi.batch_content import write_content
from insight_pipeline.sinks.powerbi.changes import PARTITION_KEY
from insight_pipeline.sinks.powerbi.ledger_entries import Phase, State

VERSION = 2
STEPS = {2: "ALTER TABLE push_table ADD COLUMN restored_at REAL"}
"""What leads from the version before to each."""
SCHEMA = """
CREATE TABLE IF NOT EXISTS dataset (
    name TEXT PRIMARY KEY, dataset_id TEXT, state TEXT NOT NULL, asked_at REAL, detail TEXT,
    blocked_until REAL NOT NULL DEFAULT 0);
CREATE TABLE IF NOT EXISTS push_table (
    dataset TEXT, name TEXT, epoch INTEGER NOT NULL, phase TEXT NOT NULL, phase_at REAL,
    last_sequence INTEGER NOT NULL, sent_sequence INTEGER NOT NULL, hold TEXT, hold_detail TEXT,
    body_hash TEXT, has_other_numbers INTEGER NOT NULL, restored_at REAL,
    PRIMARY KEY (dataset, name));
CREATE TABLE IF NOT EXISTS batch (
    batch_id TEXT PRIMARY KEY, dataset TEXT, push_table TEXT, epoch INTEGER, sequence INTEGER,
    rows INTEGER, content_hash TEXT, state TEXT, content BLOB, ended_at REAL, detail TEXT,
    UNIQUE (dataset, push_table, sequence));
CREATE INDEX IF NOT EXISTS batch_state ON batch (dataset, push_table, state);
CREATE TABLE IF NOT EXISTS batch_partition (
    batch_id TEXT, partition_key TEXT, PRIMARY KEY (batch_id, partition_key));
CREATE INDEX IF NOT EXISTS partition_batch ON batch_partition (partition_key);
CREATE TABLE IF NOT EXISTS planned (
    dataset TEXT, push_table TEXT, partition_key TEXT, source TEXT,
    PRIMARY KEY (dataset, push_table, partition_key));
CREATE TABLE IF NOT EXISTS request (
    dataset TEXT, push_table TEXT, at REAL, rows INTEGER);
CREATE INDEX IF NOT EXISTS request_at ON request (dataset, at);
"""


def begin_epoch(connection: sqlite3.Connection, dataset: str, name: str, phase: Phase) -> None:
    """The next epoch, for which nothing is planned yet."""
    connection.execute(
        "UPDATE push_table SET epoch = epoch + 1, phase = ?, phase_at = NULL "
        "WHERE dataset = ? AND name = ?",
        (phase, dataset, name),
    )
    connection.execute("DELETE FROM planned WHERE dataset = ? AND push_table = ?", (dataset, name))


def renumber(connection: sqlite3.Connection, key: tuple[str, str], by: int) -> None:
    """Higher numbers for what is planned; by way of negative ones, for none may stand twice."""
    connection.execute(
        "UPDATE batch SET sequence = -(sequence + ?) "
        "WHERE dataset = ? AND push_table = ? AND state = 'planned'",
        (by, *key),
    )
    connection.execute(
        "UPDATE batch SET sequence = -sequence "
        "WHERE dataset = ? AND push_table = ? AND sequence < 0",
        key,
    )
    connection.execute(
        "UPDATE push_table SET last_sequence = last_sequence + ?, sent_sequence = sent_sequence + ? "
        "WHERE dataset = ? AND name = ?",
        (by, by, *key),
    )


def insert_all(
    connection: sqlite3.Connection,
    key: tuple[str, str],
    place: tuple[int, int],
    rows: Iterable[pa.Table],
) -> list[str]:
    """Planned batches with the numbers after `place`, which is epoch and last number; gives their ids."""
    epoch, last = place
    made = []
    for content in rows:
        last += 1
        made.append(uuid.uuid4().hex)
        _insert(connection, made[-1], (*key, epoch, last), content)
    connection.execute(
        "UPDATE push_table SET last_sequence = ? WHERE dataset = ? AND name = ?", (last, *key)
    )
    return made


def _insert(
    connection: sqlite3.Connection, batch_id: str, place: tuple[object, ...], rows: pa.Table
) -> None:
    content = write_content(rows)
    digest = hashlib.sha256(content).hexdigest()
    connection.execute(
        "INSERT INTO batch VALUES (?, ?, ?, ?, ?, ?, ?, 'planned', ?, NULL, '')",
        (batch_id, *place, len(rows), digest, content),
    )
    partitions = (
        rows[PARTITION_KEY].unique().to_pylist() if PARTITION_KEY in rows.column_names else []
    )
    connection.executemany(
        "INSERT INTO batch_partition VALUES (?, ?)", [(batch_id, p) for p in partitions]
    )


def drop(connection: sqlite3.Connection, dataset: str, table: str, *states: State) -> None:
    """Leave a batch's number and drop its rows."""
    marks = ", ".join("?" * len(states))
    connection.execute(
        f"UPDATE batch SET state = 'dropped', content = NULL "
        f"WHERE dataset = ? AND push_table = ? AND state IN ({marks})",
        (dataset, table, *states),
    )
