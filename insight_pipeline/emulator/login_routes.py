"""The login's addresses: discovery, device code, token.

Belongs here: forms in, JSON out, as Microsoft's login does it. Does not: what is issued (login.py), nor the
page on which the user decides (device_page.py).
"""

from __future__ import annotations

import base64
import json
from collections.abc import Mapping
from http import HTTPStatus
from urllib.parse import parse_qsl

from insight_pipeline.emulator.aadsts import LoginRefusal, refusal_answer
from insight_pipeline.emulator.answers import Answer, RefusedError
from insight_pipeline.emulator.calls import Call
from insight_pipeline.emulator.login import Grant, Issued
from insight_pipeline.emulator.world import World

DEVICE_GRANTS = {"urn:ietf:params:oauth:grant-type:device_code", "device_code"}
ALL_RIGHTS = ("Dataset.ReadWrite.All", "Workspace.Read.All")
_SIGN_IN_SCOPES = {"openid", "profile", "offline_access", "email"}
USER_ID = "2f6a1f5e-90f4-4c9e-8d8e-5c2d0f6f7b31"


def discovery(world: World, call: Call) -> Answer:
    """GET /{tenant}/v2.0/.well-known/openid-configuration; https, as MSAL insists."""
    tenant = call.tenant
    root = f"https://{world.options.login.authority_host}"
    oauth = f"{root}/{tenant}/oauth2/v2.0"
    return Answer(
        HTTPStatus.OK,
        {
            "issuer": f"{root}/{world.options.login.tenant_id}/v2.0",
            "authorization_endpoint": f"{oauth}/authorize",
            "token_endpoint": f"{oauth}/token",
            "device_authorization_endpoint": f"{oauth}/devicecode",
            "jwks_uri": f"{root}/{tenant}/discovery/v2.0/keys",
            "response_types_supported": ["code", "id_token"],
            "subject_types_supported": ["pairwise"],
            "id_token_signing_alg_values_supported": ["RS256"],
            "scopes_supported": sorted(_SIGN_IN_SCOPES),
            "token_endpoint_auth_methods_supported": ["client_secret_post", "private_key_jwt"],
        },
    )


def device_code(world: World, call: Call) -> Answer:
    """POST /{tenant}/oauth2/v2.0/devicecode."""
    form, now = _form(call), world.clock.now()
    code = world.login.begin(form.get("client_id", ""), scopes(form.get("scope", "")), now)
    page = f"{call.base_url}/device"
    return Answer(
        HTTPStatus.OK,
        {
            "user_code": code.user_code,
            "device_code": code.device_code,
            "verification_uri": page,
            "expires_in": world.options.login.device_code_seconds,
            "interval": world.options.login.poll_interval_seconds,
            "message": f"To sign in, open the page {page} and enter the code {code.user_code}.",
        },
    )


def token(world: World, call: Call) -> Answer:
    """POST /{tenant}/oauth2/v2.0/token."""
    form, now = _form(call), world.clock.now()
    client_id, grant_type = form.get("client_id", ""), form.get("grant_type", "")
    if grant_type in DEVICE_GRANTS:
        issued = world.login.redeem(form.get("device_code", ""), client_id, now)
    elif grant_type == "refresh_token":
        issued = world.login.renew(form.get("refresh_token", ""), client_id, now)
    else:
        text = "AADSTS70003: The grant type is not supported."
        refusal = LoginRefusal("unsupported_grant_type", text)
        raise RefusedError(refusal_answer(refusal, text, [70003], now))
    return _issued(world, issued)


def scopes(text: str) -> tuple[str, ...]:
    """The rights that are asked for; `.default` stands for all of the application's."""
    asked = [scope for scope in text.split() if scope not in _SIGN_IN_SCOPES]
    found: list[str] = []
    for scope in asked:
        base, _, right = scope.rpartition("/")
        found += (
            [scope, *(f"{base}/{each}" for each in ALL_RIGHTS)] if right == ".default" else [scope]
        )
    return tuple(dict.fromkeys(found))


def _issued(world: World, issued: Issued) -> Answer:
    return Answer(
        HTTPStatus.OK,
        {
            "token_type": "Bearer",
            "scope": " ".join(issued.grant.scopes),
            "expires_in": issued.expires_in_seconds,
            "ext_expires_in": issued.expires_in_seconds,
            "access_token": issued.access_token,
            "refresh_token": issued.refresh_token,
            "id_token": _id_token(world, issued.grant),
            "client_info": _encoded({"uid": USER_ID, "utid": world.options.login.tenant_id}),
        },
        {"Cache-Control": "no-store"},
    )


def _id_token(world: World, grant: Grant) -> str:
    login = world.options.login
    # Clients hold this token against their own clock, which no test has moved.
    now = world.clock.now() - world.clock.ahead_seconds
    claims = {
        "ver": "2.0",
        "iss": f"https://{login.authority_host}/{login.tenant_id}/v2.0",
        "aud": grant.client_id,
        "sub": USER_ID,
        "oid": USER_ID,
        "tid": login.tenant_id,
        "preferred_username": login.user_name,
        "name": login.user_name.partition("@")[0],
        "iat": int(now),
        "nbf": int(now),
        "exp": int(now) + login.access_token_seconds,
    }
    return f"{_encoded({'alg': 'none', 'typ': 'JWT'})}.{_encoded(claims)}."


def _encoded(values: Mapping[str, object]) -> str:
    return base64.urlsafe_b64encode(json.dumps(values).encode()).rstrip(b"=").decode()


def _form(call: Call) -> dict[str, str]:
    return dict(parse_qsl(call.body.decode("utf-8", "replace"), keep_blank_values=True))
