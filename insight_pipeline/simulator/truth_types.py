"""What really happened, as values: per call, queue visit, offer, machine answer, and per day.

Here: frozen types and their JSON form. Names are those of the project's tables where the meaning is
the same. Not here: how they are found (truth.py) or written to files (truth_files.py).
"""

from __future__ import annotations

from dataclasses import dataclass


@dataclass(frozen=True, slots=True)
class Talk:
    """One person's part in a call: the agent talked in [link_utc, end_utc)."""

    agent_id: int
    link_utc: int
    end_utc: int


@dataclass(frozen=True, slots=True)
class MachineAnswer:
    """A machine's part: `voicemail` or `module`; queue_id where it answered for a queue."""

    reason: str
    account_id: int
    queue_id: int | None
    link_utc: int
    end_utc: int


@dataclass(frozen=True, slots=True)
class QueueVisit:
    """A stay in a queue. `leave_utc` lies after the talk where the queue holds the call."""

    queue_id: int
    step: int
    enter_utc: int
    link_utc: int | None
    leave_utc: int
    exit_reason: str
    agent_id: int | None
    wait_seconds: int
    talk_seconds: int
    was_offered: bool


@dataclass(frozen=True, slots=True)
class Offer:
    """A call brought to a person's phone, or placed by one (agent 0: by the dialler module)."""

    agent_id: int
    queue_id: int | None
    step: int
    start_utc: int
    ring_start_utc: int
    ring_end_utc: int
    result: str
    is_connected: bool
    ring_seconds: int
    talk_seconds: int
    is_rona: bool


@dataclass(frozen=True, slots=True)
class CallTruth:
    """A call as somebody would tell it who watched."""

    call_id: str
    callid: int
    scenario: str
    traits: tuple[str, ...]
    local_date: str
    direction: str
    outcome: str
    start_utc: int
    answer_utc: int | None
    human_answer_utc: int | None
    end_utc: int
    wait_seconds: int
    talk_seconds: int
    no_user_seconds: int
    total_seconds: int
    answering_agent_id: int | None
    originating_agent_id: int | None
    no_user_reason: str | None
    transfers: int
    external_number: str | None
    line_id: int | None
    is_private: bool
    talks: tuple[Talk, ...]
    machine_answers: tuple[MachineAnswer, ...]
    queue_visits: tuple[QueueVisit, ...]
    offers: tuple[Offer, ...]
    recovered_call_id: str | None = None
    recovered_by: str | None = None
    delay_seconds: int | None = None

    @property
    def is_lost(self) -> bool:
        """Inbound and nobody answered, with a number that can be rung back."""
        is_unanswered = self.outcome in {"abandoned", "missed"}
        return is_unanswered and self.external_number is not None and not self.is_private


@dataclass(frozen=True, slots=True)
class DayTruth:
    """Totals over the calls of a local date; a call belongs to the date on which it began."""

    local_date: str
    calls: int
    inbound: int
    outbound: int
    internal: int
    answered: int
    abandoned: int
    missed: int
    no_user: int
    connected: int
    not_connected: int
    private: int
    talk_seconds: int
    no_user_seconds: int
    transfers: int
    queue_visits: int
    visits_answered: int
    visits_no_user: int
    visits_overflow: int
    visits_abandoned: int
    offers: int
    offers_answered: int
    offers_missed: int
    offers_answered_elsewhere: int
    offers_placed: int
    rona: int
    lost: int
    recovered: int
    line_uses: int
