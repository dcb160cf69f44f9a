"""Reading one export: header, rows, typed columns, and the lines set aside with their reason (R 1).

`read_list` takes an opened file and gives the typed rows that pass every check which needs no other
file or directory, the rejected lines, and the counts. What several files say together (R 3), and which
owners are supported, is decided later.
"""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass
from functools import partial

import numpy as np
import numpy.typing as npt
import pyarrow as pa
import pyarrow.csv as pa_csv

from insight_pipeline.model.rows import Field, ListSpec, Refusal
from insight_pipeline.model.zone import Zone
from insight_pipeline.sources.files import OpenedFile, RefusedError
from insight_pipeline.sources.lines import Block, LineRules, split_block, split_row
from insight_pipeline.sources.typed import LineProblem, TypedRows, type_rows

_BLOCK_BYTES = 1 << 24
_CODES = pa.dictionary(pa.int32(), pa.string())


@dataclass(frozen=True)
class Header:
    """Where the known columns stand in a file, and what its header has beside them."""

    width: int
    places: dict[str, int]
    """Position of each known column."""
    unknown: tuple[str, ...]
    missing_optional: tuple[str, ...]


@dataclass(frozen=True)
class ListContent:
    """What one file holds. `lines` = rows + problems."""

    header: Header | None
    rows: pa.Table
    problems: list[LineProblem]
    lines: int


def read_list(file: OpenedFile, spec: ListSpec, zone: Zone, line_bytes: int) -> ListContent:
    """Read a whole export; RefusedError(unclosed_quote, no_header, missing_column) refuses it."""
    first = _read_header_row(file, spec)
    if first is None:
        return ListContent(None, spec.raw_schema().empty_table(), [], 0)
    names, body, line = first
    header, refusal = _find_columns(names, spec, file.sha256)
    rules = LineRules(len(names), line_bytes, file.is_utf8)
    parts: list[TypedRows] = []
    for block in _blocks(file, body, line, rules):
        if refusal is None:
            parts.extend(_typed(block, header, spec, zone, file))
    if refusal is not None:
        raise refusal
    rows = pa.concat_tables([p.rows for p in parts]) if parts else spec.raw_schema().empty_table()
    problems = [problem for part in parts for problem in part.problems]
    return ListContent(header, rows.unify_dictionaries(), problems, len(rows) + len(problems))


def _read_header_row(file: OpenedFile, spec: ListSpec) -> tuple[list[str], bytes, int] | None:
    """The names in the header, the bytes read beyond it, and their line; None for an empty file."""
    data = b""
    while True:
        more = file.body.read(_BLOCK_BYTES)
        data += more
        if not data:
            return None
        fields, end, is_closed = split_row(data, 0)
        if is_closed and (not more or data[:end].endswith(b"\n")):
            break
        if not more:
            raise RefusedError(Refusal.UNCLOSED_QUOTE, "line 1", file.sha256)
    names = [_decoded(name, file).strip().lower() for name in fields]
    return (
        [spec.aliases.get(name, name) for name in names],
        data[end:],
        1 + data.count(b"\n", 0, end),
    )


def _decoded(data: bytes, file: OpenedFile) -> str:
    return data.decode("utf-8" if file.is_utf8 else "cp1252", errors="replace")


def _find_columns(
    names: list[str], spec: ListSpec, sha256: str
) -> tuple[Header, RefusedError | None]:
    places: dict[str, int] = {}
    for place, name in enumerate(names):
        if name in spec.fields:
            places.setdefault(name, place)
    unknown = tuple(name for name in names if name not in spec.fields)
    missing = tuple(name for name in spec.fields if name not in places)
    header = Header(
        len(names), places, unknown, tuple(n for n in missing if n not in spec.required)
    )
    required = [name for name in missing if name in spec.required]
    if not places:
        return header, RefusedError(Refusal.NO_HEADER, "", sha256)
    if required:
        detail = f"{', '.join(required)} | {', '.join(unknown)}"
        return header, RefusedError(Refusal.MISSING_COLUMN, detail, sha256)
    return header, None


def _blocks(file: OpenedFile, body: bytes, line: int, rules: LineRules) -> Iterator[Block]:
    """The file in stretches of whole rows."""
    data = body
    while True:
        more = file.body.read(_BLOCK_BYTES)
        block = split_block(data + more if more else data, line, rules, is_last=not more)
        if not more:
            if block.is_rest_quoted:
                raise RefusedError(Refusal.UNCLOSED_QUOTE, f"line {block.rest_line}", file.sha256)
            yield block
            return
        data, line = block.rest, block.rest_line
        yield block


def _typed(
    block: Block, header: Header, spec: ListSpec, zone: Zone, file: OpenedFile
) -> list[TypedRows]:
    """The typed rows of a block: plain and walked ones, and the lines rejected unread."""
    unread = [
        LineProblem(line.line_number, line.reason, "", "", _decoded(line.raw, file), is_shown=False)
        for line in block.rejected
    ]
    parts = [TypedRows(spec.raw_schema().empty_table(), unread)]
    if len(block.plain_numbers):
        plain = block.plain if file.is_utf8 else block.plain.decode("cp1252").encode()
        texts = _read_plain(plain, header, spec)
        raw_of = partial(_plain_lines, plain)
        parts.append(type_rows(texts, block.plain_numbers, raw_of, spec, zone))
    if block.walked:
        columns = {
            name: pa.array([_decoded(row.fields[place], file) for row in block.walked], pa.string())
            for name, place in header.places.items()
        }
        numbers = np.array([row.line_number for row in block.walked], dtype=np.int64)
        raws = [_decoded(row.raw, file) for row in block.walked]
        parts.append(
            type_rows(
                pa.table(columns), numbers, lambda i: [raws[k] for k in i.tolist()], spec, zone
            )
        )
    return parts


def _plain_lines(plain: bytes, rows: npt.NDArray[np.int64]) -> list[str]:
    """The text of some of the plain lines."""
    breaks = np.flatnonzero(np.frombuffer(plain, dtype=np.uint8) == ord("\n"))
    starts = np.concatenate(([0], breaks + 1))
    ends = np.append(breaks, len(plain))
    return [plain[starts[row] : ends[row]].decode().rstrip("\r") for row in rows.tolist()]


def _read_plain(plain: bytes, header: Header, spec: ListSpec) -> pa.Table:
    """Split plain lines into columns of text, those with few distinct values as dictionaries."""
    names = [f"_{place}" for place in range(header.width)]
    for name, place in header.places.items():
        names[place] = name
    types = {name: _text_type(name, spec) for name in header.places}
    table = pa_csv.read_csv(
        pa.py_buffer(plain),
        read_options=pa_csv.ReadOptions(column_names=names, block_size=len(plain) + 1),
        parse_options=pa_csv.ParseOptions(delimiter=";", ignore_empty_lines=False),
        convert_options=pa_csv.ConvertOptions(
            column_types=types,
            include_columns=list(header.places),
            strings_can_be_null=False,
            check_utf8=False,
        ),
    )
    return table.combine_chunks()


def _text_type(name: str, spec: ListSpec) -> pa.DataType:
    is_mostly_distinct = name in ("id", "callid", "callleguuid") or spec.fields[name] is Field.TIME
    return pa.string() if is_mostly_distinct else _CODES
