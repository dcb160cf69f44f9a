"""Tables and paragraphs on a terminal of 80 columns: nothing wider, and no value broken."""

from __future__ import annotations

import random

import pytest
from rich.cells import cell_len

from insight_pipeline.cli.layout import SYLLABLE, paragraph, table, told

WIDTH = 80
DATES = (
    "Datum", "Zeilen", f"Rufab{SYLLABLE}schnitte", f"Zusammen{SYLLABLE}fassungen", "Doppelt", "Ersetzt",
    "Offen", "Zu spät", "Anrufe", "Besuche", "Kontakte", "Geht auf",
)  # fmt: skip
FILE = "verbindungsdaten_2026-03-02_2026-03-08.csv.gz"


def _table(
    headings: tuple[str, ...], *rows: tuple[object, ...], width: int | None = WIDTH
) -> list[str]:
    return table(headings, rows, locale="de", width=width)


def test_numbers_stand_right_and_are_grouped_as_the_language_does() -> None:
    rows = [("fact_call", 7899), ("dim_agent", 41)]
    german = table(("Tabelle", "Zeilen"), rows, locale="de", width=WIDTH)
    assert german[2:] == ["fact_call   7.899", "dim_agent      41"]
    english = table(("Table", "Rows"), rows, locale="en", width=WIDTH)
    assert english[2] == "fact_call  7,899"


def test_a_column_without_a_value_in_some_rows_is_still_one_of_numbers() -> None:
    assert _table(("a", "b"), ("x", 1000), ("y", None))[2:] == ["x  1.000", "y"]


def test_headings_wrap_between_words_and_syllables_where_space_is_short() -> None:
    heads = ("Datum", f"Zusammen{SYLLABLE}fassungen", "Geht auf")
    assert _table(heads, ("2026-03-01", 5, "ja"), width=30) == [
        "            Zusammen-  Geht",
        "Datum       fassungen  auf",
        "──────────  ─────────  ────",
        "2026-03-01          5  ja",
    ]


def test_headings_keep_to_one_line_where_there_is_space() -> None:
    heads = ("Datum", f"Zusammen{SYLLABLE}fassungen")
    assert _table(heads, ("2026-03-01", 5))[0] == "Datum       Zusammenfassungen"


def test_a_table_that_is_too_wide_becomes_two_that_repeat_the_first_column() -> None:
    counts = (12345, 12000, 345, 1, 2, 3, 4, 500, 600, 7000)
    lines = _table(DATES, ("2026-03-01", *counts, "nicht geladen"))
    assert sum(line.startswith("2026-03-01") for line in lines) == 2
    cells = " ".join(lines)
    for shown in ("12.345", "12.000", "7.000", "nicht geladen"):
        assert shown in cells
    assert max(map(len, lines)) <= WIDTH


def test_a_long_first_column_stands_once_above_its_rows() -> None:
    heads = ("Datei", "Zeile", "Code", "Grund")
    rows = [(FILE, "7", "IA-305", "unlesbarer Zeitpunkt"), (FILE, "31", "IA-301", "Zeile zu lang")]
    lines = _table(heads, *rows, width=60)
    assert lines.count(FILE) == 1
    assert lines[-2:] == ["  7      IA-305  unlesbarer Zeitpunkt", "  31     IA-301  Zeile zu lang"]


def test_a_total_stands_below_a_rule() -> None:
    lines = table(("a", "b"), [("x", 1), ("y", 2)], locale="de", width=WIDTH, total=("Summe", 3))
    assert lines[-2:] == ["─────  ─", "Summe  3"]


def test_a_pipe_gets_every_row_on_one_line() -> None:
    lines = _table(DATES, ("2026-03-01", *range(10), "ja"), width=None)
    assert len(lines) == 3
    assert lines[0].split("  ")[-1] == "Geht auf"
    assert "Zusammenfassungen" in lines[0]


def test_what_a_file_holds_cannot_steer_the_terminal_nor_break_its_row() -> None:
    (line,) = _table(("a",), ("x\x1b[2Jy\nz",))[2:]
    assert line == "x\ufffd[2Jy\ufffdz"


@pytest.mark.parametrize("seed", range(40))
def test_no_cell_is_ever_broken_and_no_line_wider_than_its_cells_ask_for(seed: int) -> None:
    print(f"seed {seed}")
    chance = random.Random(seed)
    heads = [chance.choice(DATES) for _ in range(chance.randint(1, 12))]
    rows = [
        ["".join(chance.choices("aé漢_-", k=chance.randint(1, 60))) for _ in heads]
        for _ in range(chance.randint(0, 4))
    ]
    lines = table(heads, rows, locale="de", width=WIDTH)
    words = [word for line in lines for word in line.split()]
    assert all(cell in words for row in rows for cell in row)
    widest = max((cell_len(cell) for row in rows for cell in row), default=0)
    first = max((cell_len(row[0]) for row in rows), default=0)
    assert max(map(cell_len, lines)) <= max(WIDTH, max(first, len("Datum")) + 2 + max(widest, 17))


def test_a_paragraph_breaks_between_words_alone() -> None:
    text = f"call_list/{FILE}: die Spalten passen nicht (es fehlen: callresulttime-extern)."
    lines = paragraph(text, 40, "IA-208 ", "       ")
    assert lines[0] == f"IA-208 call_list/{FILE}:"
    assert all(line.startswith("       ") for line in lines[1:])
    assert "callresulttime-extern)." in " ".join(lines)
    assert paragraph(text, None) == [text]


def test_a_message_is_told_with_its_cause_and_next_step_indented() -> None:
    assert told("IA-1", "Text.", "Tun.", width=WIDTH, cause="Weil.") == [
        "IA-1 Text.",
        "     Weil.",
        "  -> Tun.",
    ]
