"""The vocabulary of what happens on the PBX: events, and a call as the list of its events.

Here: frozen values that the scenarios write and that watch.py and condense.py read.
Not here: when or why something happens, nor any figure or row made of it.
"""

from __future__ import annotations

from dataclasses import dataclass
from enum import StrEnum

from insight_pipeline.simulator.names import Contact

NO_ACCOUNT_ID = -1
EXTERNAL_ID = 0


class Kind(StrEnum):
    """What happened."""

    CALL_STARTS = "call_starts"
    MODULE_STARTS = "module_starts"
    MODULE_ANSWERS = "module_answers"
    MODULE_ENDS = "module_ends"
    QUEUE_ENTERED = "queue_entered"
    QUEUE_TAKEN = "queue_taken"
    QUEUE_LEFT = "queue_left"
    OFFERED = "offered"
    PHONE_RINGS = "phone_rings"
    AGENT_ANSWERS = "agent_answers"
    RING_STOPS = "ring_stops"
    AGENT_LEAVES = "agent_leaves"
    MAILBOX_STARTS = "mailbox_starts"
    MAILBOX_ANSWERS = "mailbox_answers"
    MAILBOX_ENDS = "mailbox_ends"
    DIAL_STARTS = "dial_starts"
    REMOTE_RINGS = "remote_rings"
    REMOTE_ANSWERS = "remote_answers"
    DIAL_ENDS = "dial_ends"
    CALL_ENDS = "call_ends"


class Cause(StrEnum):
    """Why a ringing, a stay or a talk ended."""

    NO_ANSWER = "no_answer"  # nobody picked up this phone; the caller stays
    REJECTED = "rejected"  # pressed away; the caller stays
    BUSY = "busy"
    FORWARDED = "forwarded"  # the user forwards everything
    ELSEWHERE = "elsewhere"  # somebody else took it
    MACHINE = "machine"  # a mailbox took it
    CALLER_GONE = "caller_gone"
    OVERFLOW = "overflow"  # the queue's time was up
    TAKEN_BACK = "taken_back"  # an asked colleague did not answer
    TRANSFERRED = "transferred"
    HUNG_UP = "hung_up"
    REMOTE_HUNG_UP = "remote_hung_up"


class Direction(StrEnum):
    """Where a call comes from and goes to."""

    INBOUND = "inbound"
    OUTBOUND = "outbound"
    INTERNAL = "internal"


@dataclass(frozen=True, slots=True)
class Event:
    """One thing that happened at one second.

    `episode` numbers the stays of a call (one ringing phone, one queue stay, one module, one
    dialled attempt); all events of a stay carry its number, 0 is the call itself. `other_id` is
    the queue of an offer, or the user who took a call out of a queue.
    """

    at_utc: int
    kind: Kind
    step: int
    episode: int
    party_id: int
    other_id: int | None = None
    cause: Cause | None = None


@dataclass(frozen=True, slots=True)
class PlayedCall:
    """A finished call: who is at its outer ends, and everything that happened in it, in order."""

    callid: int
    scenario: str
    traits: tuple[str, ...]
    direction: Direction
    caller_id: int
    contact: Contact | None
    line_id: int | None
    is_private: bool
    events: tuple[Event, ...]

    @property
    def start_utc(self) -> int:
        """When it began."""
        return self.events[0].at_utc

    @property
    def end_utc(self) -> int:
        """When the last party was gone."""
        return self.events[-1].at_utc
