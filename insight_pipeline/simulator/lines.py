"""The use of provider lines: one line list row for each call with the outside world.

Here: the row of one call.
Not here: the ids and the order of the rows (condense.py).
"""

from __future__ import annotations

from random import Random

from insight_pipeline.simulator.events import Direction, Kind, PlayedCall
from insight_pipeline.simulator.parties import Parties
from insight_pipeline.simulator.rows import LineRow

_ANSWERS = (Kind.AGENT_ANSWERS, Kind.MODULE_ANSWERS, Kind.MAILBOX_ANSWERS, Kind.REMOTE_ANSWERS)
_RINGS = (Kind.PHONE_RINGS, Kind.REMOTE_RINGS)


def line_row(call: PlayedCall, parties: Parties, rng: Random) -> LineRow:
    """The line is held from the first to the last second of the call; any answer opens it."""
    if call.line_id is None:
        message = f"call {call.callid} uses no line"
        raise ValueError(message)
    is_incoming = call.direction is Direction.INBOUND
    number = (call.contact.number_e164 or "") if call.contact else ""
    first_id = call.events[1].party_id
    return LineRow(
        row_id=0,
        callid=call.callid,
        leg_uuid=f"{call.callid:08x}-l",
        caller_id=call.caller_id,
        caller_login=parties.login(call.caller_id),
        caller_number=number if is_incoming else "",
        called_id=first_id if is_incoming else 0,
        called_login=parties.login(first_id) if is_incoming else "",
        called_number="" if is_incoming else number,
        start_utc=call.start_utc,
        ring_utc=_first(call, _RINGS),
        link_utc=_first(call, _ANSWERS),
        end_utc=call.end_utc,
        line_id=call.line_id,
        line_name=parties.line_name(call.line_id),
        channel_name=f"SIP/{rng.randint(1000, 9999)}",
        is_incoming=is_incoming,
    )


def _first(call: PlayedCall, kinds: tuple[Kind, ...]) -> int | None:
    return next((event.at_utc for event in call.events if event.kind in kinds), None)
