"""What deploy/systemd says, read and started without systemd: the same commands, folders and limits.

Belongs here: reading the units, and running their commands as plain processes below a folder of the test.
A unit's user, and what systemd does by mounting, are left out; capabilities are dropped instead, so that
even root cannot write where the modes of files forbid it.
"""

from __future__ import annotations

import os
import subprocess
import time
from collections import defaultdict
from dataclasses import dataclass, field
from pathlib import Path
from urllib.error import URLError
from urllib.request import urlopen

from tests.deploy.programs import BIN, ROOT
from tests.servers import free_port

UNITS = ROOT / "deploy" / "systemd"
START_SECONDS = 180


@dataclass(frozen=True)
class Unit:
    """One service, with what holds for all of them."""

    name: str
    values: dict[str, list[str]]

    @classmethod
    def read(cls, name: str) -> Unit:
        """A service's file and the common one."""
        values: dict[str, list[str]] = defaultdict(list)
        for file in (UNITS / f"{name}.service", UNITS / "insight-.service.d" / "common.conf"):
            for line in file.read_text("utf-8").splitlines():
                key, equals, value = line.partition("=")
                if equals and not line.startswith("#"):
                    values[key].append(value)
        return cls(name, values)

    def one(self, key: str) -> str:
        """The only value of a key."""
        (value,) = self.values[key]
        return value


SERVICES = {path.stem: Unit.read(path.stem) for path in sorted(UNITS.glob("*.service"))}


@dataclass
class Server:
    """A small installation below a folder, laid out as on a server."""

    folder: Path
    ports: dict[str, str] = field(default_factory=dict)
    """By the port that a unit names, the one that is free here."""
    running: dict[str, subprocess.Popen[bytes]] = field(default_factory=dict)

    def adapted(self, text: str) -> str:
        """The text of a unit or of a file beside it, with the folders and ports of this test."""
        for real, here in (
            ("/opt/insight-pipeline/.venv/bin", str(BIN)),
            ("/etc/insight", f"{self.folder}/etc"),
            ("/run/insight", f"{self.folder}/run"),
            ("/var/lib/insight", f"{self.folder}/var"),
            *((f"--port {port}", f"--port {free}") for port, free in self.ports.items()),
        ):
            text = text.replace(real, here)
        return text

    def environment(self) -> dict[str, str]:
        """What EnvironmentFile gives."""
        text = self.adapted((UNITS / "environment").read_text("utf-8"))
        lines = [line for line in text.splitlines() if "=" in line and not line.startswith("#")]
        named = dict(line.split("=", 1) for line in lines)
        own = {k: v for k, v in os.environ.items() if not k.startswith(("INSIGHT_", "DAGSTER_"))}
        return {**own, **named, "PYTHONPATH": str(ROOT)}

    def start(self, name: str) -> None:
        """Start a service as its unit says, and wait until its ExecStartPost has ended."""
        unit = SERVICES[name]
        for command in unit.values["ExecStartPre"]:
            code = self._run(unit, command).wait(START_SECONDS)
            assert code == 0, self.log(name)
        self.running[name] = self._run(unit, unit.one("ExecStart"))
        for after in unit.values["ExecStartPost"]:
            shell = ["/bin/sh", "-c", _shell(self.adapted(after))]
            subprocess.run(shell, check=True, timeout=START_SECONDS)

    def stop(self, name: str) -> tuple[int, float]:
        """End a service as systemd does; its exit code, and how long that took."""
        process, began = self.running.pop(name), time.monotonic()
        environment = {**os.environ, "MAINPID": str(process.pid)}
        asked = [
            subprocess.Popen(["/bin/sh", "-c", _shell(command)], env=environment)
            for command in SERVICES[name].values["ExecStop"]
        ]
        if not asked:
            process.terminate()
        code = process.wait(START_SECONDS)
        for command in asked:
            assert command.wait(START_SECONDS) == 0
        return code, time.monotonic() - began

    def log(self, name: str) -> str:
        """What a service printed."""
        return (self.folder / "log" / name).read_text("utf-8", errors="replace")

    def wait_for(self, address: str, name: str) -> None:
        """Until a web server answers."""
        end = time.monotonic() + START_SECONDS
        while time.monotonic() < end:
            try:
                with urlopen(address, timeout=5):  # noqa: S310 - our own server
                    return
            except (URLError, OSError):
                assert self.running[name].poll() is None, self.log(name)
                time.sleep(0.2)
        raise AssertionError(self.log(name))

    def _run(self, unit: Unit, command: str) -> subprocess.Popen[bytes]:
        """Start a command of a unit where it would run."""
        with (self.folder / "log" / unit.name).open("ab") as log:
            return subprocess.Popen(
                self._confined(unit, command),
                cwd=self.folder / "var",
                env=self.environment(),
                stdout=log,
                stderr=subprocess.STDOUT,
            )

    def _confined(self, unit: Unit, command: str) -> list[str]:
        """The command within the unit's limits; Dagster ignores SIGTERM where SIGINT is ignored."""
        no_new_code = ["--no-new-code"] if unit.values["MemoryDenyWriteExecute"] else []
        bounded = ["setpriv", "--bounding-set=-all"] if os.geteuid() == 0 else []
        return [
            *("env", "--default-signal=INT", *bounded),
            *(str(BIN / "python"), "-m", "tests.deploy.confined"),
            *(";".join(unit.values["SystemCallFilter"]), unit.one("RestrictAddressFamilies")),
            *no_new_code,
            *self.adapted(command).split(),
        ]


def _shell(command: str) -> str:
    """What a command of a unit gives to the shell."""
    return command.removeprefix("/bin/sh -c ").strip("'")


def laid_out(folder: Path, landing: Path) -> Server:
    """The folders and files of docs/install.md; nothing can be written but `var`, `run` and the logs."""
    server = Server(folder, {port: str(free_port()) for port in ("3000", "3001")})
    for name in ("etc", "var", "run", "log"):
        (folder / name).mkdir()
    etc = folder / "etc"
    (etc / "dagster.yaml").write_text((ROOT / "dagster.yaml").read_text("utf-8"), "utf-8")
    workspace = server.adapted((UNITS / "workspace.yaml").read_text("utf-8"))
    (etc / "workspace.yaml").write_text(workspace, "utf-8")
    (etc / "insight.toml").write_text(
        f'landing_dir = "{landing}"\n'
        f'data_dir = "{folder}/var"\n'
        "[installations.demo]\n"
        'timezone = "Europe/Berlin"\n'
        "start_date = 2026-03-01\n"
        "silent_days = 0\n"
        "[sinks.relational]\n"
        f'url = "sqlite:///{folder}/var/insight.db"\n',
        "utf-8",
    )
    etc.chmod(0o500)
    return server
