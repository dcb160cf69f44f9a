"""A way to a database server that loses the connection at the commit of a load."""

from __future__ import annotations

import socket
from collections.abc import Iterator
from contextlib import contextmanager, suppress
from enum import Enum
from threading import Event, Thread

_MARKED = b"UPDATE load_marker SET load_id"
_COMMIT = b"COMMIT"
_ANSWER_SECONDS = 30


class Cut(Enum):
    """When the connection is lost."""

    BEFORE = "the server never hears of the commit"
    AFTER = "the server commits, and its answer is lost"


class CuttingProxy:
    """Passes everything on, and cuts once: at the first commit after a load marked its scope."""

    def __init__(self, host: str, port: int, cut: Cut) -> None:
        self._target = (host, port)
        self._cut: Cut | None = cut
        self._listener = socket.create_server(("127.0.0.1", 0))
        self.port: int = self._listener.getsockname()[1]
        self.cuts = 0
        Thread(target=self._accept, daemon=True).start()

    def close(self) -> None:
        """Take no more connections."""
        self._listener.close()

    def _accept(self) -> None:
        with suppress(OSError):
            while True:
                client, _ = self._listener.accept()
                server = socket.create_connection(self._target)
                Thread(target=self._forward, args=(client, server), daemon=True).start()

    def _forward(self, client: socket.socket, server: socket.socket) -> None:
        muted, answered = Event(), Event()
        Thread(target=_answer, args=(server, client, muted, answered), daemon=True).start()
        is_marked = False
        with suppress(OSError):
            while data := client.recv(1 << 16):
                is_marked = is_marked or _MARKED in data
                if self._cut and is_marked and _COMMIT in data:
                    cut, self._cut = self._cut, None
                    self.cuts += 1
                    if cut is Cut.AFTER:
                        muted.set()
                        server.sendall(data)
                        answered.wait(_ANSWER_SECONDS)
                    break
                server.sendall(data)
        _end(client)
        _end(server)


def _answer(server: socket.socket, client: socket.socket, muted: Event, answered: Event) -> None:
    """Pass the server's answers on, until they shall get lost."""
    with suppress(OSError):
        while data := server.recv(1 << 16):
            if muted.is_set():
                answered.set()
            else:
                client.sendall(data)


def _end(side: socket.socket) -> None:
    with suppress(OSError):
        side.shutdown(socket.SHUT_RDWR)
    side.close()


@contextmanager
def cutting_proxy(host: str, port: int, cut: Cut) -> Iterator[CuttingProxy]:
    """A proxy to a server, closed at the end."""
    proxy = CuttingProxy(host, port, cut)
    try:
        yield proxy
    finally:
        proxy.close()
