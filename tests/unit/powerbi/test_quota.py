"""Limits: a request leaves only when no limit is broken, in any order of requests."""

from __future__ import annotations

import random

from insight_pipeline.sinks.powerbi.quota import (
    Allowance,
    Limits,
    Request,
    Usage,
    allowance,
    drained_at,
)

LIMITS = Limits(rows_an_hour=100, requests_a_minute=5, margin_seconds=1.0)


def _usage(*requests: tuple[float, int], **stored: int) -> Usage:
    return Usage([Request(at, rows) for at, rows in requests], stored)


def test_the_first_request_leaves_at_once() -> None:
    assert allowance(_usage(), LIMITS, "t", 10, 1000.0) == Allowance(1000.0)


def test_rows_wait_until_enough_of_the_last_hour_is_too_old() -> None:
    used = _usage((1000.0, 60), (1100.0, 40))
    found = allowance(used, LIMITS, "t", 50, 2000.0)
    assert (found.at, found.reason) == (1000.0 + 3601.0, "rows_an_hour")


def test_requests_wait_for_the_minute() -> None:
    used = _usage(*((1000.0 + i, 1) for i in range(5)))
    found = allowance(used, LIMITS, "t", 1, 1010.0)
    assert (found.at, found.reason) == (1061.0, "requests_a_minute")


def test_a_large_table_makes_the_whole_dataset_count_by_the_hour() -> None:
    limits = Limits(requests_an_hour_when_large=3, large_table_rows=10, margin_seconds=0.0)
    used = _usage(*((100.0 * i, 1) for i in range(3)), other=10)
    found = allowance(used, limits, "t", 1, 1000.0)
    assert (found.at, found.reason) == (3600.0, "requests_an_hour_when_large")


def test_a_429_is_the_services_own_view_of_its_limits() -> None:
    used = Usage([], {}, blocked_until=5000.0)
    assert allowance(used, LIMITS, "t", 1, 1000.0) == Allowance(5000.0, "retry_after")


def test_a_full_table_waits_for_no_time() -> None:
    limits = Limits(stored_rows=100)
    assert allowance(_usage(t=95), limits, "t", 10, 0.0).is_full


def test_no_window_ever_holds_more_than_is_allowed() -> None:
    seed = random.SystemRandom().randrange(1 << 30)
    print(f"seed {seed}")
    chance = random.Random(seed)
    now = 0.0
    sent: list[tuple[float, int]] = []
    for _ in range(300):
        rows = chance.randrange(1, 60)
        found = allowance(_usage(*sent), LIMITS, "t", rows, now)
        now = max(found.at, now)
        sent.append((now, rows))
        now += chance.choice([0.0, 0.5, 30.0, 700.0])
    for at, _ in sent:
        in_minute = [r for t, r in sent if at - 60 < t <= at]
        in_hour = [r for t, r in sent if at - 3600 < t <= at]
        assert len(in_minute) <= LIMITS.requests_a_minute
        assert sum(in_hour) <= LIMITS.rows_an_hour


def test_a_queue_has_an_expected_end() -> None:
    waiting = [("t", 60)] * 3
    assert drained_at(_usage(), LIMITS, waiting, 1000.0) == 1000.0 + 2 * 3601.0


def test_the_expected_end_knows_that_a_table_grows_large_on_the_way() -> None:
    limits = Limits(requests_an_hour_when_large=3, large_table_rows=30, margin_seconds=0.0)
    waiting = [("t", 10)] * 7
    assert drained_at(_usage(), limits, waiting, 1000.0) == 1000.0 + 2 * 3600.0
