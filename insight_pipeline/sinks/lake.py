"""The Parquet lake: one file a table and partition, each put in place in one step.

The same layout serves the staging area, where assets leave what they computed, and the lake, into which
a partition is published once its checks have passed. Databases are loaded from the lake (`relational`).
"""

from __future__ import annotations

import os
import re
import shutil
from collections.abc import Iterable, Sequence
from datetime import date, datetime
from pathlib import Path

import numpy as np
import pyarrow as pa
import pyarrow.parquet as pq

from insight_pipeline.model.columns import days
from insight_pipeline.parquet import read_parquet, write_parquet

Stamp = tuple[int, int]
_DAY_FILE = re.compile(r"\d{4}-\d\d-\d\d\.parquet")

_EPOCH = date(1970, 1, 1)


class Lake:
    """Tables of one installation (or, shared by all, of none) below a folder."""

    def __init__(self, folder: Path) -> None:
        """A lake below `folder`, which need not exist yet."""
        self.folder = folder

    def file(self, name: str, day: date | None = None) -> Path:
        """Where a table, or one partition of it, is kept."""
        if day is None:
            return self.folder / f"{name}.parquet"
        return self.folder / name / f"{day.isoformat()}.parquet"

    def write_days(self, name: str, table: pa.Table, wanted: Sequence[date]) -> dict[date, int]:
        """Replace the partitions of the wanted dates by the table's rows; gives rows a date.

        A date without rows gets an empty file. `table` has a column local_date and no other dates.
        """
        numbers = days(table, "local_date")
        order = np.argsort(numbers, kind="stable")
        is_sorted = bool((numbers[1:] >= numbers[:-1]).all())
        table = table if is_sorted else table.take(pa.array(order))
        numbers = numbers if is_sorted else numbers[order]
        counts = {}
        for day in wanted:
            number = (day - _EPOCH).days
            begin, end = np.searchsorted(numbers, [number, number + 1])
            write_parquet(table.slice(int(begin), int(end - begin)), self.file(name, day))
            counts[day] = int(end - begin)
        return counts

    def read_days(
        self,
        name: str,
        wanted: Iterable[date],
        schema: pa.Schema,
        columns: Sequence[str] | None = None,
    ) -> pa.Table:
        """The rows of some dates; a date that was never written has none."""
        files = (self.file(name, day) for day in wanted)
        tables = [read_parquet(file, schema, columns) for file in files if file.exists()]
        if tables:
            return pa.concat_tables(tables).unify_dictionaries().combine_chunks()
        names = schema.names if columns is None else columns
        return pa.schema([schema.field(column) for column in names]).empty_table()

    def write(self, name: str, table: pa.Table) -> None:
        """Replace a table that has no partitions."""
        write_parquet(table, self.file(name))

    def read(self, name: str, schema: pa.Schema) -> pa.Table:
        """A table that has no partitions; empty if it was never written."""
        path = self.file(name)
        return read_parquet(path, schema) if path.exists() else schema.empty_table()

    def dates(self, name: str) -> list[date]:
        """Dates of the partitions of a table, ascending."""
        try:
            files = os.listdir(self.folder / name)  # noqa: PTH208 - years of days, names alone
        except FileNotFoundError:
            return []
        return sorted(date.fromisoformat(file[:10]) for file in files if _DAY_FILE.fullmatch(file))

    def stamp(self, name: str, day: date) -> Stamp | None:
        """What tells one state of a partition's file from the next; None where there is none."""
        try:
            seen = self.file(name, day).stat()
        except FileNotFoundError:
            return None
        return seen.st_ino, seen.st_mtime_ns

    def latest(self, name: str, day: date, column: str) -> datetime | None:
        """The latest instant of a column in a partition, from the file's statistics; None if it has none."""
        found = pq.read_metadata(self.file(name, day))
        place = found.schema.names.index(column)
        parts = (found.row_group(n).column(place) for n in range(found.num_row_groups))
        return max(
            (p.statistics.max for p in parts if p.is_stats_set and p.statistics.has_min_max),
            default=None,
        )

    def publish(self, source: Lake, names: Iterable[str], wanted: Iterable[date]) -> None:
        """Take over the partitions of `source`, as links where the file system has them."""
        wanted = list(wanted)
        for name in names:
            for day in wanted:
                _place(source.file(name, day), self.file(name, day))


def _place(source: Path, target: Path) -> None:
    target.parent.mkdir(parents=True, exist_ok=True)
    temporary = target.with_suffix(f".{os.getpid()}.tmp")
    temporary.unlink(missing_ok=True)
    try:
        os.link(source, temporary)
    except OSError:
        shutil.copyfile(source, temporary)
    temporary.replace(target)
