"""One upload: plan what changed in the lake since the last one, then deliver it table by table.

Facts are planned by partition, corrections included; dimensions, whose keys must be unique, are emptied
and pushed whole when they change. Where rows come from is given by the caller, who knows the lake.
"""

from __future__ import annotations

import hashlib
from collections.abc import Callable, Iterator, Sequence
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path

import pyarrow as pa
from filelock import FileLock, Timeout

from insight_pipeline.model.errors import TransientError
from insight_pipeline.sinks.powerbi import delivery
from insight_pipeline.sinks.powerbi.batch_content import write_content
from insight_pipeline.sinks.powerbi.bodies import dataset_body, table_body
from insight_pipeline.sinks.powerbi.changes import PARTITION_KEY, SIGN, batches, changes, signed
from insight_pipeline.sinks.powerbi.creation import Creation
from insight_pipeline.sinks.powerbi.datasets import Delivered, PushDataset, PushTable
from insight_pipeline.sinks.powerbi.delivery import Options, TableDelivery
from insight_pipeline.sinks.powerbi.ledger import Ledger
from insight_pipeline.sinks.powerbi.ledger_entries import WHOLE, Phase, TableState
from insight_pipeline.sinks.powerbi.push_rows import push_rows
from insight_pipeline.sinks.powerbi.service import Service

PARTITIONS_A_PLAN = 31
_LOCK_SECONDS = 5.0


@dataclass(frozen=True)
class Partition:
    """One partition of a fact: what identifies its content, and how to read it."""

    key: str
    source: str
    read: Callable[[], pa.Table]
    """Rows of the model's table."""


class Uploader:
    """Uploads one dataset. One at a time: others are refused while it holds the lock."""

    def __init__(
        self, ledger: Ledger, service: Service, dataset: PushDataset, options: Options
    ) -> None:
        """The ledger decides what is sent; the dataset is what is created."""
        self._ledger = ledger
        self._service = service
        self._dataset = dataset
        self._options = options

    @contextmanager
    def alone(self) -> Iterator[None]:
        """Keep other uploaders of the dataset away, in this and other processes."""
        lock = FileLock(_lock_file(self._ledger.path, self._dataset.name), timeout=_LOCK_SECONDS)
        try:
            with lock:
                yield
        except Timeout as error:
            raise TransientError("IA-562", dataset=self._dataset.name) from error

    def create(self, *, again: bool = False) -> str:
        """The dataset's id, made where it is missing, its tables in their present shape."""
        creation = self._creation()
        dataset_id = creation.ensure(dataset_body(self._dataset), again=again)
        creation.shape(
            dataset_id, {table.name: table_body(table) for table in self._dataset.tables}
        )
        return dataset_id

    def is_gone(self, dataset_id: str) -> bool:
        """Whether the service does not know the dataset any more."""
        return self._creation().is_gone(dataset_id)

    def _creation(self) -> Creation:
        options = self._options
        return Creation(
            self._ledger, self._service, self._dataset.name, options.settle_seconds, options.now
        )

    def plan_fact(self, table: PushTable, partitions: Sequence[Partition]) -> int:
        """Write down what changed in these partitions; gives the number of rows to append.

        Batches are filled over the borders of partitions, for requests are scarce. What they cover is
        noted with the last: a plan that is cut off is made again, less what it has already planned.
        """
        state = self._ledger.table(self._dataset.name, table.name)
        known = self._ledger.sources(self._dataset.name, table.name)
        changed = [p for p in partitions if known.get(p.key) != p.source]
        if changed and not self._has_columns_of(table, state):
            self._ledger.new_epoch(self._dataset.name, table.name, keeps_hold=True)
            return self.plan_fact(table, partitions)
        rows = 0
        rest: list[pa.Table] = []
        for start in range(0, len(changed), PARTITIONS_A_PLAN):
            append = self._to_append(table, state, changed[start : start + PARTITIONS_A_PLAN])
            filled = list(self._batches(pa.concat_tables([*rest, append])))
            self._ledger.plan(state, filled[:-1], {})
            rows, rest = rows + len(append), filled[-1:]
        if changed:
            self._ledger.plan(state, rest, {p.key: p.source for p in changed})
        return rows

    def _to_append(
        self, table: PushTable, state: TableState, partitions: Sequence[Partition]
    ) -> pa.Table:
        """Rows that are missing in the service or wrong there, of these partitions."""
        wanted = pa.concat_tables([_rows(table, p) for p in partitions])
        held = self._ledger.held_rows(state, [p.key for p in partitions])
        return changes(wanted, pa.concat_tables([signed(wanted.slice(0, 0)), *held]))

    def _has_columns_of(self, table: PushTable, state: TableState) -> bool:
        """Whether what was pushed has the columns of today; if not, the table is filled anew."""
        held = self._ledger.columns(state)
        names = {c.name for c in table.columns if c.origin != Delivered()}
        return held is None or set(held) - {SIGN, PARTITION_KEY} == names

    def plan_dimension(self, table: PushTable, data: pa.Table) -> int:
        """Write down the whole dimension anew if it changed; gives the number of rows."""
        rows, source = dimension_source(table, data)
        known = self._ledger.sources(self._dataset.name, table.name)
        if known.get(WHOLE) == source:
            return 0
        state = self._ledger.table(self._dataset.name, table.name)
        if (state.sent_sequence > 0 and state.phase is not Phase.EMPTYING) or known:
            self._ledger.new_epoch(self._dataset.name, table.name, keeps_hold=True)
            state = self._ledger.table(self._dataset.name, table.name)
        self._ledger.plan(state, self._batches(rows), {WHOLE: source})
        return len(rows)

    def _batches(self, rows: pa.Table) -> Iterator[pa.Table]:
        """No batch is larger than what may leave in an hour: it could never be sent."""
        return batches(rows, most=self._options.limits.rows_an_hour)

    def net_rows(self, dataset_id: str, table: PushTable) -> int | None:
        """Rows that the service counts, corrections by their sign; None where it does not count."""
        if not table.is_fact:
            return self._service.count(dataset_id, table.name).value
        return self._service.total(dataset_id, table.name, SIGN).value

    def deliver(self, dataset_id: str, table: PushTable) -> delivery.Delivered:
        """Send what is planned for a table, within the limits."""
        place = (self._dataset.name, dataset_id)
        return TableDelivery(
            self._ledger, self._service, place, table.name, self._options, is_fact=table.is_fact
        ).run()


def _rows(table: PushTable, partition: Partition) -> pa.Table:
    rows = push_rows(table, partition.read())
    keys = pa.repeat(pa.scalar(partition.key), len(rows))
    return rows.append_column(PARTITION_KEY, keys).combine_chunks()


def dimension_source(table: PushTable, data: pa.Table) -> tuple[pa.Table, str]:
    """The rows of a dimension as they are pushed, and what identifies them."""
    rows = push_rows(table, data).combine_chunks()
    return rows, hashlib.sha256(write_content(rows)).hexdigest()


def _lock_file(ledger: Path, dataset: str) -> Path:
    return ledger.with_name(f"{ledger.stem}-{dataset}.lock")


def held(ledger: Ledger, dataset: PushDataset) -> list[TableState]:
    """Tables to which nothing is sent."""
    states = [ledger.table(dataset.name, table.name) for table in dataset.tables]
    return [state for state in states if state.hold is not None]
