"""What an answer of the login service means: whether to wait, to log in again, or to change something.

The kind of error decides, as Microsoft asks its clients to; the AADSTS number only chooses the text.
Descriptions are not passed on, since they name people and addresses. Pure: nothing is asked here.
"""

from __future__ import annotations

import re
from collections.abc import Mapping

from insight_pipeline.model.errors import InsightError, PermanentError, TransientError
from insight_pipeline.model.messages.login import AADSTS_CODES
from insight_pipeline.model.terms import Term

PENDING = frozenset({"authorization_pending", "slow_down"})
AWAY = frozenset({"temporarily_unavailable", "service_unavailable", "server_error", "timeout"})
NEEDS_LOGIN = frozenset(
    {"invalid_grant", "interaction_required", "login_required", "consent_required"}
)
_CODE_OF_KIND = {
    "expired_token": "IA-511",
    "code_expired": "IA-511",
    "bad_verification_code": "IA-511",
    "authorization_declined": "IA-524",
    "access_denied": "IA-524",
    **dict.fromkeys(NEEDS_LOGIN, "IA-526"),
}
_REFUSED = "IA-525"
_KIND = re.compile(r"[a-z_]{1,40}")
_NUMBER = re.compile(r"AADSTS(\d{3,9})")
_BUSY = Term("der Dienst ist gestört oder überlastet", "the service has a problem or is overloaded")


class LoginNeededError(PermanentError):
    """Only logging in again helps."""


class LoginPendingError(TransientError):
    """The user has not finished in the browser."""


class LoginServiceAwayError(TransientError):
    """The login service gives no usable answer; the stored login is as good as before."""


def refusal(answer: Mapping[str, object], authority: str, tenant: str) -> InsightError:
    """The error of an answer that grants nothing."""
    kind = str(answer.get("error", ""))
    kind = kind if _KIND.fullmatch(kind) else "unknown_error"
    if kind in PENDING:
        return LoginPendingError("IA-510")
    if kind in AWAY:
        return LoginServiceAwayError("IA-508", authority=authority, detail=_BUSY)
    number = aadsts_number(answer)
    code = AADSTS_CODES.get(number or 0) or _CODE_OF_KIND.get(kind, _REFUSED)
    detail = f"{kind}, AADSTS{number}" if number else kind
    reaction = LoginNeededError if kind in NEEDS_LOGIN else PermanentError
    return reaction(code, number=number, detail=detail, authority=authority, tenant=tenant)


def aadsts_number(answer: Mapping[str, object]) -> int | None:
    """Microsoft's number of an error: one that we know, else the first."""
    listed = answer.get("error_codes")
    numbers = [n for n in listed if isinstance(n, int)] if isinstance(listed, list) else []
    found = _NUMBER.search(str(answer.get("error_description", "")))
    numbers += [int(found[1])] if found else []
    return next((n for n in numbers if n in AADSTS_CODES), numbers[0] if numbers else None)
