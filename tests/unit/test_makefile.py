"""What the Makefile's recipes do beyond naming a command."""

from __future__ import annotations

import shutil
import subprocess
from pathlib import Path

ROOT = Path(__file__).parents[2]
_SIGINT_BIT = 1 << 1


def test_the_ui_started_in_the_background_heeds_sigint_and_so_sigterm(tmp_path: Path) -> None:
    """Dagster's place is taken by a script that says which signals it was told to ignore."""
    shutil.copyfile(ROOT / "Makefile", tmp_path / "Makefile")
    for name in ("pyproject.toml", "requirements-dev.lock", ".env"):
        (tmp_path / name).touch()
    (tmp_path / ".venv" / "bin").mkdir(parents=True)
    (tmp_path / ".venv" / "bin" / "python").touch()
    dagster = tmp_path / ".venv" / "bin" / "dagster"
    dagster.write_text("#!/bin/sh\ngrep SigIgn /proc/self/status > ignored\n")
    dagster.chmod(0o755)
    (tmp_path / ".venv" / ".installed").touch()
    subprocess.run(["sh", "-c", "make ui >/dev/null & wait $!"], cwd=tmp_path, check=True)
    _, ignored = (tmp_path / "ignored").read_text().split()
    assert not int(ignored, 16) & _SIGINT_BIT
