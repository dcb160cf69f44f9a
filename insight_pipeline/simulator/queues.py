"""What happens to a caller in a group or an iQueue.

Here: ringing all members at once, offering one agent after the other, and what follows when
nobody took the caller: the caller gives up, overflow, mailbox.
Not here: the single phone and the talk at it (phones.py), or how callers come here (inbound.py).
"""

from __future__ import annotations

from collections.abc import Generator
from dataclasses import dataclass

from insight_pipeline.simulator.events import Cause, Kind
from insight_pipeline.simulator.live_call import LiveCall
from insight_pipeline.simulator.machines import leave_message
from insight_pipeline.simulator.pbx import AfterWaiting, Queue, QueueKind, User
from insight_pipeline.simulator.phones import Deadline, QueueHold, Seat, converse, pick_up, ring
from insight_pipeline.simulator.stage import Process, Stage

MAX_OVERFLOWS = 2


@dataclass(frozen=True, slots=True)
class _Phone:
    """A member's ringing phone in a group call, and when its user does something, if ever."""

    user: User
    episode: int
    acts_utc: int | None
    is_rejecting: bool


def stay(
    stage: Stage, call: LiveCall, queue: Queue, patience_utc: int, overflows: int = 0
) -> Process:
    """The caller is in the queue until taken, sent on or gone."""
    queue_id = queue.account_id
    episode = call.begin(stage.now, Kind.QUEUE_ENTERED, queue_id)
    deadline = _deadline(stage, queue, patience_utc, overflows)
    is_group = queue.kind is QueueKind.GROUP
    offer = _ring_all if is_group else _offer_in_turn
    taken = yield from offer(stage, call, queue, deadline)
    if taken is not None:
        taker_id = taken.user.account_id
        call.go_on(stage.now, Kind.QUEUE_TAKEN, queue_id, episode, other_id=taker_id)
        hold = QueueHold(queue_id, episode) if queue.holds_talk else None
        if hold is None:
            call.go_on(stage.now, Kind.QUEUE_LEFT, queue_id, episode, cause=Cause.ELSEWHERE)
        yield from converse(stage, call, Seat(taken.user, taken.episode, hold))
    elif deadline.cause is Cause.MACHINE:
        yield from _message_in_place(stage, call, queue_id, episode)
    else:
        call.go_on(stage.now, Kind.QUEUE_LEFT, queue_id, episode, cause=deadline.cause)
        if deadline.cause is Cause.CALLER_GONE:
            stage.close_call(call, Cause.CALLER_GONE)
        else:
            yield from _overflow(stage, call, queue, patience_utc, overflows)


def _deadline(stage: Stage, queue: Queue, patience_utc: int, overflows: int) -> Deadline:
    """The queue sends the caller on at its time, unless the caller is gone before."""
    sent_on_utc = stage.now + queue.max_wait_seconds
    is_final = queue.after_waiting is AfterWaiting.NOTHING or overflows >= MAX_OVERFLOWS
    if is_final or sent_on_utc >= patience_utc:
        return Deadline(max(patience_utc, stage.now + 1), Cause.CALLER_GONE)
    is_machine = queue.after_waiting is AfterWaiting.MAILBOX_IN_PLACE
    return Deadline(sent_on_utc, Cause.MACHINE if is_machine else Cause.OVERFLOW)


def _ring_all(
    stage: Stage, call: LiveCall, queue: Queue, deadline: Deadline
) -> Generator[int, None, Seat | None]:
    """All free members' phones ring together; the first who picks up has the call."""
    free = [member_id for member_id in queue.member_ids if stage.is_free(member_id)]
    ringing = [_start_ringing(stage, call, queue, member_id) for member_id in free]
    acting = [(phone.acts_utc, phone) for phone in ringing if phone.acts_utc is not None]
    # Of one second a pick-up comes first: nobody can press a call away that is already taken.
    acting.sort(key=lambda entry: (entry[0], entry[1].is_rejecting, entry[1].episode))
    for acts_utc, phone in acting:
        if acts_utc >= deadline.at_utc:
            break
        yield acts_utc
        ringing.remove(phone)
        if phone.is_rejecting:
            call.mark("rejected")
            _stop_ringing(stage, call, phone, Cause.REJECTED)
            continue
        pick_up(stage, call, phone.user.account_id, phone.episode)
        for other in ringing:
            _stop_ringing(stage, call, other, Cause.ELSEWHERE)
        return Seat(phone.user, phone.episode)
    yield deadline.at_utc
    for phone in ringing:
        _stop_ringing(stage, call, phone, deadline.cause)
    return None


def _start_ringing(stage: Stage, call: LiveCall, queue: Queue, member_id: int) -> _Phone:
    user = stage.pbx.user(member_id)
    stage.occupy(member_id)
    episode = call.begin(stage.now, Kind.OFFERED, member_id, queue.account_id)
    call.go_on(stage.now + stage.rng.choice((0, 1, 1)), Kind.PHONE_RINGS, member_id, episode)
    # Everybody hopes that somebody else picks up.
    seconds = stage.pick_up_after(user, eagerness=0.28)
    acts_utc = None if seconds is None else stage.now + seconds
    return _Phone(user, episode, acts_utc, is_rejecting=stage.chance(0.06))


def _stop_ringing(stage: Stage, call: LiveCall, phone: _Phone, cause: Cause) -> None:
    user_id = phone.user.account_id
    call.go_on(stage.now, Kind.RING_STOPS, user_id, phone.episode, cause=cause)
    stage.release(user_id)


def _offer_in_turn(
    stage: Stage, call: LiveCall, queue: Queue, deadline: Deadline
) -> Generator[int, None, Seat | None]:
    """One free agent after the other; a phone that is not picked up stops, the caller stays."""
    taken = None
    stage.join(queue, call)
    while taken is None and stage.now < deadline.at_utc:
        agent = stage.next_agent(queue, call)
        if agent is None:
            call.mark("nobody_free")
            yield min(stage.now + 2, deadline.at_utc)
            continue
        queue_id = queue.account_id
        rung = yield from ring(stage, call, agent, queue.ring_seconds, deadline, queue_id=queue_id)
        if rung.cause is None:
            taken = Seat(agent, rung.episode)
        elif rung.cause is Cause.NO_ANSWER:
            call.mark("rona")
            yield min(stage.now + stage.rng.randint(1, 4), deadline.at_utc)
    stage.quit(queue, call)
    return taken


def _message_in_place(stage: Stage, call: LiveCall, queue_id: int, episode: int) -> Process:
    """The queue's mailbox answers; the caller is in the queue's care until the message is over."""
    call.mark("mailbox_of_queue")
    call.was_answered = True
    call.go_on(stage.now, Kind.MAILBOX_ANSWERS, queue_id, episode)
    yield stage.now + stage.rng.randint(4, 70)
    call.go_on(stage.now, Kind.MAILBOX_ENDS, queue_id, episode)
    call.go_on(stage.now, Kind.QUEUE_LEFT, queue_id, episode, cause=Cause.CALLER_GONE)
    stage.close_call(call, Cause.CALLER_GONE)


def _overflow(
    stage: Stage, call: LiveCall, queue: Queue, patience_utc: int, overflows: int
) -> Process:
    yield stage.now + stage.rng.choice((0, 0, 1))
    call.next_step()
    if queue.after_waiting is AfterWaiting.MAILBOX_AS_STEP or queue.overflow_id is None:
        call.mark("overflow_to_mailbox")
        yield from leave_message(stage, call)
        return
    call.mark("overflow")
    second = stage.pbx.queue(queue.overflow_id)
    yield from stay(stage, call, second, max(patience_utc, stage.now + 4), overflows + 1)
