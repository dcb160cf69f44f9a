"""Fixtures that several tests share."""

from __future__ import annotations

import shutil
from pathlib import Path

import pytest

from tests.pipeline import GOLDEN, Pipeline, ranges_of


@pytest.fixture(scope="session")
def week(tmp_path_factory: pytest.TempPathFactory) -> Pipeline:
    """The simulated week of the golden files, loaded once."""
    folder = tmp_path_factory.mktemp("week") / "pbx_week"
    shutil.copytree(GOLDEN / "pbx_week", folder)
    pipeline = Pipeline(folder / "insight.toml")
    pipeline.load_all(ranges_of(folder))
    return pipeline


@pytest.fixture(scope="session")
def examples(tmp_path_factory: pytest.TempPathFactory) -> Pipeline:
    """The fifteen worked calls of 12 March 2026, loaded."""
    folder = tmp_path_factory.mktemp("examples")
    pipeline = Pipeline(write_settings(folder, GOLDEN / "examples" / "landing"))
    assert pipeline.load("demo", "2026-03-12", "2026-03-13").is_success
    return pipeline


def write_settings(folder: Path, landing: Path) -> Path:
    """Settings of one installation `demo` that keeps everything below `folder`."""
    file = folder / "insight.toml"
    file.write_text(
        f'landing_dir = "{landing}"\n'
        'data_dir = "data"\n'
        "[installations.demo]\n"
        'timezone = "Europe/Berlin"\n'
        "start_date = 2026-03-01\n"
        "silent_days = 0\n"
        "[sinks.relational]\n"
        'url = "sqlite:///data/insight.db"\n',
        encoding="utf-8",
    )
    return file
