"""What a dataset may take in: rows an hour, requests a minute or hour, requests at the same time.

Belongs here: rolling windows and the decision that a push has to wait, with for how long. Does not: what a
request contains (rows.py), nor what is dropped from a full table (datasets.py).
"""

from __future__ import annotations

import math
from collections import deque
from dataclasses import dataclass, field

from insight_pipeline.emulator.options import Limits

MINUTE_SECONDS, HOUR_SECONDS = 60, 3600
PENDING_RETRY_SECONDS = 5


@dataclass
class Window:
    """Amounts of the last hour; each counts until it is older than the span asked for."""

    entries: deque[tuple[float, int]] = field(default_factory=deque)

    def add(self, now: float, amount: int) -> None:
        """Note an amount."""
        self.entries.append((now, amount))
        while self.entries and self.entries[0][0] <= now - HOUR_SECONDS:
            self.entries.popleft()

    def total(self, now: float, span_seconds: int) -> int:
        """The sum over the span that ends now."""
        return sum(amount for at, amount in self.entries if at > now - span_seconds)

    def wait_seconds(self, now: float, span_seconds: int, allowed: int, amount: int) -> int:
        """0 if the amount fits now, else whole seconds until enough has left the span."""
        excess = self.total(now, span_seconds) + amount - allowed
        if excess <= 0:
            return 0
        for at, past in self.entries:
            if at <= now - span_seconds:
                continue
            excess -= past
            if excess <= 0:
                return max(1, math.ceil(at + span_seconds - now))
        return span_seconds


@dataclass(frozen=True)
class UsedLimits:
    """How much of a dataset's limits is used."""

    rows_last_hour: int
    rows_an_hour: int
    posts_in_span: int
    posts_allowed: int
    span_seconds: int
    pending_posts: int
    pending_allowed: int


@dataclass
class Usage:
    """What one dataset has taken in of late."""

    rows: Window = field(default_factory=Window)
    posts: Window = field(default_factory=Window)
    pending: int = 0

    def wait_for_post(self, limits: Limits, now: float, *, is_large: bool) -> int:
        """Count a request that fits; else the seconds to wait."""
        if self.pending > limits.pending_posts:
            return PENDING_RETRY_SECONDS
        span, allowed = _post_span(limits, is_large=is_large)
        wait = self.posts.wait_seconds(now, span, allowed, 1)
        if not wait:
            self.posts.add(now, 1)
        return wait

    def wait_for_rows(self, limits: Limits, now: float, rows: int) -> int:
        """0 if so many rows fit into the hour, else the seconds to wait."""
        return self.rows.wait_seconds(now, HOUR_SECONDS, limits.rows_an_hour, rows)

    def used(self, limits: Limits, now: float, *, is_large: bool) -> UsedLimits:
        """The state of all limits."""
        span, allowed = _post_span(limits, is_large=is_large)
        return UsedLimits(
            rows_last_hour=self.rows.total(now, HOUR_SECONDS),
            rows_an_hour=limits.rows_an_hour,
            posts_in_span=self.posts.total(now, span),
            posts_allowed=allowed,
            span_seconds=span,
            pending_posts=self.pending,
            pending_allowed=limits.pending_posts,
        )


def _post_span(limits: Limits, *, is_large: bool) -> tuple[int, int]:
    if is_large:
        return HOUR_SECONDS, limits.posts_an_hour_when_large
    return MINUTE_SECONDS, limits.posts_a_minute
