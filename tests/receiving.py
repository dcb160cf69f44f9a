"""Real receivers of notices: a mail server and a web server on ports of their own, with faults on demand."""

from __future__ import annotations

import email
import email.message
import email.policy
import json
import socket
import ssl
import threading
import time
from collections import deque
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from pathlib import Path
from typing import Any

from aiosmtpd.controller import Controller
from aiosmtpd.smtp import SMTP, AuthResult, Envelope, LoginPassword, Session

from tests.certificates import Authority
from tests.servers import free_port

USER, PASSWORD = "insight", "Kanarie-Pa55wort-der-Mail"


@dataclass
class MailBox:
    """What the mail server was given, and what it says next."""

    host: str
    port: int
    ca_file: str = ""
    mails: list[email.message.EmailMessage] = field(default_factory=list)
    envelopes: list[Envelope] = field(default_factory=list)
    is_encrypted: list[bool] = field(default_factory=list)
    replies: deque[str] = field(default_factory=deque)
    """Instead of taking a mail, the next answers to DATA."""
    refused: dict[str, str] = field(default_factory=dict)
    """Answers to RCPT TO, by address."""
    on_data: Callable[[], None] | None = None

    async def handle_RCPT(  # noqa: N802 - aiosmtpd's name
        self, _: SMTP, __: Session, envelope: Envelope, address: str, ___: list[str]
    ) -> str:
        """Take or refuse a recipient."""
        if address in self.refused:
            return self.refused[address]
        envelope.rcpt_tos.append(address)
        return "250 OK"

    async def handle_DATA(self, server: SMTP, _: Session, envelope: Envelope) -> str:  # noqa: N802
        """Keep a mail, or answer as planned."""
        if self.on_data:
            self.on_data()
        if self.replies:
            return self.replies.popleft()
        content = envelope.content
        assert isinstance(content, bytes)
        made = email.message_from_bytes(content, policy=email.policy.default)
        assert isinstance(made, email.message.EmailMessage)
        self.mails.append(made)
        self.envelopes.append(envelope)
        assert server.transport is not None
        self.is_encrypted.append(server.transport.get_extra_info("ssl_object") is not None)
        return "250 OK"


def _authenticate(_: SMTP, __: Session, ___: Envelope, mechanism: str, data: Any) -> AuthResult:
    assert mechanism in {"LOGIN", "PLAIN"}
    assert isinstance(data, LoginPassword)
    is_right = (data.login, data.password) == (USER.encode(), PASSWORD.encode())
    return AuthResult(success=is_right, handled=False)


@contextmanager
def mail_server(
    folder: Path, security: str = "starttls", *names: str, needs_login: bool = False
) -> Iterator[MailBox]:
    """A mail server whose certificate is for these names (default: where it listens)."""
    box = MailBox("127.0.0.1", free_port())
    context = None
    if security != "plain":
        context, box.ca_file = server_context(folder, *(names or ("127.0.0.1",)))
    options: dict[str, Any] = {"hostname": box.host, "port": box.port}
    if needs_login:
        options |= {"authenticator": _authenticate, "auth_required": True}
        options |= {"auth_require_tls": security == "starttls"}
    if security == "starttls":
        options |= {"tls_context": context, "require_starttls": True}
    elif security == "tls":
        options |= {"ssl_context": context}
    controller = Controller(box, **options)
    controller.start()
    try:
        yield box
    finally:
        controller.stop()


def server_context(folder: Path, *names: str) -> tuple[ssl.SSLContext, str]:
    """TLS of a server with a certificate for these names, and the file with its authority."""
    authority = Authority()
    certificate, key = authority.server(*names)
    for name, content in (("ca.pem", authority.certificate), ("server.pem", certificate + key)):
        (folder / name).write_bytes(content)
    context = ssl.create_default_context(ssl.Purpose.CLIENT_AUTH)
    context.load_cert_chain(folder / "server.pem")
    return context, str(folder / "ca.pem")


@dataclass(frozen=True)
class Reply:
    """What the web server answers; status 0 ends the connection without an answer."""

    status: int = 200
    text: str = ""
    headers: dict[str, str] = field(default_factory=dict)
    pause_seconds: float = 0.0
    """Before the answer."""
    trickle_seconds: float = 0.0
    """Between its bytes."""


@dataclass(frozen=True)
class Posted:
    """A request that came in."""

    path: str
    headers: dict[str, str]
    body: Any


@dataclass
class Hooks:
    """What the web server was sent, and what it answers next (200 where nothing is planned)."""

    url: str
    ca_file: str = ""
    posted: list[Posted] = field(default_factory=list)
    replies: deque[Reply] = field(default_factory=deque)
    on_post: Callable[[], None] | None = None


@contextmanager
def web_server(folder: Path | None = None, *names: str) -> Iterator[Hooks]:
    """A web server; with a folder it speaks TLS under a certificate for these names."""
    hooks = Hooks("")
    server = ThreadingHTTPServer(("127.0.0.1", 0), _handler(hooks))
    scheme = "http"
    if folder is not None:
        context, hooks.ca_file = server_context(folder, *(names or ("127.0.0.1",)))
        server.socket = context.wrap_socket(server.socket, server_side=True)
        scheme = "https"
    hooks.url = f"{scheme}://127.0.0.1:{server.server_port}"
    thread = threading.Thread(target=server.serve_forever, kwargs={"poll_interval": 0.01})
    thread.start()
    try:
        yield hooks
    finally:
        server.shutdown()
        server.server_close()
        thread.join()


def _handler(hooks: Hooks) -> type[BaseHTTPRequestHandler]:
    class Handler(BaseHTTPRequestHandler):
        def do_POST(self) -> None:
            body = json.loads(self.rfile.read(int(self.headers["Content-Length"])))
            hooks.posted.append(Posted(self.path, dict(self.headers), body))
            if hooks.on_post:
                hooks.on_post()
            reply = hooks.replies.popleft() if hooks.replies else Reply()
            time.sleep(reply.pause_seconds)
            if not reply.status:
                self.connection.shutdown(socket.SHUT_RDWR)
                return
            self._answer(reply)

        def _answer(self, reply: Reply) -> None:
            data = reply.text.encode()
            try:
                self.send_response(reply.status)
                for name, value in reply.headers.items():
                    self.send_header(name, value)
                self.send_header("Content-Length", str(len(data)))
                self.end_headers()
                for byte in data:
                    self.wfile.write(bytes([byte]))
                    self.wfile.flush()
                    time.sleep(reply.trickle_seconds)
            except OSError:
                return  # the client has gone

        def log_message(self, *_: object) -> None:
            """Say nothing."""

    return Handler


@contextmanager
def talking(talk: Callable[[socket.socket], None]) -> Iterator[int]:
    """A server that talks with one client as a function says; its port."""
    listener = socket.create_server(("127.0.0.1", 0))

    def serve() -> None:
        with listener, listener.accept()[0] as connection:
            talk(connection)

    thread = threading.Thread(target=serve)
    thread.start()
    yield listener.getsockname()[1]
    thread.join()


def trickling(start: bytes) -> Callable[[socket.socket], None]:
    """Says the start, then a digit every now and then, until the client has gone."""

    def talk(connection: socket.socket) -> None:
        connection.settimeout(0.2)
        connection.sendall(start)
        while True:
            try:
                connection.sendall(b"2")
                if connection.recv(1000) == b"":
                    return
            except TimeoutError:
                continue
            except OSError:
                return

    return talk
