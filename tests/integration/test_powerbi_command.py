"""`insight powerbi` as a user calls it, against the emulator: what it says, and its exit codes."""

from __future__ import annotations

import json
import os
import subprocess
import sys
from collections.abc import Iterator
from pathlib import Path

import pytest

from insight_pipeline.emulator import Emulator, running_emulator
from insight_pipeline.orchestration.pushing import Push
from insight_pipeline.sinks.powerbi.login import Login
from tests.pipeline import Pipeline
from tests.uploading import DAY, approving, be_quick, log_in, uploading_settings

PUSHED = {"fact_call": 15, "dim_interval": 96}


@pytest.fixture
def emulator() -> Iterator[Emulator]:
    with running_emulator(approving()) as found:
        yield found


@pytest.fixture
def config(tmp_path: Path, emulator: Emulator, monkeypatch: pytest.MonkeyPatch) -> Path:
    """Settings whose day of worked calls was loaded and pushed."""
    be_quick(monkeypatch)
    config = uploading_settings(tmp_path, emulator.url)
    log_in(config)
    assert Pipeline(config).load("demo", DAY, DAY).is_success
    return config


def insight(config: Path, *arguments: str) -> subprocess.CompletedProcess[str]:
    environ = {k: v for k, v in os.environ.items() if not k.startswith(("INSIGHT_", "DAGSTER_"))}
    program = [sys.executable, "-m", "insight_pipeline.cli.main", "--config", str(config)]
    return subprocess.run(
        [*program, *arguments], capture_output=True, text=True, check=False, env=environ
    )


def _status(config: Path) -> dict[str, dict[str, object]]:
    done = insight(config, "powerbi", "status", "--json")
    return {row["table"]: row for row in json.loads(done.stdout)}


def test_status_shows_what_is_known_here_and_why_the_service_is_not_asked(
    config: Path, emulator: Emulator
) -> None:
    settings = log_in(config)
    assert {name: _status(config)[name]["in_service"] for name in PUSHED} == PUSHED
    assert insight(config, "powerbi", "status").returncode == 0

    Push(settings).hold("fact_call", "Umbau")
    Login(settings.sinks.powerbi, settings.data_dir).logout()
    nobody = insight(config, "powerbi", "status")
    assert nobody.returncode == 3
    assert nobody.stdout.count("IA-501") == 1
    assert "IA-559 Die Tabelle fact_call ist angehalten: Umbau." in nobody.stdout
    assert "insight powerbi release fact_call" in nobody.stdout
    row = _status(config)["fact_call"]
    assert (row["in_service"], row["pushed"], row["in_lake"], row["hold"]) == (
        None,
        15,
        15,
        "IA-559",
    )

    log_in(config)
    emulator.stop()
    away = insight(config, "powerbi", "status")
    assert away.returncode == 3
    assert "IA-563 Power BI ist nicht erreichbar" in away.stdout
    assert _status(config)["fact_call"]["pushed"] == 15


def test_a_dataset_that_was_deleted_is_said_and_what_is_said_helps(
    config: Path, emulator: Emulator
) -> None:
    emulator.reset()
    log_in(config)
    gone = insight(config, "powerbi", "status")
    assert gone.returncode == 3
    assert "IA-570 Das Dataset insight_historical gibt es in Power BI nicht mehr." in gone.stdout
    assert "insight powerbi create" in gone.stdout
    assert insight(config, "powerbi", "create").returncode == 0
    assert insight(config, "powerbi", "push").returncode == 0
    assert {name: _status(config)[name]["in_service"] for name in PUSHED} == PUSHED


def test_push_and_rebuild_tell_a_script_what_they_did(config: Path) -> None:
    rebuilt = insight(config, "powerbi", "rebuild", "dim_agent", "--json")
    assert rebuilt.returncode == 0, rebuilt.stderr
    (table,) = json.loads(rebuilt.stdout)
    assert table["rows_pushed"] > 0
    assert (table["table"], table["rows_waiting"], table["problem"]) == ("dim_agent", 0, None)

    insight(config, "powerbi", "hold", "dim_queue", "--reason", "Umbau")
    pushed = insight(config, "powerbi", "push", "--json")
    assert pushed.returncode == 3
    problem = {row["table"]: row["problem"] for row in json.loads(pushed.stdout)}["dim_queue"]
    assert problem["code"] == "IA-559"
    assert "Umbau" in problem["text"]
    assert "insight powerbi release dim_queue" in problem["next_step"]


@pytest.mark.parametrize("command", ["rebuild", "hold", "release"])
def test_a_table_that_is_not_in_the_dataset_is_wrong_usage(tmp_path: Path, command: str) -> None:
    config = uploading_settings(tmp_path, "http://127.0.0.1:9")
    done = insight(config, "powerbi", command, "fact_cal")
    assert done.returncode == 2
    assert "IA-567" in done.stderr


def test_what_waits_while_uploading_is_off_is_told_to_those_alone_who_have_uploaded(
    config: Path, emulator: Emulator
) -> None:
    push = Push(log_in(config))
    push.hold("dim_queue", "Umbau")
    push.rebuild("dim_agent")
    emulator.stop()
    push.push(["dim_agent"])
    off = config.read_text("utf-8").replace("upload = true", "upload = false")
    config.write_text(off, "utf-8")
    told = insight(config, "status").stdout
    assert "IA-564 Das Hochladen von Daten ist nicht aktiviert" in told
    assert "IA-559 Die Tabelle dim_queue ist angehalten: Umbau." in told
    ledger = config.parent / "data" / "state" / "powerbi.db"
    ledger.unlink()
    assert "IA-5" not in insight(config, "status").stdout
    assert not ledger.exists()


@pytest.mark.parametrize("command", [["create"], ["push"], ["rebuild", "fact_call"]])
def test_nothing_is_sent_by_hand_either_while_uploading_is_off(
    config: Path, emulator: Emulator, command: list[str]
) -> None:
    text = config.read_text("utf-8")
    config.write_text(text.replace("upload = true", "upload = false"), "utf-8")
    before = len(emulator.log())
    refused = insight(config, "powerbi", *command)
    config.write_text(text, "utf-8")
    assert refused.returncode == 2
    assert "IA-564 Das Hochladen von Daten ist nicht aktiviert" in refused.stderr
    assert len(emulator.log()) == before
