"""systemd's own programs find nothing wrong with the units, and no wide open door."""

from __future__ import annotations

import shutil
import subprocess
from pathlib import Path

import pytest

from tests.deploy.programs import BIN, program
from tests.deploy.units import SERVICES, UNITS

WORST_EXPOSURE = "20"
"""In tenths: systemd calls up to 2 out of 10 OK, and a service without any hardening 9.6 UNSAFE."""


@pytest.fixture(scope="module")
def installed(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """The units in a folder, with the programs of this environment."""
    folder = tmp_path_factory.mktemp("units") / "system"
    shutil.copytree(UNITS, folder)
    for file in folder.glob("*.service"):
        text = file.read_text("utf-8").replace("/opt/insight-pipeline/.venv/bin", str(BIN))
        file.write_text(text, "utf-8")
    return folder


def analyze(*arguments: object) -> subprocess.CompletedProcess[str]:
    found = program("systemd-analyze", "Debian: apt-get install systemd")
    return subprocess.run(
        [found, *map(str, arguments)], capture_output=True, text=True, check=False
    )


def test_systemd_takes_every_line_of_the_units(installed: Path) -> None:
    done = analyze("verify", "--man=no", *installed.glob("*.service"), installed / "insight.target")
    assert (done.returncode, done.stdout + done.stderr) == (0, "")


def test_a_wrong_line_would_be_found(installed: Path, tmp_path: Path) -> None:
    wrong = tmp_path / "insight-ui.service"
    text = (installed / "insight-ui.service").read_text("utf-8")
    wrong.write_text(text + "ProtectSytem=strict\n", "utf-8")
    assert "ProtectSytem" in analyze("verify", "--man=no", wrong).stderr


@pytest.mark.parametrize("name", SERVICES)
def test_a_service_is_locked_in(installed: Path, name: str) -> None:
    options = ("--offline=true", "--no-pager", f"--threshold={WORST_EXPOSURE}")
    done = analyze("security", *options, installed / f"{name}.service")
    assert done.returncode == 0, done.stdout


@pytest.mark.parametrize("name", SERVICES)
def test_a_service_comes_back_and_goes_with_the_target(name: str) -> None:
    unit = SERVICES[name]
    assert unit.one("Restart") == "always"
    assert unit.one("PartOf") == "insight.target"
    assert unit.one("UMask") == "0077"
