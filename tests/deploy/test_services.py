"""The services of deploy/systemd really run, within their limits, and nginx as in deploy/ stands before them.

One installation is started as the units say and serves all tests of this file; the last one ends it.
"""

from __future__ import annotations

import json
import ssl
import time
from collections.abc import Callable, Iterator
from http.client import HTTPConnection
from pathlib import Path
from typing import Any
from urllib.parse import quote

import pytest
from websockets.exceptions import InvalidStatus
from websockets.sync.client import connect
from websockets.typing import Origin, Subprotocol

from tests.deploy.programs import program
from tests.deploy.proxy import ADMIN, VIEWER, Proxy, basic, nginx
from tests.deploy.units import SERVICES, Server, laid_out
from tests.ui.browser import chromium

pytestmark = [pytest.mark.services, pytest.mark.slow]
STOPPED_LAST = ("insight-view", "insight-ui", "insight-daemon", "insight-code")
LOADED = "{ workspaceOrError { ... on Workspace { locationEntries { name loadStatus } } } }"
HEARTBEATS = "{ instance { daemonHealth { allDaemonStatuses { daemonType healthy } } } }"
LAUNCH = """mutation { launchRun(executionParams: {
    selector: { repositoryLocationName: "insight", repositoryName: "__repository__", jobName: "retention" },
    runConfigData: "{}" }) { ... on LaunchRunSuccess { run { runId } } } }"""
RUN_STATUS = '{ runOrError(runId: "%s") { ... on Run { status } } }'
WAITED_SECONDS = 300
PAGE = '<html lang="en">'
MUTATION = "mutation { reloadWorkspace { __typename } }"


@pytest.fixture(scope="module")
def server(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Server]:
    """Everything that the target starts, and the read-only UI."""
    program("systemd-analyze", "Debian: apt-get install systemd")
    folder = tmp_path_factory.mktemp("server")
    (folder / "landing").mkdir()
    running = laid_out(folder, folder / "landing")
    try:
        for name in reversed(STOPPED_LAST):
            running.start(name)
        for name, port, path in (("insight-ui", "3000", ""), ("insight-view", "3001", "/view")):
            address = f"http://127.0.0.1:{running.ports[port]}{path}/server_info"
            running.wait_for(address, name)
        yield running
    finally:
        for name in list(running.running):
            running.stop(name)


@pytest.fixture(scope="module")
def proxy(server: Server, tmp_path_factory: pytest.TempPathFactory) -> Iterator[Proxy]:
    """A proxy before them."""
    with nginx(tmp_path_factory.mktemp("nginx"), server.ports) as found:
        yield found


def eventually(proxy: Proxy, query: str, wanted: Callable[[Any], object]) -> Any:
    """What is wanted of the first answer that holds it: the UI says when it is still loading."""
    end = time.monotonic() + WAITED_SECONDS
    while True:
        found = json.loads(proxy.query(query).text)
        if "errors" not in found and (value := wanted(found["data"])):
            return value
        assert time.monotonic() < end, found
        time.sleep(0.5)


def test_the_ui_holds_the_pipeline_s_code(proxy: Proxy) -> None:
    entry = {"name": "insight", "loadStatus": "LOADED"}
    eventually(proxy, LOADED, lambda data: data["workspaceOrError"]["locationEntries"] == [entry])


def test_every_part_of_the_daemon_has_a_heartbeat(proxy: Proxy) -> None:
    def is_alive(data: Any) -> bool:
        parts = data["instance"]["daemonHealth"]["allDaemonStatuses"]
        states = {one["daemonType"]: one["healthy"] for one in parts}
        needed = {"SENSOR", "SCHEDULER", "QUEUED_RUN_COORDINATOR"}
        return needed <= {*states} and all(states.values())

    eventually(proxy, HEARTBEATS, is_alive)


def test_a_run_that_is_launched_in_the_ui_is_queued_and_succeeds_after_the_code_was_restarted(
    server: Server, proxy: Proxy
) -> None:
    server.stop("insight-code")
    server.start("insight-code")
    run_id = eventually(proxy, LAUNCH, lambda data: data["launchRun"].get("run"))["runId"]

    def ended(data: Any) -> str | None:
        status: str = data["runOrError"]["status"]
        return status if status in {"SUCCESS", "FAILURE", "CANCELED"} else None

    assert eventually(proxy, RUN_STATUS % run_id, ended) == "SUCCESS", server.log("insight-code")


def test_the_services_can_gain_no_rights_and_write_into_no_settings(server: Server) -> None:
    for process in server.running.values():
        status = Path(f"/proc/{process.pid}/status").read_text("utf-8").split("\n")
        told = dict(line.split(":\t") for line in status if ":\t" in line)
        assert (told["Seccomp"], told["NoNewPrivs"]) == ("2", "1")
        assert int(told["CapEff"], 16) == 0
    files = {path.name for path in (server.folder / "etc").iterdir()}
    assert files == {"dagster.yaml", "insight.toml", "workspace.yaml"}


def test_without_the_password_there_is_nothing_to_see(proxy: Proxy) -> None:
    for login in ("", "admin:falsch", VIEWER):
        answer = proxy.ask("/", login)
        assert (answer.status, answer.headers["www-authenticate"]) == (401, 'Basic realm="insight"')
    assert proxy.ask("/graphql", "", body="{}").status == 401


def test_with_the_password_there_is_the_page_and_its_headers(proxy: Proxy) -> None:
    answer = proxy.ask("/")
    assert answer.status == 200
    assert PAGE in answer.text
    policy = answer.headers["content-security-policy"]
    assert "script-src 'nonce-" in policy
    assert policy.endswith(", frame-ancestors 'self'")
    assert answer.headers["x-content-type-options"] == "nosniff"
    assert answer.headers["strict-transport-security"] == "max-age=31536000"


def test_what_another_site_makes_a_browser_ask_for_is_refused(proxy: Proxy) -> None:
    assert proxy.query(MUTATION, origin=proxy.origin).status == 200
    for origin in ("https://evil.example", "null", f"{proxy.origin}0"):
        assert proxy.query(MUTATION, origin=origin).status == 403
    linked = quote(MUTATION)
    assert proxy.ask(f"/graphql?query={linked}").status == 405
    assert proxy.ask(f"/view/graphql?query={linked}", VIEWER).status == 405


def subscribed(proxy: Proxy, origin: str) -> object:
    """What the server of GraphQL subscriptions says at first."""
    address = proxy.origin.replace("https:", "wss:") + "/graphql"
    with connect(
        address,
        ssl=proxy.trust(),
        origin=Origin(origin),
        subprotocols=[Subprotocol("graphql-ws")],
        additional_headers=basic(ADMIN),
        proxy=None,
    ) as socket:
        socket.send('{"type": "connection_init"}')
        return json.loads(socket.recv(60))


def test_subscriptions_get_through_but_for_other_sites(proxy: Proxy) -> None:
    assert subscribed(proxy, proxy.origin) == {"type": "connection_ack"}
    with pytest.raises(InvalidStatus, match="HTTP 403"):
        subscribed(proxy, "https://evil.example")


@pytest.mark.filterwarnings("ignore:ssl.TLSVersion.TLSv1_1 is deprecated")
def test_only_tls_of_today_is_spoken(proxy: Proxy) -> None:
    assert proxy.handshake(ssl.TLSVersion.TLSv1_3) == "TLSv1.3"
    assert proxy.handshake(ssl.TLSVersion.TLSv1_2) == "TLSv1.2"
    with pytest.raises(ssl.SSLError) as refused:
        proxy.handshake(ssl.TLSVersion.TLSv1_1)
    assert refused.value.reason == "TLSV1_ALERT_PROTOCOL_VERSION"
    plain = HTTPConnection("127.0.0.1", proxy.http_port, timeout=60)
    plain.request("GET", "/assets")
    answer = plain.getresponse()
    assert (answer.status, answer.getheader("location")) == (301, "https://127.0.0.1/assets")


def test_who_may_only_look_changes_nothing(proxy: Proxy) -> None:
    assert proxy.ask("/view").headers["location"] == f"{proxy.origin}/view/"
    assert proxy.ask("/view/", ADMIN).status == 401
    assert PAGE in proxy.ask("/view/", VIEWER).text
    asked = proxy.query(MUTATION, path="/view/graphql", login=VIEWER)
    assert json.loads(asked.text)["data"] == {
        "reloadWorkspace": {"__typename": "UnauthorizedError"}
    }


def test_the_ui_works_behind_the_proxy(proxy: Proxy) -> None:
    with chromium() as browser:
        name, _, password = ADMIN.partition(":")
        context = browser.new_context(
            base_url=proxy.origin,
            ignore_https_errors=True,
            http_credentials={"username": name, "password": password},
        )
        page, complaints = context.new_page(), []
        page.on("console", lambda told: complaints.append(told.text))
        page.goto("/assets/demo/fact_call")
        page.get_by_text('Time in which "Kein Benutzer" held the call.').first.wait_for()
    assert [text for text in complaints if "Content Security Policy" in text] == []


def test_each_service_ends_in_time_when_it_is_asked_to(server: Server) -> None:
    for name in STOPPED_LAST:
        code, seconds = server.stop(name)
        assert code == 0, server.log(name)
        assert seconds < int(SERVICES[name].one("TimeoutStopSec"))
