"""What the upload came to, how its limits stand, and how the tables compare; what is in the way, in words.

Only what is shown: how it comes about stands in `pushing`.
"""

from __future__ import annotations

from dataclasses import dataclass, field
from datetime import datetime

from insight_pipeline.model.errors import InsightError, PermanentError
from insight_pipeline.model.terms import Term
from insight_pipeline.sinks.powerbi.delivery import SETTLING, UNREACHED, UNSEEN, Delivered
from insight_pipeline.sinks.powerbi.quota import Limits

_UNREACHED = {
    UNREACHED: Term("keine Verbindung", "no connection"),
    UNSEEN: Term(
        "er kann gerade nicht sagen, welche Zeilen da sind",
        "it cannot say now which rows are there",
    ),
}
"""Why nothing can be sent although no limit is reached."""
_REASONS = {
    "retry_after": Term(
        "die Pause, die der Dienst verlangt oder nach einer Störung braucht",
        "the pause that the service asks for, or needs after a disturbance",
    ),
    "rows_an_hour": Term("die Zahl der Zeilen je Stunde", "the number of rows an hour"),
    "requests_a_minute": Term("die Zahl der Anfragen je Minute", "the number of requests a minute"),
    "requests_an_hour_when_large": Term(
        "die Zahl der Anfragen je Stunde, die für große Tabellen gilt",
        "the number of requests an hour, which counts for large tables",
    ),
}
"""The limits that `quota` names, in words."""


@dataclass(frozen=True)
class Pushed:
    """What an upload of one table came to: what was done, and why there is a rest."""

    table: str
    done: Delivered
    problem: InsightError | None = None

    @property
    def is_held_back(self) -> bool:
        """Whether something waits or is held."""
        return self.problem is not None or self.done.rest_batches > 0


@dataclass(frozen=True)
class QuotaState:
    """How much of its limits a dataset has used, and what waits."""

    dataset: str
    rows_last_hour: int
    requests_last_minute: int
    stored: dict[str, int]
    waiting_rows: dict[str, int]
    blocked_until: float
    drained_at: float | None
    next_at: float
    """When the next batch may leave, in seconds since 1970."""
    waits_for: str = ""
    """The limit that the next batch waits for; empty if none."""
    limits: Limits = field(default_factory=Limits)

    def waiting_tables(self) -> list[str]:
        """Tables of which something waits."""
        return [name for name, rows in self.waiting_rows.items() if rows]

    def may_start_at(self, now: float) -> float:
        """When a push has something to do: now, or when the limits allow the next batch."""
        return self.next_at if self.waiting_tables() else max(now, self.blocked_until)


@dataclass(frozen=True)
class Compared:
    """One table: rows that the service counts (None: cannot be counted), that were pushed, in the lake."""

    table: str
    in_service: int | None
    pushed: int
    in_lake: int


def what_waits(done: Delivered) -> InsightError | None:
    """Why a delivery left a rest, as a message; None where nothing waits."""
    if done.hold is not None:
        return PermanentError(done.hold, table=done.table, detail=done.hold_detail)
    if not done.rest_batches or done.goes_on_at is None:
        return None
    if done.waits_for in _UNREACHED:
        return InsightError("IA-563", words=_UNREACHED[done.waits_for])
    at = datetime.fromtimestamp(done.goes_on_at).astimezone().strftime("%Y-%m-%d %H:%M")
    code = "IA-568" if done.waits_for == SETTLING else "IA-566"
    reason = _REASONS.get(done.waits_for, done.waits_for)
    return InsightError(code, rows=done.rest_rows, table=done.table, at=at, reason=reason)


def limit_reached(state: QuotaState, now: float) -> InsightError | None:
    """What waits for a limit, and until when, as a message; None where the next batch may leave."""
    if not state.waiting_tables() or state.next_at <= now:
        return None
    at = datetime.fromtimestamp(state.next_at).astimezone().strftime("%Y-%m-%d %H:%M")
    rows, tables = sum(state.waiting_rows.values()), ", ".join(state.waiting_tables())
    reason = _REASONS.get(state.waits_for, state.waits_for)
    return InsightError("IA-566", rows=rows, table=tables, at=at, reason=reason)
