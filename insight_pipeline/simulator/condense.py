"""Events -> rows, the way STARFACE condenses a call: one entry per account and step.

Here: folding the stays of a call into call list rows, the caller's own entry of internal calls,
summary entries, line uses, and the running ids (rising in the order in which the steps started).
Not here: which file holds a row (schedule.py) and how it is spelt (formats.py, parties.py).
"""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass, replace
from random import Random

from insight_pipeline.simulator.events import Cause, Direction, Event, Kind, PlayedCall
from insight_pipeline.simulator.lines import line_row
from insight_pipeline.simulator.parties import Parties
from insight_pipeline.simulator.play import Simulation
from insight_pipeline.simulator.rows import (
    ANSWERED_ELSEWHERE,
    CONNECTED,
    NOT_CONNECTED,
    CallRow,
    LineRow,
)

FIRST_ROW_ID = 100_001
FIRST_LINE_ROW_ID = 50_001
SUMMARY_SHARE = 0.06

_ENDS = (Kind.RING_STOPS, Kind.AGENT_LEAVES, Kind.MODULE_ENDS, Kind.MAILBOX_ENDS, Kind.DIAL_ENDS,
         Kind.QUEUE_LEFT)  # fmt: skip
_RINGS = (Kind.PHONE_RINGS, Kind.REMOTE_RINGS)
_LINKS = (Kind.AGENT_ANSWERS, Kind.MODULE_ANSWERS, Kind.MAILBOX_ANSWERS, Kind.REMOTE_ANSWERS,
          Kind.QUEUE_TAKEN)  # fmt: skip


@dataclass(frozen=True, slots=True)
class Rows:
    """Everything the PBX has in its two lists once all calls are over, in the order of the ids."""

    call_rows: tuple[CallRow, ...]
    line_rows: tuple[LineRow, ...]


@dataclass(slots=True)
class _Stay:
    """One stay of a call while its events are folded."""

    opened: Event
    ring_utc: int | None = None
    link_utc: int | None = None
    end_utc: int = 0
    cause: Cause | None = None
    taker_id: int | None = None
    has_mailbox: bool = False

    def add(self, event: Event) -> None:
        if event.kind in _RINGS:
            self.ring_utc = event.at_utc
        elif event.kind in _LINKS:
            self.link_utc = event.at_utc
            self.taker_id = event.other_id
            self.has_mailbox = event.kind is Kind.MAILBOX_ANSWERS
        elif event.kind in _ENDS:
            self.end_utc, self.cause = event.at_utc, event.cause


def condense(simulation: Simulation) -> Rows:
    """All rows of a simulation."""
    rng = Random(f"rows:{simulation.plan.seed}")
    parties = Parties(simulation.pbx, rng)
    call_rows: list[CallRow] = []
    line_rows: list[LineRow] = []
    for call in simulation.calls:
        parties.new_call(call)
        rows = list(_rows_of(call, parties, rng))
        call_rows.extend(rows)
        summary = _summary(call, rows, rng)
        if summary is not None:
            call_rows.append(summary)
        if call.line_id is not None:
            line_rows.append(line_row(call, parties, rng))
    # Python's sort is stable: entries of one second keep the order of calls and stays.
    call_rows.sort(key=lambda row: row.start_utc)
    line_rows.sort(key=lambda row: row.start_utc)
    call_ids = _ids(len(call_rows), FIRST_ROW_ID, rng)
    line_ids = _ids(len(line_rows), FIRST_LINE_ROW_ID, rng)
    return Rows(
        tuple(replace(row, row_id=i) for row, i in zip(call_rows, call_ids, strict=True)),
        tuple(replace(row, row_id=i) for row, i in zip(line_rows, line_ids, strict=True)),
    )


def _ids(count: int, first_id: int, rng: Random) -> Iterator[int]:
    """Rising ids with gaps, as other tables of the PBX draw from the same sequence."""
    row_id = first_id
    for _ in range(count):
        yield row_id
        row_id += rng.choice((1, 1, 1, 2))


def _rows_of(call: PlayedCall, parties: Parties, rng: Random) -> Iterator[CallRow]:
    stays: dict[int, _Stay] = {}
    for event in call.events:
        if event.episode == 0:
            continue
        if event.episode in stays:
            stays[event.episode].add(event)
        else:
            stays[event.episode] = _Stay(event)
    if call.direction is Direction.INTERNAL:
        yield _own_entry(call, parties, next(iter(stays.values())))
    for stay in stays.values():
        yield _row(call, stay, parties, rng)


def _own_entry(call: PlayedCall, parties: Parties, first: _Stay) -> CallRow:
    """The caller's own entry of an internal call: it lasts as long as the call."""
    links = [event.at_utc for event in call.events if event.kind in _LINKS]
    link_utc = min(links, default=None)
    return replace(
        parties.frame(call, first.opened, owner_id=call.caller_id),
        ring_utc=call.start_utc,
        link_utc=link_utc,
        end_utc=call.end_utc,
        result=NOT_CONNECTED if link_utc is None else CONNECTED,
    )


def _row(call: PlayedCall, stay: _Stay, parties: Parties, rng: Random) -> CallRow:
    result = _result(stay, rng)
    taker_text = ""
    if stay.taker_id is not None:
        taker_text = parties.taker_text(stay.taker_id)
    ring_utc = stay.ring_utc
    if stay.opened.kind is Kind.QUEUE_ENTERED and parties.is_group(stay.opened.party_id):
        ring_utc = stay.opened.at_utc
    frame = parties.frame(call, stay.opened)
    return replace(
        frame,
        ring_utc=ring_utc,
        link_utc=stay.link_utc if result == CONNECTED else None,
        end_utc=stay.end_utc,
        result=result,
        caused_by=_caused_by(stay, rng),
        taker_text=taker_text,
        has_voicemail=stay.has_mailbox,
        has_recording=result == CONNECTED and rng.random() < 0.03,
        is_deleted=rng.random() < 0.01,
    )


def _result(stay: _Stay, rng: Random) -> str:
    """The result as the owner's list shows it; who lost a ring race is not always told apart."""
    if stay.cause is Cause.ELSEWHERE:
        is_queue = stay.opened.kind is Kind.QUEUE_ENTERED
        return ANSWERED_ELSEWHERE if is_queue or rng.random() < 0.75 else NOT_CONNECTED
    return NOT_CONNECTED if stay.link_utc is None else CONNECTED


def _caused_by(stay: _Stay, rng: Random) -> int | None:
    if rng.random() < 0.3:
        return None
    is_own = stay.cause in {Cause.HUNG_UP, Cause.TRANSFERRED, Cause.REJECTED, Cause.BUSY}
    return stay.opened.party_id if is_own else 0


def _summary(call: PlayedCall, rows: list[CallRow], rng: Random) -> CallRow | None:
    """For some calls of several steps, one more entry that sums up the steps of its first owner."""
    owned = [row for row in rows if row.owner_id == rows[-1].owner_id]
    last = owned[-1]
    if last.step == 0 or last.owner_id <= 0 or rng.random() >= SUMMARY_SHARE:
        return None
    return replace(
        last,
        leg_uuid=f"{call.callid:08x}-s",
        start_utc=owned[0].start_utc,
        is_summary=True,
    )
