"""The program's frame: help without Dagster, exit codes, and errors in the settings' language."""

from __future__ import annotations

import os
import sqlite3
import subprocess
import sys
from pathlib import Path

import click
import pytest

from insight_pipeline import __version__
from insight_pipeline.cli import main as program
from insight_pipeline.cli.app import App, pass_app
from insight_pipeline.model.errors import PermanentError, SettingsError

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


@pytest.mark.parametrize(
    ("error", "code", "said"),
    [
        (FileNotFoundError(2, "No such file or directory", "/x.csv"), 1, "IA-431"),
        (OSError("odd"), 1, "IA-431 The operating system reports an error: odd."),
        (sqlite3.OperationalError("database is locked"), 1, "IA-433"),
        (KeyboardInterrupt(), 130, "IA-430 Stopped."),
        (click.Abort(), 130, "IA-430 Stopped."),
    ],
)
def test_what_goes_wrong_outside_is_said_without_a_traceback(
    config: Path,
    monkeypatch: pytest.MonkeyPatch,
    capsys: pytest.CaptureFixture[str],
    error: BaseException,
    code: int,
    said: str,
) -> None:
    def fail(*_: object) -> None:
        raise error

    monkeypatch.setattr(App, "show", fail)
    assert _exit_code(monkeypatch, "--config", str(config), "look-up") == code
    err = capsys.readouterr().err
    assert said in err
    assert "Traceback" not in err


@pytest.mark.parametrize("name", ["DAGSTER_HOME", "INSIGHT_DAGSTER_DIR"])
def test_a_relative_folder_for_dagster_is_made_absolute(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, name: str
) -> None:
    app = _app(tmp_path, monkeypatch)
    (tmp_path / "home").mkdir()
    monkeypatch.chdir(tmp_path)
    monkeypatch.setenv(name, "home")
    app.prepare_dagster()
    assert os.environ[name] == str(tmp_path / "home")


def test_an_empty_variable_counts_as_not_given(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    app = _app(tmp_path, monkeypatch)
    monkeypatch.setenv("DAGSTER_HOME", "")
    app.prepare_dagster()
    assert os.environ["DAGSTER_HOME"] == str(tmp_path / ".insight" / "dagster")


def test_a_folder_for_dagster_that_is_not_there_is_told(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    app = _app(tmp_path, monkeypatch)
    monkeypatch.setenv("DAGSTER_HOME", str(tmp_path / "none"))
    with pytest.raises(SettingsError) as error:
        app.prepare_dagster()
    assert error.value.code == "IA-110"
    assert str(tmp_path / "none") in error.value.problems[0].message("de")


def _app(folder: Path, monkeypatch: pytest.MonkeyPatch) -> App:
    for name in ("INSIGHT_CONFIG", "INSIGHT_LOCALE", "INSIGHT_DAGSTER_DIR", "DAGSTER_HOME"):
        monkeypatch.setenv(name, "")
        monkeypatch.delenv(name)
    (folder / "insight.toml").write_text(SETTINGS, encoding="utf-8")
    return App(folder / "insight.toml")
