"""The ledger: every batch with its number, rows and state, so that none is lost and none sent twice.

One SQLite database in `data_dir/state`, each change a transaction that is on disk before it returns. A
batch's rows lie in it too, so that a batch that is sent again is the same batch. It decides nothing: what
to send is planned in `changes`, what an answer means in `delivery`.

    planned -> sending -> confirmed | planned | refused | uncertain      uncertain -> confirmed | planned
"""

from __future__ import annotations

import hashlib
from collections.abc import Iterable, Mapping, Sequence
from pathlib import Path
from typing import Any

import pyarrow as pa
import pyarrow.compute as pc

from insight_pipeline.model.errors import PermanentError
from insight_pipeline.sinks.durable import DurableFile
from insight_pipeline.sinks.powerbi.batch_content import net_rows, read_content
from insight_pipeline.sinks.powerbi.changes import PARTITION_KEY
from insight_pipeline.sinks.powerbi.ledger_entries import (
    WHOLE,
    Batch,
    DatasetState,
    Phase,
    State,
    TableState,
)
from insight_pipeline.sinks.powerbi.ledger_sql import (
    SCHEMA,
    STEPS,
    VERSION,
    begin_epoch,
    drop,
    insert_all,
    renumber,
)
from insight_pipeline.sinks.powerbi.quota import HOUR_SECONDS, Request, Usage

_BUSY_SECONDS = 60
_BATCH = (
    "batch_id, dataset, push_table, epoch, sequence, rows, content_hash, state, ended_at, detail"
)


class Ledger:
    """The ledger in one file, used by one uploader a dataset and any number of readers."""

    def __init__(self, path: Path) -> None:
        """Open it, making it if there is none."""
        self.path = path
        self._file = DurableFile(path, _BUSY_SECONDS, "IA-560", "IA-561")
        self._file.create(SCHEMA, VERSION, STEPS)

    def note_restored(self, at: float) -> None:
        """The ledger comes from a backup: what it says of every table is to be held against the service.

        Rows of a dimension do not name their batch, so that no look could tell a later one from ours: it
        is emptied and filled anew.
        """
        with self._file.transaction() as connection:
            connection.execute("UPDATE push_table SET restored_at = ?", (at,))
            dimensions = connection.execute(
                "SELECT dataset, push_table FROM batch LEFT JOIN batch_partition USING (batch_id) "
                "GROUP BY dataset, push_table HAVING count(partition_key) = 0"
            ).fetchall()
            for dataset, name in dimensions:
                begin_epoch(connection, dataset, name, Phase.EMPTYING)
                drop(connection, dataset, name, State.PLANNED, State.REFUSED)

    # Datasets and tables

    def dataset(self, name: str) -> DatasetState | None:
        """What is known of a dataset."""
        with self._file.transaction() as connection:
            row = connection.execute(
                "SELECT name, dataset_id, state, asked_at, detail FROM dataset WHERE name = ?",
                (name,),
            ).fetchone()
        return DatasetState(*row) if row else None

    def put_dataset(
        self, name: str, state: str, dataset_id: str | None, at: float | None, detail: str = ""
    ) -> None:
        """Note a dataset's state."""
        with self._file.transaction() as connection:
            connection.execute(
                "INSERT INTO dataset (name, state, dataset_id, asked_at, detail) VALUES (?,?,?,?,?) "
                "ON CONFLICT (name) DO UPDATE SET state = excluded.state, detail = excluded.detail, "
                "dataset_id = excluded.dataset_id, asked_at = excluded.asked_at",
                (name, state, dataset_id, at, detail),
            )

    def table(self, dataset: str, name: str) -> TableState:
        """A table's state; a new table is open in epoch 1."""
        with self._file.transaction() as connection:
            connection.execute(
                "INSERT OR IGNORE INTO push_table "
                "VALUES (?, ?, 1, 'open', NULL, 0, 0, NULL, '', NULL, 0, NULL)",
                (dataset, name),
            )
            row = connection.execute(
                "SELECT * FROM push_table WHERE dataset = ? AND name = ?", (dataset, name)
            ).fetchone()
        dataset, name, epoch, phase, *rest = row
        return TableState(dataset, name, epoch, Phase(phase), *rest)

    def set_table(
        self, dataset: str, name: str, *, epoch: int | None = None, **values: object
    ) -> None:
        """Change columns of a table's state: hold, hold_detail, phase, phase_at, body_hash.

        With `epoch` only in that one: what was learnt of an epoch that is over says nothing of the next.
        """
        columns = ", ".join(f"{column} = ?" for column in values)
        with self._file.transaction() as connection:
            connection.execute(
                f"UPDATE push_table SET {columns} "
                "WHERE dataset = ? AND name = ? AND epoch = coalesce(?, epoch)",
                (*values.values(), dataset, name, epoch),
            )

    def new_epoch(self, dataset: str, name: str, *, keeps_hold: bool = False) -> None:
        """Write down the intent to empty and fill a table; nothing planned before is sent any more.

        Rows that were pushed count as stored until the table is seen to be empty. `keeps_hold` is for
        epochs that nobody asked for: a table that is held stays so.
        """
        with self._file.transaction() as connection:
            begin_epoch(connection, dataset, name, Phase.EMPTYING)
            if not keeps_hold:
                connection.execute(
                    "UPDATE push_table SET hold = NULL, hold_detail = '', has_other_numbers = 0 "
                    "WHERE dataset = ? AND name = ?",
                    (dataset, name),
                )
            drop(connection, dataset, name, State.PLANNED, State.REFUSED)

    def emptied(self, table: TableState, number: int) -> None:
        """The table is empty: what older epochs sent is gone, and its batches may leave.

        `number` is the one that the service counts: batches that have not left yet get higher ones.
        """
        key = (table.dataset, table.name)
        with self._file.transaction() as connection:
            changed = connection.execute(
                "UPDATE push_table SET phase = 'filling', phase_at = NULL "
                "WHERE dataset = ? AND name = ? AND epoch = ?",
                (*key, table.epoch),
            ).rowcount
            if not changed:
                return
            connection.execute(
                "UPDATE batch SET state = 'dropped', content = NULL "
                "WHERE dataset = ? AND push_table = ? AND epoch < ?",
                (*key, table.epoch),
            )
            if number > table.sent_sequence:
                renumber(connection, key, number - table.sent_sequence)

    def forget_pushed(self, dataset: str, kept_hold: str) -> None:
        """The dataset is a new one: nothing that was pushed to the old one is in it.

        Holds are lifted with what caused them, but for those with the code `kept_hold`.
        """
        with self._file.transaction() as connection:
            names = connection.execute(
                "SELECT name FROM push_table WHERE dataset = ?", (dataset,)
            ).fetchall()
            for (name,) in names:
                begin_epoch(connection, dataset, name, Phase.OPEN)
                drop(connection, dataset, name, *(state for state in State))
            connection.execute(
                "UPDATE push_table SET body_hash = NULL, has_other_numbers = 0 WHERE dataset = ?",
                (dataset,),
            )
            connection.execute(
                "UPDATE push_table SET hold = NULL, hold_detail = '' "
                "WHERE dataset = ? AND hold <> ?",
                (dataset, kept_hold),
            )

    def release(self, dataset: str, name: str) -> None:
        """Lift a hold; what was refused is dropped and will be planned anew from the lake."""
        with self._file.transaction() as connection:
            connection.execute(
                "UPDATE push_table SET hold = NULL, hold_detail = '' WHERE dataset = ? AND name = ?",
                (dataset, name),
            )
            connection.execute(
                "DELETE FROM planned WHERE dataset = ? AND push_table = ? AND partition_key IN ("
                "SELECT coalesce(partition_key, ?) FROM batch LEFT JOIN batch_partition "
                "USING (batch_id) WHERE dataset = ? AND push_table = ? AND state = 'refused')",
                (dataset, name, WHOLE, dataset, name),
            )
            drop(connection, dataset, name, State.REFUSED)

    # Plans

    def sources(self, dataset: str, table: str) -> dict[str, str]:
        """Which content of which partitions the plans cover."""
        with self._file.transaction() as connection:
            rows = connection.execute(
                "SELECT partition_key, source FROM planned WHERE dataset = ? AND push_table = ?",
                (dataset, table),
            ).fetchall()
        return dict(rows)

    def unsent_partitions(self, dataset: str) -> set[str]:
        """Partitions with rows that are planned, on their way or refused, in any table."""
        with self._file.transaction() as connection:
            rows = connection.execute(
                "SELECT DISTINCT partition_key FROM batch_partition JOIN batch USING (batch_id) "
                "WHERE dataset = ? AND state NOT IN ('confirmed', 'dropped')",
                (dataset,),
            ).fetchall()
        return {row[0] for row in rows}

    def held_rows(self, table: TableState, partitions: Sequence[str]) -> list[pa.Table]:
        """Rows of these partitions that were or will be pushed in this epoch, with their signs."""
        marks = ", ".join("?" * len(partitions))
        with self._file.transaction() as connection:
            rows = connection.execute(
                "SELECT content FROM batch WHERE dataset = ? AND push_table = ? AND epoch = ? "
                "AND state IN ('planned', 'sending', 'uncertain', 'confirmed') AND batch_id IN "
                f"(SELECT batch_id FROM batch_partition WHERE partition_key IN ({marks}))",
                (table.dataset, table.name, table.epoch, *partitions),
            ).fetchall()
        value_set = pa.array(list(partitions), pa.string())
        tables = [read_content(row[0]) for row in rows]
        return [t.filter(pc.is_in(t[PARTITION_KEY], value_set=value_set)) for t in tables]

    def plan(
        self, table: TableState, rows: Iterable[pa.Table], sources: Mapping[str, str]
    ) -> list[str]:
        """Write down batches and what they cover, in one transaction; gives the batches' ids."""
        with self._file.transaction() as connection:
            key = (table.dataset, table.name)
            epoch, last = connection.execute(
                "SELECT epoch, last_sequence FROM push_table WHERE dataset = ? AND name = ?", key
            ).fetchone()
            if epoch != table.epoch:
                return []
            made = insert_all(connection, key, (epoch, last), rows)
            connection.executemany(
                "INSERT OR REPLACE INTO planned VALUES (?, ?, ?, ?)",
                [(*key, partition, source) for partition, source in sources.items()],
            )
        return made

    def split(self, batch: Batch, most: int) -> None:
        """Replace a planned batch by several of at most `most` rows."""
        rows = self.content(batch)
        key = (batch.dataset, batch.table)
        with self._file.transaction() as connection:
            changed = connection.execute(
                "UPDATE batch SET state = 'dropped', content = NULL "
                "WHERE batch_id = ? AND state = 'planned'",
                (batch.batch_id,),
            ).rowcount
            if changed:
                (last,) = connection.execute(
                    "SELECT last_sequence FROM push_table WHERE dataset = ? AND name = ?", key
                ).fetchone()
                pieces = [rows.slice(start, most) for start in range(0, len(rows), most)]
                insert_all(connection, key, (batch.epoch, last), pieces)

    # Batches

    def first(self, dataset: str, table: str, *states: State) -> Batch | None:
        """The batch with the lowest number in one of these states."""
        return next(iter(self.batches(dataset, table, *states, most=1)), None)

    def batches(self, dataset: str, table: str, *states: State, most: int = -1) -> list[Batch]:
        """Batches in these states, in the order of their numbers."""
        marks = ", ".join("?" * len(states))
        with self._file.transaction() as connection:
            rows = connection.execute(
                f"SELECT {_BATCH} FROM batch WHERE dataset = ? AND push_table = ? "
                f"AND state IN ({marks}) ORDER BY sequence LIMIT ?",
                (dataset, table, *states, most),
            ).fetchall()
        return [_batch(row) for row in rows]

    def content(self, batch: Batch) -> pa.Table:
        """The rows of a batch; PermanentError IA-561 if they are not those that were planned."""
        with self._file.transaction() as connection:
            found = connection.execute(
                "SELECT content FROM batch WHERE batch_id = ?", (batch.batch_id,)
            ).fetchone()[0]
        if hashlib.sha256(found).hexdigest() != batch.content_hash:
            raise PermanentError("IA-561", file=self.path, detail=f"batch {batch.batch_id}")
        return read_content(found)

    def start_sending(self, batch: Batch, at: float) -> bool:
        """Note, before the request leaves, that it will; False if another uploader was first."""
        with self._file.transaction() as connection:
            changed = connection.execute(
                "UPDATE batch SET state = 'sending', ended_at = NULL "
                "WHERE batch_id = ? AND state = 'planned'",
                (batch.batch_id,),
            ).rowcount
            if changed:
                key = (batch.dataset, batch.table)
                connection.execute(
                    "UPDATE push_table SET sent_sequence = max(sent_sequence, ?) "
                    "WHERE dataset = ? AND name = ?",
                    (batch.sequence, *key),
                )
                connection.execute(
                    "INSERT INTO request VALUES (?, ?, ?, ?)", (*key, at, batch.rows)
                )
                connection.execute("DELETE FROM request WHERE at < ?", (at - 2 * HOUR_SECONDS,))
        return bool(changed)

    def end(self, batch: Batch, state: State, at: float, detail: str = "") -> None:
        """Note what became of a batch that was sent, and when its request ended or was settled.

        A request counts in the limits from its end: when in between the service counted it is not known.
        """
        with self._file.transaction() as connection:
            connection.execute(
                "UPDATE request SET at = max(at, ?) WHERE rowid = (SELECT max(rowid) FROM request "
                "WHERE dataset = ? AND push_table = ?) "
                "AND EXISTS (SELECT 1 FROM batch WHERE batch_id = ? AND state = 'sending')",
                (at, batch.dataset, batch.table, batch.batch_id),
            )
            connection.execute(
                "UPDATE batch SET state = ?, ended_at = ?, detail = ? "
                "WHERE batch_id = ? AND state IN ('sending', 'uncertain')",
                (state, at, detail, batch.batch_id),
            )

    # Limits

    def block(self, dataset: str, until: float) -> None:
        """The service said how long nothing may be sent."""
        with self._file.transaction() as connection:
            connection.execute(
                "UPDATE dataset SET blocked_until = max(blocked_until, ?) WHERE name = ?",
                (until, dataset),
            )

    def usage(self, dataset: str) -> Usage:
        """What the dataset has used of its limits."""
        with self._file.transaction() as connection:
            requests = connection.execute(
                "SELECT at, rows FROM request WHERE dataset = ? ORDER BY at", (dataset,)
            ).fetchall()
            stored = connection.execute(
                "SELECT push_table, SUM(rows) FROM batch WHERE dataset = ? "
                "AND state IN ('sending', 'uncertain', 'confirmed') GROUP BY push_table",
                (dataset,),
            ).fetchall()
            blocked = connection.execute(
                "SELECT blocked_until FROM dataset WHERE name = ?", (dataset,)
            ).fetchone()
        return Usage(
            [Request(*row) for row in requests], dict(stored), blocked[0] if blocked else 0.0
        )

    def confirmed(self, table: TableState) -> tuple[int, int]:
        """The highest confirmed number of the table's present rows, and how many rows they are."""
        with self._file.transaction() as connection:
            found: tuple[int, int] = connection.execute(
                "SELECT coalesce(max(sequence), 0), coalesce(sum(rows), 0) FROM batch "
                "WHERE dataset = ? AND push_table = ? AND epoch = ? AND state = 'confirmed'",
                (table.dataset, table.name, table.epoch),
            ).fetchone()
        return found

    def last_end(self, table: TableState) -> float:
        """When the last request of this epoch ended or was settled, 0 before the first."""
        with self._file.transaction() as connection:
            (found,) = connection.execute(
                "SELECT coalesce(max(ended_at), 0) FROM batch "
                "WHERE dataset = ? AND push_table = ? AND epoch = ?",
                (table.dataset, table.name, table.epoch),
            ).fetchone()
        return float(found)

    def columns(self, table: TableState) -> list[str] | None:
        """Columns of the rows of this epoch; None where there are none yet."""
        with self._file.transaction() as connection:
            found = connection.execute(
                "SELECT content FROM batch WHERE dataset = ? AND push_table = ? AND epoch = ? "
                "AND content IS NOT NULL LIMIT 1",
                (table.dataset, table.name, table.epoch),
            ).fetchone()
        return read_content(found[0]).column_names if found else None

    def net_rows(self, dataset: str, table: str) -> int:
        """Confirmed rows, corrections by their sign."""
        with self._file.transaction() as connection:
            rows = connection.execute(
                "SELECT content FROM batch JOIN push_table ON batch.dataset = push_table.dataset "
                "AND push_table = name AND batch.epoch = push_table.epoch "
                "WHERE batch.dataset = ? AND push_table = ? AND state = 'confirmed'",
                (dataset, table),
            ).fetchall()
        return sum(net_rows(read_content(row[0])) for row in rows)

    def waiting(self, dataset: str, table: str) -> list[int]:
        """Rows of each batch that is planned or not known to have arrived, in the order of their numbers."""
        states = (State.PLANNED, State.SENDING, State.UNCERTAIN)
        return [batch.rows for batch in self.batches(dataset, table, *states)]


def _batch(row: tuple[Any, ...]) -> Batch:
    values = dict(zip(_BATCH.replace("push_table", "table").split(", "), row, strict=True))
    return Batch(**{**values, "state": State(values["state"])})
