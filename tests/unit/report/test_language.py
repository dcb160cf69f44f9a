"""Numbers, durations and dates as each language writes them."""

from __future__ import annotations

from datetime import date, datetime

import pytest

from insight_pipeline.sinks.report.language import Language

GERMAN, ENGLISH = Language("de", "Europe/Berlin"), Language("en", "Europe/Berlin")


def test_numbers_are_written_as_the_language_does() -> None:
    assert (GERMAN.count(1234567), ENGLISH.count(1234567)) == ("1.234.567", "1,234,567")
    assert (GERMAN.decimal(1234.56), ENGLISH.decimal(1234.56)) == ("1.234,6", "1,234.6")
    assert (GERMAN.percent(0.1234), ENGLISH.percent(0.1234)) == ("12,3\u00a0%", "12.3%")


@pytest.mark.parametrize("language", [GERMAN, ENGLISH], ids=["de", "en"])
def test_what_is_missing_is_a_dash_and_never_a_zero(language: Language) -> None:
    assert language.percent(None) == language.duration(None) == language.decimal(None) == "\u2013"
    assert language.instant(None) == language.count(None) == "\u2013"
    assert "0" in language.percent(0.0)


@pytest.mark.parametrize(
    ("seconds", "told"),
    [
        (0, "0 s"),
        (0.4, "0 s"),
        (59.4, "59 s"),
        (59.5, "1:00 min"),
        (60, "1:00 min"),
        (65, "1:05 min"),
        (3599.4, "59:59 min"),
        (3599.6, "1:00 h"),
        (7380, "2:03 h"),
        (4_320_000, "1.200:00 h"),
    ],
)
def test_a_duration_reads_as_a_person_says_it(seconds: float, told: str) -> None:
    assert GERMAN.duration(seconds) == told.replace(" ", "\u00a0")


def test_an_instant_is_told_on_the_local_clock() -> None:
    assert GERMAN.instant(datetime(2026, 3, 28, 23, 30)) == "So\u00a029.03.2026, 00:30"
    assert ENGLISH.instant(datetime(2026, 7, 1, 22, 5)) == "Thu\u00a02\u00a0Jul\u00a02026, 00:05"


def test_consecutive_days_are_told_as_a_range() -> None:
    days = [date(2026, 3, day) for day in (1, 2, 3, 5, 7, 8)]
    told = (
        "01.03.2026\u2009\u2013\u200903.03.2026, 05.03.2026, 07.03.2026\u2009\u2013\u200908.03.2026"
    )
    assert GERMAN.spans(days) == told
    assert GERMAN.spans([]) == ""
