"""Every message about login and upload comes about for real, and reads well in both languages."""

from __future__ import annotations

import re
from pathlib import Path

import pytest

from insight_pipeline.emulator import FaultKind, FaultRule, Operation
from insight_pipeline.model.messages.login import LOGIN
from insight_pipeline.model.messages.powerbi import POWERBI
from insight_pipeline.sinks.powerbi.token_key import KEY_FILE_VARIABLE, KEY_VARIABLE
from tests.integration.powerbi.producing import PRODUCTIONS, Place, first_problem, ready
from tests.pipeline import Pipeline
from tests.uploading import DAY, uploading_settings

ENGLISH = re.compile(
    r"\b(the|is|not|or|no|of|and|database|disk|answer|expected|found|error|connection|None)\b"
)
"""Words that no German text has, beside what the service or the machine said."""
QUOTED = {"IA-532", "IA-550", "IA-551", "IA-555"}
"""Their texts quote the service or the operating system, which speak English."""


@pytest.fixture(scope="module")
def lake(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A data folder with a day of calls, of which nothing has been pushed."""
    folder = tmp_path_factory.mktemp("lake")
    config = uploading_settings(folder, "http://127.0.0.1:9")
    config.write_text(config.read_text("utf-8").replace("upload = true", "upload = false"), "utf-8")
    assert Pipeline(config).load("demo", DAY, DAY).is_success
    return folder / "data"


@pytest.fixture
def place(tmp_path: Path, monkeypatch: pytest.MonkeyPatch, lake: Path) -> Place:
    for name in (KEY_VARIABLE, KEY_FILE_VARIABLE):
        monkeypatch.delenv(name, raising=False)
    return Place(tmp_path, monkeypatch, lake)


def test_every_message_of_login_and_upload_is_produced() -> None:
    assert sorted(PRODUCTIONS) == sorted(entry.code for entry in (*LOGIN, *POWERBI))


@pytest.mark.parametrize("code", sorted(PRODUCTIONS))
def test_a_message_comes_about_and_reads_well(place: Place, code: str) -> None:
    error = PRODUCTIONS[code](place)
    assert error.code == code
    for locale in ("de", "en"):
        texts = [error.message(locale), error.cause(locale), error.next_step(locale)]
        print(f"{code} {locale}  {'  '.join(texts)}")
        for text in texts:
            assert "{" not in text or code in QUOTED, text
            assert not re.search(r" \(\)|: \.| \| |None|  ", text), text
            assert text == text.strip()
            assert text[-1] in ".!", text
        if locale == "de" and code not in QUOTED:
            said = re.sub(r"https://\S+|python -c '.*'", "", " ".join(texts))
            said = said.replace(str(place.folder), "")
            assert not ENGLISH.search(said), said


def test_a_service_that_cannot_be_looked_at_is_told_as_one_that_is_away(place: Place) -> None:
    with ready(place) as (emulator, push):
        push.create()
        emulator.plan(
            FaultRule(Operation.QUERY, FaultKind.ERROR_BEFORE, times=50),
            FaultRule(Operation.SEQUENCE, FaultKind.ERROR_BEFORE, times=50),
        )
        error = first_problem(push, "fact_call")
    assert error.message("de") == (
        "Power BI ist nicht erreichbar (er kann gerade nicht sagen, welche Zeilen da sind)."
    )
