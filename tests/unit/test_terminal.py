"""The commands with tables on a terminal of 80 columns, in both languages, and in a pipe."""

from __future__ import annotations

import io
from pathlib import Path

import click
import pytest
from click.testing import CliRunner
from rich.console import Console

from insight_pipeline.cli.app import App
from insight_pipeline.cli.login import login
from insight_pipeline.cli.powerbi import status as powerbi_status
from insight_pipeline.cli.quarantine import quarantine
from insight_pipeline.cli.quota import quota
from insight_pipeline.cli.reconcile import reconcile
from insight_pipeline.cli.status import status
from insight_pipeline.orchestration.site import Site
from insight_pipeline.settings import load_settings
from tests import direct
from tests.conftest import write_settings
from tests.pipeline import GOLDEN

FILE = "verbindungsdaten_2026-03-02_2026-03-08.csv"
LATER = "nachtrag_2026-03-09.csv"
COMMANDS: dict[str, tuple[click.Command, list[str], list[str]]] = {
    "status": (status, [], ["demo", "2026-03-12"]),
    "reconcile": (reconcile, ["--from", "2026-03-01", "--to", "2026-03-31"], [FILE, "2026-03-12"]),
    "quarantine": (quarantine, ["list"], [FILE, "IA-305", "zwölf"]),
    "quota": (quota, [], ["fact_queue_visit", "insight_historical:"]),
    "powerbi status": (powerbi_status, [], ["fact_agent_contact", "dim_interval"]),
    "login": (login, ["--status"], ["IA-501"]),
}


@pytest.fixture(scope="module")
def config(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """Two files with a line in quarantine each, one of them read and not loaded."""
    folder = tmp_path_factory.mktemp("terminal")
    lines = (GOLDEN / "examples/landing/demo/call_list/output.csv").read_text("utf-8").splitlines()
    landing = folder / "landing" / "demo" / "call_list"
    landing.mkdir(parents=True)
    broken = lines[1].replace(";101;", ";zwölf;")
    early, late = [*lines, broken], [text.replace("12.03.2026", "13.03.2026") for text in lines]
    (landing / FILE).write_text("\n".join(early) + "\n", "utf-8")
    (landing / LATER).write_text("\n".join([*late, broken]) + "\n", "utf-8")
    config = write_settings(folder, folder / "landing")
    site = Site("demo", load_settings(config, {}))
    direct.read(site)
    site.refresh_reports()
    site.lake.write("cdr_quarantine", site.quarantine())
    return config


def _printed(config: Path, name: str, locale: str, *, is_terminal: bool) -> str:
    command, arguments, _ = COMMANDS[name]
    output = io.StringIO()
    app = App(config)
    app.settings = load_settings(config, {"INSIGHT_LOCALE": locale})
    app.console = Console(
        file=output, width=80, force_terminal=is_terminal, color_system=None, markup=False
    )
    CliRunner().invoke(command, arguments, obj=app, catch_exceptions=False)
    return output.getvalue()


@pytest.mark.parametrize("locale", ["de", "en"])
@pytest.mark.parametrize("name", COMMANDS)
def test_nothing_is_wider_than_the_terminal_and_no_name_is_broken(
    config: Path, name: str, locale: str
) -> None:
    printed = _printed(config, name, locale, is_terminal=True)
    assert [line for line in printed.splitlines() if len(line) > 80] == []
    assert [value for value in COMMANDS[name][2] if value not in printed.split()] == []


@pytest.mark.parametrize("name", COMMANDS)
def test_in_a_pipe_no_sentence_is_folded(config: Path, name: str) -> None:
    lines = _printed(config, name, "de", is_terminal=False).splitlines()
    steps = [place for place, line in enumerate(lines) if line.strip().startswith("->")]
    assert all(place + 1 == len(lines) or lines[place + 1][:3] in {"", "IA-"} for place in steps)


def test_lines_in_quarantine_stand_by_the_date_of_their_file(config: Path) -> None:
    printed = _printed(config, "quarantine", "de", is_terminal=False)
    assert printed.index(FILE) < printed.index(LATER)


def test_nothing_english_is_left_in_a_german_list(config: Path) -> None:
    printed = _printed(config, "quarantine", "de", is_terminal=False)
    assert "keine ganze Zahl" in printed
    assert "bad_integer" not in printed
