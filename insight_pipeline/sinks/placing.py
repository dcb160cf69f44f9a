"""Files that appear whole or not at all: written under another name beside the target, then put in place."""

from __future__ import annotations

import errno
import os
import shutil
import tempfile
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path


@contextmanager
def replaced(target: Path) -> Iterator[Path]:
    """A path to write to, which takes the target's place when the context ends without an error.

    It lies in a folder of its own beside the target, which only the user can read and which is removed in any
    case. A link's file is replaced, not the link. OSError if the target is no file or its folder is not
    writable.
    """
    place = target.resolve()
    if place.exists() and not place.is_file():
        code = errno.EISDIR if place.is_dir() else errno.EINVAL
        raise OSError(code, os.strerror(code), str(target))
    if not place.parent.is_dir():
        code = errno.ENOTDIR if place.parent.exists() else errno.ENOENT
        raise OSError(code, os.strerror(code), str(place.parent))
    folder = Path(tempfile.mkdtemp(prefix=f".{place.name[:100]}.", suffix=".tmp", dir=place.parent))
    try:
        made = folder / "file"
        yield made
        if place.exists():
            shutil.copymode(place, made)
        made.replace(place)
    finally:
        shutil.rmtree(folder, ignore_errors=True)
