"""The login with the real MSAL, against a login service on loopback."""

from __future__ import annotations

import json
import logging
import subprocess
import sys
import traceback
from collections.abc import Iterator
from datetime import UTC, datetime, timedelta
from pathlib import Path

import pytest
from cryptography.fernet import Fernet

from insight_pipeline.model.errors import InsightError, PermanentError, TransientError
from insight_pipeline.model.settings import PowerBI
from insight_pipeline.sinks.powerbi import login_http
from insight_pipeline.sinks.powerbi.login import Login
from insight_pipeline.sinks.powerbi.login_answers import (
    LoginNeededError,
    LoginPendingError,
    LoginServiceAwayError,
)
from insight_pipeline.sinks.powerbi.token_key import KEY_FILE_VARIABLE, KEY_VARIABLE
from tests.login_server import LoginServer, Reply, serving

CLIENT_ID = "11111111-2222-3333-4444-555555555555"
RENEW = """
import sys, pathlib
from insight_pipeline.model.settings import PowerBI
from insight_pipeline.sinks.powerbi.login import Login
settings = PowerBI(login_url=sys.argv[1], client_id=sys.argv[2])
for _ in range(3):
    Login(settings, pathlib.Path(sys.argv[3])).access_token(renew=True)
"""


@pytest.fixture(autouse=True)
def _no_key_from_outside(monkeypatch: pytest.MonkeyPatch) -> None:
    for name in (KEY_VARIABLE, KEY_FILE_VARIABLE):
        monkeypatch.delenv(name, raising=False)


@pytest.fixture
def server() -> LoginServer:
    return LoginServer()


@pytest.fixture
def url(server: LoginServer) -> Iterator[str]:
    with serving(server) as address:
        yield address


@pytest.fixture
def settings(url: str) -> PowerBI:
    return PowerBI(login_url=url, client_id=CLIENT_ID)


@pytest.fixture
def logged_in(settings: PowerBI, server: LoginServer, tmp_path: Path) -> Login:
    """A login that has just been finished."""
    server.is_approved = True
    login = Login(settings, tmp_path)
    login.finish_device_login(login.start_device_login())
    return login


def _later(**delta: float) -> datetime:
    return datetime.now(UTC) + timedelta(**delta)


def test_a_device_login_stores_a_login_and_masks_the_account(
    settings: PowerBI, server: LoginServer, tmp_path: Path
) -> None:
    login = Login(settings, tmp_path)
    code = login.start_device_login()
    assert (code.user_code, code.address) == ("ABCD-EFGH", "https://microsoft.com/devicelogin")
    assert _later(minutes=14) < code.expires_at < _later(minutes=16)
    waits: list[float] = []

    def pause(seconds: float) -> None:
        waits.append(seconds)
        server.is_approved = len(waits) >= 2
        assert len(waits) < 9

    state = login.finish_device_login(code, pause)
    assert waits == [1, 1]
    assert state.is_logged_in
    assert state.account == "a***@example.com"
    assert state.inactivity_days_left == 90
    assert state.problem is None
    assert state.token_valid_until is not None
    assert _later(minutes=58) < state.token_valid_until < _later(minutes=61)


def test_asking_once_before_the_user_has_finished_says_so(
    settings: PowerBI, tmp_path: Path
) -> None:
    login = Login(settings, tmp_path)
    with pytest.raises(LoginPendingError) as error:
        login.poll_device_login(login.start_device_login())
    assert error.value.code == "IA-510"
    assert login.state().is_logged_in is False


def test_a_slower_pace_is_kept_when_the_service_asks_for_it(
    settings: PowerBI, server: LoginServer, tmp_path: Path
) -> None:
    login = Login(settings, tmp_path)
    code = login.start_device_login()
    server.instead["token"] = Reply.of(400, error="slow_down")
    with pytest.raises(LoginPendingError):
        login.poll_device_login(code)
    assert code.interval_seconds == 6


@pytest.mark.parametrize(
    ("kind", "number", "code"),
    [
        ("expired_token", 70019, "IA-511"),
        ("bad_verification_code", 70018, "IA-511"),
        ("authorization_declined", 70017, "IA-524"),
        ("invalid_grant", 53003, "IA-516"),
        ("invalid_client", 7000218, "IA-520"),
    ],
)
def test_a_refused_device_login_says_why(
    settings: PowerBI, server: LoginServer, tmp_path: Path, kind: str, number: int, code: str
) -> None:
    login = Login(settings, tmp_path)
    device = login.start_device_login()
    server.instead["token"] = Reply.refusal(kind, number)
    with pytest.raises(PermanentError) as error:
        login.finish_device_login(device)
    assert error.value.code == code


def test_a_code_expires_by_our_clock_too(settings: PowerBI, tmp_path: Path) -> None:
    moments = [_later(), _later(minutes=16)]
    login = Login(settings, tmp_path, clock=lambda: moments.pop(0) if moments[1:] else moments[0])
    with pytest.raises(PermanentError) as error:
        login.finish_device_login(login.start_device_login())
    assert error.value.code == "IA-511"


def test_an_outage_while_the_user_logs_in_does_not_end_the_login(
    settings: PowerBI, server: LoginServer, tmp_path: Path
) -> None:
    login = Login(settings, tmp_path)
    code = login.start_device_login()
    server.instead["token"] = Reply(200, b"<html>captive portal</html>")

    def pause(_: float) -> None:
        server.instead.clear()
        server.is_approved = True

    assert login.finish_device_login(code, pause).is_logged_in


@pytest.mark.parametrize(
    ("kind", "number", "code"),
    [
        ("unauthorized_client", 700016, "IA-519"),
        ("invalid_request", 50034, "IA-521"),
        ("invalid_request", 90051, "IA-522"),
        ("invalid_client", 650052, "IA-518"),
        ("invalid_request", 12345, "IA-525"),
    ],
)
def test_a_refused_device_code_says_why(
    settings: PowerBI, server: LoginServer, tmp_path: Path, kind: str, number: int, code: str
) -> None:
    server.instead["devicecode"] = Reply.refusal(kind, number)
    with pytest.raises(PermanentError) as error:
        Login(settings, tmp_path).start_device_login()
    assert error.value.code == code
    assert str(number) in str(error.value)


def test_a_token_that_lasts_is_handed_out_without_asking(
    logged_in: Login, settings: PowerBI, server: LoginServer, tmp_path: Path
) -> None:
    before = len(server.requests)
    assert logged_in.access_token() == Login(settings, tmp_path).access_token()
    assert len(server.requests) == before


def test_a_token_with_under_ten_minutes_left_is_renewed(
    settings: PowerBI, server: LoginServer, tmp_path: Path
) -> None:
    server.is_approved, server.lifetime_seconds = True, 590
    login = Login(settings, tmp_path)
    login.finish_device_login(login.start_device_login())
    server.lifetime_seconds = 3600
    first = login.access_token()
    assert server.count("token") == 2
    assert login.access_token() == first
    assert server.count("token") == 2


def test_a_forced_renewal_gives_another_token_and_uses_the_rotated_one(
    logged_in: Login, server: LoginServer
) -> None:
    tokens = [logged_in.access_token()]
    tokens += [logged_in.access_token(renew=True) for _ in range(3)]
    assert len(set(tokens)) == 4
    assert logged_in.access_token() == tokens[-1]
    sent = [form["refresh_token"] for _, form in server.requests if "refresh_token" in form]
    assert len(set(sent)) == 3


def test_processes_that_renew_at_once_lose_no_rotated_token(
    logged_in: Login, url: str, server: LoginServer, tmp_path: Path
) -> None:
    command = [sys.executable, "-c", RENEW, url, CLIENT_ID, str(tmp_path)]
    running = [subprocess.Popen(command, stderr=subprocess.PIPE, text=True) for _ in range(3)]
    for process in running:
        _, said = process.communicate(timeout=120)
        assert process.returncode == 0, said
    assert server.count("token") <= 1 + 9
    assert logged_in.access_token(renew=True)


@pytest.mark.parametrize(
    ("kind", "number", "code", "reaction"),
    [
        ("invalid_grant", 50173, "IA-512", LoginNeededError),
        ("invalid_grant", 700082, "IA-513", LoginNeededError),
        ("invalid_grant", 70082, "IA-513", LoginNeededError),
        ("invalid_grant", 70043, "IA-514", LoginNeededError),
        ("interaction_required", 50076, "IA-515", LoginNeededError),
        ("invalid_grant", 53003, "IA-516", LoginNeededError),
        ("access_denied", 530036, "IA-516", PermanentError),
        ("invalid_grant", 65001, "IA-517", LoginNeededError),
        ("invalid_client", 650052, "IA-518", PermanentError),
        ("unauthorized_client", 700016, "IA-519", PermanentError),
        ("invalid_client", 7000218, "IA-520", PermanentError),
        ("invalid_grant", 50034, "IA-521", LoginNeededError),
        ("invalid_request", 90051, "IA-522", PermanentError),
        ("invalid_grant", 99999, "IA-526", LoginNeededError),
        ("temporarily_unavailable", 90033, "IA-508", LoginServiceAwayError),
    ],
)
def test_a_refused_renewal_reacts_to_the_kind_and_words_the_number(
    logged_in: Login,
    settings: PowerBI,
    server: LoginServer,
    tmp_path: Path,
    kind: str,
    number: int,
    code: str,
    reaction: type[InsightError],
) -> None:
    server.instead["token"] = Reply.refusal(kind, number)
    with pytest.raises(InsightError) as error:
        logged_in.access_token(renew=True)
    assert type(error.value) is reaction
    assert error.value.code == code
    state = logged_in.state()
    assert state.problem is not None
    assert state.problem.message("de") == error.value.message("de")
    assert "{" not in error.value.message("de")
    assert state.is_logged_in is (reaction is not LoginNeededError)
    del server.instead["token"]
    healed = Login(settings, tmp_path)
    assert healed.access_token(renew=True)
    assert healed.state().problem is None


def test_a_revoked_login_is_replaced_by_logging_in_again(
    logged_in: Login, settings: PowerBI, server: LoginServer, tmp_path: Path
) -> None:
    server.instead["token"] = Reply.refusal("invalid_grant", 50173)
    with pytest.raises(LoginNeededError):
        logged_in.access_token(renew=True)
    del server.instead["token"]
    again = Login(settings, tmp_path)
    assert again.finish_device_login(again.start_device_login()).is_logged_in
    assert again.access_token(renew=True) != again.access_token(renew=True)


def test_an_outage_loses_nothing_and_heals_by_itself(server: LoginServer, tmp_path: Path) -> None:
    server.is_approved = True
    with serving(server) as url:
        settings = PowerBI(login_url=url, client_id=CLIENT_ID)
        login = Login(settings, tmp_path)
        login.finish_device_login(login.start_device_login())
    with pytest.raises(LoginServiceAwayError) as error:
        Login(settings, tmp_path).access_token(renew=True)
    assert error.value.code == "IA-508"
    assert isinstance(error.value, TransientError)
    assert login.state().is_logged_in
    assert login.access_token()
    with serving(server, int(url.rpartition(":")[2])):
        assert login.access_token(renew=True)
    assert login.state().problem is None


@pytest.mark.parametrize("name", ["token", "openid-configuration"])
@pytest.mark.parametrize(
    "reply",
    [
        Reply(503, b"CANARY-body busy", {"Retry-After": "1"}),
        Reply(500, b'{"error": "CANARY-body"}'),
        Reply(429, b"CANARY-body", {"Retry-After": "1"}),
        Reply(200, b"<html>CANARY-body</html>"),
        Reply(200, b"[]"),
        Reply(302, b"", {"Location": "https://elsewhere.example/CANARY-body"}),
        Reply(200, b"{}"),
        Reply(200, b'{"note": "CANARY-body"}'),
    ],
)
def test_a_disturbed_service_is_transient_whatever_it_answers(
    logged_in: Login,
    settings: PowerBI,
    server: LoginServer,
    tmp_path: Path,
    name: str,
    reply: Reply,
) -> None:
    server.instead[name] = reply
    with pytest.raises((TransientError, PermanentError)) as error:
        Login(settings, tmp_path).access_token(renew=True)
    assert isinstance(error.value, LoginServiceAwayError), error.value
    assert "CANARY" not in _all_text(error.value)
    server.instead.clear()
    assert Login(settings, tmp_path).access_token(renew=True)


def test_while_the_service_is_away_the_rest_of_a_token_is_used(
    settings: PowerBI, server: LoginServer, tmp_path: Path
) -> None:
    server.is_approved, server.lifetime_seconds = True, 300
    login = Login(settings, tmp_path)
    login.finish_device_login(login.start_device_login())
    server.instead["token"] = Reply(503, b"")
    assert login.access_token()
    with pytest.raises(LoginServiceAwayError):
        Login(settings, tmp_path, clock=lambda: _later(minutes=4.5)).access_token()


def test_an_answer_that_trickles_ends_at_the_deadline(
    settings: PowerBI, server: LoginServer, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(login_http, "TOTAL_SECONDS", 0.3)
    server.is_trickling = True
    with pytest.raises(LoginServiceAwayError) as error:
        Login(settings, tmp_path).start_device_login()
    assert error.value.fields["detail"] == login_http.NO_ANSWER


def test_a_tenant_that_the_service_does_not_know_is_named(
    server: LoginServer, settings: PowerBI, tmp_path: Path
) -> None:
    server.instead["openid-configuration"] = Reply.refusal("invalid_tenant", 90002)
    with pytest.raises(PermanentError) as error:
        Login(settings, tmp_path).start_device_login()
    assert error.value.code == "IA-523"
    assert "organizations" in str(error.value)


def test_a_tenant_that_would_change_the_address_is_never_asked_for(
    server: LoginServer, settings: PowerBI, tmp_path: Path
) -> None:
    odd = settings.model_copy(update={"tenant": "a/../b?c"})
    with pytest.raises(PermanentError) as error:
        Login(odd, tmp_path).start_device_login()
    assert error.value.code == "IA-523"
    assert server.requests == []


def test_a_device_code_answer_without_a_code_is_transient(
    server: LoginServer, settings: PowerBI, tmp_path: Path
) -> None:
    server.instead["devicecode"] = Reply.of(200, message="CANARY-body")
    with pytest.raises(LoginServiceAwayError) as error:
        Login(settings, tmp_path).start_device_login()
    assert error.value.code == "IA-509"
    assert "CANARY" not in _all_text(error.value)


def test_a_foreign_host_in_the_services_answer_gets_nothing(
    server: LoginServer, settings: PowerBI, tmp_path: Path
) -> None:
    server.discovery_host = "login.example.com"
    with pytest.raises(PermanentError) as error:
        Login(settings, tmp_path).start_device_login()
    assert error.value.code == "IA-507"
    assert error.value.fields["host"] == "login.example.com"
    assert server.count("devicecode") == 0


def test_proxies_of_the_environment_get_nothing(
    settings: PowerBI, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    proxy = LoginServer()
    with serving(proxy) as address:
        for name in ("http_proxy", "https_proxy", "all_proxy", "HTTP_PROXY", "HTTPS_PROXY"):
            monkeypatch.setenv(name, address)
        monkeypatch.setenv("no_proxy", "")
        assert Login(settings, tmp_path).start_device_login().user_code
    assert proxy.requests == []


def test_without_an_application_id_nothing_is_asked(
    server: LoginServer, settings: PowerBI, tmp_path: Path
) -> None:
    with pytest.raises(PermanentError) as error:
        Login(settings.model_copy(update={"client_id": ""}), tmp_path).start_device_login()
    assert error.value.code == "IA-505"
    assert server.requests == []


def test_another_cloud_or_application_does_not_use_the_stored_login(
    logged_in: Login, settings: PowerBI, tmp_path: Path
) -> None:
    for change in ({"cloud": "gcc_high"}, {"client_id": "another"}):
        other = Login(settings.model_copy(update=change), tmp_path)
        assert other.state().is_logged_in is False
        with pytest.raises(LoginNeededError) as error:
            other.access_token()
        assert error.value.code == "IA-501"
    assert logged_in.state().is_logged_in


def test_a_token_for_another_cloud_is_not_handed_out(
    logged_in: Login, settings: PowerBI, server: LoginServer, tmp_path: Path
) -> None:
    before = logged_in.access_token()
    gcc = Login(settings.model_copy(update={"cloud": "gcc"}), tmp_path)
    assert gcc.access_token() != before
    assert "analysis.usgovcloudapi.net" in server.requests[-1][1]["scope"]


def test_inactivity_is_warned_of_two_weeks_before_and_a_renewal_ends_it(
    logged_in: Login, settings: PowerBI, tmp_path: Path
) -> None:
    assert Login(settings, tmp_path, clock=lambda: _later(days=75)).state().problem is None
    late = Login(settings, tmp_path, clock=lambda: _later(days=80, minutes=1))
    state = late.state()
    assert state.is_logged_in
    assert state.inactivity_days_left == 10
    assert state.problem is not None
    assert state.problem.code == "IA-531"
    assert logged_in.access_token(renew=True)
    assert logged_in.state().inactivity_days_left == 90


def test_after_logging_out_nothing_is_left(logged_in: Login, tmp_path: Path) -> None:
    logged_in.logout()
    assert logged_in.state().problem is not None
    assert [file.name for file in _files(tmp_path) if file.stat().st_size] == []
    with pytest.raises(LoginNeededError) as error:
        logged_in.access_token()
    assert error.value.code == "IA-501"


def test_a_lost_login_is_said_and_logging_in_again_helps(
    logged_in: Login, settings: PowerBI, tmp_path: Path
) -> None:
    (tmp_path / "state" / "login" / "tokens").write_bytes(b"torn")
    state = logged_in.state()
    assert state.problem is not None
    assert state.problem.code == "IA-502"
    with pytest.raises(LoginNeededError):
        logged_in.access_token()
    again = Login(settings, tmp_path)
    assert again.finish_device_login(again.start_device_login()).is_logged_in


def test_no_secret_reaches_a_message_a_log_or_a_file(
    settings: PowerBI,
    server: LoginServer,
    tmp_path: Path,
    monkeypatch: pytest.MonkeyPatch,
    caplog: pytest.LogCaptureFixture,
    capfd: pytest.CaptureFixture[str],
) -> None:
    caplog.set_level(logging.DEBUG)
    key = Fernet.generate_key().decode()
    monkeypatch.setenv(KEY_VARIABLE, key)
    said = []
    server.is_approved = True
    login = Login(settings, tmp_path)
    code = login.start_device_login()
    said.append(repr(code))
    said.append(repr(login.finish_device_login(code)))
    login.access_token(renew=True)
    known = login._cache.read()
    said.append(repr(known))
    echo = "".join(server.issued)
    for reply in (
        Reply.of(400, error=echo, error_description=f"AADSTS1: {echo}", error_codes=[echo]),
        Reply.of(200, access_token=echo, expires_in=echo),
        Reply(200, b'{"access_token": "' + echo.encode()),
        Reply(503, echo.encode()),
    ):
        server.instead["token"] = reply
        with pytest.raises(InsightError) as error:
            Login(settings, tmp_path).access_token(renew=True)
        said.append(_all_text(error.value))
    monkeypatch.setenv(KEY_VARIABLE, key[:-4])
    with pytest.raises(InsightError) as error:
        Login(settings, tmp_path).access_token()
    assert error.value.code == "IA-503"
    said.append(_all_text(error.value))
    said += [record.getMessage() for record in caplog.records]
    said += [file.read_bytes().decode("latin-1") for file in _files(tmp_path)]
    said += [*capfd.readouterr()]
    everything = "\n".join(said)
    assert "IA-5" in everything
    assert [secret for secret in (*server.issued, key, key[:-4]) if secret in everything] == []


def _all_text(error: BaseException) -> str:
    """What a framework may keep of an error, with everything that it is chained to."""
    text, found = "", [error]
    while found:
        one = found.pop()
        lines = traceback.TracebackException.from_exception(one, capture_locals=False).format()
        text += repr(one) + repr(vars(one)) + "".join(lines)
        found += [e for e in (one.__cause__, one.__context__) if e]
    return text


def _files(folder: Path) -> list[Path]:
    return [file for file in folder.rglob("*") if file.is_file()]


def _insight(config: Path, *arguments: str) -> subprocess.CompletedProcess[str]:
    command = [sys.executable, "-m", "insight_pipeline.cli.main", "--config", str(config)]
    return subprocess.run([*command, *arguments], capture_output=True, text=True, check=False)


@pytest.fixture
def config(tmp_path: Path, url: str) -> Path:
    file = tmp_path / "insight.toml"
    file.write_text(
        'locale = "en"\ndata_dir = "data"\n[installations.demo]\ntimezone = "Europe/Berlin"\n'
        "start_date = 2026-03-01\n"
        f'[sinks.powerbi]\nupload = true\nlogin_url = "{url}"\nclient_id = "{CLIENT_ID}"\n',
        encoding="utf-8",
    )
    return file


def test_the_command_line_logs_in_shows_it_and_logs_out(config: Path, server: LoginServer) -> None:
    before = _insight(config, "login", "--status")
    assert before.returncode == 3
    assert "IA-501" in before.stdout
    server.is_approved = True
    done = _insight(config, "login")
    assert done.returncode == 0, done.stderr
    assert "https://microsoft.com/devicelogin" in done.stdout
    assert "ABCD-EFGH" in done.stdout
    state = _insight(config, "login", "--status", "--json")
    assert state.returncode == 0
    assert json.loads(state.stdout)["account"] == "a***@example.com"
    out = _insight(config, "logout")
    assert out.returncode == 0, out.stderr
    assert _insight(config, "login", "--status").returncode == 3


def test_the_command_line_gives_scripts_the_code_and_then_the_state(
    config: Path, server: LoginServer
) -> None:
    server.is_approved = True
    code, state = map(json.loads, _insight(config, "login", "--json").stdout.splitlines())
    assert code["user_code"] == "ABCD-EFGH"
    assert "device_code" not in code
    assert state["is_logged_in"] is True


def test_wrong_settings_leave_with_2_and_a_refusal_with_1(
    config: Path, server: LoginServer
) -> None:
    server.instead["devicecode"] = Reply.refusal("invalid_client", 7000218)
    refused = _insight(config, "login")
    assert (refused.returncode, refused.stderr[:6]) == (1, "IA-520")
    text = config.read_text(encoding="utf-8")
    config.write_text(text.replace(CLIENT_ID, ""), encoding="utf-8")
    assert _insight(config, "login").returncode == 2
    config.write_text(text + 'cloud = "germany"\n', encoding="utf-8")
    closed = _insight(config, "login")
    assert (closed.returncode, closed.stderr[:6]) == (2, "IA-103")
    assert "2021" in closed.stderr
