"""The figures of a report's sections, as plain values in the order in which they are shown.

A ratio whose denominator is zero is None, and so is the longest of no waits. Durations are seconds,
instants are UTC without zone, days are local dates of the installation.
"""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date, datetime


@dataclass(frozen=True)
class QueueFigures:
    """Counters of queue visits, summed, and the ratios of these sums (R 12, R 13)."""

    offered: int
    answered: int
    no_user: int
    overflow: int
    abandoned: int
    short_abandoned: int
    missed: int
    unanswered: int
    answered_within: int
    wait_max_seconds: int | None
    service_level: float | None
    abandonment_rate: float | None
    asa_seconds: float | None
    average_talk_seconds: float | None


@dataclass(frozen=True)
class CallFigures:
    """Calls by direction and outcome, each call once."""

    calls: int
    inbound: int
    outbound: int
    internal: int
    inbound_answered: int
    inbound_no_user: int
    inbound_abandoned: int
    inbound_missed: int
    outbound_connected: int


@dataclass(frozen=True)
class LostFigures:
    """Lost calls and what became of them (R 14)."""

    lost: int
    by_customer: int
    by_us: int
    open: int
    average_delay_seconds: float | None
    """From the end of a lost call to the call that recovered it."""


@dataclass(frozen=True)
class Summary:
    """The headline figures, and the definitions that they depend on."""

    calls: CallFigures
    queues: QueueFigures
    lost: LostFigures
    variant: str
    threshold_seconds: tuple[int, ...]
    """Thresholds of the service level among the visits, ascending."""
    short_abandon_seconds: int
    callback_window_hours: int


@dataclass(frozen=True)
class DayRow:
    """One loaded day."""

    day: date
    inbound: int
    outbound: int
    internal: int
    queues: QueueFigures


@dataclass(frozen=True)
class WeekGrid:
    """A counter by weekday (Monday first) and local hour of entering a queue."""

    counter: str
    counts: tuple[tuple[int, ...], ...]
    """Seven rows of 24."""


@dataclass(frozen=True)
class Hours:
    """Visits by weekday and hour, one grid a counter, and how many days each weekday stands for."""

    grids: tuple[WeekGrid, ...]
    loaded_days: tuple[int, ...]


@dataclass(frozen=True)
class Waits:
    """How long visits waited: counts between the edges, the last open to the right."""

    answered: tuple[int, ...]
    abandoned: tuple[int, ...]


@dataclass(frozen=True)
class QueueRow:
    """One queue."""

    queue_id: int
    name: str
    threshold_seconds: tuple[int, ...]
    figures: QueueFigures
    waits: Waits


@dataclass(frozen=True)
class Queues:
    """All queues with visits, the busiest first, and all of them together."""

    edges_seconds: tuple[int, ...]
    all: Waits
    rows: tuple[QueueRow, ...]


@dataclass(frozen=True)
class AgentRow:
    """One agent; 0 is "Kein Benutzer"."""

    agent_id: int
    name: str
    contacts: int
    answered: int
    missed: int
    answered_elsewhere: int
    rona: int
    placed: int
    answered_talk_seconds: int
    average_talk_seconds: float | None


@dataclass(frozen=True)
class Agents:
    """Agents with contacts, most answers first; no rows where the privacy profile hides names."""

    is_named: bool
    rows: tuple[AgentRow, ...]


@dataclass(frozen=True)
class LostCall:
    """A lost call that nobody has recovered."""

    lost_utc: datetime
    number: str | None
    name: str | None
    queue: str | None
    wait_seconds: int


@dataclass(frozen=True)
class Lost:
    """What became of lost calls, and the open ones, newest first."""

    figures: LostFigures
    window_hours: int
    calls: tuple[LostCall, ...]


@dataclass(frozen=True)
class LineRow:
    """One line; its peaks are those of single quarter hours."""

    line_id: int
    name: str | None
    uses: int
    incoming_uses: int
    busy_seconds: int
    peak_uses: int
    peak_uses_utc: datetime
    peak_erlang: float
    peak_erlang_utc: datetime


@dataclass(frozen=True)
class Traffic:
    """Erlang of all lines together by local quarter hour of the day: mean over the loaded days, and peak."""

    mean: tuple[float, ...]
    peak: tuple[float, ...]


@dataclass(frozen=True)
class Lines:
    """Lines, the busiest first."""

    rows: tuple[LineRow, ...]
    traffic: Traffic | None
    peak_erlang: float | None
    peak_utc: datetime | None


@dataclass(frozen=True)
class RefusedFile:
    """A file that was refused whole."""

    kind: str
    name: str
    reason: str


@dataclass(frozen=True)
class RowAccount:
    """Where the rows of the period went (R 17)."""

    rows_in: int
    legs: int
    summary_left_out: int
    duplicates: int
    superseded: int
    open_rows: int
    out_of_window: int


@dataclass(frozen=True)
class Quality:
    """How complete the data is. Files and quarantine are those of the installation, whatever the period."""

    account: RowAccount
    reconciled_days: int
    unbalanced: tuple[date, ...]
    files: int
    lines: int
    refused: tuple[RefusedFile, ...]
    quarantined: tuple[tuple[str, int], ...]
    """Reasons and lines, most lines first."""
    last_call_utc: datetime | None
    """Start of the newest call of the period."""
    last_row_utc: datetime | None
    """Start of the newest row that was read of either list."""
