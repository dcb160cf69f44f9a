"""The HTTP client that MSAL is given: one host, no redirects, deadlines, TLS 1.2 or later.

With a `login_url` it sends exactly the authority's origin there; every other host is refused. What goes
wrong is told without URL, header and body, since those hold tokens and codes. What an answer means for
the login is decided in `login`.
"""

from __future__ import annotations

import json
import ssl
import time
from io import BytesIO
from typing import Any
from urllib.parse import urlsplit

import requests
from requests.adapters import HTTPAdapter
from urllib3.exceptions import HTTPError

from insight_pipeline.model.errors import PermanentError
from insight_pipeline.model.terms import Term

CONNECT_SECONDS = 5.0
SILENCE_SECONDS = 15.0
TOTAL_SECONDS = 30.0
MAX_ANSWER_BYTES = 1 << 20
TOO_MANY_REQUESTS = 429
_REDIRECT, _BAD_REQUEST, _SERVER_ERROR = 300, 400, 500
_AWAY_BODY = b'{"error": "temporarily_unavailable"}'

NO_ANSWER = Term("keine Antwort in der Frist", "no answer in time")
NO_CONNECTION = Term("keine Verbindung", "no connection")
NO_TLS = Term("keine sichere Verbindung (TLS)", "no secure connection (TLS)")


class UnreachableError(requests.ConnectionError):
    """No usable answer; says why, and keeps neither request nor answer."""

    def __init__(self, detail: Term) -> None:
        """Why there is no usable answer."""
        super().__init__(detail.en)
        self.detail = detail


class _ModernTls(HTTPAdapter):
    """Connections with TLS 1.2 or later, without retries of their own."""

    def init_poolmanager(self, *args: Any, **options: Any) -> None:  # noqa: ANN401 - handed on
        context = ssl.create_default_context()
        context.minimum_version = ssl.TLSVersion.TLSv1_2
        super().init_poolmanager(*args, ssl_context=context, **options)


class LoginHttp(requests.Session):
    """Sends requests of MSAL to one authority, or to what stands in its place."""

    def __init__(self, authority: str, login_url: str | None = None) -> None:
        """The authority's host, and the URL that takes its requests instead."""
        super().__init__()
        self.trust_env = False
        self.mount("https://", _ModernTls())
        self._authority = authority
        self._login_url = login_url
        self.last_status = 0

    def send(self, request: requests.PreparedRequest, **options: Any) -> requests.Response:  # noqa: ANN401 - handed on
        """Send one request; UnreachableError without an answer that MSAL can read."""
        request.url = self._target(request.url or "")
        options |= {
            "allow_redirects": False,
            "stream": True,
            "timeout": (CONNECT_SECONDS, SILENCE_SECONDS),
        }
        deadline = time.monotonic() + TOTAL_SECONDS
        try:
            with super().send(request, **options) as response:
                status, headers = response.status_code, response.headers
                self.last_status = status
                body = _read(response, deadline)
        except (requests.RequestException, HTTPError, OSError) as error:
            failure = _failure(error)
        else:
            return _answer(status, headers, body, request.method or "")
        raise UnreachableError(failure)  # outside: the caught error holds the request

    def _target(self, url: str) -> str:
        parts = urlsplit(url)
        if parts.scheme != "https" or parts.netloc.lower() != self._authority:
            raise PermanentError("IA-507", host=parts.hostname, authority=self._authority)
        if self._login_url is None:
            return url
        query = f"?{parts.query}" if parts.query else ""
        return f"{self._login_url}{parts.path}{query}"


def _read(response: requests.Response, deadline: float) -> bytes:
    """The body, piece by piece, so that a trickling answer ends too."""
    body = b""
    while piece := response.raw.read1(decode_content=True):
        body += piece
        if time.monotonic() > deadline:
            raise requests.Timeout
        if len(body) > MAX_ANSWER_BYTES:
            raise requests.ConnectionError
    return body


def _failure(error: Exception) -> Term:
    if isinstance(error, UnreachableError):
        return error.detail
    if isinstance(error, requests.Timeout) or "Timeout" in type(error).__name__:
        return NO_ANSWER
    return NO_TLS if isinstance(error, requests.exceptions.SSLError) else NO_CONNECTION


def _answer(
    status: int, headers: requests.structures.CaseInsensitiveDict[str], body: bytes, method: str
) -> requests.Response:
    """What MSAL sees: status, headers, and a body that it can read without logging it.

    MSAL holds back after 429 and 5xx of a POST, and so gets to see them; of a GET it does not.
    """
    is_away = status == TOO_MANY_REQUESTS or status >= _SERVER_ERROR
    if is_away and method == "POST":
        body = _AWAY_BODY
    elif is_away or _REDIRECT <= status < _BAD_REQUEST or not _is_json_object(body):
        raise UnreachableError(
            Term(f"unerwartete Antwort, HTTP {status}", f"unexpected answer, HTTP {status}")
        )
    answer = requests.Response()
    answer.status_code = status
    answer.headers = headers
    answer.encoding = "utf-8"
    answer.raw = BytesIO(body)
    return answer


def _is_json_object(body: bytes) -> bool:
    try:
        return isinstance(json.loads(body), dict)
    except ValueError:
        return False
