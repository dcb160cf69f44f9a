"""A real Dagster UI in a real browser: the server that `make ui` starts, and headless Chromium.

Machines without Chromium skip these tests; with INSIGHT_REQUIRE_SERVICES=1 they fail instead.
"""

from __future__ import annotations

import os
import shutil
import socket
import subprocess
import sys
import time
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import NoReturn
from urllib.error import URLError
from urllib.request import urlopen

import pytest
from playwright.sync_api import Browser, Page, sync_playwright

ROOT = Path(__file__).parents[2]
START_SECONDS = 90
_FLAGS = [
    "--no-sandbox",
    "--disable-gpu",
    "--disable-quic",
    "--no-first-run",
    "--disable-background-networking",
    "--disable-component-update",
    "--disable-sync",
]


@contextmanager
def chromium() -> Iterator[Browser]:
    """The browser of this machine."""
    path = (
        shutil.which("chromium")
        or shutil.which("chromium-browser")
        or shutil.which("google-chrome")
    )
    if path is None:
        _missing("no Chromium on this machine (Debian: apt-get install chromium)")
    with sync_playwright() as playwright:
        browser = playwright.chromium.launch(executable_path=path, args=_FLAGS)
        yield browser
        browser.close()


def _missing(reason: str) -> NoReturn:
    if os.environ.get("INSIGHT_REQUIRE_SERVICES") == "1":
        pytest.fail(reason)
    pytest.skip(reason)


def barriers(page: Page) -> list[str]:
    """What axe-core finds on a page that is serious or critical: rule, and where."""
    try:
        from axe_playwright_python.sync_playwright import Axe
    except ModuleNotFoundError:
        _missing("axe-core is not installed (pip install axe-playwright-python)")
    found = Axe().run(page).response["violations"]
    return [
        f"{each['id']}: {node['target']} {node['failureSummary']}"
        for each in found
        if each["impact"] in ("serious", "critical")
        for node in each["nodes"]
    ]


def dagster_environment(config: Path) -> dict[str, str]:
    """What the Makefile sets, for settings elsewhere: Dagster's folders lie beside them."""
    home = config.parent / "home"
    home.mkdir(exist_ok=True)
    shutil.copyfile(ROOT / "dagster.yaml", home / "dagster.yaml")
    return {
        **os.environ,
        "DAGSTER_HOME": str(home),
        "INSIGHT_DAGSTER_DIR": str(config.parent / "dagster"),
        "INSIGHT_CONFIG": str(config),
    }


@contextmanager
def dagster_daemon(environment: dict[str, str]) -> Iterator[None]:
    """The daemon beside it: what is launched in the UI is queued, and started by it."""
    program = str(Path(sys.executable).with_name("dagster-daemon"))
    log = Path(environment["INSIGHT_DAGSTER_DIR"]) / "daemon.log"
    with log.open("w") as output:
        daemon = subprocess.Popen(
            [program, "run", "-m", "insight_pipeline.definitions"],
            cwd=environment["DAGSTER_HOME"],
            env=environment,
            stdout=output,
            stderr=subprocess.STDOUT,
        )
    try:
        yield
    finally:
        daemon.terminate()
        daemon.wait(timeout=60)


@contextmanager
def dagster_ui(environment: dict[str, str]) -> Iterator[str]:
    """The webserver alone, without the daemon, so that nothing starts by itself; gives its address."""
    with socket.socket() as free:
        free.bind(("127.0.0.1", 0))
        port = free.getsockname()[1]
    command = [sys.executable, "-m", "dagster_webserver", "-h", "127.0.0.1", "-p", str(port)]
    log = Path(environment["INSIGHT_DAGSTER_DIR"]) / "webserver.log"
    log.parent.mkdir(parents=True, exist_ok=True)
    with log.open("w") as output:
        server = subprocess.Popen(
            [*command, "-m", "insight_pipeline.definitions"],
            cwd=environment["DAGSTER_HOME"],
            env=environment,
            stdout=output,
            stderr=subprocess.STDOUT,
        )
    address = f"http://127.0.0.1:{port}"
    try:
        _wait_for(address, server, log)
        yield address
    finally:
        server.terminate()
        server.wait(timeout=30)


def _wait_for(address: str, server: subprocess.Popen[bytes], log: Path) -> None:
    end = time.monotonic() + START_SECONDS
    while time.monotonic() < end:
        try:
            with urlopen(f"{address}/server_info", timeout=5):  # noqa: S310 - our own server
                return
        except (URLError, OSError):
            assert server.poll() is None, log.read_text()
            time.sleep(0.3)
    pytest.fail(f"the UI did not start within {START_SECONDS} s:\n{log.read_text()}")
