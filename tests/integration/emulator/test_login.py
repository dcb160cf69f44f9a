"""The login, as Microsoft's own client library sees it."""

from __future__ import annotations

import msal
import pytest
import requests

from insight_pipeline.emulator import (
    Emulator,
    EmulatorOptions,
    FaultKind,
    FaultRule,
    LoginOptions,
    Operation,
    running_emulator,
)
from insight_pipeline.emulator.aadsts import REFUSALS
from tests.integration.emulator.adapter import (
    CLIENT_ID,
    SCOPES,
    application,
    renew,
    sign_in,
)

pytestmark = pytest.mark.filterwarnings("ignore:Attempted too soon")


def _opens(emulator: Emulator, access_token: str) -> int:
    headers = {"Authorization": f"Bearer {access_token}"}
    return requests.get(f"{emulator.push_url}/groups", headers=headers, timeout=10).status_code


def _once(app: object, flow: dict[str, object]) -> dict[str, object]:
    """One look whether the user is done, without waiting."""
    result: dict[str, object] = app.acquire_token_by_device_flow(  # type: ignore[attr-defined]
        flow, exit_condition=lambda _: True
    )
    return result


def test_msal_logs_in_by_device_code_and_the_token_opens_the_api(emulator: Emulator) -> None:
    app = application(emulator)
    flow = app.initiate_device_flow(SCOPES)
    assert flow["verification_uri"] == f"{emulator.url}/device"
    assert (flow["expires_in"], flow["interval"]) == (900, 5)
    waiting = _once(app, flow)
    assert waiting["error"] == "authorization_pending"
    assert waiting["error_codes"] == [70016]
    emulator.approve(flow["user_code"])
    tokens = _once(app, flow)
    assert tokens["expires_in"] == 3600
    assert _opens(emulator, str(tokens["access_token"])) == 200
    (account,) = app.get_accounts()
    assert account["username"] == emulator.options.login.user_name


def test_a_login_is_finished_on_the_page_that_is_named(emulator: Emulator) -> None:
    app = application(emulator)
    flow = app.initiate_device_flow(SCOPES)
    form = {"user_code": flow["user_code"].lower(), "do": "approve"}
    page = requests.post(f"{flow['verification_uri']}?lang=en", data=form, timeout=10)
    assert "Signed in." in page.text
    assert "access_token" in _once(app, flow)
    again = requests.post(f"{flow['verification_uri']}?lang=de", data=form, timeout=10)
    assert "Diesen Code gibt es nicht" in again.text


def test_a_declined_login_ends(emulator: Emulator) -> None:
    app = application(emulator)
    flow = app.initiate_device_flow(SCOPES)
    emulator.approve(is_approved=False)
    assert _once(app, flow)["error"] == "authorization_declined"


def test_a_device_code_expires_and_works_once(emulator: Emulator) -> None:
    app = application(emulator)
    flow = app.initiate_device_flow(SCOPES)
    emulator.advance(900)
    assert _once(app, flow)["error_codes"] == [70019]
    flow = application(emulator).initiate_device_flow(SCOPES)
    emulator.approve()
    assert "access_token" in _once(app, flow)
    assert _once(application(emulator), flow)["error_codes"] == [70018]


def test_renewal_gives_new_tokens_and_the_next_refresh_token(emulator: Emulator) -> None:
    app = application(emulator)
    first = sign_in(emulator, app)
    second = renew(app)
    assert second["access_token"] != first["access_token"]
    (kept,) = app.token_cache.search(msal.TokenCache.CredentialType.REFRESH_TOKEN)
    assert kept["secret"] != first["refresh_token"]
    assert _opens(emulator, second["access_token"]) == 200


def test_an_access_token_lives_as_long_as_was_chosen() -> None:
    options = EmulatorOptions(login=LoginOptions(access_token_seconds=600))
    with running_emulator(options) as emulator:
        tokens = sign_in(emulator, application(emulator))
        assert tokens["expires_in"] == 600
        emulator.advance(590)
        assert _opens(emulator, tokens["access_token"]) == 200
        emulator.advance(20)
        assert _opens(emulator, tokens["access_token"]) == 403


def test_an_expired_access_token_is_replaced_by_renewal(emulator: Emulator) -> None:
    app = application(emulator)
    tokens = sign_in(emulator, app)
    emulator.expire_tokens()
    assert _opens(emulator, tokens["access_token"]) == 403
    assert _opens(emulator, renew(app)["access_token"]) == 200


def test_a_revoked_grant_cannot_be_renewed_but_a_new_login_can(emulator: Emulator) -> None:
    app = application(emulator)
    tokens = sign_in(emulator, app)
    emulator.revoke_grants()
    refused = renew(app)
    assert (refused["error"], refused["error_codes"]) == ("invalid_grant", [50173])
    assert refused["error_description"].startswith("AADSTS50173: ")
    assert _opens(emulator, tokens["access_token"]) == 200
    assert "access_token" in sign_in(emulator, app)


def test_a_refresh_token_ends_after_ninety_days_without_use(emulator: Emulator) -> None:
    app = application(emulator)
    sign_in(emulator, app)
    emulator.advance(89 * 86_400)
    assert "access_token" in renew(app)
    emulator.advance(89 * 86_400)
    assert "access_token" in renew(app)
    emulator.advance(90 * 86_400)
    assert renew(app)["error_codes"] == [700082]


@pytest.mark.parametrize("is_accepted", [True, False])
def test_a_replaced_refresh_token_works_only_where_the_service_lets_it(is_accepted: bool) -> None:
    login = LoginOptions(is_replaced_refresh_token_accepted=is_accepted)
    with running_emulator(EmulatorOptions(login=login)) as emulator:
        first = sign_in(emulator, application(emulator))["refresh_token"]
        form = {"grant_type": "refresh_token", "client_id": CLIENT_ID, "refresh_token": first}
        address = f"{emulator.url}/common/oauth2/v2.0/token"
        assert requests.post(address, data=form, timeout=10).status_code == 200
        answer = requests.post(address, data=form, timeout=10)
        assert answer.status_code == (200 if is_accepted else 400)


@pytest.mark.parametrize("number", sorted(REFUSALS))
def test_every_refusal_comes_on_demand_with_its_error_and_number(
    emulator: Emulator, number: int
) -> None:
    app = application(emulator)
    sign_in(emulator, app)
    emulator.refuse_logins(number)
    refused = renew(app)
    assert refused["error"] == REFUSALS[number].error
    assert refused["error_codes"] == [number]
    assert refused["error_description"].startswith(f"AADSTS{number}: ")
    begun = application(emulator).initiate_device_flow(SCOPES)
    assert "user_code" not in begun
    emulator.refuse_logins(None)
    assert "access_token" in sign_in(emulator, application(emulator))


def test_one_renewal_can_be_refused_by_a_rule(emulator: Emulator) -> None:
    app = application(emulator)
    sign_in(emulator, app)
    emulator.plan(FaultRule(Operation.TOKEN, FaultKind.LOGIN_REFUSED, aadsts=53003))
    assert renew(app)["error_codes"] == [53003]


def test_an_application_that_the_tenant_does_not_know_is_refused() -> None:
    login = LoginOptions(client_ids=(CLIENT_ID,))
    with running_emulator(EmulatorOptions(login=login)) as emulator:
        assert "user_code" in application(emulator).initiate_device_flow(SCOPES)
        unknown = application(emulator, client_id="other").initiate_device_flow(SCOPES)
        assert (unknown["error"], unknown["error_codes"]) == ("unauthorized_client", [700016])


def test_an_outage_of_the_login_keeps_the_refresh_token(emulator: Emulator) -> None:
    app = application(emulator)
    sign_in(emulator, app)
    emulator.plan(FaultRule(Operation.TOKEN, FaultKind.ERROR_BEFORE))
    with pytest.raises(msal.exceptions.MsalServiceError):
        renew(app)
    emulator.plan(FaultRule(Operation.TOKEN, FaultKind.ANSWER_LOST))
    fresh = application(emulator, app.token_cache)
    with pytest.raises(requests.ConnectionError):
        renew(fresh)
    assert "access_token" in renew(application(emulator, app.token_cache))


def test_a_token_without_the_right_is_answered_with_403(emulator: Emulator) -> None:
    app = application(emulator)
    flow = app.initiate_device_flow(SCOPES[:1])
    emulator.approve()
    token = str(_once(app, flow)["access_token"])
    assert _opens(emulator, token) == 403
    headers = {"Authorization": f"Bearer {token}"}
    answer = requests.get(f"{emulator.push_url}/datasets", headers=headers, timeout=10)
    assert answer.status_code == 200


def test_the_discovery_document_names_only_https(emulator: Emulator) -> None:
    answer = requests.get(
        f"{emulator.url}/organizations/v2.0/.well-known/openid-configuration", timeout=10
    )
    document = answer.json()
    for name in ("token_endpoint", "authorization_endpoint", "device_authorization_endpoint"):
        assert document[name].startswith("https://login.microsoftonline.com/organizations/")


def test_an_unknown_grant_type_is_refused(emulator: Emulator) -> None:
    form = {"grant_type": "password", "client_id": CLIENT_ID}
    answer = requests.post(f"{emulator.url}/common/oauth2/v2.0/token", data=form, timeout=10)
    assert answer.status_code == 400
    assert answer.json()["error"] == "unsupported_grant_type"
