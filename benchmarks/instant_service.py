"""A push API that answers at once, in a process of its own: what is measured against it is the client.

It counts rows and keeps sequence numbers, as far as the client looks at them. It checks nothing and knows
no limits; the service that behaves as Microsoft's is the emulator.
"""

from __future__ import annotations

import json
import re
import socket
import subprocess
import sys
from collections import Counter
from collections.abc import Iterator
from contextlib import contextmanager

_LENGTH = re.compile(rb"(?i)\r\ncontent-length: (\d+)")
_NUMBER = re.compile(rb"(?i)\r\nx-powerbi-pushdata-sequencenumber: (\d+)")
_TABLE = re.compile(r"/tables/([^/?]+)")
_COUNTED = re.compile(r"COUNTROWS\('(\w+)'\)")
_ROW = b'"batch_id":'


class Held:
    """Rows and numbers of the tables."""

    def __init__(self) -> None:
        """Nothing yet."""
        self.rows: Counter[str] = Counter()
        self.numbers: Counter[str] = Counter()

    def answer(self, method: str, path: str, head: bytes, body: bytes) -> object:
        """The JSON that answers a request."""
        found = _TABLE.search(path)
        table = found[1] if found else ""
        if path.endswith("/rows") and method == "POST":
            self.rows[table] += body.count(_ROW)
            number = _NUMBER.search(head)
            self.numbers[table] = int(number[1]) if number else 0
            return {}
        if path.endswith("/sequenceNumbers"):
            return {"value": [{"clientId": "us", "sequenceNumber": self.numbers[table]}]}
        if path.endswith("/executeQueries"):
            counted = _COUNTED.search(body.decode())
            rows = [{"[n]": self.rows[counted[1]] if counted else None}]
            return {"results": [{"tables": [{"rows": rows}]}]}
        return {"id": "one"} if method == "POST" else {"value": []}


def serve(listening: socket.socket) -> None:
    """Answer one connection after the other, each for as long as it lasts."""
    held = Held()
    while True:
        connection, _ = listening.accept()
        connection.setsockopt(socket.IPPROTO_TCP, socket.TCP_NODELAY, 1)
        with connection, connection.makefile("rb", 1 << 20) as stream:
            while line := stream.readline():
                head = b"\r\n"
                while (more := stream.readline()) not in {b"\r\n", b""}:
                    head += more
                length = _LENGTH.search(b"\r\n" + head)
                body = stream.read(int(length[1])) if length else b""
                method, path, _ = line.decode().split(" ", 2)
                text = json.dumps(held.answer(method, path, b"\r\n" + head, body)).encode()
                connection.sendall(
                    b"HTTP/1.1 200 OK\r\nContent-Type: application/json\r\n"
                    b"Content-Length: %d\r\n\r\n%s" % (len(text), text)
                )


@contextmanager
def instant_service() -> Iterator[str]:
    """Run it; gives its address."""
    command = [sys.executable, "-m", "benchmarks.instant_service"]
    with subprocess.Popen(command, stdout=subprocess.PIPE, text=True) as process:
        assert process.stdout is not None  # noqa: S101 - it was asked for
        try:
            yield f"http://127.0.0.1:{process.stdout.readline().strip()}"
        finally:
            process.terminate()


if __name__ == "__main__":
    with socket.create_server(("127.0.0.1", 0)) as server:
        print(server.getsockname()[1], flush=True)
        serve(server)
