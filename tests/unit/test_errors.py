"""Errors: one root, a code, and words in both languages."""

from __future__ import annotations

import pickle

import pytest

from insight_pipeline.model import errors
from insight_pipeline.model.errors import (
    DataError,
    InsightError,
    PermanentError,
    SettingsError,
    TransientError,
)


def test_every_error_has_the_one_root() -> None:
    found = [e for e in vars(errors).values() if isinstance(e, type) and issubclass(e, Exception)]
    assert all(issubclass(error, InsightError) for error in found)


@pytest.mark.parametrize("error", [DataError, SettingsError])
def test_bad_input_is_permanent(error: type[InsightError]) -> None:
    assert issubclass(error, PermanentError)
    assert not issubclass(error, TransientError)


def test_an_error_says_what_why_and_what_next() -> None:
    error = PermanentError("IA-106", installation="hq", known="demo")
    assert error.message("de") == "Die Installation hq steht nicht in den Einstellungen."
    assert error.cause("en") == "Known are: demo."
    assert "[installations.hq]" in error.next_step("de")


def test_as_text_an_error_is_english_with_its_code() -> None:
    assert str(PermanentError("IA-413", call_id="demo:1")).startswith(
        "IA-413 There is no call demo:1."
    )


def test_refused_settings_name_every_problem() -> None:
    problems = [InsightError("IA-107", file="f", key=key) for key in ("a", "b")]
    error = SettingsError(problems)
    assert error.code == "IA-107"
    assert str(error).count("IA-107") == 2


@pytest.mark.parametrize(
    "error",
    [
        TransientError("IA-421", database="d", detail="away"),
        SettingsError([PermanentError("IA-100", file="f", detail="gone")], "en"),
    ],
)
def test_an_error_survives_the_way_to_another_process(error: InsightError) -> None:
    copy = pickle.loads(pickle.dumps(error))  # noqa: S301 - our own bytes
    assert type(copy) is type(error)
    assert (copy.code, copy.fields, str(copy)) == (error.code, error.fields, str(error))
