"""Broken connections: closing one without an answer, or in the middle of it.

Belongs here: knowledge of open connections and how to end them for real. Does not: when that happens
(gateway.py). uvicorn hands an application no connection, so our protocol remembers each by its peer.
"""

from __future__ import annotations

import asyncio
import socket
import struct
from collections.abc import MutableMapping
from typing import Any

from starlette.requests import Request
from starlette.responses import Response
from starlette.types import Receive, Scope, Send
from uvicorn.protocols.http.h11_impl import H11Protocol

Peer = tuple[str, int]
Connections = MutableMapping[Peer, asyncio.Transport]
_NO_LINGER = struct.pack("ii", 1, 0)
MISSING_BYTES = 16


def protocol(connections: Connections) -> type[H11Protocol]:
    """The HTTP protocol of one server, which notes its open connections."""

    class RememberedProtocol(H11Protocol):
        """HTTP/1.1 that can be broken on purpose."""

        def connection_made(self, transport: asyncio.Transport) -> None:  # type: ignore[override]
            """Note the connection."""
            super().connection_made(transport)
            if self.client is not None:
                connections[self.client] = transport

        def connection_lost(self, exc: Exception | None) -> None:
            """Forget the connection."""
            if self.client is not None:
                connections.pop(self.client, None)
            super().connection_lost(exc)

    return RememberedProtocol


def _hang_up(connections: Connections, client: Any, *, is_reset: bool) -> None:  # noqa: ANN401 (of ASGI)
    transport = connections.get((client[0], client[1])) if client else None
    if transport is None:
        return
    if is_reset:
        # Without lingering the kernel answers with RST instead of FIN.
        transport.get_extra_info("socket").setsockopt(
            socket.SOL_SOCKET, socket.SO_LINGER, _NO_LINGER
        )
    transport.abort()


async def hang_up(connections: Connections, request: Request, *, is_reset: bool) -> Response:
    """End the connection without an answer; the response returned is never sent."""
    _hang_up(connections, request.scope.get("client"), is_reset=is_reset)
    while (await request.receive())["type"] != "http.disconnect":
        pass
    return Response()


class CutResponse(Response):
    """An answer whose head promises more than comes before the connection ends."""

    def __init__(self, whole: Response, connections: Connections) -> None:
        """Cut a whole answer."""
        super().__init__(status_code=whole.status_code, media_type=whole.media_type)
        self._whole = bytes(whole.body)
        self._connections = connections

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        """Send the head and half the body, then close."""
        length = str(len(self._whole) + MISSING_BYTES).encode()
        headers = [(b"content-type", b"application/json"), (b"content-length", length)]
        await send({"type": "http.response.start", "status": self.status_code, "headers": headers})
        half = self._whole[: len(self._whole) // 2] or b" "
        await send({"type": "http.response.body", "body": half, "more_body": True})
        _hang_up(self._connections, scope.get("client"), is_reset=False)
        while (await receive())["type"] != "http.disconnect":
            pass
