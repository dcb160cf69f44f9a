"""The program `insight` as a user calls it: in a process of its own, with its exit codes."""

from __future__ import annotations

import json
import os
import re
import subprocess
import sys
from pathlib import Path

import pytest

from tests import direct
from tests.conftest import write_settings
from tests.pipeline import GOLDEN

ROOT = Path(__file__).parents[2]


def insight(*arguments: str, config: Path | None = None) -> subprocess.CompletedProcess[str]:
    """Call `insight`, with no settings from outside."""
    environ = {k: v for k, v in os.environ.items() if not k.startswith(("INSIGHT_", "DAGSTER_"))}
    options = ["--config", str(config)] if config else []
    command = [sys.executable, "-m", "insight_pipeline.cli.main", *options, *arguments]
    return subprocess.run(command, capture_output=True, text=True, check=False, env=environ)


@pytest.fixture(scope="module")
def loaded(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """Settings whose day of worked calls was loaded by `insight run`."""
    config = write_settings(tmp_path_factory.mktemp("cli"), GOLDEN / "examples" / "landing")
    done = insight("run", "--from", "2026-03-12", config=config)
    assert done.returncode == 0, done.stderr
    assert "2026-03-12" in done.stdout
    assert "elemetry" not in done.stdout + done.stderr
    return config


def test_help_names_every_command() -> None:
    done = insight("--help")
    assert done.returncode == 0
    for name in ("run", "backfill", "status", "explain", "reconcile", "quarantine", "simulate"):
        assert name in done.stdout


def test_explain_names_the_rules_that_decided(loaded: Path) -> None:
    done = insight("explain", "demo:8", "--json", config=loaded)
    found = json.loads(done.stdout)
    assert found["call"][0]["outcome"] == "abandoned"
    assert any("R 9" in reason for reason in found["reasons"])
    assert [row["rule"] for row in found["rows"]] == ["R 5, R 9", "R 5, R 9"]


def test_a_call_is_told_in_german_words_on_eighty_columns(loaded: Path) -> None:
    told = insight("explain", "demo:8", config=loaded).stdout
    assert "demo:8  2026-03-12  eingehend, abgebrochen" in told
    assert "R 9: abgebrochen, weil nach dem letzten Warten niemand mehr annahm." in told
    assert max(map(len, told.splitlines())) <= 80


def test_the_call_that_the_readme_and_the_demo_name_is_in_the_sample(tmp_path: Path) -> None:
    named = {
        call
        for file in ("README.md", "Makefile")
        for call in re.findall(r"insight explain ([\w:-]+)", (ROOT / file).read_text("utf-8"))
    }
    assert named
    config = write_settings(tmp_path, ROOT / "data" / "sample")
    for site in direct.sites_of(config):
        direct.read(site)
    for call in named:
        assert insight("explain", call, config=config).returncode == 0, call


def test_explain_hides_the_number_of_a_private_call(loaded: Path) -> None:
    assert "4917112345" not in insight("explain", "demo:14", "--json", config=loaded).stdout


def test_an_unknown_call_is_said_with_code_and_next_step(loaded: Path) -> None:
    done = insight("explain", "demo:4711", config=loaded)
    assert done.returncode == 1
    assert "IA-413" in done.stderr
    assert "->" in done.stderr


def test_reconcile_accounts_for_every_line(loaded: Path) -> None:
    done = insight("reconcile", "--from", "2026-03-12", config=loaded)
    assert done.returncode == 0
    assert "27 von 27 Zeilen nachgewiesen (100.0 %)" in done.stdout


def test_status_says_how_far_it_is_loaded(loaded: Path) -> None:
    found = json.loads(insight("status", "--json", config=loaded).stdout)
    assert found[0]["newest_loaded"] == "2026-03-12"
    assert found[0]["days_to_load"] == []


def test_quarantine_is_empty_where_every_line_was_read(loaded: Path) -> None:
    assert json.loads(insight("quarantine", "list", "--json", config=loaded).stdout) == []


def test_a_backfill_forgets_its_progress_when_done(loaded: Path) -> None:
    done = insight("backfill", "--from", "2026-03-11", "--to", "2026-03-13", config=loaded)
    assert done.returncode == 0, done.stderr
    assert list((loaded.parent / "data" / "state").glob("backfill-*")) == []


def test_bad_settings_end_with_code_2_and_name_the_key(tmp_path: Path) -> None:
    config = write_settings(tmp_path, tmp_path)
    config.write_text(config.read_text() + "[kpi]\nservice_level_secondz = 3\n")
    done = insight("status", config=config)
    assert done.returncode == 2
    assert "kpi.service_level_secondz" in done.stderr
    assert "service_level_seconds" in done.stderr


def test_a_range_that_ends_before_it_begins_is_wrong_usage(loaded: Path) -> None:
    done = insight("run", "--from", "2026-03-12", "--to", "2026-03-11", config=loaded)
    assert done.returncode == 2


def test_days_before_the_first_partition_are_refused(loaded: Path) -> None:
    done = insight("run", "--from", "2025-01-01", config=loaded)
    assert done.returncode == 1
    assert "IA-401" in done.stderr
