"""Every fault, seen by a real HTTP client: what it gets, and what the service has stored."""

from __future__ import annotations

import socket
import threading
import time
from urllib.parse import urlsplit

import pytest
import requests

from insight_pipeline.emulator import Emulator, FaultKind, FaultRule, Operation
from tests.integration.emulator.asking import DATASET, Asker

ONE = [{"id": 1}]


def _plan(asker: Asker, *rules: dict[str, object]) -> requests.Response:
    return requests.post(f"{asker.emulator.url}/emulator/faults", json=list(rules), timeout=10)


def test_a_lost_answer_leaves_the_rows_stored(asker: Asker) -> None:
    dataset = asker.create()
    assert _plan(asker, {"operation": "push", "kind": "answer_lost"}).status_code == 200
    with pytest.raises(requests.ConnectionError, match="without response"):
        asker.push(dataset, ONE)
    assert asker.stored(dataset) == 1
    assert asker.push(dataset, ONE).status_code == 200
    lost = asker.emulator.log()[-2]
    assert (lost.status, lost.rows, lost.fault) == (0, 1, "answer_lost")


def test_a_cut_answer_leaves_the_rows_stored(asker: Asker) -> None:
    dataset = asker.create()
    asker.emulator.plan(
        FaultRule(Operation.PUSH, FaultKind.ANSWER_CUT),
        FaultRule(Operation.DATASETS, FaultKind.ANSWER_CUT),
    )
    with pytest.raises(requests.exceptions.ChunkedEncodingError):
        asker.push(dataset, ONE)
    assert asker.stored(dataset) == 1
    with pytest.raises(requests.exceptions.ChunkedEncodingError):
        asker.ask("GET", "/datasets")


def test_a_reset_connection_leaves_nothing_stored(asker: Asker) -> None:
    dataset = asker.create()
    asker.emulator.plan(FaultRule(Operation.PUSH, FaultKind.RESET))
    with pytest.raises(requests.ConnectionError):
        asker.push(dataset, ONE)
    assert asker.stored(dataset) == 0


def test_a_reset_really_is_one_on_the_wire(emulator: Emulator) -> None:
    emulator.plan(FaultRule(Operation.DISCOVERY, FaultKind.RESET))
    where = urlsplit(emulator.url)
    with socket.create_connection((str(where.hostname), int(where.port or 0))) as raw:
        raw.sendall(
            b"GET /common/v2.0/.well-known/openid-configuration HTTP/1.1\r\nHost: x\r\n\r\n"
        )
        with pytest.raises(ConnectionResetError):
            raw.recv(100)


def test_a_reset_in_the_middle_of_the_body_leaves_nothing_stored(asker: Asker) -> None:
    dataset = asker.create()
    asker.emulator.plan(FaultRule(Operation.PUSH, FaultKind.RESET_IN_BODY))
    with pytest.raises(requests.ConnectionError):
        asker.push(dataset, [{"queue": "x" * 1000}] * 9000)
    assert asker.stored(dataset) == 0


@pytest.mark.parametrize(
    ("kind", "stored"), [(FaultKind.ERROR_BEFORE, 0), (FaultKind.ERROR_AFTER, 1)]
)
def test_a_server_error_comes_before_or_after_the_work(
    asker: Asker, kind: FaultKind, stored: int
) -> None:
    dataset = asker.create()
    asker.emulator.plan(FaultRule(Operation.PUSH, kind, status=500))
    answer = asker.push(dataset, ONE)
    assert answer.status_code == 500
    assert answer.json()["error"]["code"] == "GeneralException"
    assert asker.stored(dataset) == stored


def test_a_late_push_is_stored_when_its_time_comes(asker: Asker) -> None:
    dataset = asker.create()
    asker.emulator.plan(
        FaultRule(Operation.PUSH, FaultKind.APPLIED_LATE, seconds=60),
        FaultRule(Operation.PUSH, FaultKind.APPLIED_LATE, seconds=90, status=504),
    )
    with pytest.raises(requests.ConnectionError):
        asker.push(dataset, ONE, 1)
    assert asker.push(dataset, ONE, 2).status_code == 504
    asker.emulator.advance(59)
    assert asker.stored(dataset) == 0
    asker.emulator.advance(2)
    assert asker.stored(dataset) == 1
    asker.emulator.advance(30)
    assert asker.stored(dataset) == 2


def test_a_slow_answer_outlasts_an_impatient_client(asker: Asker) -> None:
    dataset = asker.create()
    asker.emulator.plan(FaultRule(Operation.PUSH, FaultKind.SLOW, seconds=1.0))
    with pytest.raises(requests.ReadTimeout):
        asker.push(dataset, ONE, timeout_seconds=0.3)
    assert asker.stored(dataset) == 1


@pytest.mark.parametrize(
    ("rule", "status", "code"),
    [
        ({"kind": "unauthorized"}, 401, "PowerBINotAuthorizedException"),
        ({"kind": "token_expired"}, 403, "TokenExpired"),
        ({"kind": "not_authorized"}, 403, "PowerBINotAuthorizedException"),
        ({"kind": "bad_request"}, 400, "BadRequest"),
        ({"kind": "too_large"}, 413, "RequestEntityTooLarge"),
        ({"kind": "create_refused"}, 400, "FeatureDeprecatedError"),
        ({"kind": "echoed"}, 400, "BadRequest"),
        ({"kind": "echoed", "status": 500}, 500, "BadRequest"),
    ],
)
def test_a_refusal_on_demand_changes_nothing(
    asker: Asker, rule: dict[str, object], status: int, code: str
) -> None:
    _plan(asker, {"operation": "create", **rule})
    answer = asker.ask("POST", "/datasets", DATASET)
    assert (answer.status_code, answer.json()["error"]["code"]) == (status, code)
    assert asker.ask("GET", "/datasets").json()["value"] == []


def test_an_echo_repeats_the_token_and_the_rows(asker: Asker) -> None:
    dataset = asker.create()
    asker.emulator.plan(FaultRule(Operation.PUSH, FaultKind.ECHOED))
    words = asker.push(dataset, [{"id": 1, "name": "+4971155512345"}]).text
    assert "Bearer " in words
    assert "+4971155512345" in words
    assert asker.stored(dataset) == 0


def test_a_storm_of_429_ends_after_its_number(asker: Asker) -> None:
    dataset = asker.create()
    storm = {"operation": "push", "kind": "throttled", "times": 3, "retry_after_seconds": 3392}
    _plan(asker, {**storm, "is_bare": True})
    answers = [asker.push(dataset, ONE) for _ in range(4)]
    assert [answer.status_code for answer in answers] == [429, 429, 429, 200]
    assert answers[0].headers["Retry-After"] == "3392"
    assert "Retry in 3392 seconds." in answers[0].json()["message"]


def test_a_redirect_that_is_followed_shows_in_the_log(asker: Asker) -> None:
    asker.emulator.plan(FaultRule(Operation.DATASETS, FaultKind.REDIRECT, times=2))
    answer = asker.ask("GET", "/datasets")
    assert answer.status_code == 302
    assert [entry.path for entry in asker.emulator.log()] == ["/v1.0/myorg/datasets"]
    asker.session.get(f"{asker.root}/datasets", timeout=10)
    assert asker.emulator.log()[-1].path == "/redirected"


def test_rules_are_used_up_in_order_and_only_by_what_they_name(asker: Asker) -> None:
    dataset = asker.create()
    answer = _plan(
        asker,
        {"operation": "push", "kind": "unauthorized", "skip": 1, "table": "calls"},
        {"operation": "query", "kind": "bad_request"},
        {"operation": "any", "kind": "error_before"},
    )
    assert len(answer.json()["rules"]) == 3
    queues = asker.push(dataset, [{"name": "a"}], table="queues")
    calls = [asker.push(dataset, ONE).status_code for _ in range(3)]
    assert (queues.status_code, calls) == (503, [200, 401, 200])
    assert asker.query(dataset, "EVALUATE 'calls'").status_code == 400
    left = requests.get(f"{asker.emulator.url}/emulator/faults", timeout=10).json()
    assert left["rules"] == []


@pytest.mark.parametrize(
    "rule",
    [
        {"operation": "push"},
        {"operation": "push", "kind": "explosion"},
        {"operation": "everything", "kind": "slow"},
        {"operation": "push", "kind": "slow", "hours": 1},
        {"operation": "token", "kind": "login_refused", "aadsts": 1},
        "slow",
    ],
)
def test_a_rule_that_means_nothing_is_refused(asker: Asker, rule: object) -> None:
    answer = requests.post(f"{asker.emulator.url}/emulator/faults", json=[rule], timeout=10)
    assert answer.status_code == 400
    assert answer.json()["error"]
    assert asker.ask("GET", "/datasets").status_code == 200


def test_a_client_that_leaves_in_the_middle_of_its_body_has_stored_nothing(asker: Asker) -> None:
    dataset = asker.create()
    where = urlsplit(asker.emulator.url)
    token = asker.session.headers["Authorization"]
    head = (
        f"POST /v1.0/myorg/datasets/{dataset}/tables/calls/rows HTTP/1.1\r\nHost: x\r\n"
        f'Authorization: {token!s}\r\nContent-Length: 1000\r\n\r\n{{"rows": [{{"id": 1}}'
    )
    with socket.create_connection((str(where.hostname), int(where.port or 0))) as raw:
        raw.sendall(head.encode())
    until = time.monotonic() + 5
    while len(asker.emulator.log()) < 2 and time.monotonic() < until:
        time.sleep(0.01)
    assert asker.emulator.log()[-1].status == 0
    assert asker.stored(dataset) == 0
    assert asker.push(dataset, ONE).status_code == 200


def test_what_is_stored_outlives_an_outage(asker: Asker) -> None:
    dataset = asker.create()
    asker.push(dataset, ONE)
    asker.emulator.stop()
    with pytest.raises(requests.ConnectionError):
        asker.push(dataset, ONE)
    asker.emulator.start()
    assert asker.push(dataset, ONE).status_code == 200
    assert asker.stored(dataset) == 2


def test_requests_from_several_threads_lose_no_row(asker: Asker) -> None:
    dataset = asker.create()

    def push() -> None:
        other = Asker(asker.emulator)
        for _ in range(10):
            assert other.push(dataset, ONE * 5).status_code == 200

    threads = [threading.Thread(target=push) for _ in range(4)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    assert asker.stored(dataset) == 200
