"""The raw store: rows as read, as Parquet by list, local date and file, and finding those that matter.

A partition needs more than the rows of its day: other contents under the same ids decide which one
counts (R 3), and other rows of the same calls decide where a call begins (R 9). `gather` follows both
relations over all days until nothing new turns up, and reads only parts whose ranges of ids and calls
can hold anything. What the rows mean is not decided here.
"""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from datetime import date, timedelta
from pathlib import Path

import numpy as np
import numpy.typing as npt
import pyarrow as pa

from insight_pipeline.model.rows import (
    CALL_LIST,
    END_BIT,
    LINE_LIST,
    LISTS,
    START_BIT,
    ListSpec,
)
from insight_pipeline.model.zone import Zone
from insight_pipeline.parquet import read_parquet, write_parquet
from insight_pipeline.sources.raw_index import PartEntry, Parts, RawIndex, parts_of

Ints = npt.NDArray[np.int64]
Flags = npt.NDArray[np.bool_]

_EPOCH = date(1970, 1, 1)
_KEYS = ["id", "callid", "repeats"]


@dataclass(frozen=True)
class RawRows:
    """Rows of several files: the typed rows, and for each its file's rank and its local day.

    `file_rank` orders the files by name (code points), then hash; it indexes `hashes`, `names` and
    `name_rank`, which is equal for different contents under one name.
    """

    rows: pa.Table
    file_rank: Ints
    days: Ints
    hashes: list[str]
    names: list[str]

    @property
    def name_rank(self) -> Ints:
        """Rank of each file's name alone."""
        return np.unique(np.array(self.names, dtype=object), return_inverse=True)[1].astype(
            np.int64
        )


def day_number(day: date) -> int:
    """Days since 1970-01-01."""
    return (day - _EPOCH).days


def day_of(number: int) -> date:
    """The date of a day number."""
    return _EPOCH + timedelta(days=number)


class RawStore:
    """The raw store of one installation below `folder`."""

    def __init__(self, folder: Path, zone: Zone) -> None:
        """Open the store, making it if there is none."""
        self.folder = folder
        self.zone = zone
        self.index = RawIndex(folder / "index.db")

    @property
    def directory_file(self) -> Path:
        """Where the directory read last is kept."""
        return self.folder / "directory.json"

    @property
    def definitions_file(self) -> Path:
        """Where the settings are kept that facts were made with."""
        return self.folder / "definitions.txt"

    def problems_file(self, kind: str, sha256: str) -> Path:
        """Where the lines set aside from a file are kept."""
        return self.folder / kind / "problems" / f"{sha256}.parquet"

    def _part_file(self, kind: str, sha256: str, day: int) -> Path:
        return self.folder / kind / "rows" / day_of(day).isoformat() / f"{sha256}.parquet"

    def write_rows(self, spec: ListSpec, sha256: str, rows: pa.Table) -> list[PartEntry]:
        """Write the rows of a file, one part a local day of their start; gives their entries."""
        days = self.zone.local_day(_ints(rows, "starttime"))
        order = np.argsort(days, kind="stable")
        found, first, counts = np.unique(days[order], return_index=True, return_counts=True)
        if len(found) > 1:
            rows = rows.take(pa.array(order))
        entries = []
        for day, offset, count in zip(found.tolist(), first.tolist(), counts.tolist(), strict=True):
            part = rows.slice(offset, count)
            write_parquet(part, self._part_file(spec.name, sha256, day))
            ids, calls = _ints(part, "id"), _ints(part, "callid")
            repeated = int(np.count_nonzero(_ints(part, "repeats") & START_BIT))
            spans = (int(ids.min()), int(ids.max()), int(calls.min()), int(calls.max()))
            last_end = self._last_end(part, spec)
            entries.append(PartEntry(spec.name, sha256, day, count, *spans, repeated, last_end))
        return entries

    def _last_end(self, rows: pa.Table, spec: ListSpec) -> int:
        """The latest end that rows can have, in either reading; 0 where none has one."""
        ends = rows[spec.end].fill_null(0).to_numpy()
        is_repeated = (_ints(rows, "repeats") & END_BIT) != 0
        return int(np.where(is_repeated, self.zone.second_reading(ends), ends).max())

    def remove_rows(self, kind: str, sha256: str, days: Sequence[int]) -> None:
        """Remove the parts of a content that stands in the index no more, and its problems."""
        for day in days:
            self._part_file(kind, sha256, day).unlink(missing_ok=True)
        self.problems_file(kind, sha256).unlink(missing_ok=True)

    def file_rows(self, spec: ListSpec, sha256: str, columns: list[str]) -> pa.Table:
        """Some columns of all rows of one file."""
        parts = [e for e in self.index.parts(spec.name).entries if e.sha256 == sha256]
        tables = [self._read(part, columns) for part in parts]
        schema = pa.schema([spec.raw_schema().field(name) for name in columns])
        return pa.concat_tables(tables) if tables else schema.empty_table()

    def sample(self, spec: ListSpec, day: int, columns: Sequence[str]) -> pa.Table:
        """Some columns of rows of one day; none where the day has none."""
        entries = [e for e in self.index.parts(spec.name).entries if e.day == day]
        if entries:
            return self._read(entries[0], list(columns))
        return pa.schema([spec.raw_schema().field(name) for name in columns]).empty_table()

    def gather(self, kind: str, days: Sequence[int]) -> RawRows:
        """All rows of `days`, with every row that shares an id or a call with them, over all days."""
        parts = self.index.parts(kind)
        whole = np.flatnonzero(np.isin(parts.days, np.asarray(days, dtype=np.int64)))
        return self._collect(kind, parts, whole)

    def gather_calls(self, kind: str, calls: Sequence[int]) -> RawRows:
        """All rows of these calls, with every row that shares an id or a call with them."""
        parts = self.index.parts(kind)
        seed = np.asarray(sorted(calls), dtype=np.int64)
        none = np.empty(0, dtype=np.int64)
        return self._collect(kind, parts, none, seed_calls=seed)

    def rows_by_day(self, kind: str, days: Sequence[int]) -> dict[int, int]:
        """How many rows were read for each of these days, whatever became of them."""
        parts = self.index.parts(kind)
        found = dict.fromkeys(days, 0)
        for entry in parts.entries:
            if entry.day in found:
                found[entry.day] += entry.rows
        return found

    def owners_by_day(self, days: Sequence[int]) -> Iterator[tuple[int, Ints]]:
        """The owners of the call list rows of each part on these days."""
        for entry in self.index.parts(CALL_LIST.name).entries:
            if entry.day in days:
                yield entry.day, _ints(self._read(entry, ["cdraccountid"]), "cdraccountid")

    def touched_days(self, kind: str, own_parts: Sequence[PartEntry]) -> list[int]:
        """Days whose rows share an id or a call with the parts of a file, its own included.

        The parts are written, and need not stand in the index yet.
        """
        hashes = {part.sha256 for part in own_parts}
        others = [e for e in self.index.parts(kind).entries if e.sha256 not in hashes]
        parts = parts_of([*others, *own_parts])
        own = np.arange(len(others), len(parts.entries))
        related = _Relations(self, parts)
        related.add_whole(own)
        found = related.follow()
        touched = np.array([*own.tolist(), *found], dtype=np.int64)
        last_days = self._last_days(kind, parts)
        spans = zip(parts.days[touched].tolist(), last_days[touched].tolist(), strict=True)
        return sorted({day for first, last in spans for day in range(first, last + 1)})

    def reaching(self, kind: str, days: Sequence[int]) -> list[int]:
        """Days on which rows begin that may still run on one of `days`, those included, ascending."""
        parts, wanted = self.index.parts(kind), np.array(sorted(days), dtype=np.int64)
        first, last = parts.days, self._last_days(kind, parts)
        may = _holds(wanted, first + 1, last)
        return sorted({*days, *first[may].tolist()})

    def _last_days(self, kind: str, parts: Parts) -> Ints:
        """The last local day on which each part matters: a use of a line counts wherever it runs."""
        if kind != LINE_LIST.name:
            return parts.days
        return np.maximum(parts.days, self.zone.local_day(parts.last_ends - 1))

    def _files(self, kind: str) -> list[tuple[str, str]]:
        """Name and hash of each content by the name that sorts first among its names, then by hash."""
        first: dict[str, str] = {}
        for entry in self.index.names(kind):
            if entry.sha256:
                first.setdefault(entry.sha256, entry.file_name)
        return sorted((name, sha256) for sha256, name in first.items())

    def _collect(
        self,
        kind: str,
        parts: Parts,
        whole: Ints,
        seed_calls: Ints | None = None,
    ) -> RawRows:
        files = self._files(kind)
        names, hashes = [name for name, _ in files], [sha256 for _, sha256 in files]
        ranks = {sha256: rank for rank, sha256 in enumerate(hashes)}
        related = _Relations(self, parts)
        related.add_whole(whole)
        if seed_calls is not None:
            related.add_calls(seed_calls)
        chosen = related.follow()
        tables: list[pa.Table] = []
        rank_parts: list[Ints] = []
        day_parts: list[Ints] = []
        for index in [*whole.tolist(), *sorted(chosen)]:
            entry = parts.entries[index]
            table = self._read(entry)
            if index in chosen:
                table = table.filter(pa.array(chosen[index]))
            tables.append(table)
            rank_parts.append(np.full(len(table), ranks[entry.sha256], dtype=np.int64))
            day_parts.append(np.full(len(table), entry.day, dtype=np.int64))
        if not tables:
            empty = np.empty(0, dtype=np.int64)
            return RawRows(LISTS[kind].raw_schema().empty_table(), empty, empty, hashes, names)
        rows = pa.concat_tables(tables).unify_dictionaries().combine_chunks()
        return RawRows(rows, np.concatenate(rank_parts), np.concatenate(day_parts), hashes, names)

    def read_keys(self, entry: PartEntry) -> pa.Table:
        """Ids, calls and the repeat bits of a part."""
        return self._read(entry, _KEYS)

    def _read(self, entry: PartEntry, columns: list[str] | None = None) -> pa.Table:
        path = self._part_file(entry.kind, entry.sha256, entry.day)
        return read_parquet(path, LISTS[entry.kind].raw_schema(), columns)


class _Relations:
    """Follows shared ids and calls from a set of rows to every other row that they reach."""

    def __init__(self, store: RawStore, parts: Parts) -> None:
        self._store = store
        self._parts = parts
        self._keys: dict[int, tuple[Ints, Ints, Flags]] = {}
        self._whole: set[int] = set()
        self._whole_days: set[int] = set()
        self._chosen: dict[int, Flags] = {}
        self._ids: list[Ints] = []
        self._calls: list[Ints] = []
        self._repeated_days: set[int] = set()

    def add_whole(self, indexes: Ints) -> None:
        """Start from all rows of these parts."""
        for index in indexes.tolist():
            ids, calls, repeated = self._load(index)
            self._whole.add(index)
            self._note(ids, calls, repeated, index)

    def add_calls(self, calls: Ints) -> None:
        """Start from all rows of these calls."""
        self._calls.append(calls)

    def follow(self) -> dict[int, Flags]:
        """Rows reached in other parts, as one mask a part."""
        days_done: set[int] = set()
        while self._ids or self._calls or self._repeated_days - days_done:
            ids, calls = _ascending(self._ids), _ascending(self._calls)
            days = self._repeated_days - days_done
            days_done |= days
            self._ids, self._calls = [], []
            for index in self._candidates(ids, calls, days):
                self._extend(
                    index, ids, calls, is_repeated_day=self._parts.entries[index].day in days
                )
        return self._chosen

    def _candidates(self, ids: Ints, calls: Ints, days: set[int]) -> list[int]:
        """Parts, not read whole, whose ranges hold one of the ids or calls, or that lie on a day."""
        p = self._parts
        may = _holds(ids, p.first_ids, p.last_ids) | _holds(calls, p.first_calls, p.last_calls)
        if days:
            may |= np.isin(p.days, np.array(sorted(days))) & (p.repeated > 0)
        return [index for index in np.flatnonzero(may).tolist() if index not in self._whole]

    def _extend(self, index: int, ids: Ints, calls: Ints, *, is_repeated_day: bool) -> None:
        own_ids, own_calls, repeated = self._load(index)
        mask = _member(own_ids, ids) | _member(own_calls, calls)
        if is_repeated_day:
            mask |= repeated
        before = self._chosen.get(index)
        fresh = mask if before is None else mask & ~before
        if fresh.any():
            self._chosen[index] = fresh if before is None else before | fresh
            self._note(own_ids[fresh], own_calls[fresh], repeated[fresh], index)

    def _note(self, ids: Ints, calls: Ints, repeated: Flags, index: int) -> None:
        self._ids.append(ids)
        self._calls.append(calls)
        if repeated.any():
            self._repeated_days.add(self._parts.entries[index].day)

    def _load(self, index: int) -> tuple[Ints, Ints, Flags]:
        if index not in self._keys:
            table = self._store.read_keys(self._parts.entries[index])
            repeated = (_ints(table, "repeats") & START_BIT) != 0
            self._keys[index] = (_ints(table, "id"), _ints(table, "callid"), repeated)
        return self._keys[index]


def _ascending(arrays: list[Ints]) -> Ints:
    """All values in ascending order; repeated ones do no harm, and rows mostly come sorted."""
    values = np.concatenate(arrays) if arrays else np.empty(0, dtype=np.int64)
    return values if (values[1:] >= values[:-1]).all() else np.sort(values, kind="stable")


def _holds(values: Ints, first: Ints, last: Ints) -> Flags:
    """Which of the closed ranges hold one of the sorted values."""
    return np.searchsorted(values, last, side="right") > np.searchsorted(values, first, side="left")


def _member(values: Ints, among: Ints) -> Flags:
    """Which values are among the sorted ones."""
    if not len(among):
        return np.zeros(len(values), dtype=bool)
    place = np.minimum(np.searchsorted(among, values), len(among) - 1)
    return among[place] == values


def _ints(table: pa.Table, name: str) -> Ints:
    return table[name].to_numpy().astype(np.int64, copy=False)
