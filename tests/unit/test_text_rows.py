"""Rows as text for COPY and LOAD DATA: NULL, escapes, and blocks of sliced tables."""

from __future__ import annotations

from datetime import date, datetime

import pyarrow as pa
import pytest

from insight_pipeline.sinks.relational import text_rows
from insight_pipeline.sinks.relational.text_rows import text_blocks


def _text(table: pa.Table) -> str:
    return b"".join(text_blocks(table)).decode()


def test_every_kind_of_value_has_its_text() -> None:
    table = pa.table(
        {
            "text": pa.array(["a", ""]),
            "integer": pa.array([-(2**63), None], pa.int64()),
            "ratio": pa.array([0.1, None]),
            "flag": [True, False],
            "day": pa.array([date(2026, 3, 1), None]),
            "instant": pa.array([datetime(2026, 3, 29, 1, 2, 3), None], pa.timestamp("s")),
        }
    )
    first = "a\t-9223372036854775808\t0.1\t1\t2026-03-01\t2026-03-29 01:02:03\n"
    assert _text(table) == first + "\t\\N\t\\N\t0\t\\N\t\\N\n"


@pytest.mark.parametrize(
    ("value", "expected"),
    [
        ("a\tb", "a\\tb"),
        ("a\nb", "a\\nb"),
        ("a\rb", "a\\rb"),
        ("\\N", "\\\\N"),
        ("\\\t", "\\\\\\t"),
    ],
)
def test_what_separates_is_escaped(value: str, expected: str) -> None:
    assert _text(pa.table({"x": [value], "y": ["z"]})) == f"{expected}\tz\n"


def test_a_sliced_table_gives_its_own_rows(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(text_rows, "_BLOCK_ROWS", 3)
    table = pa.table({"x": [f"{n}\t" for n in range(20)], "n": range(20)}).slice(4, 10)
    assert _text(table) == "".join(f"{n}\\t\t{n}\n" for n in range(4, 14))


def test_no_rows_are_no_text() -> None:
    assert list(text_blocks(pa.table({"x": pa.array([], pa.string())}))) == []


def test_a_column_without_a_value_is_null() -> None:
    assert _text(pa.table({"x": pa.nulls(2, pa.string())})) == "\\N\n\\N\n"
