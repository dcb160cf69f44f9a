"""From columns of text to typed rows of the raw store, and the first reason against a row (R 1).

The order in which reasons are looked for is the order of `model.rows.Reason`. Times stay as their first
UTC reading plus a bit that says whether the wall clock shows them twice; which reading is meant is
decided in `legs`. Splitting lines into fields is not done here.
"""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass, field

import numpy as np
import numpy.typing as npt
import pyarrow as pa
import pyarrow.compute as pc

from insight_pipeline.model.rows import CONNECTED, RESULTS, Field, ListSpec, Reason
from insight_pipeline.model.zone import Zone
from insight_pipeline.sources.values import (
    Parsed,
    ParsedTimes,
    parse_flags,
    parse_integers,
    parse_times,
    trimmed,
)

Ints = npt.NDArray[np.int64]
Flags = npt.NDArray[np.bool_]
RawLines = Callable[[Ints], list[str]]

_REASONS = list(Reason)


@dataclass(frozen=True)
class LineProblem:
    """A line set aside: where, why, by which column and value, and its text."""

    line_number: int
    reason: Reason
    column: str
    value: str
    raw_text: str
    is_shown: bool
    """Whether the row is readably not private, so that its text may be shown."""


@dataclass(frozen=True)
class TypedRows:
    """Typed rows in the raw schema, and the lines that did not become one."""

    rows: pa.Table
    problems: list[LineProblem]


@dataclass
class _Verdict:
    """The first reason against each row (index into Reason, -1 = none) and its column."""

    size: int
    reason: npt.NDArray[np.int8] = field(init=False)
    column: npt.NDArray[np.int8] = field(init=False)

    def __post_init__(self) -> None:
        self.reason = np.full(self.size, -1, dtype=np.int8)
        self.column = np.full(self.size, -1, dtype=np.int8)

    def mark(self, mask: Flags, reason: Reason, column: int) -> None:
        """Note the reason for the rows of the mask that have none yet."""
        if mask.any():
            fresh = mask & (self.reason < 0)
            self.reason[fresh] = _REASONS.index(reason)
            self.column[fresh] = column


def type_rows(
    texts: pa.Table, numbers: Ints, raw_of: RawLines, spec: ListSpec, zone: Zone
) -> TypedRows:
    """Type every known column; rows with a problem leave the table and are described instead."""
    verdict = _Verdict(len(numbers))
    names = list(spec.fields)
    for name in spec.required:
        if name != spec.end:
            verdict.mark(_is_blank(texts[name]), Reason.MISSING_VALUE, names.index(name))
    integers = _parse(texts, spec, Field.INTEGER, parse_integers)
    flags = _parse(texts, spec, Field.FLAG, parse_flags)
    times = {
        name: parse_times(_plain(texts[name]), zone)
        for name in spec.time_columns
        if name in texts.column_names
    }
    for name, parsed in integers.items():
        verdict.mark(parsed.is_bad, Reason.BAD_INTEGER, names.index(name))
    for name, parsed in flags.items():
        verdict.mark(parsed.is_bad, Reason.BAD_BOOLEAN, names.index(name))
    for name, time in times.items():
        verdict.mark(time.is_bad, Reason.BAD_TIMESTAMP, names.index(name))
    for name, time in times.items():
        verdict.mark(time.is_nonexistent, Reason.NONEXISTENT_TIME, names.index(name))
    result = _results(texts, spec, verdict)
    _check_times(times, result == CONNECTED, spec, verdict, zone)
    rows = _assemble(texts, integers, flags, times, result, numbers, spec)
    return _split(rows, verdict, texts, flags, numbers, raw_of, names)


def _plain(column: pa.ChunkedArray) -> pa.StringArray:
    array = column.combine_chunks() if isinstance(column, pa.ChunkedArray) else column
    return array if pa.types.is_string(array.type) else array.cast(pa.string())


def _distinct(column: pa.ChunkedArray) -> tuple[pa.StringArray, Ints | None]:
    """The texts to parse and, where they are the distinct ones, each row's place among them."""
    array = column.combine_chunks()
    if not pa.types.is_dictionary(array.type):
        return array, None
    return array.dictionary, array.indices.to_numpy(zero_copy_only=False)


def _is_blank(column: pa.ChunkedArray) -> Flags:
    texts, places = _distinct(column)
    blank = pc.equal(pc.binary_length(trimmed(texts)), 0).to_numpy(zero_copy_only=False)
    return blank if places is None else blank[places]


def _parse(
    texts: pa.Table, spec: ListSpec, kind: Field, parse: Callable[[pa.StringArray], Parsed]
) -> dict[str, Parsed]:
    """Parse every column of one kind, the distinct texts only where the column is a dictionary."""
    found: dict[str, Parsed] = {}
    for name, of_kind in spec.fields.items():
        if of_kind is kind and name in texts.column_names:
            distinct, places = _distinct(texts[name])
            if places is None and kind is Field.FLAG:
                encoded = distinct.dictionary_encode()
                distinct, places = encoded.dictionary, encoded.indices.to_numpy()
            parsed = parse(distinct)
            if places is not None:
                parsed = Parsed(
                    parsed.values[places], parsed.is_empty[places], parsed.is_bad[places]
                )
            found[name] = parsed
    return found


def _results(texts: pa.Table, spec: ListSpec, verdict: _Verdict) -> npt.NDArray[np.object_]:
    """The result of each row in lower case; None where it is empty or unknown and may be."""
    if "callresult" not in texts.column_names:
        return np.full(verdict.size, None, dtype=object)
    distinct, places = _distinct(texts["callresult"])
    lowered = [text.lower() for text in trimmed(distinct).to_pylist()]
    values = np.array([text if text in RESULTS else None for text in lowered], dtype=object)
    result = values if places is None else values[places]
    if spec.is_result_required:
        is_unknown = np.array([value is None for value in values], dtype=bool)
        unknown = is_unknown if places is None else is_unknown[places]
        verdict.mark(unknown, Reason.UNKNOWN_RESULT, list(spec.fields).index("callresult"))
    return result


def _check_times(
    times: dict[str, ParsedTimes],
    is_connected: Flags,
    spec: ListSpec,
    verdict: _Verdict,
    zone: Zone,
) -> None:
    """R 1's checks of one time against another, over all readings of repeated hours."""
    names = list(spec.fields)
    start, end, link = times["starttime"], times[spec.end], times.get("linktime")
    end_last = np.where(end.repeats, zone.second_reading(end.first_utc), end.first_utc)
    is_ended = ~end.is_empty
    verdict.mark(
        is_ended & (end_last < start.first_utc), Reason.END_BEFORE_START, names.index(spec.end)
    )
    if link is None:
        verdict.mark(is_connected, Reason.CONNECTED_WITHOUT_LINK, names.index("linktime"))
        return
    verdict.mark(
        is_connected & link.is_empty, Reason.CONNECTED_WITHOUT_LINK, names.index("linktime")
    )
    link_last = np.where(link.repeats, zone.second_reading(link.first_utc), link.first_utc)
    is_inside = (link.first_utc >= start.first_utc) & (link.first_utc <= end_last)
    is_inside |= (link_last >= start.first_utc) & (link_last <= end_last)
    verdict.mark(
        is_connected & is_ended & ~is_inside, Reason.LINK_OUTSIDE_LEG, names.index("linktime")
    )


def _assemble(
    texts: pa.Table,
    integers: dict[str, Parsed],
    flags: dict[str, Parsed],
    times: dict[str, ParsedTimes],
    result: npt.NDArray[np.object_],
    numbers: Ints,
    spec: ListSpec,
) -> pa.Table:
    """All rows in the raw schema; a column that the file lacks is empty throughout."""
    schema = spec.raw_schema()
    columns: dict[str, pa.Array] = {}
    for name, kind in spec.fields.items():
        if name in integers:
            mask = None if name == "callstepid" else integers[name].is_empty
            columns[name] = pa.array(integers[name].values, mask=mask)
        elif name in flags:
            columns[name] = pa.array(flags[name].values.astype(bool))
        elif name in times:
            columns[name] = pa.array(times[name].first_utc, mask=times[name].is_empty)
        elif kind is Field.RESULT:
            columns[name] = pa.array(result, pa.string()).dictionary_encode()
        elif kind is Field.TEXT and name in texts.column_names:
            columns[name] = _text(texts[name], schema.field(name).type)
        else:
            columns[name] = _empty(name, kind, schema.field(name).type, len(numbers))
    columns["repeats"] = pa.array(_repeats(times, spec, len(numbers)))
    columns["line_number"] = pa.array(numbers)
    return pa.table([columns[name] for name in schema.names], schema=schema)


def _text(column: pa.ChunkedArray, kind: pa.DataType) -> pa.Array:
    """Trimmed text, empty as NULL."""
    distinct, places = _distinct(column)
    values = trimmed(distinct)
    is_empty = pc.equal(pc.binary_length(values), 0)
    if pc.any(is_empty).as_py():
        values = pc.if_else(is_empty, pa.scalar(None, pa.string()), values)
    if places is None:
        return values.dictionary_encode() if pa.types.is_dictionary(kind) else values
    encoded = values.dictionary_encode()
    return pa.DictionaryArray.from_arrays(
        encoded.indices.take(pa.array(places)), encoded.dictionary
    )


def _empty(name: str, kind: Field, data_type: pa.DataType, size: int) -> pa.Array:
    if kind is Field.FLAG:
        return pa.array(np.zeros(size, dtype=bool))
    if name == "callstepid":
        return pa.array(np.zeros(size, dtype=np.int64))
    return pa.nulls(size, data_type)


def _repeats(times: dict[str, ParsedTimes], spec: ListSpec, size: int) -> npt.NDArray[np.int8]:
    bits = np.zeros(size, dtype=np.int8)
    for bit, name in enumerate(spec.time_columns):
        if name in times:
            bits |= times[name].repeats.astype(np.int8) << bit
    return bits


def _split(
    rows: pa.Table,
    verdict: _Verdict,
    texts: pa.Table,
    flags: dict[str, Parsed],
    numbers: Ints,
    raw_of: RawLines,
    names: list[str],
) -> TypedRows:
    """Separate good rows from problems; a problem carries its line and the value at fault."""
    is_bad = verdict.reason >= 0
    if not is_bad.any():
        return TypedRows(rows, [])
    where = np.flatnonzero(is_bad)
    private = flags.get("privatecall")
    can_tell = "cdraccountid" in names
    shown = np.full(len(where), can_tell)
    if private is not None:
        shown &= (private.values[where] == 0) & ~private.is_bad[where]
    problems = []
    for raw, place, row, is_shown in zip(
        raw_of(where), verdict.column[where].tolist(), where.tolist(), shown.tolist(), strict=True
    ):
        name = names[place]
        value = str(texts[name][row]) if name in texts.column_names else ""
        reason = _REASONS[int(verdict.reason[row])]
        problems.append(LineProblem(int(numbers[row]), reason, name, value, raw, is_shown))
    return TypedRows(rows.filter(pa.array(~is_bad)), problems)
