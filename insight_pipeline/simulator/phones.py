"""What happens at a phone: it rings, is picked up or not, people talk and hand the call on.

Here: one user's phone and the talk at it, transfers and forwards.
Not here: mailboxes and modules (machines.py), queues (queues.py), and which call wants to reach
whom (inbound.py, outbound.py).
"""

from __future__ import annotations

from collections.abc import Generator
from dataclasses import dataclass

from insight_pipeline.simulator.events import Cause, Kind
from insight_pipeline.simulator.live_call import LiveCall
from insight_pipeline.simulator.machines import leave_message
from insight_pipeline.simulator.pbx import User
from insight_pipeline.simulator.stage import Process, Stage

MAX_HANDOVERS = 2
NO_ANSWER_SECONDS = 25


@dataclass(frozen=True, slots=True)
class Deadline:
    """When ringing ends at the latest, and what ends it then."""

    at_utc: int
    cause: Cause


@dataclass(frozen=True, slots=True)
class Ring:
    """How a ringing phone ended: picked up (cause None) or not."""

    episode: int
    cause: Cause | None


@dataclass(frozen=True, slots=True)
class QueueHold:
    """A queue whose entry lasts until its agent leaves the talk."""

    queue_id: int
    episode: int


@dataclass(frozen=True, slots=True)
class Seat:
    """A user in a talk: the stay at the phone, the queue that holds it, hand-overs before it."""

    user: User
    episode: int
    hold: QueueHold | None = None
    handovers: int = 0


def ring(
    stage: Stage,
    call: LiveCall,
    user: User,
    ring_seconds: int,
    deadline: Deadline,
    *,
    queue_id: int | None = None,
) -> Generator[int, None, Ring]:
    """Ring a free user until picked up, unanswered or the deadline; a deadline wins a tie."""
    user_id = user.account_id
    stage.occupy(user_id)
    episode = call.begin(stage.now, Kind.OFFERED, user_id, queue_id)
    call.go_on(stage.now + stage.rng.choice((0, 0, 1)), Kind.PHONE_RINGS, user_id, episode)
    own_end_utc = stage.now + ring_seconds
    stops_utc = max(stage.now + 1, min(own_end_utc, deadline.at_utc))
    cause = Cause.NO_ANSWER if own_end_utc < deadline.at_utc else deadline.cause
    seconds = stage.pick_up_after(user)
    if seconds is not None and stage.now + seconds < stops_utc:
        yield stage.now + seconds
        pick_up(stage, call, user_id, episode)
        return Ring(episode, None)
    yield stops_utc
    call.go_on(stage.now, Kind.RING_STOPS, user_id, episode, cause=cause)
    stage.release(user_id)
    return Ring(episode, cause)


def pick_up(stage: Stage, call: LiveCall, user_id: int, episode: int) -> None:
    """The user answers."""
    call.go_on(stage.now, Kind.AGENT_ANSWERS, user_id, episode)
    call.was_answered = True


def converse(stage: Stage, call: LiveCall, seat: Seat) -> Process:
    """Talk, then hang up, hand over blindly, or bring a colleague in and leave."""
    yield stage.now + stage.talk_seconds()
    draw = stage.rng.random()
    may_hand_over = seat.handovers < MAX_HANDOVERS
    if may_hand_over and draw < 0.06:
        target = stage.colleague(call, seat.user, is_free=stage.chance(0.8))
        _leave_talk(stage, call, seat, Cause.TRANSFERRED)
        call.mark("blind_transfer")
        call.next_step()
        patience_utc = stage.patience_until()
        yield from reach(stage, call, target, patience_utc, handovers=seat.handovers + 1)
        return
    target = stage.colleague(call, seat.user, is_free=True)
    if may_hand_over and draw < 0.09 and stage.is_free(target.account_id):
        yield from _bring_in(stage, call, seat, target)
        return
    _hang_up(stage, call, seat)


def _leave_talk(stage: Stage, call: LiveCall, seat: Seat, cause: Cause) -> None:
    """The user leaves the talk, and with it the queue that was holding it."""
    user_id, hold = seat.user.account_id, seat.hold
    call.go_on(stage.now, Kind.AGENT_LEAVES, user_id, seat.episode, cause=cause)
    if hold:
        call.go_on(stage.now, Kind.QUEUE_LEFT, hold.queue_id, hold.episode, cause=cause)
    stage.release(user_id)


def _hang_up(stage: Stage, call: LiveCall, seat: Seat) -> None:
    cause = Cause.HUNG_UP if stage.chance(0.4) else Cause.REMOTE_HUNG_UP
    _leave_talk(stage, call, seat, cause)
    stage.close_call(call, cause)


def _bring_in(stage: Stage, call: LiveCall, seat: Seat, target: User) -> Process:
    """The user rings a colleague while still talking; where they answer, both talk for a moment."""
    call.next_step()
    deadline = Deadline(stage.now + 18, Cause.TAKEN_BACK)
    asked = yield from ring(stage, call, target, NO_ANSWER_SECONDS, deadline)
    if asked.cause is not None:
        yield stage.now + stage.rng.randint(2, 20)
        _hang_up(stage, call, seat)
        return
    call.mark("warm_transfer")
    yield stage.now + stage.rng.randint(4, 25)
    _leave_talk(stage, call, seat, Cause.TRANSFERRED)
    joined = Seat(target, asked.episode, handovers=seat.handovers + 1)
    yield from converse(stage, call, joined)


def reach(
    stage: Stage, call: LiveCall, user: User, patience_utc: int, *, handovers: int = 0
) -> Process:
    """Try one user in the present step; busy and unanswered calls may go on elsewhere."""
    if stage.is_free(user.account_id):
        deadline = Deadline(patience_utc, Cause.CALLER_GONE)
        rung = yield from ring(stage, call, user, NO_ANSWER_SECONDS, deadline)
        if rung.cause is None:
            yield from converse(stage, call, Seat(user, rung.episode, handovers=handovers))
            return
        if rung.cause is Cause.CALLER_GONE:
            stage.close_call(call, Cause.CALLER_GONE)
            return
        trait = "no_answer_forward"
    else:
        turn_away(stage, call, user, Cause.BUSY)
        trait = "busy_forward"
    draw = stage.rng.random()
    if draw < 0.4:
        call.next_step()
        yield from leave_message(stage, call)
    elif draw < 0.7 and handovers < MAX_HANDOVERS:
        call.mark(trait)
        call.next_step()
        target = stage.colleague(call, user, is_free=stage.chance(0.9))
        patience_utc = max(patience_utc, stage.now + 4)
        yield from reach(stage, call, target, patience_utc, handovers=handovers + 1)
    else:
        stage.close_call(call, Cause.CALLER_GONE)


def turn_away(stage: Stage, call: LiveCall, user: User, cause: Cause) -> None:
    """The phone does not ring: the user is busy or forwards everything."""
    call.mark(cause.value)
    episode = call.begin(stage.now, Kind.OFFERED, user.account_id)
    call.go_on(stage.now, Kind.RING_STOPS, user.account_id, episode, cause=cause)
