"""What the Makefile's recipes do beyond naming a command."""

from __future__ import annotations

import os
import shutil
import subprocess
from pathlib import Path

import pytest
from dotenv import dotenv_values

ROOT = Path(__file__).parents[2]
_SIGINT_BIT = 1 << 1


def _with_dagster(folder: Path, script: str) -> None:
    """A folder in which `make ui` runs a script in Dagster's place."""
    shutil.copyfile(ROOT / "Makefile", folder / "Makefile")
    for name in ("pyproject.toml", "requirements-dev.lock"):
        (folder / name).touch()
    (folder / ".venv" / "bin").mkdir(parents=True)
    (folder / ".venv" / "bin" / "python").touch()
    dagster = folder / ".venv" / "bin" / "dagster"
    dagster.write_text(f"#!/bin/sh\n{script}\n", "utf-8")
    dagster.chmod(0o755)
    (folder / ".venv" / ".installed").touch()


@pytest.mark.parametrize("named", [{}, {"INSIGHT_DAGSTER_DIR": "/own"}])
def test_the_ui_keeps_to_the_folder_of_dagster_that_the_shell_names(
    tmp_path: Path, named: dict[str, str], monkeypatch: pytest.MonkeyPatch
) -> None:
    """Else one's own installation would be shown with the runs and the status of the demo."""
    _with_dagster(tmp_path, 'echo "$INSIGHT_DAGSTER_DIR" > used')
    used = named.get("INSIGHT_DAGSTER_DIR", f"{tmp_path}/.insight/dagster")
    rest = {name: text for name, text in os.environ.items() if name != "INSIGHT_DAGSTER_DIR"}
    subprocess.run(["make", "--silent", "ui"], cwd=tmp_path, check=True, env={**rest, **named})
    assert (tmp_path / "used").read_text("utf-8") == f"{used}\n"
    monkeypatch.delenv("INSIGHT_DAGSTER_DIR", raising=False)
    for name, text in named.items():
        monkeypatch.setenv(name, text)
    assert dotenv_values(tmp_path / ".env")["INSIGHT_DAGSTER_DIR"] == used  # as Dagster reads it


def test_the_ui_started_in_the_background_heeds_sigint_and_so_sigterm(tmp_path: Path) -> None:
    """Dagster's place is taken by a script that says which signals it was told to ignore."""
    _with_dagster(tmp_path, "grep SigIgn /proc/self/status > ignored")
    subprocess.run(["sh", "-c", "make ui >/dev/null & wait $!"], cwd=tmp_path, check=True)
    _, ignored = (tmp_path / "ignored").read_text().split()
    assert not int(ignored, 16) & _SIGINT_BIT
