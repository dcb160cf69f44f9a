"""The web page, the addresses for tests, and the log, which holds no secrets."""

from __future__ import annotations

import json
import re
from typing import Any
from urllib.parse import urlencode

import pytest
import requests

from insight_pipeline.emulator import DEMO_WORKSPACE, Emulator, FaultKind, FaultRule, Operation
from tests.integration.emulator.adapter import application, sign_in
from tests.integration.emulator.asking import Asker


def _control(emulator: Emulator, name: str, body: object = None) -> dict[str, Any]:
    method = "GET" if body is None else "POST"
    answer = requests.request(method, f"{emulator.url}/emulator/{name}", json=body, timeout=10)
    assert answer.status_code == 200, answer.text
    found: dict[str, Any] = answer.json()
    return found


def _press(emulator: Emulator, **fields: object) -> requests.Response:
    return requests.post(f"{emulator.url}/?lang=en", data=fields, timeout=10)


def test_the_state_tells_tables_rows_numbers_and_used_limits(
    emulator: Emulator, asker: Asker
) -> None:
    dataset = asker.create()
    asker.push(dataset, [{"id": 1}, {"id": 2}], 9)
    (told,) = _control(emulator, "state")["datasets"]
    assert told["limits"]["rows_last_hour"] == 2
    assert told["limits"]["posts_in_span"] == 1
    calls = told["tables"][0]
    assert (calls["name"], calls["rows"]) == ("calls", 2)
    assert list(calls["sequence_numbers"].values()) == [9]
    query = urlencode({"dataset": "insight", "table": "calls"})
    rows = _control(emulator, f"state?{query}")["rows"]
    assert [row["id"] for row in rows] == [1, 2]
    missing = requests.get(f"{emulator.url}/emulator/state?dataset=none&table=x", timeout=10)
    assert missing.status_code == 404


def test_the_log_tells_requests_with_rows_number_and_fault(
    emulator: Emulator, asker: Asker
) -> None:
    dataset = asker.create()
    emulator.plan(FaultRule(Operation.PUSH, FaultKind.ERROR_AFTER))
    asker.push(dataset, [{"id": 1}], 4)
    entry = _control(emulator, "log")["requests"][-1]
    assert entry.pop("time_utc").endswith("+00:00")
    assert entry == {
        "operation": "push",
        "method": "POST",
        "path": f"/v1.0/myorg/datasets/{dataset}/tables/calls/rows",
        "status": 503,
        "rows": 1,
        "sequence_number": 4,
        "fault": "error_after",
    }


def test_no_token_and_no_device_code_shows_in_log_state_or_page(emulator: Emulator) -> None:
    tokens = sign_in(emulator, application(emulator))
    asker = Asker(emulator)
    asker.create()
    asker.session.get(f"{asker.root}/datasets?access_token={tokens['access_token']}", timeout=10)
    shown = json.dumps([_control(emulator, "log"), _control(emulator, "state")])
    shown += requests.get(emulator.url, timeout=10).text
    login = emulator.world.login
    secrets = [*login.access_tokens, *login.refresh_tokens, *login.device_codes]
    assert len(secrets) >= 5
    assert not [secret for secret in secrets if secret in shown]


def test_tokens_are_steered_from_outside(emulator: Emulator) -> None:
    issued = _control(emulator, "token", {"action": "issue"})["access_token"]
    headers = {"Authorization": f"Bearer {issued}"}

    def status() -> int:
        address = f"{emulator.push_url}/groups"
        return requests.get(address, headers=headers, timeout=10).status_code

    assert status() == 200
    _control(emulator, "token", {"action": "expire"})
    assert status() == 403
    _control(emulator, "token", {"action": "forget"})
    assert status() == 401
    _control(emulator, "token", {"action": "refuse", "aadsts": 90051})
    assert _control(emulator, "state")["forced_aadsts"] == 90051
    _control(emulator, "token", {"action": "allow"})
    assert _control(emulator, "state")["forced_aadsts"] is None


@pytest.mark.parametrize(
    ("name", "body"),
    [
        ("token", {"action": "refuse", "aadsts": 5}),
        ("token", {"action": "dance"}),
        ("clock", {"advance_seconds": -1}),
        ("clock", {"advance_seconds": "soon"}),
        ("faults", [{"kind": "slow"}]),
    ],
)
def test_a_control_that_makes_no_sense_is_refused(
    emulator: Emulator, name: str, body: object
) -> None:
    answer = requests.post(f"{emulator.url}/emulator/{name}", json=body, timeout=10)
    assert answer.status_code == 400
    assert answer.json()["error"]


def test_a_login_is_approved_or_declined_from_outside(emulator: Emulator) -> None:
    app = application(emulator)
    flow = app.initiate_device_flow(["https://analysis.windows.net/powerbi/api/.default"])
    _control(emulator, "approve", {"user_code": flow["user_code"]})
    tokens = app.acquire_token_by_device_flow(flow)
    headers = {"Authorization": f"Bearer {tokens['access_token']}"}
    for name in ("groups", "datasets"):
        answer = requests.get(f"{emulator.push_url}/{name}", headers=headers, timeout=10)
        assert answer.status_code == 200
    nothing = requests.post(f"{emulator.url}/emulator/approve", json={}, timeout=10)
    assert nothing.status_code == 404


def test_a_reset_forgets_everything(emulator: Emulator, asker: Asker) -> None:
    asker.create()
    emulator.advance(5000)
    emulator.plan(FaultRule(Operation.PUSH, FaultKind.SLOW))
    _control(emulator, "reset", {})
    told = _control(emulator, "state")
    assert (told["datasets"], told["faults"]) == ([], [])
    assert asker.ask("GET", "/datasets").status_code == 401


def test_the_page_shows_tables_newest_rows_limits_and_requests(
    emulator: Emulator, asker: Asker
) -> None:
    dataset = asker.create()
    asker.push(dataset, [{"id": n, "queue": "<b>&"} for n in range(10)], 3)
    answer = requests.get(f"{emulator.url}/?lang=en", timeout=10)
    assert answer.headers["Content-Type"].startswith("text/html")
    page = answer.text
    assert "calls: 10 rows (#3)" in page
    assert "10 / 1,000,000 rows in the last hour" in page
    assert "<td>9</td><td>&lt;b&gt;&amp;</td>" in page
    assert "<td>4</td>" not in page
    assert f"POST /v1.0/myorg/datasets/{dataset}/tables/calls/rows" in page
    assert "<b>&" not in page
    german = requests.get(f"{emulator.url}/?lang=de", timeout=10).text
    assert "10 / 1.000.000 Zeilen in der letzten Stunde" in german


def test_the_page_speaks_german_or_english(emulator: Emulator) -> None:
    def page(path: str = "/", accept: str = "") -> str:
        headers = {"Accept-Language": accept}
        return requests.get(emulator.url + path, headers=headers, timeout=10).text

    assert '<html lang="de">' in page()
    assert '<html lang="de">' in page(accept="fr-FR, de;q=0.5")
    assert '<html lang="en">' in page(accept="en-US,en;q=0.9,de;q=0.8")
    assert '<html lang="de">' in page("/?lang=de", accept="en")
    assert "Noch kein Dataset angelegt." in page("/?lang=de")
    assert "Den Code eingeben" in page("/device?lang=de")
    assert "Enter the code" in page("/device", accept="en")


def test_the_pages_load_nothing_from_elsewhere(emulator: Emulator) -> None:
    for path in ("/", "/device"):
        answer = requests.get(emulator.url + path, timeout=10)
        assert answer.headers["Content-Security-Policy"].startswith("default-src 'none'")
        assert "<script" not in answer.text
        assert not re.search(r"(?:src|href)=\"(?!/)", answer.text)
        assert "url(" not in answer.text
        assert "prefers-color-scheme: dark" in answer.text


def test_the_buttons_of_the_page_do_what_they_say(emulator: Emulator, asker: Asker) -> None:
    planned = _press(emulator, do="plan", operation="push", kind="throttled", times=2, seconds=30)
    assert "<td>throttled</td><td>2</td><td>30</td>" in planned.text
    dataset = asker.create()
    assert asker.push(dataset, [{"id": 1}]).headers["Retry-After"] == "30"
    assert "No fault is planned." in _press(emulator, do="clear").text
    assert "Logins are refused with AADSTS50173" in _press(emulator, do="refuse", aadsts=50173).text
    assert "Logins are refused" not in _press(emulator, do="allow").text
    _press(emulator, do="revoke")
    _press(emulator, do="expire")
    assert asker.ask("GET", "/datasets").status_code == 403
    before = emulator.world.clock.now()
    _press(emulator, do="advance", seconds=3600)
    assert emulator.world.clock.now() >= before + 3600
    assert "No dataset has been created yet." in _press(emulator, do="reset").text
    assert _press(emulator, do="nothing").status_code == 400


def test_unknown_addresses_are_404_as_json(emulator: Emulator) -> None:
    for path in ("/v1.0/myorg/reports", f"/v1.0/myorg/groups/{DEMO_WORKSPACE.id}/reports", "/x"):
        answer = requests.get(emulator.url + path, timeout=10)
        assert answer.status_code == 404
        assert answer.json()["error"]["code"] == "NotFound"
