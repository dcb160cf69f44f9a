"""Errors in a run: transient ones are tried again, permanent ones fail at once and in words."""

from __future__ import annotations

import sqlite3
from pathlib import Path

import dagster as dg
import pytest

from insight_pipeline.model.errors import PermanentError, TransientError
from insight_pipeline.orchestration import failures
from insight_pipeline.orchestration.failures import reaction
from tests.conftest import write_settings
from tests.pipeline import GOLDEN, Pipeline


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
