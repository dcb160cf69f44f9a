"""`insight settings` as a user calls it: what it says, what it writes, and its exit codes."""

from __future__ import annotations

import json
import shutil
from pathlib import Path

import pytest
from click.testing import CliRunner, Result

from insight_pipeline.cli import settings as command
from insight_pipeline.cli.main import insight
from insight_pipeline.model.errors import PermanentError
from insight_pipeline.setting_steps import Step, migrated
from insight_pipeline.sources.landing import read_new
from tests.conftest import write_settings
from tests.pipeline import GOLDEN

SECRET = "a-word-that-nobody-may-see"  # noqa: S105 - planted to be looked for
MAIL = """
[mail]
host = "mail.company.example"
from = "insight@company.example"
password_file = "mail.password"
user = "insight"
[kpi]
service_level_seconds = 30
"""


@pytest.fixture
def config(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    """Settings with a secret in a file, and a landing folder."""
    for name in ("INSIGHT_CONFIG", "INSIGHT_DATA_DIR"):
        monkeypatch.delenv(name, raising=False)
    home = tmp_path / "home"
    shutil.copytree(GOLDEN / "examples" / "landing", home / "landing")
    file = write_settings(home, Path("landing"))
    file.write_text(file.read_text() + MAIL)
    secret = home / "mail.password"
    secret.touch(0o600)
    secret.write_text(SECRET)
    return file


def run(config: Path, *arguments: str) -> Result:
    found = CliRunner().invoke(insight, ["--config", str(config), "settings", *arguments])
    assert SECRET not in found.output
    return found


def told(config: Path) -> tuple[dict[str, dict[str, object]], list[str], int]:
    """The values by key, the codes of the problems, and the exit code."""
    done = run(config, "check", "--json")
    found = json.loads(done.stdout)
    values = {value["key"]: value for value in found["values"]}
    return values, [problem["code"] for problem in found["problems"]], done.exit_code


def test_every_value_is_told_with_what_gave_it(
    config: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("INSIGHT_KPI__SHORT_ABANDON_SECONDS", "7")
    values, problems, code = told(config)
    assert (problems, code) == ([], 0)
    origins = {
        key: (value["value"], value["origin"], value["place"]) for key, value in values.items()
    }
    lines = config.read_text().splitlines()
    line = lines.index("service_level_seconds = 30") + 1
    assert origins["kpi.service_level_seconds"] == ("30", "file", line)
    variable = "INSIGHT_KPI__SHORT_ABANDON_SECONDS"
    assert origins["kpi.short_abandon_seconds"] == ("7", "variable", variable)
    assert origins["kpi.callback_window_hours"] == ("24", "default", None)
    secret = str(config.parent / "mail.password")
    assert origins["mail.password"] == ("set", "secret_file", secret)
    assert origins["data_dir"][0] == f'"{config.parent}/data"'
    assert origins["sinks.relational.url"][:2] == ("set", "file")


def test_the_tables_say_the_same_in_german(config: Path) -> None:
    done = run(config, "check")
    line = config.read_text().splitlines().index("service_level_seconds = 30") + 1
    assert done.exit_code == 0
    assert "[kpi]\n" in done.output
    rows = [" ".join(row.split()) for row in done.output.splitlines()]
    assert f"service_level_seconds 30 insight.toml, Zeile {line}" in rows
    assert "callback_window_hours 24 Vorgabe" in rows
    assert f"password gesetzt {config.parent}/mail.password" in rows


def test_what_a_start_would_refuse_is_told_with_key_and_cure(
    config: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("INSIGHT_KPI__SERVICE_LEVEL_SECOND", "20")
    config.write_text(config.read_text() + 'service_level_variant = "best"\n')
    done = run(config, "check")
    assert done.exit_code == 2
    assert "INSIGHT_KPI__SERVICE_LEVEL_SECONDS" in done.output
    assert "kpi.service_level_variant" in done.output


def test_secrets_that_others_may_read_and_folders_that_are_missing_are_told(config: Path) -> None:
    (config.parent / "mail.password").chmod(0o644)
    shutil.rmtree(config.parent / "landing")
    _, problems, code = told(config)
    assert (problems, code) == (["IA-730", "IA-731"], 2)
    assert "chmod 600" in run(config, "check").output


def read_exports(config: Path) -> None:
    from insight_pipeline.orchestration.site import Site
    from insight_pipeline.settings import load_settings

    site = Site("demo", load_settings(config, {}))
    read_new(site.raw, site.landing, site.read_limits)


def test_a_backup_moves_to_another_folder_with_its_secrets_when_asked_for(
    config: Path, tmp_path: Path
) -> None:
    read_exports(config)
    file, there = tmp_path / "backup.zip", tmp_path / "there"
    done = run(config, "backup", "-o", str(file))
    assert (done.exit_code, "IA-732" in done.output) == (0, True)
    assert SECRET.encode() not in file.read_bytes()

    assert "IA-732" not in run(config, "backup", "-o", str(file), "--with-secrets").output
    done = run(config, "restore", str(file), "--into", str(there))
    assert done.exit_code == 0, done.output
    assert "insight backfill --from 2026-03-12 --to 2026-03-12" in done.output
    assert (there / "insight.toml").read_bytes() == config.read_bytes()
    assert (there / "mail.password").read_text() == SECRET
    assert (there / "mail.password").stat().st_mode & 0o077 == 0
    assert (there / "data" / "raw" / "demo" / "index.db").exists()
    assert told(there / "insight.toml")[1] == ["IA-731"]  # the landing folder did not move


def test_nothing_to_migrate_is_said_and_nothing_written(config: Path) -> None:
    def seen() -> list[Path]:
        return [path for path in sorted(config.parent.iterdir()) if path.name != "data"]  # the log

    before = seen()
    done = run(config, "migrate")
    assert (done.exit_code, "nichts zu tun" in done.output) == (0, True)
    assert seen() == before


def test_a_migration_keeps_the_old_file_and_a_dry_run_writes_nothing(
    config: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    step = Step("0.2", "kpi.answer_within", "kpi.service_level_seconds")
    old = config.read_text().replace("service_level_seconds", "answer_within")
    config.write_text(old)
    config.chmod(0o640)
    monkeypatch.setattr(command, "STEPS", (step,))
    monkeypatch.setattr(command, "migrated", lambda text: migrated(text, [step]))
    monkeypatch.setenv("INSIGHT_KPI__ANSWER_WITHIN", "20")
    # Until it is migrated, the file is refused, and messages are German.
    assert "IA-735" in run(config, "migrate", "--dry-run").output
    assert config.read_text() == old
    monkeypatch.delenv("INSIGHT_KPI__ANSWER_WITHIN")
    done = run(config, "migrate")
    assert "kpi.answer_within -> kpi.service_level_seconds (Version 0.2)" in done.output
    assert "service_level_seconds = 30" in config.read_text()
    assert config.stat().st_mode & 0o777 == 0o640
    (kept,) = config.parent.glob("insight.toml.before-*")
    assert kept.read_text() == old
    assert told(config)[1] == []


def test_what_is_no_backup_or_not_there_is_refused(config: Path, tmp_path: Path) -> None:
    file = tmp_path / "no.zip"
    file.write_bytes(b"no archive")
    done = run(config, "restore", str(file))
    assert isinstance(done.exception, PermanentError)
    assert done.exception.code == "IA-724"
    assert run(config, "restore", str(tmp_path / "nowhere.zip")).exit_code == 2
