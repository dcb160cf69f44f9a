"""`insight logs` and `insight support-bundle` after a load, a crash and an error that was foreseen.

The names, numbers and secrets of the place are canaries: none may be in any file of the bundle.
"""

from __future__ import annotations

import io
import json
import os
import re
import shutil
import sys
import zipfile
from collections.abc import Mapping
from contextlib import redirect_stderr, redirect_stdout
from dataclasses import dataclass
from pathlib import Path
from typing import Any
from unittest import mock

import pytest
from rich.console import Console

from insight_pipeline.cli.app import App
from insight_pipeline.cli.bundle_parts import CONTENTS
from insight_pipeline.cli.log_lines import told
from insight_pipeline.cli.main import main
from insight_pipeline.cli.support_bundle import MANIFEST
from insight_pipeline.logs.reading import entries
from insight_pipeline.logs.writing import log_file
from insight_pipeline.sinks.lake import Lake
from tests.conftest import write_settings
from tests.integration.canaries.searching import planted_in
from tests.pipeline import GOLDEN

DAY, NEXT_DAY = "2026-03-12", "2026-03-13"
INSTALLATION = "kanarienhaus-1"
PERSON, LOGIN, GROUP = "Kanaria Vogelsang", "kanaria.voliere", "Kanarigruppe"
NUMBER, STRANGER = "+4971155500123", "Zeisig Unbekannt"
TOKEN, PASSWORD = "Bearer kanari-token", "Kanari-Pa55wort"
PBX_HOST, PBX_USER, HOOK = "kanari-anlage.example", "kanarileser", "kanari-hook"
MAIL_HOST, RECIPIENT = "kanari-mail.example", "kanarichef@firma.example"
CANARIES = {
    "installation": "kanarienhaus",
    "first name": "Kanaria",
    "last name": "Vogelsang",
    "login": "voliere",
    "group": GROUP,
    "number": "71155500123",
    "stranger": "Zeisig",
    "token": "kanari-token",
    "password": PASSWORD,
    "host of the PBX": "kanari-anlage",
    "user of the PBX": PBX_USER,
    "webhook": HOOK,
    "host of mails": "kanari-mail",
    "recipient": "kanarichef",
}
VARIABLES = {
    "INSIGHT_INSTALLATIONS__KANARIENHAUS_1__CDRDATA__URL": (
        f"postgresql://{PBX_USER}:{PASSWORD}@{PBX_HOST}/kanaridb?sslmode=require"
    ),
    "INSIGHT_MAIL__HOST": MAIL_HOST,
    "INSIGHT_MAIL__FROM": RECIPIENT,
    "INSIGHT_MAIL__PASSWORD": PASSWORD,
    "INSIGHT_FAILURES__RECIPIENTS": RECIPIENT,
    "INSIGHT_WEBHOOKS__ZENTRALE__KIND": "slack",
    "INSIGHT_WEBHOOKS__ZENTRALE__URL": f"https://hooks.slack.com/services/{HOOK}",
}
"""Given when the bundle is packed; nothing is sent there."""


@dataclass(frozen=True)
class Place:
    """A data folder, and calls of the program in this process."""

    folder: Path

    @property
    def log(self) -> Path:
        return log_file(self.folder / "data")

    def insight(
        self, *arguments: str, leaves: int = 0, variables: Mapping[str, str] | None = None
    ) -> tuple[str, str]:
        """What a call said on standard output and on standard error."""
        out, err = io.StringIO(), io.StringIO()
        call = ["insight", "--config", str(self.folder / "insight.toml"), *arguments]
        known = {k: v for k, v in os.environ.items() if not k.startswith(("INSIGHT_", "DAGSTER_"))}
        with (
            mock.patch.dict(os.environ, {**known, **(variables or {})}, clear=True),
            mock.patch.object(sys, "argv", call),
            redirect_stdout(out),
            redirect_stderr(err),
            pytest.raises(SystemExit) as ended,
        ):
            main()
        assert ended.value.code == leaves, out.getvalue() + err.getvalue()
        return out.getvalue(), err.getvalue()


@pytest.fixture(scope="module")
def place(tmp_path_factory: pytest.TempPathFactory) -> Place:
    """A day loaded, a load that crashed with what it was given, and a question without an answer."""
    folder = tmp_path_factory.mktemp("logged")
    shutil.copytree(GOLDEN / "examples" / "landing" / "demo", folder / "landing" / INSTALLATION)
    accounts = folder / "landing" / INSTALLATION / "directory" / "accounts.csv"
    lines = accounts.read_text("utf-8").splitlines()
    names = lines[0].split(";")
    for kind, values in {
        "user": {"name": PERSON, "login": LOGIN},
        "group": {"name": GROUP},
    }.items():
        row = next(n for n, line in enumerate(lines) if kind in line.split(";"))
        cells = dict(zip(names, lines[row].split(";"), strict=True)) | values
        lines[row] = ";".join(cells[name] for name in names)
    accounts.write_text("\n".join(lines) + "\n", "utf-8")
    config = write_settings(folder, folder / "landing")
    text = config.read_text("utf-8").replace("installations.demo", f"installations.{INSTALLATION}")
    config.write_text(text + '[log]\nlevel = "trace"\n', "utf-8")
    found = Place(folder)
    found.insight("run", "--from", DAY)
    with mock.patch.object(Lake, "write_days", _crash):
        found.insight("run", "--from", NEXT_DAY, leaves=1)
    found.insight("explain", f"{INSTALLATION}:999999", leaves=1)
    return found


def _crash(*_: object) -> None:
    msg = f"cannot write {PERSON} '{STRANGER}' {NUMBER} {TOKEN}"
    raise ValueError(msg)


def _json(place: Place, *arguments: str) -> list[dict[str, Any]]:
    said, _ = place.insight("logs", "--json", *arguments)
    return [json.loads(line) for line in said.splitlines()]


def test_runs_steps_and_commands_are_logged_with_what_they_belong_to(place: Place) -> None:
    found = _json(place, "-n", "0", "--day", DAY)
    assert {one["installation"] for one in found} == {INSTALLATION}
    (run_id,) = {one["run_id"] for one in found}
    ended = {one["asset"]: one for one in found if one["event"] == "asset_ended"}
    assert ended[f"{INSTALLATION}/relational"]["figures"]["rows_in_run"] > 100
    kinds = {one["event"] for one in found}
    assert {"asset_started", "asset_ended", "check_ended", "file_read", "run_ended"} <= kinds
    assert _json(place, "-n", "0", "--run", run_id[:8]) == found
    commands = [one for one in _json(place, "-n", "0") if one["event"] == "command_ended"]
    assert [one["command"] for one in commands] == ["insight run", "insight run", "insight explain"]
    assert [one["exit_code"] for one in commands] == [0, 1, 1]


def test_errors_stand_in_the_log_with_their_codes_foreseen_or_not(place: Place) -> None:
    codes = [one["code"] for one in _json(place, "--level", "error")]
    assert {"IA-701", "IA-412", "IA-413"} == set(codes)
    (found, *_) = _json(place, "--code", "ia-701")
    assert found["trace"].startswith("Traceback")
    assert "_crash" in found["trace"]
    assert "Bearer ***" in found["error"]


def test_neither_secrets_nor_numbers_are_in_the_log(place: Place) -> None:
    secrets = {name: CANARIES[name] for name in ("number", "token", "password")}
    assert planted_in(place.log.parent, secrets) == set()


def test_the_last_entries_are_shown_and_how_many_there_are(place: Place) -> None:
    said, _ = place.insight("logs", "-n", "1")
    assert "Befehl beendet: insight explain" in said
    total = len(_json(place, "-n", "0"))
    assert f"Die letzten 1 von {total}".replace(",", ".") in said.replace(".", "")
    said, _ = place.insight("logs", "-n", "1", variables={"INSIGHT_LOCALE": "en"})
    assert "Command ended: insight explain" in said
    assert "-n 0 shows all" in said


def test_looking_at_the_log_adds_nothing_to_it(place: Place) -> None:
    before = place.log.read_bytes()
    place.insight("logs")
    assert place.log.read_bytes() == before


def test_nothing_found_and_what_is_not_understood_is_said(place: Place) -> None:
    said, _ = place.insight("logs", "--code", "IA-999")
    assert said.startswith("Nichts gefunden in ")
    _, said = place.insight("logs", "--since", "gestern", leaves=2)
    assert said.startswith("IA-704 Unverständlich: --since gestern.")


def test_a_broken_line_is_counted_and_the_others_are_shown(place: Place, tmp_path: Path) -> None:
    other = Place(tmp_path)
    write_settings(tmp_path, place.folder / "landing")
    other.log.parent.mkdir(parents=True)
    good = place.log.read_bytes().splitlines(keepends=True)[0]
    other.log.write_bytes(good[:30] + b"\n" + good + good[:5])
    said, noted = other.insight("logs")
    assert said.count("Befehl begonnen") == 1
    assert "IA-703 Übersprungen, weil unlesbar: 2 Zeilen" in noted


@pytest.mark.parametrize("locale", ["de", "en"])
def test_entries_keep_to_80_columns_but_for_words_that_are_longer(
    place: Place, locale: str
) -> None:
    for entry in entries(place.log):
        assert entry is not None
        for line in told(entry, locale, 80):
            is_source = line.startswith("      ")
            assert len(line) <= 80 or is_source or " " not in line.strip()


@pytest.fixture(scope="module")
def bundle(place: Place, tmp_path_factory: pytest.TempPathFactory) -> Path:
    """The bundle, unpacked."""
    folder = tmp_path_factory.mktemp("bundle")
    packed = place.folder / "case.zip"
    packed.write_text("an older one")
    packed.chmod(0o644)
    said, _ = place.insight("support-bundle", "-o", str(packed), variables=VARIABLES)
    assert packed.stat().st_mode & 0o777 == 0o600
    assert "Bitte ansehen" in said
    with zipfile.ZipFile(packed) as archive:
        archive.extractall(folder)
    return folder


def test_a_bundle_holds_what_its_manifest_says(bundle: Path) -> None:
    names = {file.name for file in bundle.iterdir()}
    assert names == {MANIFEST, *CONTENTS}
    manifest = (bundle / MANIFEST).read_text("utf-8")
    assert all(name in manifest for name in CONTENTS)
    assert "Nicht enthalten" in manifest


def test_no_name_number_or_secret_is_in_any_file_of_a_bundle(bundle: Path) -> None:
    assert planted_in(bundle, CANARIES) == set()


@pytest.mark.parametrize("name", CANARIES)
def test_the_search_finds_each_of_them_where_it_is_planted(
    bundle: Path, tmp_path: Path, name: str
) -> None:
    shutil.copytree(bundle, tmp_path / "planted")
    with (tmp_path / "planted" / "insight.log").open("a") as log:
        log.write(f'{{"x": "{CANARIES[name]}"}}\n')
    assert planted_in(tmp_path / "planted", CANARIES) == {(name, "insight.log")}


def test_the_search_finds_them_in_the_log_that_the_bundle_was_made_from(place: Place) -> None:
    found = {name for name, _ in planted_in(place.log.parent, CANARIES)}
    assert {"installation", "first name", "last name", "stranger"} <= found


def test_things_can_be_told_apart_throughout_a_bundle(bundle: Path) -> None:
    settings = json.loads((bundle / "settings.json").read_text("utf-8"))
    (name,) = settings["settings"]["installations"]
    assert re.fullmatch(r"installation-[a-p]{8}", name)
    for file in ("status.json", "insight.log", "failed_runs.json"):
        assert name in (bundle / file).read_text("utf-8"), file


def test_settings_say_of_secrets_whether_they_are_set(bundle: Path) -> None:
    found = json.loads((bundle / "settings.json").read_text("utf-8"))
    settings = found["settings"]
    (installation,) = settings["installations"].values()
    pbx = installation["cdrdata"]["url"]
    assert (pbx["kind"], pbx["password"], pbx["options"]) == ("postgresql", "set", ["sslmode"])
    assert settings["mail"]["password"] == "set"  # noqa: S105 - told, not given
    assert settings["webhooks"]["zentrale"]["url"] == "set"
    assert settings["sinks"]["relational"]["url"]["password"] == "not set"  # noqa: S105 - likewise
    assert settings["log"]["level"] == "trace"
    assert len(found["variables"]) >= len(VARIABLES)


def test_failed_runs_have_their_ids_codes_and_texts(bundle: Path, place: Place) -> None:
    (run,) = json.loads((bundle / "failed_runs.json").read_text("utf-8"))
    assert run["run_id"] in place.log.read_text("utf-8")
    assert run["days"] == NEXT_DAY
    assert {failure["code"] for failure in run["failures"]} == {"IA-701"}
    assert "ValueError: cannot write person-" in run["failures"][0]["error"]


def test_versions_name_the_program_and_the_database(bundle: Path) -> None:
    found = json.loads((bundle / "versions.json").read_text("utf-8"))
    assert found["database"].startswith("sqlite 3.")
    assert {"dagster", "pyarrow", "structlog"} <= set(found["packages"])


def test_what_cannot_be_found_out_is_named_and_the_rest_is_packed(
    place: Place, monkeypatch: pytest.MonkeyPatch
) -> None:
    def broken(*_: object) -> bytes:
        raise OSError(f"'{STRANGER}'")  # noqa: EM102 - as others raise it

    monkeypatch.setattr("insight_pipeline.cli.support_bundle.status_part", broken)
    packed = place.folder / "part.zip"
    _, said = place.insight("support-bundle", "-o", str(packed))
    assert "IA-705 Nicht im Paket: status.json (OSError: 'text-" in said
    with zipfile.ZipFile(packed) as archive:
        assert set(archive.namelist()) == {MANIFEST, *CONTENTS} - {"status.json"}
        assert "IA-705" in archive.read(MANIFEST).decode()


@pytest.mark.parametrize("is_loud", [False, True], ids=["as usual", "at debug"])
def test_an_error_of_a_command_that_nobody_foresaw_says_what_was_tried_and_where_the_log_is(
    place: Place, monkeypatch: pytest.MonkeyPatch, is_loud: bool
) -> None:
    monkeypatch.setattr(App, "installations", _crash)
    loud = ("--log-level", "debug" if is_loud else "info")
    _, said = place.insight(*loud, "status", leaves=1)
    assert "IA-700 insight status ist an einem unvorhergesehenen Fehler gescheitert" in said
    assert str(place.log) in said
    assert "insight support-bundle" in said
    assert ("Traceback" in said) is is_loud
    assert TOKEN not in said
    assert NUMBER not in said
    last = [json.loads(line) for line in place.log.read_text("utf-8").splitlines()][-2:]
    assert [one["event"] for one in last] == ["failed_unforeseen", "command_ended"]
    assert "in _crash" in last[0]["trace"]


def test_the_terminal_shows_a_stack_trace_without_marks(place: Place) -> None:
    output = io.StringIO()
    console = Console(file=output, width=80, force_terminal=True, color_system=None, markup=False)
    with mock.patch("insight_pipeline.cli.app.Console", return_value=console):
        place.insight("logs", "--code", "IA-701")
    lines = output.getvalue().splitlines()
    assert any(line.startswith("    Traceback") for line in lines)
    assert not any(set(line) <= {" ", "^", "~"} for line in lines if line.strip())
