"""Emulators on free ports."""

from __future__ import annotations

from collections.abc import Iterator

import pytest

from insight_pipeline.emulator import Emulator, running_emulator
from tests.integration.emulator.asking import Asker


@pytest.fixture
def emulator() -> Iterator[Emulator]:
    with running_emulator() as running:
        yield running


@pytest.fixture
def asker(emulator: Emulator) -> Asker:
    return Asker(emulator)
