"""Turning the text of whole columns into typed values.

Each function takes an Arrow string array and gives numpy arrays: the values, which texts were empty,
and which could not be read. Values are trimmed first. Nothing here knows which column it looks at.
"""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
import numpy.typing as npt
import pyarrow as pa
import pyarrow.compute as pc

from insight_pipeline.model.calendar import DAY_SECONDS
from insight_pipeline.model.zone import Zone

Ints = npt.NDArray[np.int64]
Flags = npt.NDArray[np.bool_]

_INTEGER = r"^-?[0-9]{1,18}$"
_TRUE = frozenset({"true", "t", "1", "yes"})
_FALSE = frozenset({"false", "f", "0", "no"})
_WALL_LENGTH, _EPOCH_LENGTH = 19, 13
_FIRST_YEAR, _LAST_YEAR = 2000, 2099

_MONTHS = np.arange(
    np.datetime64(f"{_FIRST_YEAR}-01"), np.datetime64(f"{_LAST_YEAR + 1}-02"), dtype="datetime64[M]"
)
_MONTH_START_DAYS: Ints = _MONTHS.astype("datetime64[D]").astype(np.int64)


@dataclass(frozen=True)
class Parsed:
    """A column of integers or flags: values (0 where empty or bad), and the two masks."""

    values: npt.NDArray[np.int64]
    is_empty: Flags
    is_bad: Flags


@dataclass(frozen=True)
class ParsedTimes:
    """A column of times as first UTC readings in seconds (0 where there is none)."""

    first_utc: Ints
    repeats: Flags
    is_empty: Flags
    is_bad: Flags
    is_nonexistent: Flags


def text_bytes(texts: pa.StringArray) -> npt.NDArray[np.uint8]:
    """The characters of all values one after another, without a copy."""
    buffers = texts.buffers()
    if buffers[2] is None or not len(texts):
        return np.empty(0, dtype=np.uint8)
    offsets = np.frombuffer(buffers[1], dtype=np.int32)[
        texts.offset : texts.offset + len(texts) + 1
    ]
    return np.frombuffer(buffers[2], dtype=np.uint8)[int(offsets[0]) : int(offsets[-1])]


def text_lengths(texts: pa.StringArray) -> npt.NDArray[np.int32]:
    """Bytes of each value."""
    return pc.binary_length(texts).to_numpy(zero_copy_only=False)


def trimmed(texts: pa.StringArray) -> pa.StringArray:
    """The texts without white space at either end; no work where there is none."""
    lengths = text_lengths(texts)
    data = text_bytes(texts)
    if not len(data):
        return texts
    ends = np.cumsum(lengths, dtype=np.int64)
    filled = lengths > 0
    edges = np.concatenate((data[(ends - lengths)[filled]], data[ends[filled] - 1]))
    is_plain = (edges > 32) & (edges < 127)
    return texts if is_plain.all() else pc.utf8_trim_whitespace(texts)


def parse_integers(texts: pa.StringArray) -> Parsed:
    """ASCII digits with an optional minus, at most 18 digits."""
    texts = trimmed(texts)
    lengths = text_lengths(texts)
    is_empty = lengths == 0
    data = text_bytes(texts)
    if ((data >= 48) & (data <= 57)).all() and (lengths <= 18).all():
        is_bad = np.zeros(len(texts), dtype=bool)
    else:
        matches = pc.match_substring_regex(texts, _INTEGER).to_numpy(zero_copy_only=False)
        is_bad = ~matches & ~is_empty
    readable = (
        pc.if_else(pa.array(is_empty | is_bad), "0", texts) if (is_empty | is_bad).any() else texts
    )
    return Parsed(readable.cast(pa.int64()).to_numpy(zero_copy_only=False), is_empty, is_bad)


def parse_flags(texts: pa.StringArray) -> Parsed:
    """True false t f 1 0 yes no in any case; empty is false. Meant for the few distinct texts."""
    lowered = [str(text).lower() for text in trimmed(texts).to_pylist()]
    is_empty = np.array([not text for text in lowered], dtype=bool)
    values = np.array([text in _TRUE for text in lowered], dtype=np.int64)
    is_bad = np.array([bool(text) and text not in _TRUE | _FALSE for text in lowered], dtype=bool)
    return Parsed(values, is_empty, is_bad)


def parse_times(texts: pa.StringArray, zone: Zone) -> ParsedTimes:
    """`dd.MM.yyyy HH:mm:ss` in the zone's local time, or epoch milliseconds (13 digits)."""
    texts = trimmed(texts)
    lengths = text_lengths(texts)
    is_wall, is_epoch = lengths == _WALL_LENGTH, lengths == _EPOCH_LENGTH
    is_empty = lengths == 0
    is_bad = ~(is_wall | is_epoch | is_empty)
    first = np.zeros(len(texts), dtype=np.int64)
    repeats = np.zeros(len(texts), dtype=bool)
    is_nonexistent = np.zeros(len(texts), dtype=bool)
    if is_wall.any():
        wall, is_readable = _wall_seconds(_characters(texts, is_wall, _WALL_LENGTH))
        utc, twice, exists = zone.readings(wall)
        first[is_wall] = np.where(is_readable & exists, utc, 0)
        repeats[is_wall] = twice & is_readable
        is_nonexistent[is_wall] = ~exists & is_readable
        is_bad[is_wall] = ~is_readable
    if is_epoch.any():
        seconds, is_readable = _epoch_seconds(_characters(texts, is_epoch, _EPOCH_LENGTH), zone)
        first[is_epoch] = np.where(is_readable, seconds, 0)
        is_bad[is_epoch] = ~is_readable
    return ParsedTimes(first, repeats, is_empty, is_bad, is_nonexistent)


def _characters(texts: pa.StringArray, chosen: Flags, length: int) -> npt.NDArray[np.uint8]:
    """The chosen texts, all of one length, as a matrix of bytes."""
    lengths = text_lengths(texts)
    if not ((lengths == 0) | chosen).all():
        texts = texts.filter(pa.array(chosen))
    return text_bytes(texts).reshape(-1, length)


def _number(digits: npt.NDArray[np.uint8], *columns: int) -> npt.NDArray[np.int32]:
    value = np.zeros(len(digits), dtype=np.int32)
    for column in columns:
        value = value * 10 + digits[:, column]
    return value


def _wall_seconds(text: npt.NDArray[np.uint8]) -> tuple[Ints, Flags]:
    """Wall-clock seconds of `dd.MM.yyyy HH:mm:ss`, and which rows are such a time."""
    separators = np.frombuffer(b"..  ::", dtype=np.uint8)[[0, 1, 2, 4, 5]]
    is_good = (text[:, [2, 5, 10, 13, 16]] == separators).all(axis=1)
    digits = text - 48
    is_good &= (digits[:, [0, 1, 3, 4, 6, 7, 8, 9, 11, 12, 14, 15, 17, 18]] <= 9).all(axis=1)
    day, month, year = _number(digits, 0, 1), _number(digits, 3, 4), _number(digits, 6, 7, 8, 9)
    hour, minute, second = _number(digits, 11, 12), _number(digits, 14, 15), _number(digits, 17, 18)
    is_good &= (month >= 1) & (month <= 12) & (year >= _FIRST_YEAR) & (year <= _LAST_YEAR)
    is_good &= (hour <= 23) & (minute <= 59) & (second <= 59)
    index = np.where(is_good, (year - _FIRST_YEAR) * 12 + month - 1, 0)
    first_day = _MONTH_START_DAYS[index]
    is_good &= (day >= 1) & (day <= _MONTH_START_DAYS[index + 1] - first_day)
    days = np.where(is_good, first_day + day - 1, 0)
    return days * DAY_SECONDS + hour * 3600 + minute * 60 + second, is_good


def _epoch_seconds(text: npt.NDArray[np.uint8], zone: Zone) -> tuple[Ints, Flags]:
    """Seconds of epoch milliseconds, cut; years outside 2000 to 2099 in local time are bad."""
    digits = (text - 48).astype(np.int64)
    is_good = (digits <= 9).all(axis=1)
    powers = 10 ** np.arange(_EPOCH_LENGTH - 1, -1, -1, dtype=np.int64)
    seconds = np.where(is_good, digits @ powers // 1000, 0)
    wall_days = (
        zone.wall(np.where(is_good, seconds, _MONTH_START_DAYS[0] * DAY_SECONDS)) // DAY_SECONDS
    )
    is_good &= (wall_days >= _MONTH_START_DAYS[0]) & (wall_days < _MONTH_START_DAYS[-1])
    return seconds, is_good
