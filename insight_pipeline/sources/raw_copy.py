"""Copying a raw store while others write to it, and which of its rows could be read again.

Rows, index and the progress in the PBX's table are right only together: a watermark beside rows that are
missing would lose them for ever. So a store is copied whole or not at all. What is done with a copy is for
`orchestration.backup` to say.
"""

from __future__ import annotations

import os
import shutil
import sqlite3
from collections.abc import Iterator, Sequence
from contextlib import closing
from dataclasses import dataclass
from pathlib import Path

from insight_pipeline.model.errors import TransientError
from insight_pipeline.model.rows import LISTS
from insight_pipeline.sources.cdrdata.reading import NAME_PREFIX
from insight_pipeline.sources.landing import safe_name
from insight_pipeline.sources.raw_index import NameEntry
from insight_pipeline.sources.raw_store import RawStore, day_of
from insight_pipeline.sqlite_files import copy_database

INDEX = "index.db"
CHANGING = "IA-736"
_TRIES = 5


@dataclass(frozen=True)
class Export:
    """An export whose rows are in the store, as it lay in the landing folder."""

    kind: str
    file_names: tuple[str, ...]
    """Every name that its content was seen under."""
    size: int


def copy_store(store: RawStore, target: Path) -> None:
    """Index, rows and directory as they belong together, as links where the file system has them.

    TransientError IA-736 where reading changes them again and again.
    """
    for _ in range(_TRIES):
        shutil.rmtree(target, ignore_errors=True)
        copy_database(store.folder / INDEX, target / INDEX)
        try:
            for name in _row_files(store, target / INDEX):
                _link(store.folder / name, target / name)
        except FileNotFoundError:
            continue
        copy_own_files(store, target)
        copy_database(store.folder / INDEX, target / "after.db")
        is_same = _contents(target / "after.db") == _contents(target / INDEX)
        (target / "after.db").unlink()
        if is_same:
            return
    raise TransientError(CHANGING, folder=store.folder)


def copy_own_files(store: RawStore, target: Path) -> None:
    """The directory read last, which knows accounts that the exports do not name any more."""
    target.mkdir(parents=True, exist_ok=True)
    for file in (store.directory_file, store.definitions_file):
        if file.exists():
            shutil.copyfile(file, target / file.name)


def _row_files(store: RawStore, index: Path) -> Iterator[Path]:
    """Files with rows that an index names, and those with lines set aside, relative to the store."""
    with closing(sqlite3.connect(index)) as connection:
        parts = connection.execute("SELECT kind, sha256, day FROM part").fetchall()
        contents = connection.execute("SELECT kind, sha256 FROM file").fetchall()
    for kind, sha256, day in parts:
        yield Path(kind, "rows", day_of(day).isoformat(), f"{sha256}.parquet")
    for kind, sha256 in contents:
        problems = store.problems_file(kind, sha256)
        if problems.exists():
            yield problems.relative_to(store.folder)


def _contents(index: Path) -> list[tuple[object, ...]]:
    with closing(sqlite3.connect(index)) as connection:
        files = connection.execute("SELECT * FROM file ORDER BY kind, sha256").fetchall()
        return (
            files + connection.execute("SELECT * FROM part ORDER BY kind, sha256, day").fetchall()
        )


def _link(source: Path, target: Path) -> None:
    target.parent.mkdir(parents=True, exist_ok=True)
    try:
        os.link(source, target)
    except FileNotFoundError:
        raise
    except OSError:
        shutil.copyfile(source, target)


def exports_read(store: RawStore) -> list[Export]:
    """The exports whose rows the store holds."""
    found: dict[tuple[str, str], list[NameEntry]] = {}
    for kind in LISTS:
        accepted = {s for s, file in store.index.files(kind).items() if file.status == "accepted"}
        for entry in store.index.names(kind):
            if entry.sha256 in accepted and not entry.file_name.startswith(NAME_PREFIX):
                found.setdefault((kind, entry.sha256), []).append(entry)
    return [
        Export(kind, tuple(entry.file_name for entry in entries), entries[0].size)
        for (kind, _), entries in found.items()
    ]


def rows_of_the_pbx(store: RawStore) -> int:
    """Rows that came from the PBX's own database, which may have deleted them since."""
    batches = {
        entry.sha256
        for kind in LISTS
        for entry in store.index.names(kind)
        if entry.file_name.startswith(NAME_PREFIX)
    }
    parts = (part for kind in LISTS for part in store.index.parts(kind).entries)
    return sum(part.rows for part in parts if part.sha256 in batches)


def missing(exports: Sequence[Export], landing: Path) -> list[Export]:
    """Exports that do not lie in the landing folder of an installation as they were read."""
    there = {
        (kind, safe_name(path), path.stat().st_size)
        for kind in LISTS
        if (landing / kind).is_dir()
        for path in (landing / kind).iterdir()
        if path.is_file()
    }
    return [
        one
        for one in exports
        if not any((one.kind, name, one.size) in there for name in one.file_names)
    ]
