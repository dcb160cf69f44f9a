"""Files that hold secrets: whole or not at all, synced, readable by their owner alone.

What they hold and when they are written is decided elsewhere.
"""

from __future__ import annotations

import os
from pathlib import Path

OWNER_ONLY_FILE, OWNER_ONLY_FOLDER = 0o600, 0o700


def replace_file(file: Path, data: bytes) -> None:
    """Put a file in its place by writing, syncing and renaming another; for one writer at a time."""
    new = file.with_name(file.name + ".new")
    new.unlink(missing_ok=True)  # left behind where a writer was killed
    handle = os.open(new, os.O_WRONLY | os.O_CREAT | os.O_EXCL, OWNER_ONLY_FILE)
    try:
        with os.fdopen(handle, "wb") as body:
            body.write(data)
            body.flush()
            os.fsync(handle)
        new.replace(file)
    except OSError:
        new.unlink(missing_ok=True)
        raise
    folder = os.open(file.parent, os.O_RDONLY)
    try:
        os.fsync(folder)
    finally:
        os.close(folder)
