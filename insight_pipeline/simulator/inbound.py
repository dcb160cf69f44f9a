"""Calls from outside: whom they want to reach and by which way.

Here: one generator that plays an inbound call of a given way, and what happens after a lost call
(the firm rings back, or the customer tries again).
Not here: phones and queues themselves (phones.py, queues.py), or how many calls come (demand.py).
"""

from __future__ import annotations

from insight_pipeline.simulator.events import Cause, Direction
from insight_pipeline.simulator.live_call import LiveCall
from insight_pipeline.simulator.machines import hear_module, leave_message
from insight_pipeline.simulator.names import Contact
from insight_pipeline.simulator.outbound import place_call
from insight_pipeline.simulator.pbx import Queue
from insight_pipeline.simulator.phones import reach, turn_away
from insight_pipeline.simulator.queues import stay
from insight_pipeline.simulator.stage import Process, Stage

ANONYMOUS = Contact(None, None)
ANONYMOUS_SHARE = 0.06
US_SHARE, CUSTOMER_SHARE = 0.35, 0.25
SCENARIOS = (
    "direct",
    "direct_mailbox",
    "forwarded",
    "group",
    "iqueue",
    "ivr_queue",
    "announcement_queue",
    "ivr_user",
    "ivr_only",
    "after_hours",
)


def play_inbound(
    stage: Stage, way: str, scenario: str, *, contact: Contact | None = None
) -> Process:
    """A call from outside by one of SCENARIOS; `scenario` is the name it is filed under."""
    is_hidden = contact is None and stage.chance(ANONYMOUS_SHARE)
    who = contact or (ANONYMOUS if is_hidden else stage.rng.choice(stage.pbx.contacts))
    call = stage.open_call(scenario, Direction.INBOUND, 0, who)
    if way in {"direct", "direct_mailbox", "forwarded"}:
        yield from _to_user(stage, call, way)
    elif way in {"group", "iqueue"}:
        yield from stay(stage, call, _some_queue(stage, way), stage.patience_until())
    else:
        yield from _by_module(stage, call, way)
    if not call.was_answered and way not in {"ivr_only", "after_hours"}:
        _try_again(stage, way, who)


def _to_user(stage: Stage, call: LiveCall, way: str) -> Process:
    user = stage.rng.choice(stage.pbx.users)
    if way == "direct_mailbox" and user.is_listed:
        yield from leave_message(stage, call, of_user=user)
        return
    if way == "forwarded":
        turn_away(stage, call, user, Cause.FORWARDED)
        call.next_step()
        user = stage.colleague(call, user, is_free=True)
    yield from reach(stage, call, user, stage.patience_until())


def _by_module(stage: Stage, call: LiveCall, way: str) -> Process:
    pbx, rng = stage.pbx, stage.rng
    if way in {"announcement_queue", "after_hours"}:
        yield from hear_module(stage, call, pbx.announcement, rng.randint(4, 12))
    else:
        yield from hear_module(stage, call, pbx.ivr, rng.randint(5, 35))
    if way == "ivr_only" or stage.chance(0.05):
        stage.close_call(call, Cause.CALLER_GONE)
        return
    call.next_step()
    if way == "after_hours":
        yield from leave_message(stage, call)
    elif way == "ivr_user":
        yield from reach(stage, call, rng.choice(pbx.users), stage.patience_until())
    else:
        queue = _some_queue(stage, "iqueue" if stage.chance(0.8) else "group")
        yield from stay(stage, call, queue, stage.patience_until())


def _some_queue(stage: Stage, kind: str) -> Queue:
    return stage.rng.choice(stage.pbx.groups if kind == "group" else stage.pbx.iqueues)


def _try_again(stage: Stage, way: str, contact: Contact) -> None:
    """Nobody answered: some are rung back by us, some try again themselves, the rest are lost."""
    if contact.number_e164 is None:
        return
    draw = stage.rng.random()
    seconds = 60 + round(stage.rng.expovariate(1 / 3000.0))
    if draw < US_SHARE:
        user = stage.rng.choice(stage.pbx.users)
        stage.start_later(seconds, place_call(stage, user, "redial_by_us", contact=contact))
    elif draw < US_SHARE + CUSTOMER_SHARE:
        again = play_inbound(stage, way, "redial_by_customer", contact=contact)
        stage.start_later(seconds, again)
