"""The landing folder: which files are new, and reading each of them once into the raw store.

A refused, broken or half-written file is noted and never stops another. Files are neither changed nor
moved. Which partitions a run then loads is decided in `orchestration`.
"""

from __future__ import annotations

import os
from contextlib import suppress
from dataclasses import dataclass, field, replace
from pathlib import Path

from insight_pipeline.logs.events import logger
from insight_pipeline.model.rows import LISTS, ListSpec
from insight_pipeline.sources.content import write_content
from insight_pipeline.sources.files import (
    ChangedWhileReadError,
    FileStamp,
    OpenedFile,
    RefusedError,
    opened,
    stamp,
)
from insight_pipeline.sources.lists import read_list
from insight_pipeline.sources.raw_index import FileEntry, NameEntry
from insight_pipeline.sources.raw_store import RawStore

_READER_VERSION = 2
_SUFFIXES = (".csv", ".csv.gz")
_log = logger(__name__)


@dataclass(frozen=True)
class ReadLimits:
    """Largest line and, decompressed, largest file, in bytes."""

    line_bytes: int
    file_bytes: int


@dataclass
class ReadResult:
    """What a look into the landing folder brought."""

    read: list[str] = field(default_factory=list)
    """Files read now (accepted)."""
    refused: list[str] = field(default_factory=list)
    renamed: list[str] = field(default_factory=list)
    """New names of contents read before."""
    still_written: list[str] = field(default_factory=list)
    ignored: list[str] = field(default_factory=list)
    """Names that are no export: they do not end in .csv or .csv.gz."""
    unreadable: list[str] = field(default_factory=list)
    """Folders that could not be looked into."""
    lines: int = 0
    touched_days: set[int] = field(default_factory=set)


def exports(folder: Path, kind: str) -> list[Path]:
    """Everything in the folder of a list, by name; OSError where it cannot be looked into."""
    where = folder / kind
    try:
        return sorted(where.iterdir(), key=lambda path: path.name)
    except FileNotFoundError:
        return []


def safe_name(path: Path) -> str:
    """A file's name as text: bytes that are no UTF-8 are written with a backslash, in hex."""
    return os.fsencode(path.name).decode("utf-8", errors="backslashreplace")


def unread(store: RawStore, folder: Path, limits: ReadLimits) -> list[Path]:
    """Files that `read_new` would open: unknown, changed, or read under other settings."""
    found: list[Path] = []
    for spec in LISTS.values():
        known = _known(store, spec, limits)
        with suppress(OSError):
            found += [
                path
                for path in exports(folder, spec.name)
                if path.name.endswith(_SUFFIXES) and not _is_known(path, known)
            ]
    return found


def read_new(store: RawStore, folder: Path, limits: ReadLimits) -> ReadResult:
    """Read every new file of the landing folder into the raw store."""
    result = ReadResult()
    for spec in LISTS.values():
        known = _known(store, spec, limits)
        try:
            paths = exports(folder, spec.name)
        except OSError as error:
            result.unreadable.append(f"{spec.name}: {error.strerror}")
            continue
        for path in paths:
            if not path.name.endswith(_SUFFIXES):
                result.ignored.append(f"{spec.name}/{safe_name(path)}")
            elif not _is_known(path, known):
                _read_one(store, spec, path, limits, result)
    return result


def _known(store: RawStore, spec: ListSpec, limits: ReadLimits) -> set[tuple[str, FileStamp]]:
    parser = _parser(store, limits)
    current = {s for s, entry in store.index.files(spec.name).items() if entry.parser == parser}
    return {
        (entry.file_name, FileStamp(entry.size, entry.mtime_ns, entry.inode))
        for entry in store.index.names(spec.name)
        if entry.sha256 in current
    }


def _is_known(path: Path, known: set[tuple[str, FileStamp]]) -> bool:
    try:
        return (safe_name(path), stamp(path)) in known
    except RefusedError:
        return False


def _parser(store: RawStore, limits: ReadLimits) -> str:
    return f"{_READER_VERSION}:{store.zone.name}:{limits.line_bytes}:{limits.file_bytes}"


def _read_one(
    store: RawStore, spec: ListSpec, path: Path, limits: ReadLimits, result: ReadResult
) -> None:
    name = f"{spec.name}/{safe_name(path)}"
    try:
        seen = stamp(path)
        entry = NameEntry(spec.name, safe_name(path), "", seen.size, seen.mtime_ns, seen.inode)
        with opened(path, limits.file_bytes) as file:
            entry = replace(entry, sha256=file.sha256)
            _take_in(store, spec, file, entry, limits, result)
    except ChangedWhileReadError:
        result.still_written.append(name)
    except RefusedError as error:
        result.refused.append(name)
        _log.warning("file_refused", file=name, reason=error.reason.value, detail=error.detail)
        _note_refusal(store, spec, path, error, limits)


def _take_in(
    store: RawStore,
    spec: ListSpec,
    file: OpenedFile,
    entry: NameEntry,
    limits: ReadLimits,
    result: ReadResult,
) -> None:
    """Read a content that is new (or was read under other settings); else only note its name."""
    name = f"{spec.name}/{entry.file_name}"
    parser = _parser(store, limits)
    before = store.index.files(spec.name).get(file.sha256)
    if before is not None and before.parser == parser:
        known = [p for p in store.index.parts(spec.name).entries if p.sha256 == file.sha256]
        touched = store.touched_days(spec.name, known)
        store.index.put(entry, touched=touched)
        (result.refused if before.status == "refused" else result.renamed).append(name)
    else:
        content = read_list(file, spec, store.zone, limits.line_bytes)
        written = write_content(store, spec, file.sha256, parser, content)
        touched = written.touched
        store.index.put(entry, written.file, written.parts, touched)
        result.read.append(name)
        result.lines += content.lines
        counts = {"lines": content.lines, "quarantined": len(content.problems)}
        _log.info("file_read", file=name, **counts)
    result.touched_days.update(touched)


def _note_refusal(
    store: RawStore, spec: ListSpec, path: Path, error: RefusedError, limits: ReadLimits
) -> None:
    refused = None
    if error.sha256:
        refused = FileEntry(
            spec.name,
            error.sha256,
            _parser(store, limits),
            "refused",
            error.reason.value,
            error.detail,
            None,
        )
    try:
        seen = stamp(path)
    except RefusedError:
        seen = FileStamp(0, 0, 0)
    name = NameEntry(
        spec.name,
        safe_name(path),
        error.sha256,
        seen.size,
        seen.mtime_ns,
        seen.inode,
        error.reason.value,
        error.detail,
    )
    store.index.put(name, refused)
