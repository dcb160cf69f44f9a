"""Whether anything was sent since the backup that a ledger comes from. Pure.

A count alone does not tell: a table that was emptied and filled since may hold as many rows. So its newest
batch must be there too; where rows cannot be counted, only the very number that was sent last tells. What
is asked, and what follows from it, stands in `delivery`.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

from insight_pipeline.sinks.powerbi.ledger_entries import Batch, State, TableState


@dataclass(frozen=True)
class Remembered:
    """What the ledger says was sent to a table in its present epoch."""

    confirmed_rows: int
    newest: tuple[Batch, ...]
    """The last batch that is known to have arrived, if any."""
    open_batches: tuple[Batch, ...]
    """Batches of which it is not known."""

    @classmethod
    def of(cls, state: TableState, batches: Sequence[Batch]) -> Remembered:
        """Of the table's batches that were sent."""
        here = [batch for batch in batches if batch.epoch == state.epoch]
        confirmed = [batch for batch in here if batch.state is State.CONFIRMED]
        rows = sum(batch.rows for batch in confirmed)
        still_open = tuple(batch for batch in here if batch.state is not State.CONFIRMED)
        return cls(rows, tuple(confirmed[-1:]), still_open)

    @property
    def asked(self) -> tuple[Batch, ...]:
        """Batches whose rows are to be counted in the service."""
        return (*self.newest, *self.open_batches)


def difference(remembered: Remembered, total: int, counts: Sequence[int]) -> str | None:
    """What differs in the service, which counts `total` rows, and `counts` of the batches asked for."""
    first = len(remembered.newest)
    expected = remembered.confirmed_rows + sum(counts[first:])
    if total != expected:
        return f"{expected} | {total}"
    missing = [b for b, count in zip(remembered.newest, counts, strict=False) if count != b.rows]
    return f"batch {missing[0].batch_id}" if missing else None


def difference_by_number(state: TableState, number: int | None) -> str | None:
    """The same where rows cannot be counted: what differs, empty where nothing can tell."""
    if number is None or not state.sent_sequence or state.has_other_numbers:
        return ""
    return None if number == state.sent_sequence else f"number {state.sent_sequence} | {number}"
