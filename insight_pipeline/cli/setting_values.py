"""What `insight settings check` tells: every effective value and where it comes from, and more problems.

Secrets are told as set, never shown. What makes settings unusable at start-up is found by `settings`; here
only what a start does not look at: who may read files with secrets, and folders as they are now.
"""

from __future__ import annotations

import errno
import os
import tomllib
from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from enum import StrEnum
from pathlib import Path
from typing import Any

from pydantic import BaseModel, SecretStr

from insight_pipeline.model.errors import InsightError
from insight_pipeline.model.setting_problems import Place
from insight_pipeline.model.settings import Settings
from insight_pipeline.settings import Sources

SET = "set"
_OTHERS = 0o077


class Origin(StrEnum):
    """What gave a value."""

    DEFAULT = "default"
    FILE = "file"
    VARIABLE = "variable"
    SECRET_FILE = "secret_file"  # noqa: S105 - a kind, no secret


@dataclass(frozen=True)
class Value:
    """One setting: its effective value, what gave it, and which line, variable or file that was."""

    key: str
    value: str | None
    """As TOML writes it; `set` for a secret, None where there is none."""
    origin: Origin
    place: str | int | None


def values(settings: Settings, sources: Sources, text: str) -> list[Value]:
    """Every setting in the order of the sections."""
    lines = lines_of(text)
    return [
        Value(".".join(place), _shown(value), *_origin(place, sources, lines))
        for place, value in _leaves(settings, ())
    ]


def _leaves(part: BaseModel, above: Place) -> Iterator[tuple[Place, object]]:
    """Settings with their places; a section that is not there has none."""
    for name, known in type(part).model_fields.items():
        yield from _below(getattr(part, name), (*above, known.alias or name))


def _below(value: object, place: Place) -> Iterator[tuple[Place, object]]:
    if isinstance(value, BaseModel):
        yield from _leaves(value, place)
    elif isinstance(value, dict):
        for name, inner in value.items():
            yield from _below(inner, (*place, str(name)))
    elif value is not None:
        yield place, value


def _shown(value: object) -> str | None:
    if isinstance(value, SecretStr):
        return SET if value.get_secret_value() else None
    if isinstance(value, bool):
        return str(value).lower()
    if isinstance(value, tuple | list | frozenset | set):
        return "[" + ", ".join(str(_shown(one)) for one in value) + "]"
    return str(value) if isinstance(value, int | float) else f'"{value}"'


def _origin(
    place: Place, sources: Sources, lines: Mapping[Place, int]
) -> tuple[Origin, str | int | None]:
    if variable := sources.variables.get(place):
        return Origin.VARIABLE, variable
    named = (*place[:-1], f"{place[-1]}_file")
    if named in sources.secret_files:
        return Origin.SECRET_FILE, str(sources.secret_files[named])
    if (line := lines.get(place)) is not None:
        return Origin.FILE, line
    return Origin.DEFAULT, None


def lines_of(text: str) -> dict[Place, int]:
    """The line on which each value of a TOML text begins, from 1."""
    found: dict[Place, int] = {}
    rows = text.splitlines(keepends=True)
    begin = 0
    for end, row in enumerate(rows, start=1):
        if not row.strip() or row.lstrip().startswith("#"):
            begin = end if begin == end - 1 else begin
            continue
        try:
            tree = tomllib.loads("".join(rows[:end]))
        except tomllib.TOMLDecodeError:
            continue  # within a value of several lines
        for place in _places(tree, ()):
            found.setdefault(place, begin + 1)
        begin = end
    return found


def _places(tree: Mapping[str, Any], above: Place) -> Iterator[Place]:
    for name, value in tree.items():
        if isinstance(value, dict):
            yield from _places(value, (*above, name))
        else:
            yield (*above, name)


def more_problems(settings: Settings, sources: Sources) -> Iterator[InsightError]:
    """Files with secrets that others may read, and folders that are missing or closed."""
    for place, file in sources.secret_files.items():
        if file.stat().st_mode & _OTHERS:
            yield InsightError("IA-730", file=file, key=".".join(place))
    folders = (
        ("landing_dir", settings.landing_dir, os.R_OK),
        ("data_dir", settings.data_dir, os.W_OK),
    )
    for key, folder, right in folders:
        if detail := _wrong(folder, right | os.X_OK, is_needed=key == "landing_dir"):
            yield InsightError("IA-731", folder=folder, key=key, detail=detail)


def _wrong(folder: Path, right: int, *, is_needed: bool) -> str | None:
    """What the operating system would say to using a folder; one that is made when needed may be missing."""
    if not folder.exists():
        return os.strerror(errno.ENOENT) if is_needed else None
    if not folder.is_dir():
        return os.strerror(errno.ENOTDIR)
    return None if os.access(folder, right) else os.strerror(errno.EACCES)
