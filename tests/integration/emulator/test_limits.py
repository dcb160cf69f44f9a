"""The service's limits, made small, and the clock moved instead of waited for."""

from __future__ import annotations

import threading
import time
from collections.abc import Iterator
from contextlib import contextmanager

import pytest
import requests

from insight_pipeline.emulator import (
    EmulatorOptions,
    FaultKind,
    FaultRule,
    Limits,
    LoginOptions,
    Operation,
    ThrottleBody,
    running_emulator,
)
from tests.integration.emulator.asking import Asker

ONE = [{"id": 1}]


@contextmanager
def limited(limits: Limits, body: ThrottleBody = ThrottleBody.ALTERNATE) -> Iterator[Asker]:
    # The tokens outlive the hours that these tests skip.
    login = LoginOptions(access_token_seconds=86_400)
    options = EmulatorOptions(limits=limits, login=login, throttle_body=body)
    with running_emulator(options) as emulator:
        yield Asker(emulator)


def _retry_after(answer: requests.Response) -> int:
    assert answer.status_code == 429
    return int(answer.headers["Retry-After"])


def test_rows_an_hour_are_counted_over_the_last_hour() -> None:
    with limited(Limits(rows_an_hour=100)) as asker:
        dataset = asker.create()
        assert asker.push(dataset, ONE * 60).status_code == 200
        asker.emulator.advance(1800)
        assert asker.push(dataset, ONE * 40).status_code == 200
        assert 1700 <= _retry_after(asker.push(dataset, ONE)) <= 1800
        assert 1700 <= _retry_after(asker.push(dataset, ONE * 60)) <= 1800
        assert 3500 <= _retry_after(asker.push(dataset, ONE * 61)) <= 3600
        asker.emulator.advance(1800)
        assert asker.push(dataset, ONE * 60).status_code == 200
        assert asker.stored(dataset) == 160


def test_the_limit_of_one_dataset_is_not_that_of_another() -> None:
    with limited(Limits(rows_an_hour=2)) as asker:
        first, second = asker.create(), asker.create()
        assert asker.push(first, ONE * 2).status_code == 200
        assert asker.push(first, ONE).status_code == 429
        assert asker.push(second, ONE * 2).status_code == 200


def test_requests_are_counted_by_the_minute() -> None:
    with limited(Limits(posts_a_minute=3)) as asker:
        dataset = asker.create()
        assert [asker.push(dataset, ONE).status_code for _ in range(4)] == [200, 200, 200, 429]
        asker.emulator.advance(60)
        assert asker.push(dataset, ONE).status_code == 200


def test_a_large_table_lets_requests_of_the_whole_dataset_count_by_the_hour() -> None:
    limits = Limits(posts_a_minute=50, posts_an_hour_when_large=3, large_table_rows=10)
    with limited(limits) as asker:
        dataset = asker.create()
        assert asker.push(dataset, ONE * 10).status_code == 200
        queue = [{"name": "Support"}]
        asker.emulator.advance(60)
        assert asker.push(dataset, queue, table="queues").status_code == 200
        assert asker.push(dataset, queue, table="queues").status_code == 200
        assert _retry_after(asker.push(dataset, queue, table="queues")) > 3000


def test_a_429_has_the_two_bodies_in_turn_or_the_one_chosen() -> None:
    def bodies(body: ThrottleBody) -> list[bool]:
        with limited(Limits(posts_a_minute=0), body) as asker:
            dataset = asker.create()
            answers = [asker.push(dataset, ONE) for _ in range(3)]
            assert all("Retry in" in a.json()["message"] for a in answers if "message" in a.json())
            return ["error" in answer.json() for answer in answers]

    assert bodies(ThrottleBody.ALTERNATE) == [True, False, True]
    assert bodies(ThrottleBody.ODATA) == [True] * 3
    assert bodies(ThrottleBody.BARE) == [False] * 3


def test_more_requests_at_once_than_may_be_pending_are_refused() -> None:
    with limited(Limits(pending_posts=2)) as asker:
        dataset = asker.create()
        asker.emulator.plan(FaultRule(Operation.PUSH, FaultKind.SLOW, times=2, seconds=1.5))
        statuses: list[int] = []
        threads = [
            threading.Thread(
                target=lambda: statuses.append(Asker(asker.emulator).push(dataset, ONE).status_code)
            )
            for _ in range(2)
        ]
        for thread in threads:
            thread.start()
        until = time.monotonic() + 5
        while asker.stored(dataset) < 2 and time.monotonic() < until:
            time.sleep(0.01)
        assert asker.push(dataset, ONE).status_code == 429
        for thread in threads:
            thread.join()
        assert statuses == [200, 200]
        assert asker.push(dataset, ONE).status_code == 200


def test_rows_and_bytes_of_a_request_are_limited() -> None:
    with limited(Limits(rows_a_post=10, payload_bytes=2000)) as asker:
        dataset = asker.create()
        assert asker.push(dataset, ONE * 10).status_code == 200
        assert asker.push(dataset, ONE * 11).status_code == 400
        large = asker.push(dataset, [{"queue": "x" * 2000}])
        assert large.status_code == 413
        assert large.json()["error"]["code"] == "RequestEntityTooLarge"
        assert asker.stored(dataset) == 10


def test_a_body_of_more_than_16_megabytes_is_answered_not_broken_off(asker: Asker) -> None:
    dataset = asker.create()
    rows = [{"queue": "x" * 4000}] * 4300
    assert asker.push(dataset, rows, timeout_seconds=60).status_code == 413
    assert asker.stored(dataset) == 0


def test_fifo_drops_the_oldest_rows_and_none_refuses_new_ones() -> None:
    with limited(Limits(fifo_rows=10, fifo_slack_rows=3, stored_rows=5)) as asker:
        fifo, full = asker.create(retention="basicFIFO"), asker.create()
        for first in range(0, 12, 4):
            assert asker.push(fifo, [{"id": first + n} for n in range(4)]).status_code == 200
        assert asker.stored(fifo) == 12
        assert asker.push(fifo, [{"id": n} for n in range(12, 16)]).status_code == 200
        assert [row["id"] for row in asker.emulator.rows(fifo, "calls")] == list(range(6, 16))
        assert asker.push(full, ONE * 5).status_code == 200
        assert asker.push(full, ONE).status_code == 400
        assert asker.stored(full) == 5


def test_queries_are_limited_by_number_and_by_rows() -> None:
    with limited(Limits(queries_a_minute=2, rows_a_query=3)) as asker:
        dataset = asker.create()
        asker.push(dataset, ONE * 5)
        table = asker.query(dataset, "EVALUATE 'calls'").json()["results"][0]["tables"][0]
        assert len(table["rows"]) == 3
        assert table["error"]["code"] == "ResultTooLarge"
        assert asker.query(dataset, "EVALUATE 'calls'").status_code == 200
        assert asker.query(dataset, "EVALUATE 'calls'").status_code == 429


@pytest.mark.parametrize("span_seconds", [0, 59])
def test_the_clock_moves_only_when_told(span_seconds: float) -> None:
    with limited(Limits(posts_a_minute=1)) as asker:
        dataset = asker.create()
        asker.push(dataset, ONE)
        answer = requests.post(
            f"{asker.emulator.url}/emulator/clock",
            json={"advance_seconds": span_seconds},
            timeout=10,
        )
        assert answer.status_code == 200
        assert asker.push(dataset, ONE).status_code == 429
