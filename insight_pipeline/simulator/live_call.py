"""A call in progress: its steps and stays are numbered as they open, its events are collected.

Here: the builder of one call's events.
Not here: the clock and who is busy (stage.py), or what happens next (phones.py, queues.py).
"""

from __future__ import annotations

from dataclasses import dataclass, field

from insight_pipeline.simulator.events import Cause, Direction, Event, Kind, PlayedCall
from insight_pipeline.simulator.names import Contact


@dataclass(slots=True)
class LiveCall:
    """The call being played. `was_answered`: by a person or a mailbox, an announcement is none."""

    callid: int
    scenario: str
    direction: Direction
    caller_id: int
    contact: Contact | None
    line_id: int | None
    is_private: bool = False
    step: int = 0
    was_answered: bool = False
    _step_of_episode: list[int] = field(default_factory=lambda: [0])
    _events: list[Event] = field(default_factory=list)
    _traits: set[str] = field(default_factory=set)

    def begin(self, at_utc: int, kind: Kind, party_id: int, other_id: int | None = None) -> int:
        """Open a stay in the present step; returns its number."""
        episode = len(self._step_of_episode)
        self._step_of_episode.append(self.step)
        self._events.append(Event(at_utc, kind, self.step, episode, party_id, other_id))
        return episode

    def go_on(
        self,
        at_utc: int,
        kind: Kind,
        party_id: int,
        episode: int,
        *,
        other_id: int | None = None,
        cause: Cause | None = None,
    ) -> None:
        """Something more happens in a stay (episode 0: to the call itself)."""
        step = self._step_of_episode[episode]
        self._events.append(Event(at_utc, kind, step, episode, party_id, other_id, cause))

    def next_step(self) -> None:
        """Forwarding, overflow and transfer open a higher step."""
        self.step += 1

    def mark(self, trait: str) -> None:
        """Remember that something worth finding happened in this call."""
        self._traits.add(trait)

    def finished(self) -> PlayedCall:
        """The call as it was played; events of one second keep the order they were written in."""
        return PlayedCall(
            callid=self.callid,
            scenario=self.scenario,
            traits=tuple(sorted(self._traits)),
            direction=self.direction,
            caller_id=self.caller_id,
            contact=self.contact,
            line_id=self.line_id,
            is_private=self.is_private,
            events=tuple(sorted(self._events, key=lambda event: event.at_utc)),
        )
