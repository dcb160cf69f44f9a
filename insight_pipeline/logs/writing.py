"""Writing the log: one file for all processes, rotated by size, and never in the way of the work.

The webserver's code, runs, sensors and `insight` write at the same time. Every line is written and every
rotation done under one lock between processes, which the system frees when its holder dies; a line that a
killed writer left unfinished is ended by the next one. Where the log cannot be written, that is told once on
stderr and the program goes on.
"""

from __future__ import annotations

import logging
import os
import sys
import time
from contextlib import suppress
from io import TextIOWrapper
from logging.handlers import RotatingFileHandler
from pathlib import Path

from filelock import FileLock, Timeout

from insight_pipeline.logs.events import ROOT, number_of, set_process
from insight_pipeline.model.errors import InsightError
from insight_pipeline.model.log_settings import Level, Log

FOLDER, FILE_NAME = "logs", "insight.log"
_LOCK_SECONDS = 2.0
_POLL_SECONDS = 0.002
_PAUSE_SECONDS = 60.0
"""How long nothing is tried after the log could not be written."""
_OWNER_ONLY_FILE, _OWNER_ONLY_FOLDER = 0o600, 0o700


def log_file(data_dir: Path) -> Path:
    """The file that is written now; full ones lie beside it as .1, .2 and so on, the newest first."""
    return data_dir / FOLDER / FILE_NAME


def log_lock(file: Path, timeout_seconds: float) -> FileLock:
    """The lock under which lines are written and files rotated."""
    lock = file.with_name(file.name + ".lock")
    return FileLock(lock, timeout_seconds, mode=_OWNER_ONLY_FILE, poll_interval=_POLL_SECONDS)


def start(
    data_dir: Path, settings: Log, command: str, locale: str, level: Level | None = None
) -> None:
    """Write the events of this process to the log, from now on; `level` in place of the settings'."""
    stop()
    handler = SharedFile(log_file(data_dir), settings, locale)
    own = logging.getLogger(ROOT)
    own.addHandler(handler)
    own.setLevel(number_of(level or settings.level))
    own.propagate = False
    set_process(command=command)


def stop() -> None:
    """Write no more, and close the file."""
    own = logging.getLogger(ROOT)
    for handler in [each for each in own.handlers if isinstance(each, SharedFile)]:
        own.removeHandler(handler)
        handler.close()
    own.propagate = True


def is_written() -> bool:
    """Whether this process writes a log, and nothing has kept it from doing so."""
    own = logging.getLogger(ROOT)
    return any(isinstance(each, SharedFile) and not each.has_failed for each in own.handlers)


def shown_file() -> str:
    """The file that this process writes, for a message; its name alone where it writes none."""
    own = logging.getLogger(ROOT).handlers
    return next((one.baseFilename for one in own if isinstance(one, SharedFile)), FILE_NAME)


class SharedFile(RotatingFileHandler):
    """A rotating file that several processes write."""

    def __init__(self, file: Path, settings: Log, locale: str) -> None:
        """Nothing is opened before the first line."""
        super().__init__(
            file,
            maxBytes=settings.file_bytes,
            backupCount=settings.files,
            encoding="utf-8",
            errors="backslashreplace",
            delay=True,
        )
        self.has_failed = False
        self._file = file
        self._lock = log_lock(file, _LOCK_SECONDS)
        self._locale = locale
        self._quiet_until = 0.0

    def emit(self, record: logging.LogRecord) -> None:
        """Write a line, to the file that has the name now."""
        if time.monotonic() < self._quiet_until:
            return
        try:
            self._file.parent.mkdir(_OWNER_ONLY_FOLDER, parents=True, exist_ok=True)
            with self._lock:
                self._follow_the_name()
                self._write(f"{self.format(record)}\n")
        except (OSError, Timeout, ValueError) as error:
            self._give_up(error)

    def _open(self) -> TextIOWrapper:
        handle = os.open(self._file, os.O_RDWR | os.O_APPEND | os.O_CREAT, _OWNER_ONLY_FILE)
        return os.fdopen(handle, "a", encoding=self.encoding, errors=self.errors)

    def _follow_the_name(self) -> None:
        """Another process may have rotated the file, or an administrator moved it."""
        if self.stream is not None:
            mine = os.fstat(self.stream.fileno())
            try:
                named = self._file.stat()
            except FileNotFoundError:
                named = None
            if named is None or (named.st_dev, named.st_ino) != (mine.st_dev, mine.st_ino):
                self.close_stream()

    def _write(self, line: str) -> None:
        """Add a line, to a new file where this one would become too large."""
        size = os.fstat(self._opened().fileno()).st_size
        if size and size + len(line.encode()) > self.maxBytes:
            self.doRollover()
            size = 0
        stream = self._opened()
        is_unfinished = size > 0 and os.pread(stream.fileno(), 1, size - 1) != b"\n"
        stream.write(f"\n{line}" if is_unfinished else line)
        stream.flush()

    def _opened(self) -> TextIOWrapper:
        if self.stream is None:
            self.stream = self._open()
        return self.stream

    def close_stream(self) -> None:
        """Let go of the file; the next line opens it again."""
        if self.stream is not None:
            stream, self.stream = self.stream, None
            stream.close()

    def _give_up(self, error: OSError | Timeout | ValueError) -> None:
        """Tell it once, and try again after a while."""
        self._quiet_until = time.monotonic() + _PAUSE_SECONDS
        with suppress(OSError):
            self.close_stream()
        if not self.has_failed:
            self.has_failed = True
            detail = getattr(error, "strerror", None) or str(error)
            said = InsightError("IA-702", file=self._file, detail=detail)
            words = (said.code, said.message(self._locale), said.next_step(self._locale))
            print(*words, file=sys.stderr)  # noqa: T201 - the log itself is what fails
