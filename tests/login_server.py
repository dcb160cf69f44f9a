"""A login service in this process, as small as MSAL allows: discovery, device codes, tokens.

Every refresh token is good for one use, so that a lost rotation shows. Not here: the push API, and the
checks that the real service makes of scopes and tenants.
"""

from __future__ import annotations

import base64
import json
import threading
import time
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from typing import Any
from urllib.parse import parse_qs, urlsplit

AUTHORITY = "login.microsoftonline.com"
DEVICE_GRANT = "urn:ietf:params:oauth:grant-type:device_code"
USER_NAME = "anna.muster@example.com"


@dataclass(frozen=True)
class Reply:
    """A status, a body and headers to answer with."""

    status: int
    body: bytes
    headers: dict[str, str] = field(default_factory=dict)

    @classmethod
    def of(cls, status: int, **body: object) -> Reply:
        """A JSON answer."""
        return cls(status, json.dumps(body).encode(), {"Content-Type": "application/json"})

    @classmethod
    def refusal(cls, kind: str, number: int) -> Reply:
        """An error as Microsoft words it, with a user name and a reference."""
        text = f"AADSTS{number}: Something about {USER_NAME}. Trace ID: 0"
        return cls.of(400, error=kind, error_description=text, error_codes=[number])


class LoginServer:
    """What it knows and what it was asked; tests set what it shall do."""

    def __init__(self) -> None:
        self.lock = threading.Lock()
        self.requests: list[tuple[str, dict[str, str]]] = []
        self.discovery_host = AUTHORITY
        self.instead: dict[str, Reply] = {}
        """Answers to give instead, by the last part of the path."""
        self.lifetime_seconds = 3600
        self.is_approved = False
        self.is_trickling = False
        self.issued: list[str] = []
        """Every secret that was given out."""
        self._good: set[str] = set()
        self._device_scope = ""

    def count(self, name: str) -> int:
        """How often an endpoint was asked."""
        return sum(path.endswith(name) for path, _ in self.requests)

    def answer(self, path: str, form: dict[str, str]) -> Reply:
        """The answer to one request."""
        with self.lock:
            self.requests.append((path, form))
            name = path.rsplit("/", 1)[-1]
            if name in self.instead:
                return self.instead[name]
            if name == "openid-configuration":
                return self._discovery(path.split("/")[1])
            if name == "devicecode":
                return self._device_code(form["scope"])
            return self._token(form)

    def _secret(self, kind: str) -> str:
        self.issued.append(f"CANARY-{kind}-{len(self.issued)}")
        return self.issued[-1]

    def _discovery(self, tenant: str) -> Reply:
        base = f"https://{self.discovery_host}/{tenant}/oauth2/v2.0"
        return Reply.of(
            200,
            issuer=f"https://{self.discovery_host}/{tenant}/v2.0",
            authorization_endpoint=f"{base}/authorize",
            token_endpoint=f"{base}/token",
            device_authorization_endpoint=f"{base}/devicecode",
        )

    def _device_code(self, scope: str) -> Reply:
        self._device_scope = scope
        return Reply.of(
            200,
            device_code=self._secret("device"),
            user_code="ABCD-EFGH",
            verification_uri="https://microsoft.com/devicelogin",
            expires_in=900,
            interval=1,
            message="Open the page and enter the code ABCD-EFGH.",
        )

    def _token(self, form: dict[str, str]) -> Reply:
        if form["grant_type"] == DEVICE_GRANT:
            if not self.is_approved:
                return Reply.refusal("authorization_pending", 70016)
        elif form["refresh_token"] not in self._good:
            return Reply.refusal("invalid_grant", 50173)
        else:
            self._good.remove(form["refresh_token"])
        refresh = self._secret("refresh")
        self._good.add(refresh)
        return Reply.of(
            200,
            token_type="Bearer",  # noqa: S106 - the kind of a token
            access_token=self._secret("access"),
            refresh_token=refresh,
            scope=form.get("scope", self._device_scope),
            expires_in=self.lifetime_seconds,
            id_token=_id_token(form["client_id"]),
            client_info=_packed({"uid": "user", "utid": "tenant"}),
        )


@contextmanager
def serving(server: LoginServer, port: int = 0) -> Iterator[str]:
    """Serve on loopback; gives the URL."""
    httpd = ThreadingHTTPServer(("127.0.0.1", port), _handler(server))
    thread = threading.Thread(target=httpd.serve_forever, kwargs={"poll_interval": 0.02})
    thread.start()
    try:
        yield f"http://127.0.0.1:{httpd.server_port}"
    finally:
        httpd.shutdown()
        thread.join()
        httpd.server_close()


def _handler(server: LoginServer) -> type[BaseHTTPRequestHandler]:
    class Handler(BaseHTTPRequestHandler):
        def do_GET(self) -> None:
            self._reply({})

        def do_POST(self) -> None:
            text = self.rfile.read(int(self.headers["Content-Length"])).decode()
            self._reply({name: values[0] for name, values in parse_qs(text).items()})

        def _reply(self, form: dict[str, str]) -> None:
            reply = server.answer(urlsplit(self.path).path, form)
            self.send_response(reply.status)
            for name, value in reply.headers.items():
                self.send_header(name, value)
            self.send_header("Content-Length", str(len(reply.body)))
            self.end_headers()
            if not server.is_trickling:
                self.wfile.write(reply.body)
                return
            for letter in reply.body:
                try:
                    self.wfile.write(bytes([letter]))
                except OSError:
                    return
                time.sleep(0.05)

        def log_message(self, *_: object) -> None:
            """Say nothing."""

    return Handler


def _id_token(client_id: str) -> str:
    now = int(time.time())
    claims = {
        "aud": client_id,
        "iss": f"https://{AUTHORITY}/tenant/v2.0",
        "sub": "subject",
        "oid": "user",
        "tid": "tenant",
        "iat": now,
        "exp": now + 3600,
        "preferred_username": USER_NAME,
    }
    return f"{_packed({'alg': 'none'})}.{_packed(claims)}."


def _packed(value: dict[str, Any]) -> str:
    return base64.urlsafe_b64encode(json.dumps(value).encode()).rstrip(b"=").decode()
