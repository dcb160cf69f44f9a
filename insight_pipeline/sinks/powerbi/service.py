"""A thin client of the push API: one method a call, one `Answer` for whatever comes back.

It decides nothing beyond a renewed token: whether a request was applied is said by the answer's kind, and
what follows from it is for `delivery`. Redirects are not followed, every request has a deadline, and no
token reaches a message.
"""

from __future__ import annotations

import re
import time
from dataclasses import dataclass, field
from enum import StrEnum
from typing import Any, Protocol
from urllib.parse import quote

import orjson
import requests
import urllib3

from insight_pipeline.logs.events import logger
from insight_pipeline.model.errors import PermanentError
from insight_pipeline.model.hiding import HIDDEN, without_secrets
from insight_pipeline.model.terms import Term

CONNECT_SECONDS, READ_SECONDS = 10.0, 100.0
DEFAULT_RETRY_SECONDS = 60.0
_RETRY_IN_TEXT = re.compile(r"[Rr]etry in (\d+) seconds")
_SHOWN_CHARACTERS = 500
NO_CONNECTION = Term("keine Verbindung", "no connection")
NO_ANSWER = Term("keine Antwort", "no answer")
SEQUENCE_HEADER = "X-PowerBI-PushData-SequenceNumber"
_log = logger(__name__)


class Kind(StrEnum):
    """What an answer means for the request."""

    DONE = "done"
    NOT_NOW = "not_now"
    """429, or no connection was made: nothing was applied."""
    REFUSED = "refused"
    """4xx: nothing was applied, and the same request would be refused again."""
    UNKNOWN = "unknown"
    """No answer, or 5xx: it may have been applied, or may yet be."""


@dataclass(frozen=True)
class Answer:
    """What came back: its kind, status (0 = none), JSON, the service's words, and a 429's wait."""

    kind: Kind
    status: int = 0
    json: dict[str, Any] = field(default_factory=dict)
    words: str = ""
    retry_seconds: float = 0.0


@dataclass(frozen=True)
class Found:
    """A number that was asked for; None where it was not given, perhaps only for now."""

    value: int | None
    may_come_later: bool = False
    is_away: bool = False
    """No connection was made."""


class Tokens(Protocol):
    """Where access tokens come from."""

    def access_token(self, *, renew: bool = False) -> str:
        """A valid token; `renew` asks the login service for a new one."""
        ...


class Service:
    """The push API at one address, in My workspace or in a workspace."""

    def __init__(self, api_url: str, workspace: str, tokens: Tokens) -> None:
        """`api_url` without path; `workspace` is a group id or empty."""
        group = f"/groups/{quote(workspace, safe='')}" if workspace else ""
        self._base = f"{api_url.rstrip('/')}/v1.0/myorg{group}"
        self._tokens = tokens
        self._session = requests.Session()
        self._session.trust_env = False
        self._session.mount("https://", requests.adapters.HTTPAdapter(max_retries=0))
        self._session.mount("http://", requests.adapters.HTTPAdapter(max_retries=0))

    def close(self) -> None:
        """Close the connections."""
        self._session.close()

    def datasets(self) -> Answer:
        """GET /datasets."""
        return self._call("GET", "/datasets")

    def create(self, body: bytes, retention: str = "None") -> Answer:
        """POST /datasets."""
        return self._call("POST", f"/datasets?defaultRetentionPolicy={retention}", body)

    def tables(self, dataset_id: str) -> Answer:
        """GET /datasets/{id}/tables."""
        return self._call("GET", f"/datasets/{quote(dataset_id, safe='')}/tables")

    def put_table(self, dataset_id: str, table: str, body: bytes) -> Answer:
        """PUT /datasets/{id}/tables/{table}: its columns and measures."""
        return self._call("PUT", _table_path(dataset_id, table), body)

    def push(self, dataset_id: str, table: str, body: bytes, sequence: int) -> Answer:
        """POST rows under a number."""
        path = f"{_table_path(dataset_id, table)}/rows"
        return self._call("POST", path, body, {SEQUENCE_HEADER: str(sequence)})

    def empty(self, dataset_id: str, table: str) -> Answer:
        """DELETE all rows."""
        return self._call("DELETE", f"{_table_path(dataset_id, table)}/rows")

    def sequence(self, dataset_id: str, table: str) -> Found:
        """The table's only sequence number, 0 before the first; nothing where there are several."""
        answer = self._call("GET", f"{_table_path(dataset_id, table)}/sequenceNumbers")
        given = answer.json.get("value")
        if answer.kind is not Kind.DONE or not isinstance(given, list) or len(given) > 1:
            return _not_found(answer)
        number = (
            str(given[0].get("sequenceNumber")) if given and isinstance(given[0], dict) else "0"
        )
        return Found(int(number) if number.isascii() and number.isdigit() else None)

    def count(self, dataset_id: str, table: str, batch_id: str | None = None) -> Found:
        """Rows of a table, or of one batch in it, by a DAX query; counting nothing gives no value."""
        rows = f"'{table}'"
        if batch_id is not None:
            rows = f'FILTER({rows}, {rows}[batch_id] = "{batch_id}")'
        return self._number(dataset_id, f"COUNTROWS({rows})")

    def total(self, dataset_id: str, table: str, column: str) -> Found:
        """The sum of a column by a DAX query."""
        return self._number(dataset_id, f"SUM('{table}'[{column}])")

    def _number(self, dataset_id: str, expression: str) -> Found:
        answer = self.query(dataset_id, f'EVALUATE ROW("n", {expression})')
        if answer.kind is not Kind.DONE:
            return _not_found(answer)
        try:
            found = answer.json["results"][0]["tables"][0].get("rows", [])
            value = next(iter(found[0].values()), None) if found else None
            return Found(0 if value is None else int(value))
        except (KeyError, IndexError, TypeError, ValueError, AttributeError):
            return Found(None)

    def query(self, dataset_id: str, dax: str) -> Answer:
        """POST executeQueries with one DAX query."""
        body = {"queries": [{"query": dax}], "serializerSettings": {"includeNulls": True}}
        path = f"/datasets/{quote(dataset_id, safe='')}/executeQueries"
        return self._call("POST", path, orjson.dumps(body))

    def _call(
        self,
        method: str,
        path: str,
        body: bytes | None = None,
        headers: dict[str, str] | None = None,
    ) -> Answer:
        """One request; a 401 or 403 renews the token once. Neither was applied."""
        token = self._tokens.access_token()
        answer = self._once(
            method, path, body, {**(headers or {}), "Authorization": f"Bearer {token}"}
        )
        if answer.status in (401, 403):
            token = self._tokens.access_token(renew=True)
            given = {**(headers or {}), "Authorization": f"Bearer {token}"}
            answer = self._once(method, path, body, given)
            if answer.status in (401, 403) and "FeatureDeprecated" not in answer.words:
                raise PermanentError("IA-550", status=answer.status, words=answer.words)
        return answer

    def _once(self, method: str, path: str, body: bytes | None, headers: dict[str, str]) -> Answer:
        begun = time.monotonic()
        answer = self._sent(method, path, body, headers)
        _log.debug(
            "powerbi_request",
            method=method,
            path=path,
            status=answer.status,
            bytes=len(body or b""),
            retry_seconds=answer.retry_seconds,
            seconds=round(time.monotonic() - begun, 3),
        )
        return answer

    def _sent(self, method: str, path: str, body: bytes | None, headers: dict[str, str]) -> Answer:
        if body is not None:
            headers = {**headers, "Content-Type": "application/json; charset=utf-8"}
        try:
            response = self._session.request(
                method,
                self._base + path,
                data=body,
                headers=headers,
                timeout=(CONNECT_SECONDS, READ_SECONDS),
                allow_redirects=False,
            )
        except requests.exceptions.RequestException as error:
            return Answer(_kind_of(error), words=type(error).__name__)
        return _answer(response)


def _not_found(answer: Answer) -> Found:
    is_away = answer.kind is Kind.NOT_NOW and not answer.status
    return Found(None, answer.kind in (Kind.NOT_NOW, Kind.UNKNOWN), is_away)


def _table_path(dataset_id: str, table: str) -> str:
    return f"/datasets/{quote(dataset_id, safe='')}/tables/{quote(table, safe='')}"


def _kind_of(error: requests.exceptions.RequestException) -> Kind:
    """Whether a connection was made at all; if not, nothing can have been applied."""
    if isinstance(error, requests.exceptions.ConnectTimeout | requests.exceptions.ProxyError):
        return Kind.NOT_NOW
    reason = error.args[0] if error.args else None
    reason = getattr(reason, "reason", reason)
    is_unconnected = isinstance(reason, urllib3.exceptions.NewConnectionError)
    return Kind.NOT_NOW if is_unconnected else Kind.UNKNOWN


def _answer(response: requests.Response) -> Answer:
    status, words = response.status_code, _words(response)
    try:
        found = response.json() if response.content else {}
    except ValueError:
        found = {}
    json = found if isinstance(found, dict) else {}
    if 200 <= status < 300:  # noqa: PLR2004 - the class of success
        return Answer(Kind.DONE, status, json)
    if status == requests.codes.too_many:
        return Answer(Kind.NOT_NOW, status, json, words, _retry_seconds(response, words))
    if status >= 500 or status == requests.codes.request_timeout:  # noqa: PLR2004 - server errors
        return Answer(Kind.UNKNOWN, status, json, words)
    return Answer(Kind.REFUSED, status, json, words)


def _words(response: requests.Response) -> str:
    """What the service says, without what it may repeat of the request: the token and phone numbers."""
    text = _said(response).replace("\n", " ")
    token = str(response.request.headers.get("Authorization", "")).removeprefix("Bearer ")
    text = text.replace(token, HIDDEN) if token else text
    return without_secrets(text)[:_SHOWN_CHARACTERS].strip()


def _said(response: requests.Response) -> str:
    """Code and sentences of an error, wherever its JSON has them; else the text as it came."""
    try:
        found = response.json()
        error = found.get("error", found)
        inner = error.get("pbi.error", {})
        sentences = [error.get("message"), inner.get("message"), found.get("message")]
        sentences += [one["detail"]["value"] for one in inner.get("details", [])]
        sentences += [one["message"] for one in error.get("details", [])]
        code = error.get("code")
    except (AttributeError, KeyError, TypeError, ValueError):
        return response.text
    parts = [str(part) for part in dict.fromkeys((code, *sentences)) if part]
    return ": ".join(parts) or response.text


def _retry_seconds(response: requests.Response, words: str) -> float:
    given = response.headers.get("Retry-After", "")
    if given.isascii() and given.isdigit():
        return float(given)
    found = _RETRY_IN_TEXT.search(words)
    return float(found.group(1)) if found else DEFAULT_RETRY_SECONDS
