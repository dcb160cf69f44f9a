"""Microsoft's limits, as arithmetic over what was sent. Pure: what time it is comes in as an argument.

The hour is taken as rolling, with a margin for clocks that differ. Requests without an answer, refused
and uncertain ones count as used. Limits from Microsoft's page "Push semantic model limitations".
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

MINUTE_SECONDS, HOUR_SECONDS = 60.0, 3600.0


@dataclass(frozen=True)
class Limits:
    """What the service allows a dataset."""

    rows_an_hour: int = 1_000_000
    requests_a_minute: int = 120
    requests_an_hour_when_large: int = 120
    large_table_rows: int = 250_000
    stored_rows: int = 5_000_000
    margin_seconds: float = 5.0


@dataclass(frozen=True)
class Request:
    """One request with rows: when it left, in seconds since the epoch, and how many rows it had."""

    at: float
    rows: int


@dataclass(frozen=True)
class Usage:
    """What a dataset has used: requests of the last hour, rows a table, and a 429's end."""

    requests: Sequence[Request]
    stored: dict[str, int]
    blocked_until: float = 0.0

    def is_large(self, limits: Limits) -> bool:
        """Whether a table has grown so large that requests are counted by the hour."""
        return any(rows >= limits.large_table_rows for rows in self.stored.values())


@dataclass(frozen=True)
class Allowance:
    """Whether a request may leave: `at` is the earliest time; `is_full` that no time will do."""

    at: float
    reason: str = ""
    is_full: bool = False


def allowance(usage: Usage, limits: Limits, table: str, rows: int, now: float) -> Allowance:
    """When a request of `rows` rows to `table` may leave."""
    if usage.stored.get(table, 0) + rows > limits.stored_rows:
        return Allowance(now, "stored_rows", is_full=True)
    waits = [Allowance(max(usage.blocked_until, now), "retry_after")]
    waits.append(Allowance(_free_rows(usage, limits, rows, now), "rows_an_hour"))
    waits.append(
        Allowance(
            _free_request(usage, limits.requests_a_minute, MINUTE_SECONDS, limits, now),
            "requests_a_minute",
        )
    )
    if usage.is_large(limits):
        most = limits.requests_an_hour_when_large
        waits.append(
            Allowance(
                _free_request(usage, most, HOUR_SECONDS, limits, now), "requests_an_hour_when_large"
            )
        )
    latest = max(waits, key=lambda wait: wait.at)
    return latest if latest.at > now else Allowance(now)


def _free_rows(usage: Usage, limits: Limits, rows: int, now: float) -> float:
    """When enough rows of the last hour have become too old to count."""
    window = HOUR_SECONDS + limits.margin_seconds
    recent = sorted((r for r in usage.requests if r.at > now - window), key=lambda r: r.at)
    used = sum(request.rows for request in recent)
    at = now
    for request in recent:
        if used + rows <= limits.rows_an_hour:
            break
        used -= request.rows
        at = request.at + window
    return max(at, now)


def _free_request(usage: Usage, most: int, seconds: float, limits: Limits, now: float) -> float:
    """When fewer than `most` requests lie within the last `seconds`."""
    window = seconds + limits.margin_seconds
    recent = sorted(r.at for r in usage.requests if r.at > now - window)
    return now if len(recent) < most else max(recent[-most] + window, now)


def drained_at(
    usage: Usage, limits: Limits, waiting: Sequence[tuple[str, int]], now: float
) -> float:
    """When the last of the waiting requests (table and rows each) is expected to leave."""
    requests, stored, at = list(usage.requests), dict(usage.stored), now
    for table, rows in waiting:
        later = Usage(requests, stored, usage.blocked_until)
        at = allowance(later, limits, table, rows, at).at
        requests.append(Request(at, rows))
        stored[table] = stored.get(table, 0) + rows
    return at
