"""Who works on a data folder: any number of programs at once, or one that puts another state in place.

A lock of the operating system on one file, which ends with its holder, however that ends. What is done
under it is for others to say.
"""

from __future__ import annotations

import fcntl
import os
import weakref
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

from insight_pipeline.model.errors import PermanentError, TransientError

LOCK_NAME = "in-use.lock"
IN_USE, BEING_RESTORED = "IA-727", "IA-737"


class Hold:
    """That this program works on the folder, as long as the object lives."""

    def __init__(self, handle: int) -> None:
        """Keep the lock that the handle has."""
        self.release = weakref.finalize(self, os.close, handle)


def hold(data_dir: Path) -> Hold | None:
    """Work on the folder beside others; None where there is none, or nothing may be written to it.

    TransientError IA-737 while another state is put in place.
    """
    try:
        handle = _opened(data_dir)
    except OSError:
        return None
    try:
        fcntl.flock(handle, fcntl.LOCK_SH | fcntl.LOCK_NB)
    except BlockingIOError as error:
        os.close(handle)
        raise TransientError(BEING_RESTORED, folder=data_dir) from error
    return Hold(handle)


@contextmanager
def alone(data_dir: Path) -> Iterator[None]:
    """Work on the folder, making it, while nobody else does; PermanentError IA-727 where somebody does."""
    data_dir.mkdir(parents=True, exist_ok=True)
    handle = _opened(data_dir)
    try:
        try:
            fcntl.flock(handle, fcntl.LOCK_EX | fcntl.LOCK_NB)
        except BlockingIOError as error:
            raise PermanentError(IN_USE, folder=data_dir) from error
        yield
    finally:
        os.close(handle)


def _opened(data_dir: Path) -> int:
    return os.open(data_dir / LOCK_NAME, os.O_RDWR | os.O_CREAT | os.O_CLOEXEC, 0o600)
