"""Real database servers: those of this machine, or ones that a test starts on ports of its own.

Machines without them skip these tests; with INSIGHT_REQUIRE_SERVICES=1 they fail instead. Every test has
a database of its own with a random name, dropped afterwards. `INSIGHT_POSTGRESQL_URL` and
`INSIGHT_MARIADB_URL` name a server elsewhere, whose user may make databases; `INSIGHT_MSSQL_URL` a
database of a SQL Server.
"""

from __future__ import annotations

import os
import shutil
import signal
import socket
import subprocess
import tempfile
import time
from collections.abc import Iterator, Sequence
from contextlib import contextmanager, suppress
from pathlib import Path
from uuid import uuid4

import pytest
import sqlalchemy as sa

from insight_pipeline.sinks.relational.connecting import Database, make_engine

START_SECONDS = 60
STANDARD = {
    "postgresql": "postgresql://postgres@127.0.0.1:5432/postgres",
    "mariadb": "mysql://root@127.0.0.1:3306/mysql",
}
_SERVERS: dict[str, OwnServer] = {}


def url_of(kind: str) -> str:
    """A server of this kind: the one that a variable names, the running one, or one started here."""
    named = os.environ.get(f"INSIGHT_{kind.upper()}_URL")
    if named:
        return named
    if kind == "mssql":
        pytest.skip("no SQL Server: INSIGHT_MSSQL_URL names none")
    if answers(STANDARD[kind]):
        return STANDARD[kind]
    if kind not in _SERVERS:
        _SERVERS[kind] = own_server(kind)
        _SERVERS[kind].start()
    return _SERVERS[kind].url


def stop_own_servers() -> None:
    """Stop what `url_of` started."""
    for server in _SERVERS.values():
        server.close()
    _SERVERS.clear()


def answers(url: str) -> bool:
    """Whether the server lets us in."""
    engine = make_engine(Database(url, tls="off"))
    try:
        with engine.connect():
            return True
    except sa.exc.DBAPIError:
        return False
    finally:
        engine.dispose()


@contextmanager
def fresh_database(server: str) -> Iterator[str]:
    """The URL of a new, empty database on a server, dropped at the end."""
    url = sa.make_url(server)
    if url.get_backend_name() == "mssql":
        yield server
        return
    name = f"insight_{uuid4().hex[:16]}"
    engine = make_engine(Database(server))
    run = engine.execution_options(isolation_level="AUTOCOMMIT")
    with run.connect() as connection:
        connection.exec_driver_sql(f"CREATE DATABASE {name}")
    try:
        yield url.set(database=name).render_as_string(hide_password=False)
    finally:
        force = " WITH (FORCE)" if url.get_backend_name() == "postgresql" else ""
        with run.connect() as connection:
            connection.exec_driver_sql(f"DROP DATABASE IF EXISTS {name}{force}")
        engine.dispose()


def own_server(kind: str, options: Sequence[str] = ()) -> OwnServer:
    """A server that the test alone uses; skipped where its programs are not installed."""
    made = OwnPostgres(options) if kind == "postgresql" else OwnMariaDB(options)
    if lacking := [name for name, path in made.programs.items() if path is None]:
        reason = f"no {', '.join(lacking)} on this machine, and no server at {STANDARD[kind]}"
        if os.environ.get("INSIGHT_REQUIRE_SERVICES") == "1":
            pytest.fail(reason)
        pytest.skip(reason)
    made.initialise()
    return made


def free_port() -> int:
    """A port that nobody listens on."""
    with socket.socket() as found:
        found.bind(("127.0.0.1", 0))
        port: int = found.getsockname()[1]
        return port


class OwnServer:
    """A server below a folder of its own; subclasses say how it is made and started."""

    programs: dict[str, str | None]
    owner: str
    at_once: signal.Signals
    """How it ends as if the power had failed."""

    def __init__(self, options: Sequence[str]) -> None:
        self.options = list(options)
        self.port = free_port()
        self.folder = Path(tempfile.mkdtemp(prefix="insight-server-"))
        self._process: subprocess.Popen[bytes] | None = None

    @property
    def url(self) -> str:
        raise NotImplementedError

    @property
    def command(self) -> list[str]:
        raise NotImplementedError

    def initialise(self) -> None:
        """Make the empty cluster."""
        raise NotImplementedError

    def put(self, name: str, content: bytes) -> Path:
        """A file that the server alone may read, such as its key."""
        path = self.folder / name
        path.write_bytes(content)
        path.chmod(0o600)
        self.hand_over()
        return path

    def hand_over(self) -> None:
        """Servers refuse to run as root: the folder belongs to their own user."""
        if os.getuid() == 0:
            subprocess.run(["chown", "-R", self.owner, str(self.folder)], check=True)

    def run(self, *command: str) -> None:
        """Run a program as the server's user."""
        subprocess.run(self.as_owner(command), check=True, capture_output=True)

    def as_owner(self, command: Sequence[str]) -> list[str]:
        """The command, run by the server's user where that is not us."""
        user = ["setpriv", "--reuid", self.owner, "--regid", self.owner, "--clear-groups"]
        return [*(user if os.getuid() == 0 else []), *command]

    def start(self) -> None:
        """Start and wait until it lets us in."""
        with (self.folder / "log").open("ab") as log:
            self._process = subprocess.Popen(self.as_owner(self.command), stdout=log, stderr=log)
        deadline = time.monotonic() + START_SECONDS
        while not answers(self.url):
            ended = self._process.poll() is not None
            if ended or time.monotonic() > deadline:
                raise AssertionError((self.folder / "log").read_text(errors="replace")[-2000:])
            time.sleep(0.05)

    def stop(self) -> None:
        """Stop it at once, as a power cut would, and wait for its end."""
        if self._process is not None:
            self._process.send_signal(self.at_once)
            self._process.wait(START_SECONDS)
            self._process = None

    def close(self) -> None:
        """Stop and remove everything."""
        self.stop()
        with suppress(OSError):
            shutil.rmtree(self.folder)


class OwnPostgres(OwnServer):
    """PostgreSQL, whose first process takes the others along only where it is asked to."""

    owner = "postgres"
    at_once = signal.SIGQUIT

    def __init__(self, options: Sequence[str]) -> None:
        super().__init__(options)
        self.programs = {name: _postgres_program(name) for name in ("initdb", "postgres")}

    @property
    def url(self) -> str:
        return f"postgresql://postgres@127.0.0.1:{self.port}/postgres"

    @property
    def command(self) -> list[str]:
        given = [part for option in self.options for part in ("-c", option)]
        data, port = str(self.folder / "data"), str(self.port)
        return [str(self.programs["postgres"]), "-D", data, "-p", port, "-k", "", *given]

    def initialise(self) -> None:
        self.hand_over()
        initdb, data = str(self.programs["initdb"]), str(self.folder / "data")
        self.run(initdb, "-D", data, "-U", "postgres", "-A", "trust", "-E", "UTF8", "-N")


class OwnMariaDB(OwnServer):
    """MariaDB."""

    owner = "mysql"
    at_once = signal.SIGKILL

    def __init__(self, options: Sequence[str]) -> None:
        super().__init__(options)
        self.programs = {
            "mariadbd": _program("mariadbd", "/usr/sbin"),
            "mariadb-install-db": _program("mariadb-install-db", "/usr/bin"),
        }

    @property
    def url(self) -> str:
        return f"mysql://root@127.0.0.1:{self.port}/mysql"

    @property
    def command(self) -> list[str]:
        data = f"--datadir={self.folder / 'data'}"
        socket_file = f"--socket={self.folder / 'socket'}"
        options = [f"--{option}" for option in self.options]
        program = str(self.programs["mariadbd"])
        network = [f"--port={self.port}", "--bind-address=127.0.0.1"]
        return [program, "--no-defaults", data, socket_file, *network, *options]

    def initialise(self) -> None:
        self.hand_over()
        program, data = str(self.programs["mariadb-install-db"]), f"--datadir={self.folder}/data"
        kind = "--auth-root-authentication-method=normal"
        self.run(program, "--no-defaults", data, kind, "--skip-test-db")


def _program(name: str, folder: str) -> str | None:
    return shutil.which(name) or shutil.which(name, path=folder)


def _postgres_program(name: str) -> str | None:
    """Debian keeps the server's programs off the path."""
    folders = sorted(Path("/usr/lib/postgresql").glob("*/bin"), reverse=True)
    found = (shutil.which(name, path=str(folder)) for folder in folders)
    return next((path for path in found if path), None) or shutil.which(name)
