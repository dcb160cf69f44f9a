"""Watching one call: its events read in order, as people, queues and machines come and go.

Here: a small state machine over events that notes talks, machine answers, queue visits and offers.
Not here: what the call amounts to (truth.py); rows of any kind.
"""

from __future__ import annotations

from dataclasses import dataclass

from insight_pipeline.simulator.events import Cause, Direction, Event, Kind, PlayedCall
from insight_pipeline.simulator.pbx import FIRST_USER_ID
from insight_pipeline.simulator.truth_types import MachineAnswer, Offer, QueueVisit, Talk

_STAYED_ON = {Cause.NO_ANSWER, Cause.REJECTED, Cause.MACHINE}


@dataclass(frozen=True, slots=True)
class Watched:
    """Everything noted about a call; talks stand in the order in which people joined."""

    talks: tuple[Talk, ...]
    machine_answers: tuple[MachineAnswer, ...]
    queue_visits: tuple[QueueVisit, ...]
    offers: tuple[Offer, ...]


def watch(call: PlayedCall) -> Watched:
    """Read the events of a call."""
    notes = _Notes(call)
    for event in call.events:
        notes.hear(event)
    talks = tuple(sorted(notes.talks, key=lambda talk: talk.link_utc))
    machines = tuple(sorted(notes.machines, key=lambda one: one.link_utc))
    return Watched(talks, machines, tuple(notes.visits()), tuple(notes.offers()))


class _Notes:
    """What has been heard so far; a stay is known by its number."""

    def __init__(self, call: PlayedCall) -> None:
        self._call = call
        self._opened: dict[int, Event] = {}
        self._rang_utc: dict[int, int] = {}
        self._joined_utc: dict[int, int] = {}
        self._left_queue: dict[int, Event] = {}
        self._taken: dict[int, Event] = {}
        self._offers: dict[int, Offer] = {}
        self.talks: list[Talk] = []
        self.machines: list[MachineAnswer] = []

    def hear(self, event: Event) -> None:
        """Note one event."""
        stay = event.episode
        self._opened.setdefault(stay, event)
        if event.kind in {Kind.PHONE_RINGS, Kind.REMOTE_RINGS}:
            self._rang_utc[stay] = event.at_utc
        elif event.kind in {Kind.AGENT_ANSWERS, Kind.REMOTE_ANSWERS, Kind.MODULE_ANSWERS,
                            Kind.MAILBOX_ANSWERS}:  # fmt: skip
            self._joined_utc[stay] = event.at_utc
        elif event.kind is Kind.QUEUE_TAKEN:
            self._taken[stay] = event
        elif event.kind is Kind.QUEUE_LEFT:
            self._left_queue[stay] = event
        elif event.kind in {Kind.MODULE_ENDS, Kind.MAILBOX_ENDS}:
            self._machine_leaves(event)
        elif event.kind in {Kind.AGENT_LEAVES, Kind.RING_STOPS, Kind.DIAL_ENDS}:
            self._person_leaves(event)

    def _machine_leaves(self, event: Event) -> None:
        reason = "module" if event.kind is Kind.MODULE_ENDS else "voicemail"
        is_queue = self._opened[event.episode].kind is Kind.QUEUE_ENTERED
        queue_id = event.party_id if is_queue else None
        link_utc = self._joined_utc[event.episode]
        self.machines.append(
            MachineAnswer(reason, event.party_id, queue_id, link_utc, event.at_utc)
        )

    def _person_leaves(self, event: Event) -> None:
        """A phone is on the hook again: after a talk, or without one."""
        opened = self._opened[event.episode]
        is_dialled = event.kind is Kind.DIAL_ENDS
        agent_id = event.party_id if event.party_id >= FIRST_USER_ID else 0
        link_utc = self._joined_utc.get(event.episode)
        if link_utc is not None:
            if agent_id:
                self.talks.append(Talk(agent_id, link_utc, event.at_utc))
            else:
                self.machines.append(
                    MachineAnswer("module", event.party_id, None, link_utc, event.at_utc)
                )
        result = "placed" if is_dialled else _offer_result(event)
        ring_start_utc = self._rang_utc.get(event.episode, opened.at_utc)
        ring_end_utc = event.at_utc if link_utc is None else link_utc
        self._offers[event.episode] = Offer(
            agent_id=agent_id,
            queue_id=opened.other_id,
            step=opened.step,
            start_utc=opened.at_utc,
            ring_start_utc=ring_start_utc,
            ring_end_utc=ring_end_utc,
            result=result,
            is_connected=link_utc is not None,
            ring_seconds=ring_end_utc - ring_start_utc,
            talk_seconds=0 if link_utc is None else event.at_utc - link_utc,
            is_rona=opened.other_id is not None
            and result == "missed"
            and event.cause in _STAYED_ON,
        )

    def offers(self) -> list[Offer]:
        """All offers by their start; on an internal call the caller's own attempt comes first."""
        offers = [self._offers[stay] for stay in sorted(self._offers)]
        if self._call.direction is not Direction.INTERNAL:
            return offers
        call = self._call
        joined_utc = min(self._joined_utc.values(), default=None)
        ring_end_utc = call.end_utc if joined_utc is None else joined_utc
        own = Offer(
            agent_id=call.caller_id,
            queue_id=None,
            step=0,
            start_utc=call.start_utc,
            ring_start_utc=call.start_utc,
            ring_end_utc=ring_end_utc,
            result="placed",
            is_connected=joined_utc is not None,
            ring_seconds=ring_end_utc - call.start_utc,
            talk_seconds=call.end_utc - ring_end_utc,
            is_rona=False,
        )
        return [own, *offers]

    def visits(self) -> list[QueueVisit]:
        """All stays in queues, in the order in which they were entered."""
        return [self._visit(stay) for stay in sorted(self._left_queue)]

    def _visit(self, stay: int) -> QueueVisit:
        entered, left, taken = self._opened[stay], self._left_queue[stay], self._taken.get(stay)
        inside = [one for one in self._offers.values()
                  if one.queue_id == entered.party_id and one.step == entered.step]  # fmt: skip
        link_utc = taken.at_utc if taken else self._joined_utc.get(stay)
        if taken:
            exit_reason, agent_id = "answered", taken.other_id
        elif link_utc is not None:
            exit_reason, agent_id = "no_user", 0
        else:
            exit_reason = "overflow" if left.cause is Cause.OVERFLOW else "abandoned"
            agent_id = None
        return QueueVisit(
            queue_id=entered.party_id,
            step=entered.step,
            enter_utc=entered.at_utc,
            link_utc=link_utc,
            leave_utc=left.at_utc,
            exit_reason=exit_reason,
            agent_id=agent_id,
            wait_seconds=(left.at_utc if link_utc is None else link_utc) - entered.at_utc,
            talk_seconds=sum(one.talk_seconds for one in inside if one.result == "answered"),
            was_offered=bool(inside),
        )


def _offer_result(event: Event) -> str:
    if event.kind is Kind.AGENT_LEAVES:
        return "answered"
    return "answered_elsewhere" if event.cause is Cause.ELSEWHERE else "missed"
