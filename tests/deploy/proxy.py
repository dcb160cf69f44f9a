"""A real nginx with deploy/nginx/insight.conf, on ports of the test, and clients that talk TLS with it."""

from __future__ import annotations

import base64
import json
import os
import socket
import ssl
import subprocess
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field
from http.client import HTTPResponse, HTTPSConnection
from pathlib import Path

from tests.certificates import Authority
from tests.deploy.programs import ROOT, program
from tests.servers import free_port

CONFIGURATION = ROOT / "deploy" / "nginx" / "insight.conf"
ADMIN, VIEWER = "admin:geheim äöü", "viewer:nur schauen"


@dataclass(frozen=True)
class Answer:
    """What a request brought."""

    status: int
    headers: dict[str, str]
    """The values of a header that comes twice, joined by commas."""
    text: str


@dataclass(frozen=True)
class Proxy:
    """Where nginx listens, and whom to trust there."""

    folder: Path
    https_port: int = field(default_factory=free_port)
    http_port: int = field(default_factory=free_port)

    @property
    def origin(self) -> str:
        """The address of its pages."""
        return f"https://127.0.0.1:{self.https_port}"

    def trust(self) -> ssl.SSLContext:
        """Settings of a client that trusts the test's authority alone."""
        return ssl.create_default_context(cafile=str(self.folder / "authority.pem"))

    def ask(self, path: str, login: str = ADMIN, body: str = "", **headers: str) -> Answer:
        """GET, or POST of a body; a header `sec_fetch_site` is sent as Sec-Fetch-Site."""
        named = {name.replace("_", "-"): value for name, value in headers.items()}
        method = "POST" if body else "GET"
        connection = HTTPSConnection("127.0.0.1", self.https_port, timeout=60, context=self.trust())
        connection.request(method, path, body or None, {**basic(login), **named})
        answer = connection.getresponse()
        return Answer(answer.status, _headers(answer), answer.read().decode())

    def query(self, text: str, path: str = "/graphql", **more: str) -> Answer:
        """A GraphQL request as the UI sends it."""
        body = json.dumps({"query": text})
        return self.ask(path, body=body, **{"content_type": "application/json", **more})

    def handshake(self, highest: ssl.TLSVersion) -> str:
        """The version of TLS that comes of a client that knows none beyond this one."""
        context = self.trust()
        context.minimum_version, context.maximum_version = ssl.TLSVersion.TLSv1_1, highest
        context.set_ciphers("ALL:@SECLEVEL=0")  # else our own side would refuse TLS 1.1
        with (
            socket.create_connection(("127.0.0.1", self.https_port), 30) as plain,
            context.wrap_socket(plain, server_hostname="127.0.0.1") as secured,
        ):
            return str(secured.version())


def basic(login: str) -> dict[str, str]:
    """The header of a password."""
    return {"Authorization": f"Basic {base64.b64encode(login.encode()).decode()}"} if login else {}


def _headers(answer: HTTPResponse) -> dict[str, str]:
    found: dict[str, str] = {}
    for name, value in answer.getheaders():
        key = name.lower()
        found[key] = f"{found[key]}, {value}" if key in found else value
    return found


@contextmanager
def nginx(folder: Path, ports: dict[str, str]) -> Iterator[Proxy]:
    """The configuration of deploy/, before the web servers of these ports."""
    found = program("nginx", "Debian: apt-get install nginx-light")
    proxy = Proxy(folder)
    _write_files(proxy, ports)
    command = [found, "-p", str(folder), "-c", str(folder / "nginx.conf"), "-g", "daemon off;"]
    process = subprocess.Popen([*command, "-e", str(folder / "error.log")])
    try:
        _wait(proxy, process)
        yield proxy
    finally:
        process.terminate()
        process.wait(30)


def _write_files(proxy: Proxy, ports: dict[str, str]) -> None:
    """The site's file with places of the test, what it names, and the frame that Debian has around it."""
    folder, authority = proxy.folder, Authority()
    certificate, key = authority.server("127.0.0.1")
    (folder / "authority.pem").write_bytes(authority.certificate)
    (folder / "fullchain.pem").write_bytes(certificate)
    (folder / "privkey.pem").write_bytes(key)
    for name, login in (("insight", ADMIN), ("insight-view", VIEWER)):
        user, _, password = login.partition(":")
        told = ["openssl", "passwd", "-6", "-stdin"]
        hashed = subprocess.run(told, input=password.encode(), check=True, capture_output=True)
        (folder / f"{name}.htpasswd").write_text(f"{user}:{hashed.stdout.decode()}", "utf-8")
    text = CONFIGURATION.read_text("utf-8")
    for real, here in (
        ("    listen [::]", "    # listen [::]"),
        ("listen 443", f"listen 127.0.0.1:{proxy.https_port}"),
        ("listen 80", f"listen 127.0.0.1:{proxy.http_port}"),
        ("insight.example.com", "127.0.0.1"),
        ("/etc/ssl/insight/", f"{folder}/"),
        ("/etc/nginx/", f"{folder}/"),
        *((f"127.0.0.1:{port}", f"127.0.0.1:{here}") for port, here in ports.items()),
    ):
        assert real in text
        text = text.replace(real, here)
    (folder / "insight.conf").write_text(text, "utf-8")
    kinds = ("client_body", "proxy", "fastcgi", "uwsgi", "scgi")
    places = "".join(f"{kind}_temp_path {folder}/{kind};\n" for kind in kinds)
    (folder / "nginx.conf").write_text(
        f"{'user root;' if os.geteuid() == 0 else ''}\n"
        f"pid {folder}/pid;\n"
        "events {}\n"
        f"http {{\n{places}access_log off;\ninclude {folder}/insight.conf;\n}}\n",
        "utf-8",
    )


def _wait(proxy: Proxy, process: subprocess.Popen[bytes]) -> None:
    while True:
        assert process.poll() is None, (proxy.folder / "error.log").read_text("utf-8")
        try:
            socket.create_connection(("127.0.0.1", proxy.https_port), 5).close()
        except ConnectionRefusedError:
            continue
        return
