"""No text becomes a formula, whichever separator a spreadsheet assumes; numbers of callers stay numbers."""

from __future__ import annotations

import csv
import io
import random
import re

import pyarrow as pa
import pytest

from insight_pipeline.sinks.export.guarding import guarded, guarded_texts

FORMULAS = [
    "=1+1",
    "=cmd|' /C calc'!A0",
    "+1+1",
    "+49711-1",
    "+49 711",
    "-1-1",
    "-Müller",
    "@SUM(1)",
    "\t=1",
    "\tMüller",
    "\rMüller",
    "\n=1",
    "  =1",
    "\u00a0=1",
    "\ufeff=1",
    '"=1',
    "'=1",
    '""+x',
    "\uff1d1+1",
    "\uff0b49",
    "\uff0d1",
    "\uff20SUM(1)",
    "+",
    "-",
    "+49711\n",
]
HARMLESS = [
    "+49711123456",
    "-5",
    "0711123456",
    "Müller-Lüdenscheidt",
    "Max <+49711123456>",
    "a=b",
    "O'-Neil",
    "me@example.org",
    "10001;7;0;-1;0;+49711123456;-1",
    "",
    "A - B + C",
]


@pytest.mark.parametrize("text", FORMULAS)
def test_what_would_be_a_formula_begins_with_an_apostrophe(text: str) -> None:
    assert guarded(text).startswith("'")
    assert guarded(text).replace("'", "") == text.replace("'", "")


@pytest.mark.parametrize("text", HARMLESS)
def test_what_would_be_none_stays_as_it_is(text: str) -> None:
    assert guarded(text) == text


@pytest.mark.parametrize("written", [";", ",", "\t"])
@pytest.mark.parametrize("assumed", [";", ",", "\t"])
def test_no_cell_is_a_formula_whichever_separator_is_assumed(written: str, assumed: str) -> None:
    chance = random.Random(20261124)
    signs = list("=+-@;,\t\n\r\"' ax17\uff1d\uff0b")
    texts = ["".join(chance.choices(signs, k=chance.randrange(1, 9))) for _ in range(20_000)]
    stream = io.StringIO(newline="")
    writer = csv.writer(stream, delimiter=written, lineterminator="\r\n")
    writer.writerows(["id", guarded(text), "end"] for text in texts)
    number = re.compile(rf'[+-][0-9]+"*(?:{written}.*)?')
    # A spreadsheet knows quotes only at the start of a cell, and every line begins one. A number with more
    # cells behind it, which the wrong separator does not part from it, is no formula that could be reckoned.
    for line in re.split(r"\r\n|\r|\n", stream.getvalue()):
        for cell in line.split(assumed):
            bare = cell.lstrip(' "\t')
            assert number.fullmatch(bare.rstrip()) or not bare.startswith(
                tuple("=+-@\uff1d\uff0b")
            ), (line, cell)


def test_a_column_is_guarded_as_its_texts_are_and_keeps_its_nulls() -> None:
    texts = [*FORMULAS, None, *HARMLESS]
    column = pa.chunked_array([texts[:7], texts[7:]], pa.string())
    expected = [text if text is None else guarded(text) for text in texts]
    assert guarded_texts(column).to_pylist() == expected
    assert guarded_texts(pa.chunked_array([[]], pa.string())).to_pylist() == []
    assert guarded_texts(pa.chunked_array([[None]], pa.string())).to_pylist() == [None]
