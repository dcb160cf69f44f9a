"""The program `insight` as a user calls it: in a process of its own, with its exit codes."""

from __future__ import annotations

import json
import os
import re
import shutil
import signal
import subprocess
import sys
import time
from datetime import datetime, timedelta
from pathlib import Path
from zoneinfo import ZoneInfo

import pytest

from tests import direct
from tests.conftest import write_settings
from tests.pipeline import GOLDEN

ROOT = Path(__file__).parents[2]


def insight(
    *arguments: str, config: Path | None = None, **variables: str
) -> subprocess.CompletedProcess[str]:
    """Call `insight`, with no settings from outside but these."""
    command = _command(*arguments, config=config)
    environ = {**_environ(), **variables}
    return subprocess.run(command, capture_output=True, text=True, check=False, env=environ)


def _command(*arguments: str, config: Path | None) -> list[str]:
    options = ["--config", str(config)] if config else []
    return [sys.executable, "-m", "insight_pipeline.cli.main", *options, *arguments]


def _environ() -> dict[str, str]:
    return {k: v for k, v in os.environ.items() if not k.startswith(("INSIGHT_", "DAGSTER_"))}


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
    assert "27 von 27 Zeilen nachgewiesen (100,0 %)" in done.stdout


def test_status_says_how_far_it_is_loaded(loaded: Path) -> None:
    found = json.loads(insight("status", "--json", config=loaded).stdout)["installations"][0]
    assert found["sinks"]["lake"]["newest_day"] == "2026-03-12"
    assert found["days_to_load"] == []


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


def _two_installations(folder: Path, start: str) -> Path:
    """The day of worked calls twice: `demo`, and `late` with a start date of its own."""
    landing = folder / "landing"
    for name in ("demo", "late"):
        shutil.copytree(GOLDEN / "examples" / "landing" / "demo", landing / name)
    config = write_settings(folder, landing)
    late = f'[installations.late]\ntimezone = "Europe/Berlin"\nstart_date = {start}\n'
    config.write_text(config.read_text("utf-8") + late, encoding="utf-8")
    return config


def test_a_run_names_days_without_calls_and_days_that_do_not_exist(tmp_path: Path) -> None:
    config = write_settings(tmp_path, GOLDEN / "examples" / "landing")
    done = insight("run", "--from", "2026-02-27", "--to", "2026-03-12", config=config)
    assert done.returncode == 0, done.stderr
    assert "IA-406 demo: ohne Anrufe: 2026-03-01 bis 2026-03-11, 11 Tage." in done.stdout
    assert "IA-407 demo: von 2026-02-27 bis 2026-03-12 gibt es nur" in done.stderr
    assert "bis 2026-03-12." in done.stderr


def test_a_run_cuts_off_days_to_come_and_says_so(tmp_path: Path) -> None:
    today = datetime.now(ZoneInfo("Europe/Berlin")).date()
    config = write_settings(tmp_path, GOLDEN / "examples" / "landing")
    first, last = today - timedelta(days=1), today + timedelta(days=30)
    done = insight("run", "--from", str(first), "--to", str(last), config=config)
    assert done.returncode == 0, done.stderr
    assert f"bis {last} gibt es nur die Tage" in done.stderr


def test_an_installation_that_starts_later_stops_no_other(tmp_path: Path) -> None:
    config = _two_installations(tmp_path, "2026-04-01")
    done = insight("run", "--from", "2026-03-12", config=config)
    assert done.returncode == 0, done.stderr
    assert "demo: 2026-03-12 bis 2026-03-12 geladen." in done.stdout
    assert "IA-401" in done.stderr
    assert "von late (2026-04-01" in done.stderr
    told = json.loads(insight("reconcile", "--from", "2026-03-12", "--json", config=config).stdout)
    assert [(item["installation"], len(item["dates"])) for item in told] == [
        ("demo", 1),
        ("late", 0),
    ]


def test_a_range_before_every_start_date_is_an_error_that_names_each(tmp_path: Path) -> None:
    config = _two_installations(tmp_path, "2026-04-01")
    done = insight("run", "--from", "2025-01-01", config=config)
    assert done.returncode == 1
    assert done.stderr.count("IA-401") == 2


def test_reconcile_fails_where_rows_were_read_and_not_loaded(tmp_path: Path) -> None:
    config = _two_installations(tmp_path, "2026-03-01")
    for site in direct.sites_of(config):
        direct.read(site)
        site.refresh_reports()
    done = insight("reconcile", "--from", "2026-03-12", config=config)
    assert done.returncode == 1
    assert done.stdout.count("IA-414") == 2
    assert "nicht geladen" in done.stdout


def test_reconcile_takes_no_range_that_ends_before_it_begins(loaded: Path) -> None:
    done = insight("reconcile", "--from", "2026-03-12", "--to", "2026-03-11", config=loaded)
    assert done.returncode == 2
    assert "IA-408 Der Zeitraum endet vor seinem Beginn" in done.stderr


@pytest.mark.parametrize(
    "call", ["demo:--5", "demo:²", "demo:99999999999999999999", "demo:", "demo", "nobody:1"]
)
def test_what_is_no_number_of_a_call_is_said_to_be_none(loaded: Path, call: str) -> None:
    done = insight("explain", "--", call, config=loaded)
    assert done.returncode == 1
    assert "IA-413" in done.stderr
    assert "Traceback" not in done.stderr


@pytest.mark.parametrize(
    "arguments",
    [
        ("quarantine", "export", "-o", "/nonexistent/x.csv"),
        ("quarantine", "export", "-o", "/"),
        ("simulate", "--out", "/dev/null/x", "--from", "2026-03-02", "--to", "2026-03-02"),
    ],
)
def test_a_place_that_cannot_be_written_is_named(loaded: Path, arguments: tuple[str, ...]) -> None:
    done = insight(*arguments, config=loaded)
    assert done.returncode == 1
    assert "IA-432" in done.stderr
    assert "Traceback" not in done.stderr


def test_a_quarantine_lists_refused_files_with_code_and_next_step(tmp_path: Path) -> None:
    config = _two_installations(tmp_path, "2026-03-01")
    folder = tmp_path / "landing" / "demo" / "call_list"
    lines = (folder / "output.csv").read_text("utf-8").splitlines()
    (folder / "b.csv").write_text(f"{lines[0]}\n{lines[1]}\nx;y\n", "utf-8")
    (folder / "c.csv").write_text(lines[0].replace("starttime", "begin") + "\n", "utf-8")
    assert insight("run", "--from", "2026-03-12", config=config).returncode == 0
    found = json.loads(insight("quarantine", "list", "--json", config=config).stdout)
    file, line = found
    assert file["file_name"] == "call_list/c.csv"
    assert file["line_number"] is None
    assert (file["code"], file["reason"]) == ("IA-208", "missing_column")
    assert file["detail"] == "es fehlen: starttime; neu sind: begin"
    assert "Spalten" in file["next_step"]
    assert (line["file_name"], line["line_number"]) == ("b.csv", 3)
    assert (line["code"], line["reason"]) == ("IA-303", "field_count")
    told = insight("quarantine", "list", config=config).stdout
    assert "IA-208 call_list/c.csv: die Spalten passen nicht" in told
    assert "IA-303" in told


def test_ctrl_c_ends_a_run_with_one_line_and_code_130(tmp_path: Path) -> None:
    config = _two_installations(tmp_path, "2026-03-01")
    command = _command("run", "--from", "2026-03-01", "--to", "2026-03-31", config=config)
    pipes = {"stdout": subprocess.PIPE, "stderr": subprocess.PIPE}
    with subprocess.Popen(command, env=_environ(), text=True, **pipes) as running:  # type: ignore[call-overload]
        index = tmp_path / "data" / "raw" / "demo" / "index.db"
        for _ in range(600):
            if index.exists() or running.poll() is not None:
                break
            time.sleep(0.1)
        running.send_signal(signal.SIGINT)
        out, err = running.communicate(timeout=120)
    assert running.returncode == 130, err
    assert err.split("\n") == ["", err.strip(), ""]
    assert err.strip().startswith("IA-430 Abgebrochen.")
    assert "geladen" not in out
    assert not (tmp_path / "data" / "raw" / "late").exists()


def test_output_that_nobody_reads_any_more_ends_quietly(loaded: Path) -> None:
    command = _command("status", "--json", config=loaded)
    with subprocess.Popen(
        command, env=_environ(), stdout=subprocess.PIPE, stderr=subprocess.PIPE
    ) as running:
        assert running.stdout is not None
        assert running.stderr is not None
        running.stdout.close()
        assert running.stderr.read() == b""
    assert running.returncode == 1


def test_a_folder_of_dagster_that_is_not_there_ends_with_code_2(loaded: Path) -> None:
    done = insight("run", "--from", "2026-03-12", config=loaded, DAGSTER_HOME="/nonexistent")
    assert done.returncode == 2
    assert "IA-110" in done.stderr
