"""Splitting lines agrees with the standard library's CSV reader, whatever stands in the fields."""

from __future__ import annotations

import csv
import io
import random
import tempfile

import pytest

from insight_pipeline.model.rows import CALL_LIST, Reason
from insight_pipeline.model.zone import Zone
from insight_pipeline.sources.files import OpenedFile
from insight_pipeline.sources.lines import LineRules, split_block
from insight_pipeline.sources.lists import read_list

PIECES = ["a", "", "x y", '"', '""', ";", "\n", "\r\n", "é", "Gerd", '5" Rohr', "1"]


def _random_text(chance: random.Random) -> str:
    lines = []
    for _ in range(chance.randrange(1, 12)):
        fields = []
        for _ in range(3):
            text = "".join(chance.choice(PIECES) for _ in range(chance.randrange(3)))
            if chance.random() < 0.5 or text.startswith('"') or set(text) & set(";\n\r"):
                text = '"' + text.replace('"', '""') + '"'
            fields.append(text)
        lines.append(";".join(fields))
    return "\n".join(lines) + "\n"


def _split(data: bytes) -> list[tuple[int, list[str]]]:
    block = split_block(data, 1, LineRules(3, 1 << 16, is_utf8=True), is_last=True)
    plain = [line for line in block.plain.decode().split("\n") if line]
    rows = [
        (int(number), next(csv.reader([line], delimiter=";")))
        for number, line in zip(block.plain_numbers, plain, strict=True)
    ]
    rows += [(row.line_number, [f.decode() for f in row.fields]) for row in block.walked]
    return sorted(rows)


def test_rows_and_their_line_numbers_are_those_of_the_csv_module() -> None:
    seed = random.SystemRandom().randrange(1 << 30)
    print(f"seed {seed}")
    chance = random.Random(seed)
    for _ in range(400):
        text = _random_text(chance)
        reader = csv.reader(io.StringIO(text, newline=""), delimiter=";")
        expected, line = [], 1
        for fields in reader:
            expected.append((line, fields))
            line = reader.line_num + 1
        assert _split(text.encode()) == expected, text


def test_a_row_that_a_stretch_cuts_is_handed_on_whole() -> None:
    data = b'1;2;3\n4;"a\nb";6\n7;8'
    block = split_block(data[:10], 1, LineRules(3, 1 << 16, is_utf8=True), is_last=False)
    assert block.rest == b'4;"a'
    assert block.rest_line == 2


HEADER = (
    "id;callid;cdraccountid;calleraccountid;calledaccountid;starttime;callresulttime;callresult"
)
GOOD = "1;1;7;0;7;01.03.2026 10:00:00;01.03.2026 10:00:09;NOT_CONNECTED"


def _reasons(*lines: str | bytes, is_utf8: bool = True) -> list[str]:
    raw = [line if isinstance(line, bytes) else line.encode() for line in (HEADER, *lines)]
    with tempfile.TemporaryFile() as body:
        body.write(b"\n".join(raw))
        body.seek(0)
        file = OpenedFile("hash", 0, is_utf8, body)
        content = read_list(file, CALL_LIST, Zone.of("Europe/Berlin"), 200)
    assert content.lines == len(content.rows) + len(content.problems)
    return [problem.reason for problem in content.problems]


@pytest.mark.parametrize(
    ("line", "reason"),
    [
        (GOOD.encode() + b"\0", Reason.ENCODING),
        (GOOD + " " * 200, Reason.OVERSIZED_LINE),
        (GOOD + ";", Reason.FIELD_COUNT),
        (GOOD.replace("1;1;", "1;;"), Reason.MISSING_VALUE),
        (GOOD.replace("1;1;", "1;0x1;"), Reason.BAD_INTEGER),
        (GOOD.replace("01.03", "31.02"), Reason.BAD_TIMESTAMP),
        (GOOD.replace("01.03.2026 10:00:00", "29.03.2026 02:30:00"), Reason.NONEXISTENT_TIME),
        (GOOD.replace("NOT_CONNECTED", "BUSY"), Reason.UNKNOWN_RESULT),
        (GOOD.replace("10:00:09", "09:59:59"), Reason.END_BEFORE_START),
        (GOOD.replace("NOT_CONNECTED", "CONNECTED"), Reason.CONNECTED_WITHOUT_LINK),
    ],
)
def test_each_bad_line_gets_its_reason_and_stops_no_other(
    line: str | bytes, reason: Reason
) -> None:
    assert _reasons(GOOD, line, GOOD) == [reason]


def test_the_first_reason_that_applies_is_the_one_given() -> None:
    assert _reasons(GOOD.replace("1;1;7", "x;;7")) == [Reason.MISSING_VALUE]


def test_empty_lines_are_not_counted() -> None:
    assert _reasons(GOOD, "", GOOD) == []


def test_bytes_that_windows_1252_does_not_know_set_their_line_aside() -> None:
    assert _reasons(GOOD.encode() + b"\x81", GOOD, is_utf8=False) == [Reason.ENCODING]
