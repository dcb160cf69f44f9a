"""The login's refusals: AADSTS numbers with the `error` that clients react to.

Belongs here: the table of cases and the body of a refusal. Does not: when a case occurs (login.py).
"""

from __future__ import annotations

import uuid
from collections.abc import Mapping
from dataclasses import dataclass
from http import HTTPStatus

from insight_pipeline.emulator.answers import Answer
from insight_pipeline.emulator.clock import iso

PENDING, BAD_DEVICE_CODE, EXPIRED_DEVICE_CODE = 70016, 70018, 70019
REVOKED, INACTIVE, BAD_REFRESH_TOKEN, UNKNOWN_APPLICATION = 50173, 700082, 70000, 700016


@dataclass(frozen=True)
class LoginRefusal:
    """A refusal: the OAuth error, what Microsoft adds to it, and a sentence."""

    error: str
    text: str
    suberror: str = ""
    status: int = HTTPStatus.BAD_REQUEST


def _invalid_grant(text: str, suberror: str = "") -> LoginRefusal:
    return LoginRefusal("invalid_grant", text, suberror)


REFUSALS: Mapping[int, LoginRefusal] = {
    PENDING: LoginRefusal("authorization_pending", "The user has not finished signing in yet."),
    BAD_DEVICE_CODE: LoginRefusal("bad_verification_code", "The device code is not known."),
    EXPIRED_DEVICE_CODE: LoginRefusal("expired_token", "The device code has expired."),
    BAD_REFRESH_TOKEN: _invalid_grant("The refresh token is not valid.", "bad_token"),
    REVOKED: _invalid_grant("The grant was revoked, for instance by a new password.", "bad_token"),
    70082: _invalid_grant("The refresh token has expired due to inactivity.", "bad_token"),
    INACTIVE: _invalid_grant("The refresh token has expired due to inactivity.", "bad_token"),
    70043: _invalid_grant("The sign-in frequency policy asks for a new sign-in.", "token_expired"),
    50076: _invalid_grant("Multi-factor authentication is needed.", "basic_action"),
    53003: _invalid_grant("Blocked by a conditional access policy.", "message_only"),
    530036: _invalid_grant("The device code flow is blocked by a policy.", "message_only"),
    65001: _invalid_grant("Nobody has consented to the application.", "consent_required"),
    650052: LoginRefusal("invalid_client", "The organization has not subscribed to the service."),
    UNKNOWN_APPLICATION: LoginRefusal(
        "unauthorized_client", "The application was not found in the tenant."
    ),
    7000218: LoginRefusal(
        "invalid_client",
        "The request must contain 'client_assertion' or 'client_secret'.",
        status=HTTPStatus.UNAUTHORIZED,
    ),
    50034: _invalid_grant("The user account {user} does not exist in the directory."),
    50059: LoginRefusal("invalid_request", "No tenant-identifying information was found."),
    90002: LoginRefusal("invalid_tenant", "The tenant was not found."),
    90051: LoginRefusal("invalid_request", "The national cloud identifier is not valid."),
}


def login_refused(number: int, now: float, user: str = "") -> Answer:
    """The answer of a refusal, which may name the user; KeyError for a number not in the table."""
    refusal = REFUSALS[number]
    text = f"AADSTS{number}: {refusal.text.format(user=user)}"
    return refusal_answer(refusal, text, [number], now)


def refusal_answer(refusal: LoginRefusal, text: str, numbers: list[int], now: float) -> Answer:
    """The answer of any refusal of the login."""
    trace, correlation, at = str(uuid.uuid4()), str(uuid.uuid4()), iso(now)
    body: dict[str, object] = {
        "error": refusal.error,
        "error_description": f"{text} Trace ID: {trace} Correlation ID: {correlation} Timestamp: {at}",
        "error_codes": numbers,
        "timestamp": at,
        "trace_id": trace,
        "correlation_id": correlation,
    }
    if refusal.suberror:
        body["suberror"] = refusal.suberror
    return Answer(refusal.status, body)
