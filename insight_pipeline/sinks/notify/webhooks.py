"""One POST to a webhook, and what its answer means. The URL is a secret and reaches no message or log.

Redirects are not followed, certificates are verified, and there is an end to every wait. Python's own
client is used since others write the path of a URL into their logs.
"""

from __future__ import annotations

import http.client
import re
import ssl
import time
from dataclasses import dataclass, field
from email.utils import parsedate_to_datetime
from urllib.parse import SplitResult, unquote, urlsplit

from insight_pipeline.model.alert_settings import Webhook
from insight_pipeline.model.errors import InsightError, PermanentError, TransientError
from insight_pipeline.model.hiding import HIDDEN, without_secrets
from insight_pipeline.model.notices import Notice
from insight_pipeline.sinks.notify.deadline import ending_after
from insight_pipeline.sinks.notify.mail import NO_ANSWER, NO_CONNECTION
from insight_pipeline.sinks.notify.payloads import payload
from insight_pipeline.sinks.notify.trust import context_of, is_broken_off, why_untrusted
from insight_pipeline.sinks.notify.words import one_line

ID_HEADER = "Idempotency-Key"
MOST_RETRY_SECONDS = 3600.0
_DEADLINE_TIMEOUTS = 3
"""A whole request may take so many times the timeout of one answer."""
_READ_BYTES = 4096
_SHOWN_CHARACTERS = 200
_SECRET_CHARACTERS = 6
"""Shorter parts of a URL are words like `v1`."""
_NOT_NOW = (408, 425, 429)
_SERVER_ERROR = 500


@dataclass(frozen=True)
class Answer:
    """Status and the beginning of the text; a wait that was asked for."""

    status: int
    text: str
    retry_seconds: float = field(default=0.0)


def send_webhook(name: str, webhook: Webhook, notice: Notice) -> None:
    """Post the notice; PermanentError or TransientError IA-640 to IA-644 where it was not taken.

    A TransientError has `retry_seconds` in its fields where the service asked for a wait.
    """
    failure: InsightError | None = None
    try:
        answer = _post(webhook, payload(webhook.kind, notice), notice.notice_id)
        failure = _refusal(name, webhook, answer)
    except (OSError, http.client.HTTPException) as error:
        failure = _failure(name, error)
    if failure is not None:  # outside: the caught error may hold the URL
        raise failure


def _post(webhook: Webhook, body: bytes, notice_id: str) -> Answer:
    url = urlsplit(webhook.url.get_secret_value())
    timeout = float(webhook.timeout_seconds)
    connection = _connection(url, webhook.ca_file, timeout)
    headers = {
        "Content-Type": "application/json; charset=utf-8",
        "User-Agent": "insight-pipeline",
        "Connection": "close",
        ID_HEADER: notice_id,
    }
    path = f"{url.path or '/'}?{url.query}" if url.query else url.path or "/"
    try:
        connection.connect()
        opened = connection.sock  # the connection forgets it when the answer begins
        with ending_after(timeout * _DEADLINE_TIMEOUTS, lambda: opened):
            connection.request("POST", path, body, headers)
            response = connection.getresponse()
            text = response.read(_READ_BYTES).decode("utf-8", "replace")
        return Answer(response.status, text, _wait(response.getheader("Retry-After")))
    finally:
        connection.close()


def _connection(url: SplitResult, ca_file: str, timeout: float) -> http.client.HTTPConnection:
    host = url.hostname or ""
    if url.scheme == "http":  # the settings let this stay on the machine
        return http.client.HTTPConnection(host, url.port, timeout=timeout)
    context = context_of(ca_file)
    return http.client.HTTPSConnection(host, url.port, timeout=timeout, context=context)


def _wait(given: str | None) -> float:
    """Seconds of a Retry-After, which may also be a date; 0 where it says nothing."""
    text = (given or "").strip()
    if text.isascii() and text.isdigit():
        return min(float(text[:9]), MOST_RETRY_SECONDS)
    try:
        wait = parsedate_to_datetime(text).timestamp() - time.time()
    except (TypeError, ValueError):
        return 0.0
    return min(max(wait, 0.0), MOST_RETRY_SECONDS)


def _refusal(name: str, webhook: Webhook, answer: Answer) -> InsightError | None:
    status = answer.status
    if 200 <= status < 300:  # noqa: PLR2004 - the class of success
        return None
    if 300 <= status < 400:  # noqa: PLR2004 - the class of redirects
        return PermanentError("IA-642", webhook=name, status=status)
    fields = {"webhook": name, "status": status, "detail": _said(webhook, answer.text)}
    if status in _NOT_NOW or status >= _SERVER_ERROR:
        return TransientError("IA-644", **fields, retry_seconds=answer.retry_seconds)
    return PermanentError("IA-643", **fields)


def _said(webhook: Webhook, text: str) -> str:
    """What the service says, without the URL or parts of it, which it may repeat."""
    url = webhook.url.get_secret_value()
    parts = re.split(r"[/?&=#]", urlsplit(url)._replace(scheme="", netloc="").geturl())
    secrets = {url, *parts, *map(unquote, parts)}
    for secret in sorted(secrets, key=len, reverse=True):
        if len(secret) >= _SECRET_CHARACTERS:
            text = text.replace(secret, HIDDEN)
    return without_secrets(one_line(text))[:_SHOWN_CHARACTERS]


def _failure(name: str, error: Exception) -> InsightError:
    if isinstance(error, ssl.SSLError) and not is_broken_off(error):
        return PermanentError("IA-641", webhook=name, detail=why_untrusted(error))
    detail = NO_ANSWER if isinstance(error, TimeoutError) else NO_CONNECTION
    return TransientError("IA-640", webhook=name, detail=detail)
