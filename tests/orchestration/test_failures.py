"""Errors in a run: transient ones are tried again, permanent ones fail at once and in words."""

from __future__ import annotations

import ast
import sqlite3
import traceback
from collections.abc import Callable, Iterator
from pathlib import Path

import dagster as dg
import pytest

from insight_pipeline import orchestration
from insight_pipeline.model.errors import PermanentError, TransientError
from insight_pipeline.orchestration import failures
from insight_pipeline.orchestration.failures import UnforeseenError, guarded, reaction, told
from tests.conftest import write_settings
from tests.pipeline import GOLDEN, Pipeline

CALLED_BY_DAGSTER = {
    f"dg.{kind}"
    for kind in (
        "asset",
        "multi_asset",
        "observable_source_asset",
        "asset_check",
        "multi_asset_check",
        "sensor",
        "schedule",
        "run_failure_sensor",
        "op",
    )
}


def test_a_permanent_error_is_a_failure_with_code_cause_and_next_step() -> None:
    found = reaction(PermanentError("IA-420", database="oracle"), "de")
    assert isinstance(found, dg.Failure)
    assert found.description is not None
    assert found.description.startswith("IA-420 Die Datenbankart oracle")
    assert not found.allow_retries
    assert found.metadata["code"].value == "IA-420"


def test_a_transient_error_asks_for_another_try() -> None:
    found = reaction(TransientError("IA-421", database="d", detail="locked"), "en")
    assert isinstance(found, dg.RetryRequested)


def test_an_error_that_nobody_foresaw_is_told_in_words_and_stays_as_the_cause() -> None:
    error = KeyError("call_id")
    with pytest.raises(dg.Failure) as found:
        told("de")(_raising(error))()
    assert found.value.__cause__ is error
    said = str(found.value.description)
    assert said.startswith("IA-701 _raised ist an einem unvorhergesehenen Fehler gescheitert: Key")
    assert "insight support-bundle" in said
    assert found.value.metadata["code"].value == "IA-701"


def test_an_error_of_a_sensor_says_what_was_tried_and_where_the_log_is() -> None:
    error = KeyError("call_id")
    with pytest.raises(
        UnforeseenError, match=r"IA-701 _raised .* the log \S*insight\.log;"
    ) as found:
        guarded(_raising(error))()
    assert found.value.__cause__ is error


def test_a_foreseen_error_of_a_sensor_passes_as_it_is() -> None:
    error = PermanentError("IA-420", database="oracle")
    with pytest.raises(PermanentError) as found:
        guarded(_raising(error))()
    assert found.value is error


@pytest.mark.parametrize("wrap", [told("de"), guarded], ids=["told", "guarded"])
def test_neither_an_error_nor_what_caused_it_gives_a_number_away(
    wrap: Callable[[Callable[[], object]], Callable[[], object]],
) -> None:
    error = ValueError("cannot read +4971155512345")
    error.__cause__ = RuntimeError("Bearer abc.def")
    error.__cause__.__context__ = KeyError("071155512345")
    with pytest.raises((dg.Failure, UnforeseenError)) as found:
        wrap(_raising(error))()
    said = "".join(traceback.format_exception(found.value))
    assert "ValueError: cannot read ***" in said
    assert "in _raised" in said
    assert not any(text in said for text in ("71155512345", "abc.def"))


def test_what_caused_a_failure_in_words_gives_no_number_away_either() -> None:
    error = PermanentError("IA-420", database="oracle")
    error.__cause__ = ValueError("+4971155512345")
    with pytest.raises(dg.Failure) as found:
        told("en")(_raising(error))()
    assert str(found.value.description).startswith("IA-420")
    assert "71155512345" not in "".join(traceback.format_exception(found.value))


def test_an_iterating_check_gives_no_number_away() -> None:
    @guarded
    def check() -> Iterator[int]:
        yield 1
        raise ValueError("+4971155512345")

    found = check()
    assert next(found) == 1
    with pytest.raises(UnforeseenError, match=r"ValueError \(\*\*\*\)"):
        next(found)


def _raising(error: Exception) -> Callable[[], object]:
    def _raised() -> object:
        raise error

    return _raised


def test_every_function_that_dagster_calls_is_wrapped() -> None:
    bare = []
    for file in Path(orchestration.__path__[0]).rglob("*.py"):
        for node in ast.walk(ast.parse(file.read_text("utf-8"))):
            if isinstance(node, ast.FunctionDef):
                names = [ast.unparse(found).split("(")[0] for found in node.decorator_list]
                is_wrapped = names[1:] in (["told"], ["guarded"])
                if names and names[0] in CALLED_BY_DAGSTER and not is_wrapped:
                    bare.append(f"{file.name}: {node.name}")
    assert bare == []


def test_a_database_that_is_no_database_fails_the_run_in_one_line_and_keeps_the_lake(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(failures, "RETRY_SECONDS", 0)
    pipeline = Pipeline(write_settings(tmp_path, GOLDEN / "examples" / "landing"))
    database = tmp_path / "data" / "insight.db"
    database.parent.mkdir(parents=True)
    database.write_text("this is a text file, not a database, and stays one\n" * 50)
    outcome = pipeline.load("demo", "2026-03-12", "2026-03-12")
    assert not outcome.is_success
    assert any("relational" in step for step in outcome.failed_steps)
    assert outcome.detail.startswith("IA-422 ")
    assert "insight backfill" in outcome.detail
    assert "\n" not in outcome.detail
    assert (tmp_path / "data" / "lake" / "demo" / "fact_call" / "2026-03-12.parquet").exists()
    with pytest.raises(sqlite3.DatabaseError):
        sqlite3.connect(database).execute("SELECT 1 FROM sqlite_master")
