"""Keeping the progress in the index of the raw store, and how the last look at the table went.

The progress is committed together with the batch that it counts, so that a killed reading repeats the
batch or goes on behind it. What the progress means stands in `progress`.
"""

from __future__ import annotations

import json
import sqlite3
from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any

import pyarrow as pa

from insight_pipeline.model.errors import InsightError
from insight_pipeline.model.terms import Term
from insight_pipeline.sources.cdrdata.batch import Rows
from insight_pipeline.sources.cdrdata.progress import Progress
from insight_pipeline.sources.raw_index import RawIndex

_SCHEMA = """
CREATE TABLE IF NOT EXISTS cdrdata (
    only INTEGER PRIMARY KEY CHECK (only = 1), batches INTEGER, watermark INTEGER, newest INTEGER,
    newest_start INTEGER, remembered BLOB, looked_at INTEGER, unknown_columns TEXT, problem TEXT)"""
_REMEMBERED = pa.schema(
    [
        ("id", pa.int64()),
        ("call", pa.int64()),
        ("start", pa.int64()),
        ("is_open", pa.bool_()),
        ("content", pa.int64()),
    ]
)


@dataclass(frozen=True)
class Look:
    """How the last look at the table went."""

    looked_at: int | None = None
    """In UTC seconds; None if there was none."""
    unknown_columns: tuple[str, ...] = ()
    problem: InsightError | None = None


class ProgressStore:
    """The progress of one installation, in the index of its raw store."""

    def __init__(self, index: RawIndex) -> None:
        """Keep it in this index."""
        self._index = index
        with index.connected() as connection:
            connection.execute(_SCHEMA)

    def progress(self) -> Progress:
        """What has been read so far."""
        row = self._row("batches, watermark, newest, newest_start, remembered")
        if row is None or row[0] is None:
            return Progress()
        with pa.ipc.open_stream(row[4]) as stream:
            table = stream.read_all()
        remembered = Rows(*(column.to_numpy() for column in table.columns))
        return Progress(row[0], row[1], row[2], row[3], remembered)

    def save(self, progress: Progress, connection: sqlite3.Connection | None = None) -> None:
        """Keep the progress, in a transaction that is open or in one of its own."""
        names = "batches, watermark, newest, newest_start, remembered"
        values = (
            progress.batches,
            progress.watermark,
            progress.newest,
            progress.newest_start,
            _packed(progress.remembered),
        )
        self._put(names, values, connection)

    def look(self) -> Look:
        """How the last look went."""
        row = self._row("looked_at, unknown_columns, problem")
        if row is None or row[0] is None:
            return Look()
        unknown = tuple(name for name in row[1].split("\n") if name)
        return Look(row[0], unknown, _unpacked_problem(row[2]))

    def note(self, look: Look) -> None:
        """Keep how a look went."""
        problem = _packed_problem(look.problem)
        values = (look.looked_at, "\n".join(look.unknown_columns), problem)
        self._put("looked_at, unknown_columns, problem", values, None)

    def _row(self, names: str) -> tuple[Any, ...] | None:
        with self._index.connected() as connection:
            found: tuple[Any, ...] | None = connection.execute(
                f"SELECT {names} FROM cdrdata"
            ).fetchone()
        return found

    def _put(
        self, names: str, values: Sequence[object], connection: sqlite3.Connection | None
    ) -> None:
        if connection is None:
            with self._index.connected() as own:
                self._put(names, values, own)
            return
        marks = ", ".join("?" * len(values))
        updates = ", ".join(f"{name} = excluded.{name}" for name in names.split(", "))
        connection.execute(
            f"INSERT INTO cdrdata (only, {names}) VALUES (1, {marks}) "
            f"ON CONFLICT (only) DO UPDATE SET {updates}",
            values,
        )


def _packed(rows: Rows) -> bytes:
    table = pa.table([pa.array(column) for column in rows.columns], schema=_REMEMBERED)
    sink = pa.BufferOutputStream()
    with pa.ipc.new_stream(sink, _REMEMBERED) as stream:
        stream.write_table(table)
    found: bytes = sink.getvalue().to_pybytes()
    return found


def _packed_problem(error: InsightError | None) -> str | None:
    if error is None:
        return None
    fields = {
        name: [value.de, value.en] if isinstance(value, Term) else str(value)
        for name, value in error.fields.items()
    }
    return json.dumps({"code": error.code, "fields": fields})


def _unpacked_problem(text: str | None) -> InsightError | None:
    if text is None:
        return None
    found = json.loads(text)
    fields = {
        name: Term(*value) if isinstance(value, list) else value
        for name, value in found["fields"].items()
    }
    return InsightError(found["code"], **fields)
