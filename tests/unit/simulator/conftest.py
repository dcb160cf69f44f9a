"""Simulations that several tests look at, played once a session."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date
from functools import cached_property
from pathlib import Path

import pytest

from insight_pipeline.simulator import (
    CallTruth,
    ExportReport,
    Simulation,
    SimulationPlan,
    simulate,
    tell,
    write_exports,
)
from tests.oracle import Tables, compute

MARCH = SimulationPlan(
    users=40,
    first_day=date(2026, 3, 1),
    last_day=date(2026, 3, 31),
    calls_per_user_and_day=8.0,
    seed=1,
    timezone="Europe/Berlin",
    installation="demo",
    mess=True,
)
AUTUMN = SimulationPlan(
    users=8,
    first_day=date(2026, 10, 23),
    last_day=date(2026, 10, 27),
    calls_per_user_and_day=25.0,
    seed=10,
    timezone="Europe/Berlin",
    installation="demo",
    mess=True,
)


SETTINGS = """
landing_dir = "."
data_dir = ".insight"
edition = "enterprise"
[installations.demo]
timezone = "Europe/Berlin"
region = "DE"
start_date = "2026-01-01"
groups = []
[kpi]
service_level_variant = "abandoned_negative"
service_level_seconds = 20
short_abandon_seconds = 5
callback_window_hours = 24
[privacy]
profile = "clear"
"""


@dataclass(frozen=True)
class Played:
    """A simulation, its truth, and its exports in a folder."""

    simulation: Simulation
    truth: tuple[CallTruth, ...]
    report: ExportReport
    landing_dir: Path

    @cached_property
    def by_the_rules(self) -> Tables:
        """What the reference implementation of the rules makes of the exports."""
        settings = self.landing_dir / "insight.toml"
        settings.write_text(SETTINGS, encoding="utf-8")
        return compute(settings)["demo"]


def play(plan: SimulationPlan, landing_dir: Path) -> Played:
    """Simulate and export."""
    simulation = simulate(plan)
    report = write_exports(simulation, landing_dir)
    return Played(simulation, tell(simulation), report, landing_dir)


@pytest.fixture(scope="session")
def march(tmp_path_factory: pytest.TempPathFactory) -> Played:
    """A month of a PBX of 40 users, with the spring clock change."""
    return play(MARCH, tmp_path_factory.mktemp("march"))


@pytest.fixture(scope="session")
def autumn(tmp_path_factory: pytest.TempPathFactory) -> Played:
    """Some days of a small, busy PBX around the autumn clock change."""
    return play(AUTUMN, tmp_path_factory.mktemp("autumn"))
