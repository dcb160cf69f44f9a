"""Reading the log: all files in the order of time, line by line, and what is added meanwhile.

A line that is no event, as a killed writer leaves it, is given as None, so that it can be counted. Which
events are wanted is decided in `choosing`; how they are shown, on the command line.
"""

from __future__ import annotations

import os
import time
from collections.abc import Iterator, Mapping
from contextlib import ExitStack, suppress
from dataclasses import dataclass
from datetime import datetime
from pathlib import Path
from typing import Any, BinaryIO

import orjson
from filelock import Timeout

from insight_pipeline.logs.writing import log_lock
from insight_pipeline.model.log_settings import LEVELS

_LOCK_SECONDS = 1.0
_LOOK_SECONDS = 0.3


@dataclass(frozen=True)
class Entry:
    """One event of the log."""

    time: datetime
    """In UTC."""
    level: str
    event: str
    fields: Mapping[str, Any]
    """Everything else."""
    line: str
    """As it is written: JSON."""


def entry_of(line: bytes) -> Entry | None:
    """The event of a line; None where it is none."""
    try:
        found = orjson.loads(line)
        moment = datetime.fromisoformat(found.pop("time"))
        level, event = found.pop("level"), found.pop("event")
        if level not in LEVELS or not isinstance(event, str) or moment.tzinfo is None:
            return None
        return Entry(moment, level, event, found, line.decode().rstrip("\n"))
    except (ValueError, TypeError, KeyError, AttributeError):
        return None


def files_of(file: Path) -> list[Path]:
    """The full files and the one that is written, the oldest first."""
    full = [
        (int(number), other)
        for other in file.parent.glob(f"{file.name}.*")
        if (number := other.name.removeprefix(f"{file.name}.")).isdecimal()
    ]
    found = [other for _, other in sorted(full, reverse=True)]
    return [*found, file] if file.exists() else found


def entries(file: Path) -> Iterator[Entry | None]:
    """Every event that is there now; OSError where the log may not be read."""
    for line in _lines(file):
        yield entry_of(line)


def _lines(file: Path) -> Iterator[bytes]:
    with ExitStack() as stack:
        opened = [(stack.enter_context(handle), size) for handle, size in _opened(file)]
        for handle, size in opened:
            left = size
            while left > 0 and (line := handle.readline(left)):
                left -= len(line)
                yield line


def _opened(file: Path) -> list[tuple[BinaryIO, int]]:
    """All files as they are at one moment, between two lines: a rotation in between would tear them apart."""
    if not file.parent.is_dir():
        return []
    lock = log_lock(file, _LOCK_SECONDS)
    with suppress(OSError, Timeout):  # whoever may only read goes without
        lock.acquire()
    try:
        found = [path.open("rb") for path in files_of(file)]
        return [(handle, os.fstat(handle.fileno()).st_size) for handle in found]
    finally:
        lock.release()


def added(file: Path) -> Iterator[Entry | None]:
    """Events that are written from this call on, for ever; over rotations too."""
    handle = _open_now(file)
    if handle is not None:
        handle.seek(0, os.SEEK_END)
    return _added(file, handle)


def _added(file: Path, handle: BinaryIO | None) -> Iterator[Entry | None]:
    rest = b""
    while True:
        is_replaced = handle is None or _is_replaced(handle, file)
        while handle is not None and (line := handle.readline()):
            rest += line
            if rest.endswith(b"\n"):
                yield entry_of(rest)
                rest = b""
        if is_replaced:
            if handle is not None:
                handle.close()
            handle, rest = _open_now(file), b""
        if handle is None or not is_replaced:
            time.sleep(_LOOK_SECONDS)


def _open_now(file: Path) -> BinaryIO | None:
    try:
        return file.open("rb")
    except FileNotFoundError:
        return None


def _is_replaced(handle: BinaryIO, file: Path) -> bool:
    try:
        named, mine = file.stat(), os.fstat(handle.fileno())
    except FileNotFoundError:
        return True
    return (named.st_dev, named.st_ino) != (mine.st_dev, mine.st_ino)
