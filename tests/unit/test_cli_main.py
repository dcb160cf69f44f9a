"""The program's frame: help without Dagster, exit codes, and errors in the settings' language."""

from __future__ import annotations

import subprocess
import sys
from pathlib import Path

import click
import pytest

from insight_pipeline import __version__
from insight_pipeline.cli import main as program
from insight_pipeline.cli.app import App, pass_app
from insight_pipeline.model.errors import PermanentError

SETTINGS = (
    'locale = "en"\n[installations.demo]\ntimezone = "Europe/Berlin"\nstart_date = 2026-03-01\n'
)


@click.command()
@pass_app
def look_up(app: App) -> None:
    """A command that fails as real ones do."""
    app.show("Names", ["name"], [[f"[/b] {app.installations(None)[0]}"]])
    raise PermanentError("IA-413", call_id="demo:9")


@pytest.fixture
def config(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    for name in ("INSIGHT_CONFIG", "INSIGHT_LOCALE"):
        monkeypatch.delenv(name, raising=False)
    monkeypatch.setattr(program.Commands, "get_command", lambda *_: look_up)
    file = tmp_path / "insight.toml"
    file.write_text(SETTINGS, encoding="utf-8")
    return file


def _exit_code(monkeypatch: pytest.MonkeyPatch, *arguments: str) -> int:
    monkeypatch.setattr(sys, "argv", ["insight", *arguments])
    with pytest.raises(SystemExit) as leave:
        program.main()
    assert isinstance(leave.value.code, int)
    return leave.value.code


def test_help_and_version_need_no_dagster() -> None:
    code = (
        "import sys; sys.argv = ['insight', '--help']\n"
        "from insight_pipeline.cli.main import insight\n"
        "insight(standalone_mode=False)\n"
        "assert not {'dagster', 'great_expectations', 'pandas'} & set(sys.modules)"
    )
    done = subprocess.run([sys.executable, "-c", code], capture_output=True, text=True, check=False)
    assert done.returncode == 0, done.stderr
    assert all(name in done.stdout for name in program.COMMANDS)


def test_the_version_is_the_packages(
    monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    assert _exit_code(monkeypatch, "--version") == 0
    assert __version__ in capsys.readouterr().out


@pytest.mark.parametrize("arguments", [["no-such-command"], ["--no-such-option"]])
def test_wrong_usage_leaves_with_2(monkeypatch: pytest.MonkeyPatch, arguments: list[str]) -> None:
    assert _exit_code(monkeypatch, *arguments) == 2


def test_an_error_leaves_with_1_and_speaks_the_settings_language(
    config: Path, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    assert _exit_code(monkeypatch, "--config", str(config), "look-up") == 1
    said = capsys.readouterr()
    assert "IA-413 There is no call demo:9." in said.err
    assert "-> Check the number" in said.err
    assert "[/b] demo" in said.out


def test_refused_settings_leave_with_2_in_the_language_they_ask_for(
    config: Path, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    config.write_text('landingdir = "x"\nzone = 1\n' + SETTINGS, encoding="utf-8")
    assert _exit_code(monkeypatch, "--config", str(config), "look-up") == 2
    said = capsys.readouterr().err
    assert "there is no setting landingdir" in said
    assert "landing_dir" in said
    assert "there is no setting zone" in said


def test_an_unknown_installation_is_wrong_usage(
    config: Path, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    monkeypatch.setattr(App, "show", lambda self, *_: self.installations("hq"))
    assert _exit_code(monkeypatch, "--config", str(config), "look-up") == 2
    assert "Known are: demo." in capsys.readouterr().err
