"""Finding the rows of an export in its bytes: physical lines, quotes, line breaks inside quotes.

Almost every line is *plain*: its quotes, if any, open at the start of a field and close at its end.
Plain lines are found with array operations and handed to the CSV reader in one piece. The few others
(a line break inside quotes, a stray quote, a lone carriage return) are walked field by field. What a
field means is not known here.
"""

from __future__ import annotations

import re
from dataclasses import dataclass, field

import numpy as np
import numpy.typing as npt

from insight_pipeline.model.rows import Reason

Ints = npt.NDArray[np.int64]
Flags = npt.NDArray[np.bool_]
Bytes = npt.NDArray[np.uint8]

_QUOTE, _SEPARATOR, _NEWLINE, _RETURN = 34, 59, 10, 13
_FIELD_END = re.compile(rb"[;\n]")
CP1252_HOLES = (0x81, 0x8D, 0x8F, 0x90, 0x9D)


@dataclass(frozen=True)
class LineRules:
    """What a data line must satisfy before its fields are looked at."""

    field_count: int
    line_bytes: int
    is_utf8: bool


@dataclass(frozen=True)
class WalkedRow:
    """A row that had to be split field by field."""

    line_number: int
    fields: list[bytes]
    raw: bytes


@dataclass(frozen=True)
class RejectedLine:
    """A line set aside before its fields were read."""

    line_number: int
    reason: Reason
    raw: bytes


@dataclass
class Block:
    """The rows of one stretch of a file."""

    plain: bytes = b""
    """Lines fit for the CSV reader, in the file's own encoding."""
    plain_numbers: Ints = field(default_factory=lambda: np.empty(0, dtype=np.int64))
    walked: list[WalkedRow] = field(default_factory=list)
    rejected: list[RejectedLine] = field(default_factory=list)
    rest: bytes = b""
    """Bytes of a row that this stretch does not complete."""
    rest_line: int = 0
    """Physical line on which `rest` starts."""
    is_rest_quoted: bool = False


@dataclass(frozen=True)
class _Lines:
    """The physical lines of a stretch: its bytes, its quotes, and where each line starts and ends."""

    data: bytes
    buffer: Bytes
    quotes: Ints
    starts: Ints
    ends: Ints
    first_line: int


def split_row(data: bytes, start: int) -> tuple[list[bytes], int, bool]:
    """The fields of the row at `start`, where the next row starts, and whether quotes were closed.

    A quote opens only at the start of a field; what follows a closing quote belongs to the field.
    """
    fields: list[bytes] = []
    position = start
    while True:
        value = b""
        if data[position : position + 1] == b'"':
            value, position, is_closed = _quoted(data, position + 1)
            if not is_closed:
                return fields, len(data), False
        match = _FIELD_END.search(data, position)
        end = match.start() if match else len(data)
        value += data[position:end]
        if match and match.group() == b";":
            fields.append(value)
            position = end + 1
            continue
        fields.append(value.removesuffix(b"\r"))
        return fields, min(end + 1, len(data)), True


def _quoted(data: bytes, start: int) -> tuple[bytes, int, bool]:
    """The text between quotes from `start`, the place after them, and whether they were closed."""
    parts: list[bytes] = []
    position = start
    while (quote := data.find(b'"', position)) >= 0:
        parts.append(data[position:quote])
        position = quote + 1
        if data[position : position + 1] != b'"':
            return b"".join(parts), position, True
        parts.append(b'"')
        position += 1
    return b"".join(parts), len(data), False


def split_block(data: bytes, first_line: int, rules: LineRules, *, is_last: bool) -> Block:
    """Sort the lines of `data`, which starts a row on physical line `first_line`.

    What follows the last line break is given back as `rest` unless `is_last`.
    """
    size = len(data) if is_last else data.rfind(b"\n") + 1
    if size == 0:
        return Block(rest=data, rest_line=first_line)
    buffer = np.frombuffer(data, dtype=np.uint8, count=size)
    newlines = np.flatnonzero(buffer == _NEWLINE)
    starts = np.concatenate(([0], newlines + 1)).astype(np.int64)
    ends = np.concatenate((newlines, [size])).astype(np.int64)
    if starts[-1] == size:
        starts, ends = starts[:-1], ends[:-1]
    ends -= (ends > starts) & (buffer[np.maximum(ends - 1, 0)] == _RETURN)

    quotes = np.flatnonzero(buffer == _QUOTE)
    is_walked = _has_stray_quote(buffer, quotes, starts, ends) | _has_lone_return(
        buffer, starts, ends
    )
    found = _Lines(data, buffer, quotes, starts, ends, first_line)
    block = Block(rest=data[size:], rest_line=first_line + len(starts))
    is_covered = _walk(found, np.flatnonzero(is_walked), rules, block)
    if block.is_rest_quoted:
        block.rest = data[int(starts[block.rest_line - first_line]) :]
    candidates = ~is_covered & (ends > starts)
    _sort_plain(found, candidates, rules, block)
    return block


def _lines_at(positions: Ints, starts: Ints) -> Ints:
    return np.searchsorted(starts, positions, side="right") - 1


def _has_stray_quote(buffer: Bytes, quotes: Ints, starts: Ints, ends: Ints) -> Flags:
    """Lines with a quote that is not the plain start or end of a field."""
    found = np.zeros(len(starts), dtype=bool)
    if not len(quotes):
        return found
    lines = _lines_at(quotes, starts)
    first_of_line = np.searchsorted(quotes, starts)
    is_opening = (np.arange(len(quotes)) - first_of_line[lines]) % 2 == 0
    before = buffer[np.maximum(quotes - 1, 0)]
    after = buffer[np.minimum(quotes + 1, len(buffer) - 1)]
    opens_well = (quotes == starts[lines]) | (before == _SEPARATOR) | (before == _QUOTE)
    closes_well = (quotes + 1 == ends[lines]) | (after == _SEPARATOR) | (after == _QUOTE)
    found[lines[np.where(is_opening, ~opens_well, ~closes_well)]] = True
    per_line = np.diff(np.append(first_of_line, len(quotes)))
    return found | (per_line % 2 == 1)


def _has_lone_return(buffer: Bytes, starts: Ints, ends: Ints) -> Flags:
    """Lines with a carriage return other than the one of their line break."""
    found = np.zeros(len(starts), dtype=bool)
    returns = np.flatnonzero(buffer == _RETURN)
    if len(returns):
        lines = _lines_at(returns, starts)
        found[lines[returns < ends[lines]]] = True
    return found


def _walk(found: _Lines, unusual: Ints, rules: LineRules, block: Block) -> Flags:
    """Split the unusual lines in their order; the lines that their rows cover are marked."""
    starts, first_line, size = found.starts, found.first_line, len(found.buffer)
    is_covered = np.zeros(len(starts), dtype=bool)
    if not len(unusual):
        return is_covered
    text = found.data[:size]
    line_after = 0
    for line in unusual.tolist():
        if line < line_after:
            continue
        begin = int(starts[line])
        fields, end, is_closed = split_row(text, begin)
        line_after = int(np.searchsorted(starts, end, side="left")) if end < size else len(starts)
        is_covered[line:line_after] = True
        if not is_closed:
            block.is_rest_quoted = True
            block.rest_line = first_line + line
            break
        raw = text[begin:end].removesuffix(b"\n").removesuffix(b"\r")
        reason = _line_reason(raw, len(fields), rules)
        if reason is None:
            block.walked.append(WalkedRow(first_line + line, fields, raw))
        elif raw:
            block.rejected.append(RejectedLine(first_line + line, reason, raw))
    return is_covered


def _line_reason(raw: bytes, field_count: int, rules: LineRules) -> Reason | None:
    if b"\0" in raw or (not rules.is_utf8 and any(hole in raw for hole in CP1252_HOLES)):
        return Reason.ENCODING
    if len(raw) > rules.line_bytes:
        return Reason.OVERSIZED_LINE
    return None if field_count == rules.field_count else Reason.FIELD_COUNT


def _sort_plain(found: _Lines, candidates: Flags, rules: LineRules, block: Block) -> None:
    """Check the plain lines; join the good ones, reject the others with their first reason."""
    data, buffer, starts, ends = found.data, found.buffer, found.starts, found.ends
    first_line = found.first_line
    is_bad_text = _lines_with_bad_bytes(buffer, starts, rules)
    is_long = ends - starts > rules.line_bytes
    has_other_count = _separators(buffer, found.quotes, starts, candidates) != rules.field_count - 1
    is_good = candidates & ~is_bad_text & ~is_long & ~has_other_count
    for line in np.flatnonzero(candidates & ~is_good).tolist():
        reason = (
            Reason.ENCODING
            if is_bad_text[line]
            else Reason.OVERSIZED_LINE
            if is_long[line]
            else Reason.FIELD_COUNT
        )
        raw = data[int(starts[line]) : int(ends[line])]
        block.rejected.append(RejectedLine(first_line + line, reason, raw))
    block.plain_numbers = np.flatnonzero(is_good) + first_line
    block.plain = _joined(data, len(buffer), starts, is_good)


def _lines_with_bad_bytes(buffer: Bytes, starts: Ints, rules: LineRules) -> Flags:
    found = np.zeros(len(starts), dtype=bool)
    bad = [0] if rules.is_utf8 else [0, *CP1252_HOLES]
    for value in bad:
        positions = np.flatnonzero(buffer == value)
        found[_lines_at(positions, starts)] = True
    return found


def _separators(buffer: Bytes, quotes: Ints, starts: Ints, candidates: Flags) -> Ints:
    """How many separators outside quotes each candidate line has."""
    is_separator = buffer == _SEPARATOR
    if len(quotes):
        counted = np.zeros(len(buffer), dtype=bool)
        counted[quotes[candidates[_lines_at(quotes, starts)]]] = True
        is_separator &= ~np.logical_xor.accumulate(counted)
    positions = np.flatnonzero(is_separator)
    return np.diff(np.append(np.searchsorted(positions, starts), len(positions)))


def _joined(data: bytes, size: int, starts: Ints, is_good: Flags) -> bytes:
    """The good lines in one piece, cut only where a line is left out."""
    if is_good.all():
        return data if size == len(data) else data[:size]
    edges = np.flatnonzero(np.diff(np.concatenate(([False], is_good, [False])).astype(np.int8)))
    bounds = np.append(starts, size)
    return b"".join(
        data[int(bounds[begin]) : int(bounds[end])] for begin, end in edges.reshape(-1, 2).tolist()
    )
