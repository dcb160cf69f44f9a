"""What is logged: declared events, filtered fields, nothing before the log is started."""

from __future__ import annotations

import ast
import json
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest

import insight_pipeline
from insight_pipeline.logs.events import bound, logger
from insight_pipeline.logs.reading import entry_of
from insight_pipeline.logs.writing import is_written, log_file, start, stop
from insight_pipeline.model.log_settings import Log
from insight_pipeline.model.log_words import EVENTS, FIELDS, LEVEL_WORDS

PACKAGE = Path(insight_pipeline.__file__).parent
NUMBER, TOKEN = "+4971155512345", "Bearer abc.def"
LOG = logger("insight_pipeline.tests")


@pytest.fixture
def data_dir(tmp_path: Path) -> Iterator[Path]:
    start(tmp_path, Log(level="info"), "insight test", "en")
    yield tmp_path
    stop()


def _logged(data_dir: Path) -> list[dict[str, Any]]:
    return [json.loads(line) for line in log_file(data_dir).read_text("utf-8").splitlines()]


def _events_in_code() -> Iterator[str]:
    for file in PACKAGE.rglob("*.py"):
        for node in ast.walk(ast.parse(file.read_text("utf-8"))):
            if isinstance(node, ast.Call) and ast.unparse(node.func).startswith("_log."):
                found = node.args[0]
                either = [found.body, found.orelse] if isinstance(found, ast.IfExp) else [found]
                yield from (ast.literal_eval(one) for one in either)


def test_every_event_of_the_program_is_declared_and_every_declared_one_is_logged() -> None:
    assert set(_events_in_code()) == set(EVENTS)


@pytest.mark.parametrize("words", [one.words for one in EVENTS.values()], ids=EVENTS)
def test_events_have_words_in_both_languages(words: Any) -> None:
    assert words.de
    assert words.en
    assert words.de != words.en


def test_fields_and_levels_have_words() -> None:
    assert all(term.de and term.en for term in (*FIELDS.values(), *LEVEL_WORDS.values()))


def test_an_event_says_when_what_in_which_process_and_for_which_run(data_dir: Path) -> None:
    with bound(run_id="r1", installation="demo", partition="2026-03-12", asset=None):
        LOG.info("file_read", lines=3)
    LOG.info("file_read", lines=4)
    inside, outside = _logged(data_dir)
    assert list(inside)[:3] == ["time", "level", "event"]
    assert inside["time"].endswith("Z")
    assert inside.items() >= {
        "level": "info", "event": "file_read", "lines": 3, "run_id": "r1", "installation": "demo",
        "partition": "2026-03-12", "command": "insight test",
    }.items()  # fmt: skip
    assert isinstance(inside["pid"], int)
    assert "run_id" not in outside
    assert "asset" not in inside


@pytest.mark.parametrize(
    "field",
    [
        f"called {NUMBER}",
        [f"a {NUMBER}", TOKEN],
        {"deep": {"er": (NUMBER,)}, NUMBER: 1},
        {NUMBER},
        Path("/folder") / NUMBER,
        ValueError(f"{TOKEN} {NUMBER}"),
    ],
    ids=["text", "list", "mapping", "set", "path", "error"],
)
def test_no_secret_and_no_number_gets_into_the_log_by_any_field(
    data_dir: Path, field: object
) -> None:
    LOG.error("failed", error=field, **{NUMBER: "as a name"})
    text = log_file(data_dir).read_text("utf-8")
    assert "71155512345" not in text
    assert "abc.def" not in text
    assert "***" in text


def test_a_stack_trace_with_its_causes_is_filtered(data_dir: Path) -> None:
    error = RuntimeError(f"cannot send {TOKEN}")
    error.__cause__ = ValueError(NUMBER)
    with pytest.raises(RuntimeError):
        raise error
    LOG.error("failed_unforeseen", error=error)
    (found,) = _logged(data_dir)
    assert found["error"] == "RuntimeError: cannot send Bearer ***"
    assert "ValueError: ***" in found["trace"]
    assert "test_events.py" in found["trace"]


def test_what_cannot_be_written_as_json_stops_nothing(data_dir: Path) -> None:
    LOG.info("file_read", file=object(), number=float("nan"), odd="\ud800")
    entry = entry_of(log_file(data_dir).read_bytes())
    assert entry is not None
    assert entry.fields["odd"] == r"\ud800"


@pytest.mark.parametrize(
    ("level", "written"),
    [
        ("error", ["error"]),
        ("info", ["error", "warning", "info"]),
        ("trace", ["error", "warning", "info", "debug", "trace"]),
    ],
)
def test_a_level_lets_through_what_is_as_grave(
    tmp_path: Path, level: Any, written: list[str]
) -> None:
    start(tmp_path, Log(level="warning"), "insight test", "en", level)
    for name in ("error", "warning", "info", "debug", "trace"):
        getattr(LOG, name)("failed")
    stop()
    assert [found["level"] for found in _logged(tmp_path)] == written


def test_without_a_log_nothing_is_written_or_printed(
    tmp_path: Path, capfd: pytest.CaptureFixture[str]
) -> None:
    start(tmp_path, Log(), "insight test", "en")
    stop()
    LOG.error("failed")
    assert not is_written()
    assert list(tmp_path.iterdir()) == []
    assert capfd.readouterr() == ("", "")
