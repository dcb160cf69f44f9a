"""Programs of the machine that these tests need: skipped without, failed with INSIGHT_REQUIRE_SERVICES=1."""

from __future__ import annotations

import os
import shutil
import sys
from pathlib import Path

import pytest

ROOT = Path(__file__).parents[2]
BIN = Path(sys.executable).parent


def program(name: str, hint: str) -> str:
    """Where a program lies: in our environment, on the path, or in /usr/sbin."""
    for folders in (str(BIN), None, "/usr/sbin"):
        if found := shutil.which(name, path=folders):
            return found
    reason = f"no {name} on this machine ({hint})"
    if os.environ.get("INSIGHT_REQUIRE_SERVICES") == "1":
        pytest.fail(reason)
    pytest.skip(reason)
