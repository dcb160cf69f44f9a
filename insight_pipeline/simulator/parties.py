"""Who stands in a row: accounts, names and numbers of its ends, as the PBX spells them.

Here: the frame of a row (everything but times and results), caller id texts in the spellings that
displays use, service and login, and how the taker of a queue call is named.
Not here: times and results (condense.py).
"""

from __future__ import annotations

from random import Random

from insight_pipeline.simulator.events import (
    EXTERNAL_ID,
    NO_ACCOUNT_ID,
    Direction,
    Event,
    Kind,
    PlayedCall,
)
from insight_pipeline.simulator.names import Contact
from insight_pipeline.simulator.pbx import FIRST_USER_ID, Pbx, QueueKind
from insight_pipeline.simulator.rows import NOT_CONNECTED, CallRow

HIDDEN_TEXTS = ("anonymous", "unknown", "Unbekannt", "Anonym", "")
SERVICE_USER, SERVICE_GROUP, SERVICE_IQUEUE, SERVICE_MAILBOX, SERVICE_MODULE = 1, 2, 3, 4, 5
INCOMING_WRONG_SHARE = 0.02
GERMANY = "+49"


class Parties:
    """Names and numbers of one PBX; a call is spelt alike in all its rows."""

    def __init__(self, pbx: Pbx, rng: Random) -> None:
        """Look up what the accounts of the PBX are called."""
        self._pbx = pbx
        self._rng = rng
        self._outside_text = ""
        self._lines = {line.line_id: line.name for line in pbx.lines}
        self._users = {user.account_id: user for user in pbx.users}
        self._queues = {queue.account_id: queue for queue in pbx.queues}
        self._texts = {EXTERNAL_ID: "", NO_ACCOUNT_ID: ""}
        self._texts |= {one.account_id: f"{one.name} <{one.number}>" for one in pbx.users}
        self._texts |= {one.account_id: f"{one.name} <{one.number}>" for one in pbx.queues}
        modules = (pbx.ivr, pbx.announcement, pbx.dialler, *pbx.mailboxes)
        self._texts |= {one.account_id: one.name for one in modules}

    def new_call(self, call: PlayedCall) -> None:
        """Choose the spelling of the end outside."""
        self._outside_text = self._spell(call.contact) if call.contact else ""

    def is_group(self, account_id: int) -> bool:
        """Whether the account is a group that rings all its members."""
        queue = self._queues.get(account_id)
        return queue is not None and queue.kind is QueueKind.GROUP

    def login(self, account_id: int) -> str:
        """The login of a user; empty for everything else."""
        user = self._users.get(account_id)
        return user.login if user else ""

    def line_name(self, line_id: int | None) -> str:
        """The name of a provider line; empty where none is used."""
        return "" if line_id is None else self._lines[line_id]

    def taker_text(self, user_id: int) -> str:
        """How `answeredelswhere` names who took the call: account id, login, or not at all."""
        user = self._users[user_id]
        if not user.is_listed:
            return ""
        return self._rng.choice((str(user_id), user.login, str(user_id), user.login, ""))

    def frame(self, call: PlayedCall, opened: Event, owner_id: int | None = None) -> CallRow:
        """A row with its parties, still without result; `owner_id`: of the caller's own entry."""
        owner = self._owner(opened) if owner_id is None else owner_id
        caller_id, caller_text = call.caller_id, self._texts[call.caller_id]
        called_id = opened.party_id if opened.party_id > 0 else NO_ACCOUNT_ID
        called_text = self._texts[called_id]
        if call.direction is Direction.INBOUND:
            caller_text = self._outside_text
        elif call.direction is Direction.OUTBOUND:
            called_id, called_text = EXTERNAL_ID, self._outside_text
        return CallRow(
            row_id=0,
            callid=call.callid,
            step=opened.step if owner_id is None else 0,
            leg_uuid=f"{call.callid:08x}-{opened.episode if owner_id is None else 0}",
            owner_id=owner,
            caller_id=caller_id,
            caller_text=caller_text,
            called_id=called_id,
            called_text=called_text,
            service_id=self._service(opened),
            start_utc=opened.at_utc if owner_id is None else call.start_utc,
            ring_utc=None,
            link_utc=None,
            end_utc=None,
            result=NOT_CONNECTED,
            caused_by=None,
            line_id=call.line_id,
            line_name=self.line_name(call.line_id),
            taker_text="",
            is_incoming=self._incoming(call, owner),
            has_voicemail=False,
            has_recording=False,
            is_deleted=False,
            is_private=call.is_private,
            is_external=call.direction is Direction.INBOUND,
            is_summary=False,
            login=self.login(owner),
        )

    def _owner(self, opened: Event) -> int:
        is_nameless_mailbox = opened.kind is Kind.MAILBOX_STARTS and opened.party_id <= 0
        if is_nameless_mailbox and self._rng.random() < 0.5:
            return NO_ACCOUNT_ID
        return opened.party_id

    def _incoming(self, call: PlayedCall, owner_id: int) -> bool:
        """Wrong now and then, but never where it alone tells the direction."""
        is_inbound = call.direction is Direction.INBOUND
        if owner_id > 0 and call.caller_id + owner_id > 0:
            return is_inbound != (self._rng.random() < INCOMING_WRONG_SHARE)
        return is_inbound

    def _service(self, opened: Event) -> int:
        if opened.kind is Kind.MODULE_STARTS:
            return SERVICE_MODULE
        if opened.kind is Kind.MAILBOX_STARTS:
            return SERVICE_MAILBOX
        if opened.kind is Kind.DIAL_STARTS:
            return SERVICE_USER if opened.party_id >= FIRST_USER_ID else SERVICE_MODULE
        queue_id = opened.party_id if opened.kind is Kind.QUEUE_ENTERED else opened.other_id
        if queue_id is None:
            return SERVICE_USER
        return SERVICE_GROUP if self.is_group(queue_id) else SERVICE_IQUEUE

    def _spell(self, contact: Contact) -> str:
        number = contact.number_e164
        if number is None:
            return self._rng.choice(HIDDEN_TEXTS)
        draw = self._rng.random()
        if draw < 0.25:
            number = "0" + number.removeprefix(GERMANY)
        elif draw < 0.35:
            number = f"{number[:3]} {number[3:6]} {number[6:]}"
        if contact.name is None:
            return number if draw < 0.9 else f"<{number}>"
        return f"{contact.name} <{number}>"
