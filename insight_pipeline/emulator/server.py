"""Running an emulator: a server in a thread of its own, and what tests ask of it directly.

Belongs here: start, stop, and shortcuts into the world. Does not: anything that clients see.
"""

from __future__ import annotations

import socket
import threading
import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager

import uvicorn

from insight_pipeline.emulator import control
from insight_pipeline.emulator.application import application
from insight_pipeline.emulator.faults import FaultRule
from insight_pipeline.emulator.gateway import check_rule
from insight_pipeline.emulator.journal import Entry
from insight_pipeline.emulator.options import EmulatorOptions
from insight_pipeline.emulator.rows import Value
from insight_pipeline.emulator.wire import Connections, protocol
from insight_pipeline.emulator.world import World

START_SECONDS = 10.0
STOP_SECONDS = 2


class Emulator:
    """A local Power BI with its login."""

    def __init__(
        self, options: EmulatorOptions | None = None, host: str = "127.0.0.1", port: int = 0
    ) -> None:
        """Prepare; port 0 takes a free one."""
        self.options = options or EmulatorOptions()
        self.world = World(self.options)
        self.host, self.port = host, port
        self._server: uvicorn.Server | None = None
        self._thread: threading.Thread | None = None

    @property
    def url(self) -> str:
        """Address of the web page, the API and the login alike."""
        host = f"[{self.host}]" if ":" in self.host else self.host
        return f"http://{host}:{self.port}"

    @property
    def push_url(self) -> str:
        """Address of the push API in My workspace."""
        return f"{self.url}/v1.0/myorg"

    def start(self) -> None:
        """Serve from a thread; what is held survives `stop` and `start`, and so does the port."""
        listening = self._listen()
        server = self._make_server()
        thread = threading.Thread(target=server.run, args=([listening],), daemon=True)
        thread.start()
        until = time.monotonic() + START_SECONDS
        while not server.started:
            if time.monotonic() > until or not thread.is_alive():
                message = f"the emulator did not start at {self.url}"
                raise RuntimeError(message)
            time.sleep(0.005)
        self._server, self._thread = server, thread

    def stop(self) -> None:
        """Refuse connections from now on."""
        if self._server is not None and self._thread is not None:
            self._server.should_exit = True
            self._thread.join()
        self._server = self._thread = None

    def run(self, on_ready: Callable[[], None]) -> None:
        """Serve in this thread until interrupted; `on_ready` is called once the port is known."""
        listening = self._listen()
        on_ready()
        self._make_server().run([listening])

    def _listen(self) -> socket.socket:
        family = socket.AF_INET6 if ":" in self.host else socket.AF_INET
        listening = socket.socket(family, socket.SOCK_STREAM)
        listening.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
        try:
            listening.bind((self.host, self.port))
            # From here on connections wait instead of being refused.
            listening.listen()
        except OSError:
            listening.close()
            raise
        self.port = listening.getsockname()[1]
        return listening

    def _make_server(self) -> uvicorn.Server:
        connections: Connections = {}
        config = uvicorn.Config(
            application(self.world, connections),
            http=protocol(connections),
            loop="asyncio",
            lifespan="off",
            ws="none",
            log_config=None,
            access_log=False,
            proxy_headers=False,
            server_header=False,
            timeout_graceful_shutdown=STOP_SECONDS,
        )
        return uvicorn.Server(config)

    def plan(self, *rules: FaultRule) -> None:
        """Queue faults."""
        for rule in rules:
            check_rule(rule)
        with self.world.lock:
            self.world.faults.rules += rules

    def advance(self, seconds: float) -> None:
        """Move the emulator's clock ahead; what is due by then happens."""
        with self.world.lock:
            self.world.clock.advance(seconds)
            self.world.now()

    def rows(self, dataset: str, table: str) -> list[dict[str, Value]]:
        """All rows of a table, by the id or the only name of its dataset."""
        with self.world.lock:
            self.world.now()
            found: list[dict[str, Value]] = control.find_table(
                self.world, dataset, table
            ).row_objects()
            return found

    def log(self) -> list[Entry]:
        """The requests so far."""
        with self.world.lock:
            return self.world.journal.entries()

    def issue_token(self, client_id: str = "test") -> str:
        """An access token without a login."""
        with self.world.lock:
            return control.issue_token(self.world, client_id)

    def approve(self, user_code: str = "", *, is_approved: bool = True) -> None:
        """The user's decision on a device code, by default on the one that waits."""
        with self.world.lock:
            control.approve(self.world, {"user_code": user_code, "is_approved": is_approved})

    def expire_tokens(self) -> None:
        """From now on every access token is answered with 403 TokenExpired."""
        with self.world.lock:
            self.world.login.expire_all(self.world.clock.now())

    def revoke_grants(self) -> None:
        """From now on every renewal is answered with AADSTS50173."""
        with self.world.lock:
            self.world.login.revoke_all()

    def refuse_logins(self, aadsts: int | None) -> None:
        """Answer every login and renewal with this AADSTS number; None: no longer."""
        with self.world.lock:
            action = (
                {"action": "allow"} if aadsts is None else {"action": "refuse", "aadsts": aadsts}
            )
            control.tokens(self.world, action)

    def reset(self) -> None:
        """Forget everything."""
        with self.world.lock:
            self.world.reset()


@contextmanager
def running_emulator(
    options: EmulatorOptions | None = None, *, port: int = 0
) -> Iterator[Emulator]:
    """An emulator that serves on loopback while the context lasts."""
    emulator = Emulator(options, port=port)
    emulator.start()
    try:
        yield emulator
    finally:
        emulator.stop()
