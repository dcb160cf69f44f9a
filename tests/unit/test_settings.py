"""Settings: defaults, the environment over the file, relative paths, and refusals that help."""

from __future__ import annotations

import os
from pathlib import Path

import pytest

from insight_pipeline.model.errors import SettingsError
from insight_pipeline.model.messages import (
    CATALOGUE,
    DIRECTORY_CODES,
    QUARANTINE_CODES,
    REFUSAL_CODES,
)
from insight_pipeline.model.rows import Reason, Refusal
from insight_pipeline.settings import load_settings

PLAIN = '[installations.demo]\ntimezone = "Europe/Berlin"\nstart_date = 2026-03-01\n'


def _file(folder: Path, text: str) -> Path:
    file = folder / "insight.toml"
    file.write_text(text, encoding="utf-8")
    return file


def _refused(folder: Path, text: str) -> list[str]:
    with pytest.raises(SettingsError) as error:
        load_settings(_file(folder, text), {})
    return [str(problem) for problem in error.value.problems]


def test_relative_paths_count_from_the_settings_file(tmp_path: Path) -> None:
    settings = load_settings(_file(tmp_path, PLAIN), {})
    assert settings.data_dir == tmp_path / ".insight"
    url = settings.sinks.relational.url.get_secret_value()
    assert url == f"sqlite:///{tmp_path}/.insight/insight.db"


def test_the_environment_overrides_every_value(tmp_path: Path) -> None:
    environ = {
        "INSIGHT_KPI__SERVICE_LEVEL_SECONDS": "30",
        "INSIGHT_INSTALLATIONS__DEMO__TIMEZONE": "America/New_York",
    }
    settings = load_settings(_file(tmp_path, PLAIN), environ)
    assert settings.kpi.service_level_seconds == 30
    assert settings.installations["demo"].timezone == "America/New_York"


def test_all_problems_are_told_at_once_with_key_and_cure(tmp_path: Path) -> None:
    problems = _refused(tmp_path, PLAIN + 'zone = 1\n[kpi]\nservice_level_variant = "best"\n')
    assert any("installations.demo.zone" in p and "IA-102" in p for p in problems)
    assert any("kpi.service_level_variant" in p and "abandoned_negative" in p for p in problems)


def test_a_password_in_the_file_is_refused_and_never_shown(tmp_path: Path) -> None:
    text = PLAIN + '[sinks.relational]\nurl = "postgresql+psycopg://u:geheim@h/d"\n'
    problems = _refused(tmp_path, text)
    assert any("IA-104" in problem for problem in problems)
    assert "geheim" not in "".join(problems)


def test_a_secret_is_read_from_the_file_that_is_named(tmp_path: Path) -> None:
    (tmp_path / "url").write_text("sqlite:////srv/x.db\n")
    settings = load_settings(_file(tmp_path, PLAIN + '[sinks.relational]\nurl_file = "url"\n'), {})
    assert settings.sinks.relational.url.get_secret_value() == "sqlite:////srv/x.db"
    assert "/srv/x.db" not in repr(settings)


def test_a_privacy_profile_that_is_not_there_yet_is_refused(tmp_path: Path) -> None:
    assert "IA-105" in _refused(tmp_path, PLAIN + '[privacy]\nprofile = "anonymised"\n')[0]


@pytest.mark.parametrize(
    ("text", "key", "cure"),
    [
        ('[sinks.powerbi]\ncloud = "germany"\n', "sinks.powerbi.cloud", "29 October 2021"),
        ('[sinks.powerbi]\nretention = "fifo"\n', "sinks.powerbi.retention", "corrections"),
        ("[kpi]\nservice_level_seconds = true\n", "kpi.service_level_seconds", "whole number"),
        ('[installations.x]\ntimezone = "UTC"\nstart_date = 0\n', "x.start_date", "2026-03-01"),
        ('[installations.x]\ntimezone = "UTC"\ngroups = [true]\n', "x.groups.0", "whole number"),
    ],
)
def test_a_value_of_the_wrong_kind_is_refused_with_what_would_be_right(
    tmp_path: Path, text: str, key: str, cure: str
) -> None:
    assert any(key in p and cure in p for p in _refused(tmp_path, PLAIN + text))


def test_a_path_with_a_nul_is_refused(tmp_path: Path) -> None:
    assert "landing_dir" in _refused(tmp_path, 'landing_dir = "a\\u0000b"\n' + PLAIN)[0]


@pytest.mark.parametrize("text", ["12", "[12]", " 12 ,"])
def test_groups_can_be_given_by_a_variable(tmp_path: Path, text: str) -> None:
    environ = {"INSIGHT_INSTALLATIONS__DEMO__GROUPS": text}
    assert load_settings(_file(tmp_path, PLAIN), environ).installations["demo"].groups == (12,)


def test_a_missing_file_is_named(tmp_path: Path) -> None:
    with pytest.raises(SettingsError) as error:
        load_settings(tmp_path / "none.toml", {})
    assert error.value.code == "IA-100"


def test_every_reason_has_a_message_in_both_languages() -> None:
    assert set(REFUSAL_CODES) == set(Refusal)
    assert set(QUARANTINE_CODES) == set(Reason)
    for code in (*REFUSAL_CODES.values(), *QUARANTINE_CODES.values(), *DIRECTORY_CODES.values()):
        assert code in CATALOGUE


@pytest.mark.parametrize("code", CATALOGUE)
def test_every_message_says_what_why_and_what_next_in_both_languages(code: str) -> None:
    message = CATALOGUE[code]
    for words in (message.de, message.en):
        assert words.text
        assert words.cause
        assert words.next_step


@pytest.mark.skipif(os.geteuid() == 0, reason="root may look everywhere")
def test_a_data_folder_that_somebody_may_not_look_into_is_no_unfinished_restore(
    tmp_path: Path,
) -> None:
    """As when a command is called by another user than the service's."""
    file = tmp_path / "insight.toml"
    part = '[installations.demo]\ntimezone = "Europe/Berlin"\nstart_date = 2026-03-01\n'
    file.write_text('data_dir = "data"\n' + part, "utf-8")
    (tmp_path / "data").mkdir(mode=0)
    try:
        assert load_settings(file, environ={}).data_dir == tmp_path / "data"
    finally:
        (tmp_path / "data").chmod(0o700)
