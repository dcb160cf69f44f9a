"""docs/install.md: its settings are accepted, and its commands lay down what the units look for."""

from __future__ import annotations

import os
import pwd
import re
import subprocess
from pathlib import Path

from insight_pipeline.settings import load_settings
from tests.deploy.programs import BIN, ROOT
from tests.deploy.units import SERVICES, UNITS
from tests.unit.test_named_commands import _wrong

GUIDE = (ROOT / "docs" / "install.md").read_text("utf-8")
COMMANDS = "".join(re.findall(r"```bash\n(.+?)```", GUIDE, re.DOTALL)).splitlines()
ME = pwd.getpwuid(os.getuid()).pw_name


def test_every_file_of_deploy_that_the_guide_names_is_there() -> None:
    named = set(re.findall(r"deploy/[\w./*-]*[\w*]", GUIDE))
    assert len(named) > 5
    assert {name for name in named if not list(ROOT.glob(name))} == set()


def test_every_command_of_the_program_that_it_names_exists() -> None:
    pieces = [*COMMANDS, *re.findall(r"`([^`\n]+)`", GUIDE)]
    found = [re.fullmatch(r"(?:docker compose exec code )?insight (.+)", one) for one in pieces]
    named = [one[1].split() for one in found if one]
    assert {"status", "backfill", "login"} <= {words[0] for words in named}
    assert [problem for words in named if (problem := _wrong(words))] == []


def test_its_settings_are_accepted(tmp_path: Path) -> None:
    (text,) = re.findall(r"```toml\n(.+?)```", GUIDE, re.DOTALL)
    file = tmp_path / "insight.toml"
    file.write_text(text.replace("/var/lib/insight", str(tmp_path / "var")), "utf-8")
    settings = load_settings(file, environ={})
    assert settings.landing_dir == Path("/srv/insight")
    assert (
        settings.sinks.relational.url.get_secret_value() == f"sqlite:///{tmp_path}/var/insight.db"
    )


def test_its_commands_lay_down_what_the_units_look_for(tmp_path: Path) -> None:
    for command in COMMANDS:
        if command.startswith("install "):
            here = re.sub(r" (/etc/|/srv/|/usr/)", rf" {tmp_path}\1", command)
            for folder in ("etc", "srv", "usr/local/bin"):
                (tmp_path / folder).mkdir(parents=True, exist_ok=True)
            mine = re.sub(r" -[go] \w+", "", here)
            subprocess.run(mine, shell=True, check=True, cwd=ROOT)  # noqa: S602 - our own guide
    files = "".join(file.read_text("utf-8") for file in UNITS.glob("insight*.service"))
    named = set(re.findall(r"/etc/insight/[\w.]+", files + str(SERVICES)))
    named |= set(
        re.findall(r"^INSIGHT_CONFIG=(.+)$", (UNITS / "environment").read_text(), re.MULTILINE)
    )
    assert {"/etc/insight/environment", "/etc/insight/workspace.yaml"} < named
    assert {name for name in named if not Path(f"{tmp_path}{name}").is_file()} == set()
    assert (tmp_path / "etc" / "insight" / "dagster.yaml").is_file()
    assert os.access(tmp_path / "usr" / "local" / "bin" / "insight", os.X_OK)


def test_the_command_line_runs_with_the_services_settings(tmp_path: Path) -> None:
    program = tmp_path / "insight"
    text = (UNITS / "insight").read_text("utf-8")
    for real, here in (
        ("!= insight ]", f"!= {ME} ]"),
        ("/etc/insight", str(tmp_path)),
        ("/opt/insight-pipeline/.venv/bin/insight", "/usr/bin/env"),
    ):
        assert real in text
        text = text.replace(real, here)
    program.write_text(text, "utf-8")
    (tmp_path / "environment").write_bytes((UNITS / "environment").read_bytes())
    shell = ["sh", str(program), "sh", "-c", "umask; echo $INSIGHT_CONFIG"]
    told = subprocess.run(shell, check=True, capture_output=True, text=True).stdout
    assert told == "0077\n/etc/insight/insight.toml\n"
    assert (BIN / "insight").exists()
