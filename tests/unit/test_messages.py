"""The catalogue: both languages say the same, with the same fields, under one code."""

from __future__ import annotations

import re
from pathlib import Path
from string import Formatter

import pytest

import insight_pipeline
from insight_pipeline.model.messages import CATALOGUE, REFUSAL_CODES, message, render
from insight_pipeline.model.rows import Refusal
from insight_pipeline.model.terms import Term

PACKAGE = Path(insight_pipeline.__file__).parent


def _fields(text: str) -> set[str]:
    return {name for _, name, _, _ in Formatter().parse(text) if name}


@pytest.mark.parametrize("code", CATALOGUE)
def test_both_languages_name_the_same_fields(code: str) -> None:
    entry = message(code)
    assert re.fullmatch(r"IA-[1-9]\d\d", code)
    for part in ("text", "cause", "next_step"):
        assert _fields(getattr(entry.de, part)) == _fields(getattr(entry.en, part)), part
        assert getattr(entry.de, part) != getattr(entry.en, part), part


@pytest.mark.parametrize("file", sorted(PACKAGE.rglob("*.py")), ids=lambda file: file.stem)
def test_every_code_that_is_raised_is_in_the_catalogue(file: Path) -> None:
    raised = set(re.findall(r'"(IA-\d{3})"', file.read_text(encoding="utf-8")))
    assert raised <= set(CATALOGUE)


def test_the_message_of_a_changed_export_names_the_columns() -> None:
    code = REFUSAL_CODES[Refusal.MISSING_COLUMN]
    text = render(code, "de", file="output.csv", detail="starttime | begin")
    assert "output.csv" in text
    assert "starttime | begin" in text


def test_a_field_that_is_not_given_does_not_stop_the_message() -> None:
    assert render("IA-207", "en") == "{file}: line 1 has no known column name."


def test_a_term_reads_in_the_language_of_the_message() -> None:
    term = Term("eine Datei", "a file")
    assert render("IA-207", "de", file=term).startswith("eine Datei:")
    assert render("IA-207", "en", file=term).startswith("a file:")
