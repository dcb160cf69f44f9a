"""Texts that a spreadsheet would take for formulas get an apostrophe, so that it shows them as texts.

Callers choose names, and a file chooses what stands in its lines: `=HYPERLINK(...)` as a name must not
run when somebody opens the CSV. What is left alone: whole numbers with a sign, such as +49711123456,
which no spreadsheet can make more of than that number, and which programs want as they are.
"""

from __future__ import annotations

import re

import pyarrow as pa
import pyarrow.compute as pc

APOSTROPHE = "'"
_EQUAL, _SIGN = "=@\uff1d\uff20", "+\\-\uff0b\uff0d"
"""What begins a formula, full-width forms too."""
_BLANK = "\\s\\x00-\\x1f\\ufeff\\u200b"
_SIGNED = rf"[{_SIGN}](?!(?<=[+\-])[0-9]+"
_FIRST = re.compile(rf"[\t\r\n]|[{_BLANK}\"']*(?:[{_EQUAL}]|{_SIGNED}\Z))")
_LATER = re.compile(rf"(([;,\t\r\n])[{_BLANK}\"]*)(?=[{_EQUAL}]|{_SIGNED}\"?(?:\Z|\2|[\r\n])))")
"""In a cell of its own, whatever separates cells: a number with a sign must fill it."""
_SUSPECT = f"[{_EQUAL}{_SIGN}\t\r\n]"
_PLAIN_NUMBER = r"^[+\-]?[0-9]+$"


def guarded(text: str) -> str:
    """The text with an apostrophe before whatever would begin a formula.

    A file opened with the wrong separator splits texts into cells, quotes or not, so a sign after a
    separator counts as well as one at the start.
    """
    told = _LATER.sub(rf"\1{APOSTROPHE}", text)
    return APOSTROPHE + told if _FIRST.match(text) else told


def guarded_texts(column: pa.ChunkedArray) -> pa.ChunkedArray:
    """A column of texts, each guarded; those that need it are few."""
    suspect = pc.match_substring_regex(column, _SUSPECT)
    plain = pc.match_substring_regex(column, _PLAIN_NUMBER)
    mask = pc.fill_null(pc.and_not(suspect, plain), False)  # noqa: FBT003
    if not pc.any(mask).as_py():
        return column
    mended = pa.array(map(guarded, column.filter(mask).to_pylist()), pa.string())
    return pc.replace_with_mask(column.combine_chunks(), mask.combine_chunks(), mended)
