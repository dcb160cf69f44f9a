"""Legs as arrays, with the groups that the rules speak of: the call, and the step within a call."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
import numpy.typing as npt
import pandas as pd
import pyarrow as pa
import pyarrow.compute as pc

from insight_pipeline.model.columns import NO_ID, instants, ints, is_text
from insight_pipeline.model.rows import ANSWERED_ELSEWHERE, CONNECTED

Ints = npt.NDArray[np.int64]
Flags = npt.NDArray[np.bool_]

INBOUND, OUTBOUND, INTERNAL = DIRECTIONS = ("inbound", "outbound", "internal")


@dataclass(frozen=True)
class LegView:
    """Columns of `fact_call_leg`, ordered by call and leg_seq. Absent ids are NO_ID."""

    table: pa.Table
    call: Ints
    """Number of the leg's call, from 0."""
    step: Ints
    """Number of the leg's (call, step), from 0."""
    call_step: Ints
    cdr_id: Ints
    owner: Ints
    caller: Ints
    agent: Ints
    queue: Ints
    start: Ints
    link: Ints
    end: Ints
    is_connected: Flags
    is_elsewhere: Flags
    is_outbound: Flags
    is_user_owned: Flags
    first: Ints
    """First leg of each call."""

    @property
    def calls(self) -> int:
        """How many calls there are."""
        return len(self.first)

    @property
    def steps(self) -> int:
        """How many (call, step) there are."""
        return int(self.step.max()) + 1 if len(self.step) else 0

    @property
    def is_own_entry(self) -> Flags:
        """The caller's own entry: the owner is the caller's account."""
        return (self.owner == self.caller) & (self.owner > 0)

    @property
    def is_called_side(self) -> Flags:
        """On an internal call the legs that the first leg's caller does not own, else all (R 9)."""
        internal = np.asarray(is_text(self.table, "direction", INTERNAL))
        others = self.owner != self.caller[self.first][self.call]
        has_others = np.zeros(self.calls, dtype=bool)
        has_others[self.call[others]] = True
        return ~(internal[self.first] & has_others)[self.call] | others


def view(legs: pa.Table) -> LegView:
    """Arrays of a `fact_call_leg` table in any order."""
    call = legs["call_id"].combine_chunks().dictionary_encode().indices.to_numpy().astype(np.int64)
    seq = ints(legs, "leg_seq")
    if len(seq) and not _is_ordered(call, seq):
        legs = legs.take(pa.array(np.lexsort((seq, call))))
        call = np.sort(call)
    call_step = ints(legs, "call_step")
    level, levels = pd.factorize(call_step)
    step, _ = pd.factorize(call * len(levels) + level)
    first = np.flatnonzero(np.append(True, call[1:] != call[:-1])) if len(call) else call
    return LegView(
        table=legs,
        call=call,
        step=step.astype(np.int64),
        call_step=call_step,
        cdr_id=ints(legs, "cdr_id"),
        owner=ints(legs, "owner_account_id"),
        caller=ints(legs, "caller_account_id"),
        agent=ints(legs, "agent_id"),
        queue=ints(legs, "queue_id"),
        start=instants(legs, "start_utc"),
        link=instants(legs, "link_utc"),
        end=instants(legs, "end_utc"),
        is_connected=is_text(legs, "result", CONNECTED),
        is_elsewhere=is_text(legs, "result", ANSWERED_ELSEWHERE),
        is_outbound=is_text(legs, "direction", OUTBOUND),
        is_user_owned=is_text(legs, "owner_kind", "user"),
        first=first,
    )


def _is_ordered(call: Ints, seq: Ints) -> bool:
    same = call[1:] == call[:-1]
    return bool(((call[1:] >= call[:-1]) & (~same | (seq[1:] > seq[:-1]))).all())


def first_by(group: Ints, groups: int, order: tuple[Ints, ...], rows: Ints) -> Ints:
    """The row of each group that comes first by `order` (its last key counts most); -1 where none."""
    found = np.full(groups, -1, dtype=np.int64)
    ranked = rows[np.lexsort((*(key[rows] for key in order), group[rows]))]
    if len(ranked):
        of = group[ranked]
        firsts = ranked[np.append(True, of[1:] != of[:-1])]
        found[group[firsts]] = firsts
    return found


def pick(values: npt.NDArray[np.generic], places: Ints, missing: int) -> Ints:
    """`values` at these places, `missing` where the place is negative."""
    if not len(values):
        return np.full(len(places), missing, dtype=np.int64)
    return np.where(places >= 0, values[np.maximum(places, 0)], missing).astype(np.int64)


def tally(group: Ints, groups: int, weights: npt.NDArray[np.generic] | None = None) -> Ints:
    """Rows, or the whole-number sum of `weights`, by group."""
    if weights is None:
        return np.bincount(group, minlength=groups).astype(np.int64)
    if weights.dtype == bool:
        return np.bincount(group[weights], minlength=groups).astype(np.int64)
    total = np.zeros(groups, dtype=np.int64)
    np.add.at(total, group, weights.astype(np.int64))
    return total


def any_of(group: Ints, groups: int, mask: Flags) -> Flags:
    """Whether any row of each group is in the mask."""
    found = np.zeros(groups, dtype=bool)
    found[group[mask]] = True
    return found


def visit_legs(v: LegView, visits: pa.Table) -> Ints:
    """Place of each visit's leg among the legs."""
    at = np.flatnonzero(v.queue != NO_ID)
    if not len(visits):
        return at[:0]
    ids = v.table["leg_id"].combine_chunks().take(pa.array(at))
    found = pc.index_in(visits["visit_id"].combine_chunks(), value_set=ids)
    return at[found.to_numpy().astype(np.int64)]
