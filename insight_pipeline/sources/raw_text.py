"""The text of single rows of an export, as it lies in the landing folder.

For rows that are set aside only later, when the directory says so: their text was not kept when the file
was read. A file that has gone or changed since has none to give.
"""

from __future__ import annotations

from collections.abc import Collection
from pathlib import Path
from typing import IO

from insight_pipeline.sources.files import ChangedWhileReadError, RefusedError, opened
from insight_pipeline.sources.lines import split_row


def raw_texts(path: Path, sha256: str, lines: Collection[int], limit_bytes: int) -> dict[int, str]:
    """Texts of the rows that start on these physical lines; {} if the content is another one now."""
    try:
        with opened(path, limit_bytes) as file:
            if file.sha256 != sha256:
                return {}
            encoding = "utf-8" if file.is_utf8 else "cp1252"
            found = _rows(file.body, set(lines))
            return {number: row.decode(encoding, "replace") for number, row in found.items()}
    except (RefusedError, ChangedWhileReadError):
        return {}


def _rows(body: IO[bytes], wanted: set[int]) -> dict[int, bytes]:
    """The bytes of the wanted rows, without their line breaks; a quoted break goes on to the next line."""
    found: dict[int, bytes] = {}
    last = max(wanted, default=0)
    open_row = 0
    for number, line in enumerate(body, start=1):
        if open_row:
            found[open_row] += line
        elif number in wanted:
            found[number] = line
            open_row = number
        if open_row and split_row(found[open_row], 0)[2]:
            open_row = 0
        if number >= last and not open_row:
            break
    return {n: row.removesuffix(b"\n").removesuffix(b"\r") for n, row in found.items()}
