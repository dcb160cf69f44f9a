"""What the ledger keeps: states of batches and tables, and one record of each kind. Pure.

How they are stored stands in `ledger`; what leads from one state to the next in `delivery` and `creation`.
"""

from __future__ import annotations

from dataclasses import dataclass
from enum import StrEnum

WHOLE = ""
"""What stands for the partition of a table that is pushed whole."""


class State(StrEnum):
    """Where a batch is. `dropped` ones belong to an epoch or a plan that is over."""

    PLANNED = "planned"
    SENDING = "sending"
    CONFIRMED = "confirmed"
    UNCERTAIN = "uncertain"
    REFUSED = "refused"
    DROPPED = "dropped"


class Phase(StrEnum):
    """Where a table is in a rebuild; `open` when in none."""

    OPEN = "open"
    EMPTYING = "emptying"
    DELETING = "deleting"
    """The request that empties it is under way, or was when the process ended."""
    FILLING = "filling"


@dataclass(frozen=True)
class Batch:
    """One request's worth of rows, as the ledger knows it."""

    batch_id: str
    dataset: str
    table: str
    epoch: int
    sequence: int
    rows: int
    content_hash: str
    state: State
    ended_at: float | None
    detail: str


@dataclass(frozen=True)
class TableState:
    """One table: its epoch and phase, its numbers, and why it is held, if it is."""

    dataset: str
    name: str
    epoch: int
    phase: Phase
    phase_at: float | None
    """When the last request to empty it ended, in seconds since 1970."""
    last_sequence: int
    """The highest number given to a batch."""
    sent_sequence: int
    """The highest number that ever left."""
    hold: str | None
    """Code of the message that says why nothing is sent to it."""
    hold_detail: str
    body_hash: str | None
    has_other_numbers: bool
    """The service counts for another client under this table: its numbers say nothing of ours."""
    restored_at: float | None
    """When this state was taken from a backup; None once the service was seen to stand as it says."""


@dataclass(frozen=True)
class DatasetState:
    """One dataset: its state as `creation` names it, and its id once it has one."""

    name: str
    dataset_id: str | None
    state: str
    asked_at: float | None
    detail: str
