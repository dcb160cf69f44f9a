"""Putting a state in the place of another, so that a kill leaves the old one, the new one, or a clear word.

The new state is laid out in a folder inside the data folder. A file then says that it is to take the place
of the old one; from then on no program starts (`settings`) until every part has been moved, which may be
done again and again. What the new state is, is decided in `restoring`.
"""

from __future__ import annotations

import json
import os
import shutil
from dataclasses import asdict, dataclass
from pathlib import Path

from insight_pipeline.orchestration.state import LAKE, RAW, SETTINGS, STAGING, STATE
from insight_pipeline.settings import UNFINISHED_RESTORE
from insight_pipeline.sinks.powerbi.owner_file import replace_file

PARTS = (RAW, STATE, LAKE, STAGING)
"""What makes up a state; databases, reports and Dagster's storage stay where they are."""
_NEW = "new"


@dataclass(frozen=True)
class Move:
    """A state that is to take its place."""

    settings_folder: str
    aside: str
    """Name of the folder beside the parts that the old ones go to."""
    backup: str
    """Identity of the backup."""


def new_state(data_dir: Path) -> Path:
    """An empty folder to lay the new state out in: one that was given up is removed."""
    folder = (data_dir / UNFINISHED_RESTORE).parent
    shutil.rmtree(folder, ignore_errors=True)
    for part in PARTS:
        (folder / _NEW / part).mkdir(parents=True)
    return folder / _NEW


def decide(data_dir: Path, move: Move) -> None:
    """From here on the new state is the one that counts; everything in it is on disk before."""
    os.sync()
    replace_file(data_dir / UNFINISHED_RESTORE, json.dumps(asdict(move)).encode())


def unfinished(data_dir: Path) -> Move | None:
    """The state that was to take its place when the program ended."""
    try:
        return Move(**json.loads((data_dir / UNFINISHED_RESTORE).read_text("utf-8")))
    except FileNotFoundError:
        return None


def finish(data_dir: Path, move: Move) -> None:
    """Move every part, the old ones aside. May be killed anywhere and done again."""
    folder = (data_dir / UNFINISHED_RESTORE).parent
    settings = folder / _NEW / SETTINGS
    for file in sorted(path for path in settings.rglob("*") if path.is_file()):
        _put_file(file, Path(move.settings_folder) / file.relative_to(settings), move.aside)
    shutil.rmtree(settings, ignore_errors=True)
    for part in PARTS:
        new, place, aside = folder / _NEW / part, data_dir / part, data_dir / move.aside / part
        if new.exists():
            if place.exists():
                aside.parent.mkdir(parents=True, exist_ok=True)
                place.rename(aside)
            new.rename(place)
    os.sync()
    shutil.rmtree(folder / _NEW, ignore_errors=True)
    (data_dir / UNFINISHED_RESTORE).unlink()
    folder.rmdir()


def _put_file(new: Path, place: Path, aside: str) -> None:
    """Put a settings file in place; one with other contents is kept beside it."""
    data = new.read_bytes()
    if not place.exists():
        place.parent.mkdir(parents=True, exist_ok=True)
        replace_file(place, data)
    elif (old := place.read_bytes()) != data:
        mode = place.stat().st_mode
        replace_file(place.with_name(f"{place.name}.{aside}"), old)
        replace_file(place, data)
        place.chmod(mode)
