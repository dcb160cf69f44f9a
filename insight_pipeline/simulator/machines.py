"""Participants without a person: mailboxes, IVR and announcements.

Here: what they do in a call once it has come to them.
Not here: the mailbox that answers for a queue under the queue's own entry (queues.py); the dialler,
which starts calls (outbound.py).
"""

from __future__ import annotations

from insight_pipeline.simulator.events import EXTERNAL_ID, Cause, Direction, Kind
from insight_pipeline.simulator.live_call import LiveCall
from insight_pipeline.simulator.pbx import Module, User
from insight_pipeline.simulator.stage import Process, Stage


def leave_message(stage: Stage, call: LiveCall, *, of_user: User | None = None) -> Process:
    """A mailbox answers, under the user's own entry or in a stay of its own; then the call ends.

    The PBX lists some mailboxes with an account and some without; an internal call always comes to
    one with an account.
    """
    if of_user is not None:
        party_id = of_user.account_id
        call.mark("mailbox_of_user")
    elif call.direction is Direction.INTERNAL or stage.chance(0.6):
        party_id = stage.rng.choice(stage.pbx.mailboxes).account_id
        call.mark("mailbox")
    else:
        party_id = EXTERNAL_ID
        call.mark("mailbox_without_account")
    episode = call.begin(stage.now, Kind.MAILBOX_STARTS, party_id)
    yield stage.now + stage.rng.choice((0, 1, 1, 2))
    call.go_on(stage.now, Kind.MAILBOX_ANSWERS, party_id, episode)
    call.was_answered = True
    yield stage.now + stage.rng.randint(4, 70)
    call.go_on(stage.now, Kind.MAILBOX_ENDS, party_id, episode)
    stage.close_call(call, Cause.CALLER_GONE)


def hear_module(stage: Stage, call: LiveCall, module: Module, seconds: int) -> Process:
    """A module answers and speaks; the call goes on afterwards."""
    has_account = stage.chance(0.7)
    party_id = module.account_id if has_account else EXTERNAL_ID
    call.mark("module" if has_account else "module_without_account")
    episode = call.begin(stage.now, Kind.MODULE_STARTS, party_id)
    yield stage.now + stage.rng.choice((0, 1, 1))
    call.go_on(stage.now, Kind.MODULE_ANSWERS, party_id, episode)
    yield stage.now + seconds
    call.go_on(stage.now, Kind.MODULE_ENDS, party_id, episode)
