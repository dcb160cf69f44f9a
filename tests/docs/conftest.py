"""The two installations that the documentation shows, loaded once for all workers, and the built site."""

from __future__ import annotations

import os
import shutil
import subprocess
import sys
from collections.abc import Callable
from pathlib import Path

import pytest
from filelock import FileLock

from docsite.places import DOCS, ROOT, SITE_SETTINGS
from docsite.program import Program, demo, examples


@pytest.fixture(scope="session")
def programs(tmp_path_factory: pytest.TempPathFactory) -> dict[str, Program]:
    """The sample month (`demo`) and the calls of the rules' examples (`examples`)."""
    base = tmp_path_factory.getbasetemp()
    shared = base.parent if "PYTEST_XDIST_WORKER" in os.environ else base
    return {
        "demo": _loaded(shared / "docs-demo", demo),
        "examples": _loaded(shared / "docs-examples", examples),
    }


def _loaded(folder: Path, load: Callable[[Path], Program]) -> Program:
    with FileLock(f"{folder}.lock"):
        if not (folder / "loaded").exists():
            folder.mkdir()
            load(folder)
            (folder / "loaded").touch()
    return Program(folder)


@pytest.fixture(scope="session")
def site(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """The site, built as `make docs` does, from a copy: its folder for output belongs to people."""
    folder = tmp_path_factory.mktemp("site")
    shutil.copytree(DOCS, folder / "docs")
    shutil.copytree(ROOT / "docsite" / "theme", folder / "docsite" / "theme")
    shutil.copy(SITE_SETTINGS, folder)
    command = [sys.executable, "-m", "zensical", "build", "--strict"]
    done = subprocess.run(command, cwd=folder, capture_output=True, text=True, check=False)
    assert done.returncode == 0, done.stdout + done.stderr
    return folder / "build" / "site"
