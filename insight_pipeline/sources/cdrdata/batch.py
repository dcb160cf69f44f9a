"""A batch of rows as the server copied it out: its keys, and cutting single rows out of its text.

The text is CSV with a header, quotes doubled inside quotes and nowhere else, so that a line break ends a
row exactly where an even number of quotes stands before it. What the values mean is read by `lists`.
"""

from __future__ import annotations

import hashlib
from dataclasses import dataclass
from functools import cached_property
from itertools import pairwise
from typing import Any

import numpy as np
import numpy.typing as npt
import pyarrow as pa
import pyarrow.csv as pa_csv

from insight_pipeline.model.rows import CALL_LIST
from insight_pipeline.sources.cdrdata.columns import Columns

Ints = npt.NDArray[np.int64]
Flags = npt.NDArray[np.bool_]

_QUOTE, _NEWLINE = 34, 10
_KEYS = ("id", "callid", "starttime", CALL_LIST.end)
_MILLISECONDS = 1000


@dataclass(frozen=True)
class Rows:
    """What is remembered of rows: enough to tell whether they changed and whether they are complete."""

    ids: Ints
    calls: Ints
    starts: Ints
    """In UTC seconds; 0 where there is none."""
    is_open: Flags
    content: Ints
    """A hash of each row's text."""

    def __len__(self) -> int:
        """How many rows."""
        return len(self.ids)

    def kept(self, mask: Flags) -> Rows:
        """The rows of the mask."""
        return Rows(*(column[mask] for column in self.columns))

    @property
    def columns(self) -> tuple[npt.NDArray[Any], ...]:
        """All columns, in the order of the fields."""
        return (self.ids, self.calls, self.starts, self.is_open, self.content)


_NONE = np.empty(0, dtype=np.int64)
NO_ROWS = Rows(_NONE, _NONE, _NONE, np.empty(0, dtype=bool), _NONE)


@dataclass(frozen=True)
class Batch:
    """The text of some rows, header included, in ascending order of id."""

    text: bytes
    columns: Columns

    @cached_property
    def rows(self) -> Rows:
        """What is to be remembered of the rows."""
        names = [self.columns.known[name] for name in _KEYS]
        table = pa_csv.read_csv(
            pa.py_buffer(self.text),
            read_options=pa_csv.ReadOptions(block_size=len(self.text) + 1),
            parse_options=pa_csv.ParseOptions(delimiter=";", newlines_in_values=True),
            convert_options=pa_csv.ConvertOptions(
                include_columns=names,
                column_types=dict.fromkeys(names, pa.int64()),
                null_values=[""],
            ),
        )
        ids, calls, starts = (table[name].fill_null(0).to_numpy() for name in names[:3])
        is_open = np.asarray(table[names[3]].is_null())
        return Rows(ids, calls, starts // _MILLISECONDS, is_open, self._hashes())

    def _hashes(self) -> Ints:
        digests = (hashlib.blake2b(line, digest_size=8).digest() for line in self._lines)
        return np.frombuffer(b"".join(digests), dtype=np.int64)

    @cached_property
    def _lines(self) -> list[bytes]:
        """The text of each row, its line break included, without the header."""
        buffer = np.frombuffer(self.text, dtype=np.uint8)
        is_outside = ~np.logical_xor.accumulate(buffer == _QUOTE)
        ends = np.flatnonzero((buffer == _NEWLINE) & is_outside) + 1
        return [self.text[start:end] for start, end in pairwise(ends.tolist())]

    def text_of(self, mask: Flags) -> bytes:
        """The header and the rows of the mask; the text itself where that is all of them."""
        if mask.all():
            return self.text
        header = self.text[: self.text.index(b"\n") + 1]
        return header + b"".join(self._lines[row] for row in np.flatnonzero(mask).tolist())
