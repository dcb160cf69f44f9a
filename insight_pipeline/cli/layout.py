"""Tables and paragraphs as lines of a width: nothing is ever broken within a word.

A table that is too wide is laid out otherwise: headings wrap; a long first column stands above its rows;
else it becomes several tables that repeat the first column. A width of None stands for a pipe or a file,
where every row and every sentence keeps to one line. Printing belongs to `app`.
"""

from __future__ import annotations

import textwrap
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from itertools import groupby

from rich.cells import cell_len

from insight_pipeline.model.terms import grouped

SYLLABLE = "\u00ad"
"""Marks in a heading where a word may end a line."""
_GAP, _INDENT = "  ", "  "
_LONG = 24
"""From this width on, a first column stands above its rows where space is short."""


@dataclass(frozen=True)
class _Column:
    """A column as text; the last of its cells is the total, if there is one."""

    head: tuple[str, ...]
    cells: tuple[str, ...]
    is_number: bool

    @property
    def width(self) -> int:
        return max(map(cell_len, (*self.head, *self.cells)))

    def aligned(self, text: str) -> str:
        """The text, filled up to the column's width."""
        room = " " * (self.width - cell_len(text))
        return room + text if self.is_number else text + room

    def with_narrow_head(self) -> _Column:
        """The same column, its heading on several lines."""
        wanted = max(map(cell_len, self.cells), default=0)
        return _Column(tuple(_wrapped_head(self.head[0], wanted)), self.cells, self.is_number)

    def shown(self) -> _Column:
        """The same column, its heading on one line and without marks."""
        return _Column((self.head[0].replace(SYLLABLE, ""),), self.cells, self.is_number)


def table(
    headings: Sequence[str],
    rows: Sequence[Sequence[object]],
    *,
    locale: str,
    width: int | None,
    total: Sequence[object] = (),
) -> list[str]:
    """The lines of a table. Numbers stand right, grouped as the language does; None is empty."""
    everything = [*rows, total] if total else list(rows)
    columns = [
        _column(head, [row[place] for row in everything], locale)
        for place, head in enumerate(headings)
    ]
    flat = [column.shown() for column in columns]
    if width is None or _width(flat) <= width:
        return _flat(flat, has_total=bool(total))
    narrow = [column.with_narrow_head() for column in columns]
    first, *rest = narrow
    if _width(narrow) > width and first.width > _LONG and _width(rest) + len(_INDENT) <= width:
        return _below_the_first(flat[0], rest)
    parts = _parts(narrow, width)
    lines = [["", *_flat(part, has_total=bool(total))] for part in parts]
    return [line for part in lines for line in part][1:]


def aligned(rows: Sequence[Sequence[str]]) -> list[str]:
    """Rows of plain cells in columns as wide as their widest cell."""
    columns = [_Column((), cells, is_number=False) for cells in zip(*rows, strict=True)]
    return [_line(columns, row) for row in rows]


def paragraph(text: str, width: int | None, first: str = "", rest: str = "") -> list[str]:
    """A sentence in lines that break between words; `first` and `rest` stand before them."""
    if width is None:
        return [first + text]
    return textwrap.wrap(
        text,
        width,
        initial_indent=first,
        subsequent_indent=rest,
        break_long_words=False,
        break_on_hyphens=False,
    )


def told(
    code: str, text: str, next_step: str, *, width: int | None, cause: str | None = None
) -> list[str]:
    """A message of the catalogue: code and text, perhaps the cause, and what to do."""
    indent = " " * (len(code) + 1)
    lines = paragraph(text, width, f"{code} ", indent)
    if cause is not None:
        lines += paragraph(cause, width, indent, indent)
    return lines + paragraph(next_step, width, f"{'->':>{len(code)}} ", indent)


def _column(head: str, values: Sequence[object], locale: str) -> _Column:
    given = [value for value in values if value is not None and value != ""]
    is_number = bool(given) and all(isinstance(value, int) for value in given)
    return _Column((head,), tuple(_text(value, locale) for value in values), is_number)


def _text(value: object, locale: str) -> str:
    """A cell on one line; what cannot be printed, such as a control sequence in a file, is replaced."""
    if value is None:
        return ""
    text = grouped(value, locale) if isinstance(value, int) else str(value)
    return "".join(sign if sign.isprintable() else "\ufffd" for sign in text)


def _width(columns: Sequence[_Column]) -> int:
    return sum(column.width for column in columns) + len(_GAP) * (len(columns) - 1)


def _line(columns: Sequence[_Column], cells: Sequence[str]) -> str:
    pairs = zip(columns, cells, strict=True)
    return _GAP.join(column.aligned(cell) for column, cell in pairs).rstrip()


def _head(columns: Sequence[_Column]) -> list[str]:
    """The headings, which end on one line, and a rule below them."""
    height = max(len(column.head) for column in columns)
    padded = [("",) * (height - len(column.head)) + column.head for column in columns]
    return [_line(columns, row) for row in zip(*padded, strict=True)] + [_rule(columns)]


def _rule(columns: Sequence[_Column]) -> str:
    return _GAP.join("─" * column.width for column in columns)


def _flat(columns: Sequence[_Column], *, has_total: bool) -> list[str]:
    rows = [_line(columns, row) for row in zip(*(c.cells for c in columns), strict=True)]
    if has_total:
        rows.insert(-1, _rule(columns))
    return [*_head(columns), *rows]


def _below_the_first(first: _Column, rest: Sequence[_Column]) -> list[str]:
    """Each value of the first column once, and below it the other columns of its rows."""
    rows = zip(first.cells, zip(*(c.cells for c in rest), strict=True), strict=True)
    lines = [first.head[0], *(_INDENT + line for line in _head(rest))]
    for name, below in groupby(rows, key=lambda row: row[0]):
        lines += [name, *(_INDENT + _line(rest, cells) for _, cells in below)]
    return lines


def _parts(columns: Sequence[_Column], width: int) -> list[list[_Column]]:
    """As few tables as fit, each beginning with the first column."""
    first, *rest = columns
    parts = [[first]]
    for column in rest:
        if _width([*parts[-1], column]) > width and len(parts[-1]) > 1:
            parts.append([first])
        parts[-1].append(column)
    return parts


def _wrapped_head(heading: str, wanted: int) -> Iterator[str]:
    """A heading in lines of the wanted width, or of its longest piece if that is longer."""
    words = [word.split(SYLLABLE) for word in heading.split()]
    pieces = [
        cell_len(piece) + (place < len(word) - 1)
        for word in words
        for place, piece in enumerate(word)
    ]
    width = max(wanted, *pieces)
    line = ""
    for word in words:
        whole = "".join(word)
        if line and cell_len(f"{line} {whole}") <= width:
            line = f"{line} {whole}"
            continue
        if line:
            yield line
        line = ""
        for place, piece in enumerate(word):
            hyphen = place < len(word) - 1
            if line and cell_len(line + piece) + hyphen > width:
                yield f"{line}-"
                line = ""
            line += piece
    yield line
