"""`insight emulator`, started as a program."""

from __future__ import annotations

import os
import re
import signal
import socket
import subprocess
import sys
from collections.abc import Iterator, Sequence
from contextlib import contextmanager

import requests

PROGRAM = [sys.executable, "-m", "insight_pipeline.cli.main", "emulator"]


@contextmanager
def _started(
    *options: str, program: Sequence[str] = PROGRAM, locale: str = "en"
) -> Iterator[subprocess.Popen[str]]:
    pipes = {"stdout": subprocess.PIPE, "stderr": subprocess.PIPE}
    environ = {**os.environ, "INSIGHT_LOCALE": locale}
    process = subprocess.Popen([*program, *options], text=True, env=environ, **pipes)  # type: ignore[call-overload]
    try:
        yield process
    finally:
        process.kill()
        process.communicate()


def test_the_program_names_its_address_serves_and_stops() -> None:
    with _started("--port", "0") as process:
        assert process.stdout is not None
        line = process.stdout.readline()
        found = re.fullmatch(r"Power BI emulator: (http://127\.0\.0\.1:\d+)\n", line)
        assert found is not None, line
        assert requests.get(f"{found[1]}/emulator/state", timeout=10).json()["datasets"] == []
        said = [process.stdout.readline() for _ in range(6)]
        assert f'  login_url = "{found[1]}"\n' in said
        process.send_signal(signal.SIGINT)
        rest, errors = process.communicate(timeout=10)
        assert rest == "Stopped.\n"
        assert (process.returncode, errors) == (0, "")


def test_it_says_that_it_stopped_where_its_starter_ignores_the_signal() -> None:
    ignoring = ["sh", "-c", "trap '' INT; exec \"$@\"", "sh", *PROGRAM]
    with _started("--port", "0", program=ignoring) as process:
        assert process.stdout is not None
        address = process.stdout.readline().split()[-1]
        while process.stdout.readline() != "Stop with Ctrl+C.\n":
            pass
        assert requests.get(address, timeout=10).ok  # from here on it listens to signals
        process.send_signal(signal.SIGINT)
        assert process.communicate(timeout=10)[0] == "Stopped.\n"


def test_it_speaks_german_where_the_settings_do() -> None:
    with _started("--port", "0", locale="de") as process:
        assert process.stdout is not None
        assert process.stdout.readline().startswith("Power-BI-Emulator: http://127.0.0.1:")


def test_a_port_in_use_is_wrong_usage() -> None:
    with socket.create_server(("127.0.0.1", 0)) as taken:
        port = str(taken.getsockname()[1])
        done = subprocess.run(
            [*PROGRAM, "--port", port], capture_output=True, text=True, timeout=60, check=False
        )
    assert done.returncode == 2
    assert f"cannot serve on 127.0.0.1, port {port}" in done.stderr


def test_an_address_for_everybody_is_warned_about() -> None:
    with _started("--port", "0", "--host", "0.0.0.0") as process:  # noqa: S104 (what is warned about)
        assert process.stderr is not None
        assert "can be reached from other machines" in process.stderr.readline()
