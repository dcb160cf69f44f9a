"""Calls that start inside: to somebody outside, by the dialler, and from user to user.

Here: one generator a kind of call.
Not here: phones and queues (phones.py, queues.py), or how many calls are made (demand.py).
"""

from __future__ import annotations

from insight_pipeline.simulator.events import EXTERNAL_ID, Cause, Direction, Kind
from insight_pipeline.simulator.live_call import LiveCall
from insight_pipeline.simulator.names import Contact
from insight_pipeline.simulator.pbx import User
from insight_pipeline.simulator.phones import reach
from insight_pipeline.simulator.queues import stay
from insight_pipeline.simulator.stage import Process, Stage

MAX_TRIES = 6
CONNECTED_SHARE = 0.74


def place_call(
    stage: Stage,
    user: User,
    scenario: str,
    *,
    contact: Contact | None = None,
    is_private: bool = False,
) -> Process:
    """A user dials somebody outside, as soon as the own phone is free."""
    user_id = user.account_id
    for _ in range(MAX_TRIES):
        if stage.is_free(user_id):
            break
        yield stage.now + stage.rng.randint(40, 240)
    if not stage.is_free(user_id) or stage.now >= stage.ends_utc:
        return
    stage.occupy(user_id)
    who = contact or stage.rng.choice(stage.pbx.contacts)
    call = stage.open_call(scenario, Direction.OUTBOUND, user_id, who, is_private=is_private)
    yield from _dial(stage, call, user_id)
    stage.release(user_id)


def dial_by_module(stage: Stage) -> Process:
    """The dialler module calls somebody and plays its text; the PBX may list no account for it."""
    party_id = stage.pbx.dialler.account_id if stage.chance(0.5) else EXTERNAL_ID
    contact = stage.rng.choice(stage.pbx.contacts)
    call = stage.open_call("dialler", Direction.OUTBOUND, party_id, contact)
    yield from _dial(stage, call, party_id)


def _dial(stage: Stage, call: LiveCall, party_id: int) -> Process:
    episode = call.begin(stage.now, Kind.DIAL_STARTS, party_id)
    yield stage.now + stage.rng.randint(1, 3)
    call.go_on(stage.now, Kind.REMOTE_RINGS, party_id, episode)
    if stage.chance(CONNECTED_SHARE):
        yield stage.now + stage.rng.randint(2, 22)
        call.go_on(stage.now, Kind.REMOTE_ANSWERS, party_id, episode)
        call.was_answered = True
        yield stage.now + stage.talk_seconds(150.0)
        cause = Cause.HUNG_UP if stage.chance(0.5) else Cause.REMOTE_HUNG_UP
    else:
        yield stage.now + stage.rng.randint(1, 40)
        cause = Cause.NO_ANSWER
    call.go_on(stage.now, Kind.DIAL_ENDS, party_id, episode, cause=cause)
    stage.close_call(call, cause)


def call_inside(stage: Stage, caller: User, *, is_to_queue: bool) -> Process:
    """A user rings a colleague or a queue; not while on the phone."""
    caller_id = caller.account_id
    if not stage.is_free(caller_id):
        return
    stage.occupy(caller_id)
    scenario = "internal_queue" if is_to_queue else "internal"
    call = stage.open_call(scenario, Direction.INTERNAL, caller_id, None)
    if is_to_queue:
        queue = stage.rng.choice(stage.pbx.queues)
        yield from stay(stage, call, queue, stage.patience_until())
    else:
        callee = stage.colleague(call, is_free=stage.chance(0.85))
        yield from reach(stage, call, callee, stage.patience_until())
    stage.release(caller_id)
