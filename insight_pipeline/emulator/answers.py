"""What the service says: an answer, and the bodies of its refusals.

Belongs here: status, body and headers of every answer of the push API that is not a success. Does not: the
decision that something is refused (limits.py, rows.py, push.py), nor the login's refusals (aadsts.py).
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from http import HTTPStatus


@dataclass(frozen=True)
class Answer:
    """One HTTP answer; a payload of None is an empty body."""

    status: int
    payload: object = None
    headers: Mapping[str, str] = field(default_factory=dict)

    @property
    def is_success(self) -> bool:
        """Whether what was asked for has been done."""
        return self.status < HTTPStatus.MULTIPLE_CHOICES


class RefusedError(Exception):
    """The service does not do what it was asked for; carries what it says."""

    def __init__(self, answer: Answer) -> None:
        """Keep the answer."""
        super().__init__(str(answer.status))
        self.answer = answer


@dataclass(frozen=True)
class Detail:
    """One fault in what was sent."""

    message: str
    target: str


def bad_request(details: Sequence[Detail], message: str = "Bad Request") -> Answer:
    """400 with one detail a fault."""
    error = {
        "code": "BadRequest",
        "message": message,
        "details": [{"message": detail.message, "target": detail.target} for detail in details],
    }
    return Answer(HTTPStatus.BAD_REQUEST, {"error": error})


def unknown_property(name: str, table: str) -> Detail:
    """A row has a field that its table has no column for."""
    return Detail(
        f"The property '{name}' does not exist on type '{table}'. Make sure to only use property names "
        "that are defined by the type.",
        table,
    )


def not_found(code: str, what: str) -> Answer:
    """404: no such workspace, dataset, table or address."""
    return Answer(HTTPStatus.NOT_FOUND, {"error": {"code": code, "message": what}})


def too_large(what: str) -> Answer:
    """413."""
    error = {"code": "RequestEntityTooLarge", "message": what}
    return Answer(HTTPStatus.REQUEST_ENTITY_TOO_LARGE, {"error": error})


def unauthorized() -> Answer:
    """401: no token, or none that is known."""
    return Answer(
        HTTPStatus.UNAUTHORIZED,
        {"error": {"code": "PowerBINotAuthorizedException", "message": "Unauthorized"}},
        {"WWW-Authenticate": "Bearer"},
    )


def not_authorized() -> Answer:
    """403: a good token without a right on what it is used for."""
    error = {
        "code": "PowerBINotAuthorizedException",
        "pbi.error": {"code": "PowerBINotAuthorizedException", "parameters": {}, "details": []},
    }
    return Answer(HTTPStatus.FORBIDDEN, {"error": error})


def token_expired() -> Answer:
    """403, not 401, as the service says it."""
    error = {
        "code": "TokenExpired",
        "message": "Access token has expired, resubmit with a new access token",
    }
    return Answer(HTTPStatus.FORBIDDEN, {"error": error})


def throttled(retry_after_seconds: int, *, is_bare: bool) -> Answer:
    """429, as an OData error or as a message alone."""
    headers = {"Retry-After": str(retry_after_seconds)}
    if is_bare:
        text = f"You have exceeded the limit. Retry in {retry_after_seconds} seconds."
        return Answer(HTTPStatus.TOO_MANY_REQUESTS, {"message": text}, headers)
    error = {"code": "TooManyRequests", "message": "Too many requests for this dataset."}
    return Answer(HTTPStatus.TOO_MANY_REQUESTS, {"error": error}, headers)


def create_refused() -> Answer:
    """400: push models can no longer be created here."""
    detail = {
        "code": "DetailsMessage",
        "detail": {"type": 1, "value": "Creating real-time semantic models is deprecated."},
    }
    error = {
        "code": "FeatureDeprecatedError",
        "pbi.error": {"code": "FeatureDeprecatedError", "parameters": {}, "details": [detail]},
    }
    return Answer(HTTPStatus.BAD_REQUEST, {"error": error})


def server_error(status: int) -> Answer:
    """5xx."""
    detail = {
        "code": "DetailsMessage",
        "detail": {"type": 1, "value": "AcquireLockTimeoutException"},
    }
    error = {
        "code": "GeneralException",
        "pbi.error": {"code": "GeneralException", "parameters": {}, "details": [detail]},
    }
    return Answer(status, {"error": error})


def echoed(status: int, authorization: str, body: bytes) -> Answer:
    """Any error, in the words of a proxy that shows what it was sent."""
    text = f"Refused. Authorization: {authorization} {body.decode('utf-8', 'replace')}"
    return Answer(status, {"error": {"code": "BadRequest", "message": text}})


def query_failed(reason: str) -> Answer:
    """400: the query cannot be answered."""
    code = "DatasetExecuteQueriesError"
    detail = {"code": "DetailsMessage", "detail": {"type": 1, "value": reason}}
    error = {
        "code": code,
        "pbi.error": {"code": code, "parameters": {}, "details": [detail]},
    }
    return Answer(HTTPStatus.BAD_REQUEST, {"error": error})
