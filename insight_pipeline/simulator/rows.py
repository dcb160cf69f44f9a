"""Call list and line list rows as values, and how an export sees them while a call still runs.

Here: the two row types, with times as UTC seconds, and their view at the moment of an export.
Not here: how events become rows (condense.py) or how rows are spelt in a file (formats.py).
"""

from __future__ import annotations

from dataclasses import dataclass, replace

CONNECTED = "CONNECTED"
NOT_CONNECTED = "NOT_CONNECTED"
ANSWERED_ELSEWHERE = "ANSWERED_ELSEWHERE"


@dataclass(frozen=True, slots=True)
class CallRow:
    """One entry of the call list: one account in one step of a call."""

    row_id: int
    callid: int
    step: int
    leg_uuid: str
    owner_id: int
    caller_id: int
    caller_text: str
    called_id: int
    called_text: str
    service_id: int
    start_utc: int
    ring_utc: int | None
    link_utc: int | None
    end_utc: int | None
    result: str
    caused_by: int | None
    line_id: int | None
    line_name: str
    taker_text: str
    is_incoming: bool
    has_voicemail: bool
    has_recording: bool
    is_deleted: bool
    is_private: bool
    is_external: bool
    is_summary: bool
    login: str

    def seen_at(self, taken_utc: int) -> CallRow:
        """The entry as an export taken at that second has it: open while the step still runs."""
        if self.end_utc is None or self.end_utc <= taken_utc:
            return self
        link_utc = _past(self.link_utc, taken_utc)
        return replace(
            self,
            ring_utc=_past(self.ring_utc, taken_utc),
            link_utc=link_utc,
            end_utc=None,
            result=NOT_CONNECTED if link_utc is None else CONNECTED,
            caused_by=None,
            taker_text="" if link_utc is None else self.taker_text,
            has_voicemail=self.has_voicemail and link_utc is not None,
        )


@dataclass(frozen=True, slots=True)
class LineRow:
    """One entry of the line list: one use of a provider line."""

    row_id: int
    callid: int
    leg_uuid: str
    caller_id: int
    caller_login: str
    caller_number: str
    called_id: int
    called_login: str
    called_number: str
    start_utc: int
    ring_utc: int | None
    link_utc: int | None
    end_utc: int | None
    line_id: int
    line_name: str
    channel_name: str
    is_incoming: bool

    def seen_at(self, taken_utc: int) -> LineRow:
        """The entry as an export taken at that second has it."""
        if self.end_utc is None or self.end_utc <= taken_utc:
            return self
        return replace(
            self,
            ring_utc=_past(self.ring_utc, taken_utc),
            link_utc=_past(self.link_utc, taken_utc),
            end_utc=None,
        )


def _past(at_utc: int | None, taken_utc: int) -> int | None:
    return at_utc if at_utc is not None and at_utc <= taken_utc else None
