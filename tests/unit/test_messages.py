"""The catalogue: both languages say the same, with the same fields, under one code."""

from __future__ import annotations

import re
from pathlib import Path
from string import Formatter

import pytest

import insight_pipeline
from insight_pipeline.model.directory import ACCOUNT_KINDS, SERVICE_KINDS
from insight_pipeline.model.messages import (
    CATALOGUE,
    REFUSAL_CODES,
    message,
    refusal_fields,
    render,
)
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


@pytest.mark.parametrize(
    ("detail", "german", "english"),
    [
        ("id, end | begin", "(es fehlen: id, end; neu sind: begin)", "(missing: id, end; new: begin)"),
        ("starttime | ", "(es fehlen: starttime)", "(missing: starttime)"),
        ("kind", "(es fehlen: kind)", "(missing: kind)"),
    ],
)  # fmt: skip
def test_the_message_of_a_changed_export_says_which_columns_are_missing_and_which_new(
    detail: str, german: str, english: str
) -> None:
    code = REFUSAL_CODES[Refusal.MISSING_COLUMN]
    fields = refusal_fields(code, "output.csv", detail)
    assert german in render(code, "de", **fields)
    assert english in render(code, "en", **fields)


@pytest.mark.parametrize(
    ("reason", "detail", "german", "english"),
    [
        (Refusal.NOT_A_REGULAR_FILE, "link", "(Verknüpfung)", "(link)"),
        (Refusal.UNCLOSED_QUOTE, "line 7", "(ab Zeile 7)", "(from line 7 on)"),
        (Refusal.DECOMPRESSION_LIMIT, "> 9 bytes", "(mehr als 9 Bytes)", "(more than 9 bytes)"),
        (Refusal.UNREADABLE, "Permission denied", "(keine Berechtigung)", "(Permission denied)"),
    ],
)
def test_what_the_readers_note_is_told_in_both_languages(
    reason: Refusal, detail: str, german: str, english: str
) -> None:
    fields = refusal_fields(REFUSAL_CODES[reason], "a.csv", detail)
    assert german in render(REFUSAL_CODES[reason], "de", **fields)
    assert english in render(REFUSAL_CODES[reason], "en", **fields)


@pytest.mark.parametrize("code", CATALOGUE)
@pytest.mark.parametrize("locale", ["de", "en"])
def test_an_empty_detail_leaves_no_empty_brackets(code: str, locale: str) -> None:
    fields = dict.fromkeys(_fields(message(code).text(locale)), "x")
    text = render(code, locale, **{**fields, "detail": ""} if "detail" in fields else fields)
    assert "()" not in text
    assert ": ." not in text
    if "({detail}" in message(code).text(locale):
        assert "(" not in text


def test_an_unknown_kind_is_told_with_those_of_either_file_of_the_directory() -> None:
    step = message("IA-352").next_step("de")
    assert "services.csv" in step
    assert all(kind in step for kind in (*ACCOUNT_KINDS, *SERVICE_KINDS))


def test_a_field_that_is_not_given_does_not_stop_the_message() -> None:
    assert render("IA-207", "en") == "{file}: line 1 has no known column name."


def test_a_term_reads_in_the_language_of_the_message() -> None:
    term = Term("eine Datei", "a file")
    assert render("IA-207", "de", file=term).startswith("eine Datei:")
    assert render("IA-207", "en", file=term).startswith("a file:")


@pytest.mark.parametrize(
    ("detail", "german"),
    [
        ("Permission denied", "(keine Berechtigung)"),
        ("15 | 14", "(hier 15, im Dienst 14)"),
        ("Operation now in progress", "(Operation now in progress)"),
    ],
)
def test_what_the_system_says_and_what_a_table_is_held_for_is_told_in_words(
    detail: str, german: str
) -> None:
    assert german in render("IA-554", "de", table="fact_call", detail=detail)


def test_counts_are_grouped_as_the_language_does_and_numbers_that_count_nothing_are_not() -> None:
    assert "12.345 Zeilen warten" in render("IA-564", "de", rows=12345)
    assert "12,345 rows wait" in render("IA-564", "en", rows=12345)
    assert "AADSTS50173" in render("IA-512", "de", number=50173)
    assert "Zeile 4711:" in render("IA-351", "de", file="accounts.csv", line=4711, detail="x")
