"""From the sound lines of an export to a finished file, with exact counts of what is in it.

Here: header, broken lines, encoding, counting, and the types that tell what a file holds.
Not here: which rows an export has (export.py), nor the recipes of broken lines (mess.py).
"""

from __future__ import annotations

import hashlib
from collections import Counter
from dataclasses import dataclass, replace
from datetime import date
from random import Random

from insight_pipeline.simulator.formats import (
    COMPRESSED,
    PLAIN,
    ExportStyle,
    encode,
    join,
    line_bytes,
)
from insight_pipeline.simulator.mess import Recipe, broken_line, refused_files
from insight_pipeline.simulator.schedule import Slot

CALL_LIST, LINE_LIST = "call_list", "line_list"


@dataclass(frozen=True, slots=True)
class ExportedFile:
    """A file in the landing folder and what a reader must find in it; refused: counts are None."""

    path: str
    kind: str
    status: str
    reason: str | None
    sha256: str
    size_bytes: int
    encoding: str
    is_quoted: bool
    is_compressed: bool
    lines: int | None = None
    accepted: int | None = None
    open_rows: int | None = None
    quarantined: int | None = None
    quarantine_reasons: tuple[tuple[str, int], ...] = ()


@dataclass(frozen=True, slots=True)
class ListTotals:
    """Over all files of a list, a copied file once: rows_in = rows + duplicates + superseded."""

    kind: str
    rows_in: int
    rows: int
    duplicates: int
    superseded: int


@dataclass(frozen=True, slots=True)
class ExportReport:
    """What the landing folder holds."""

    installation: str
    files: tuple[ExportedFile, ...]
    totals: tuple[ListTotals, ...]


@dataclass(frozen=True, slots=True)
class RenderedFile:
    """A file before it is written."""

    about: ExportedFile
    content: bytes


@dataclass(frozen=True, slots=True)
class Draft:
    """An export of sound rows as lines of bytes, before anything is broken."""

    kind: str
    columns: tuple[str, ...]
    slot: Slot
    lines: tuple[bytes, ...]
    open_rows: int


def finish(
    drafts: list[Draft], recipes: tuple[Recipe, ...], day: date, rng: Random
) -> list[RenderedFile]:
    """The files of one list. Every recipe is used at least once, every file gets one or more."""
    shares: list[list[Recipe]] = [[] for _ in drafts]
    for turn in range(max(len(drafts), len(recipes)) if recipes else 0):
        recipe = recipes[turn % len(recipes)]
        fitting = [
            place
            for place, draft in enumerate(drafts)
            if recipe.only_encoding in {None, draft.slot.style.encoding}
        ]
        if fitting:
            shares[min(fitting, key=lambda place: (len(shares[place]), place))].append(recipe)
    number = 0 if drafts and drafts[0].kind == CALL_LIST else 1000
    files = []
    for draft, share in zip(drafts, shares, strict=True):
        files.append(_file(draft, share, number, day, rng))
        number += len(share)
    return files


def _file(draft: Draft, share: list[Recipe], number: int, day: date, rng: Random) -> RenderedFile:
    style = draft.slot.style
    lines = list(draft.lines)
    reasons: Counter[str] = Counter()
    for place, recipe in enumerate(share):
        broken = broken_line(recipe, draft.columns, number + place, day, style)
        lines.insert(rng.randint(0, len(lines)), broken.content)
        reasons[broken.reason] += 1
    quarantined = sum(reasons.values())
    if share:
        lines.insert(rng.randint(0, len(lines)), b"")  # an empty line, which nobody counts
    header = line_bytes(join(draft.columns, is_quoted=style.is_quoted), style)
    content = encode([header, *lines], style)
    about = _about(draft.kind, draft.slot.file_name, content, style)
    return RenderedFile(
        replace(
            about,
            lines=len(draft.lines) + quarantined,
            accepted=len(draft.lines) - draft.open_rows,
            open_rows=draft.open_rows,
            quarantined=quarantined,
            quarantine_reasons=tuple(sorted(reasons.items())),
        ),
        content,
    )


def _about(kind: str, name: str, content: bytes, style: ExportStyle) -> ExportedFile:
    return ExportedFile(
        path=f"{kind}/{name}",
        kind=kind,
        status="accepted",
        reason=None,
        sha256=hashlib.sha256(content).hexdigest(),
        size_bytes=len(content),
        encoding=style.encoding,
        is_quoted=style.is_quoted,
        is_compressed=style.is_compressed,
    )


def extra_files(files: list[RenderedFile], day: date) -> list[RenderedFile]:
    """A copy of the smallest call list file under another name, and files that must be refused."""
    smallest = min(files, key=lambda file: (file.about.size_bytes, file.about.path))
    suffix = ".csv.gz" if smallest.about.is_compressed else ".csv"
    copy = replace(smallest.about, path=f"{CALL_LIST}/kopie{suffix}")
    extra = [RenderedFile(copy, smallest.content)]
    for name, content, reason in refused_files(day):
        style = COMPRESSED if name.endswith(".gz") else PLAIN
        about = _about(CALL_LIST, name, content, style)
        extra.append(RenderedFile(replace(about, status="refused", reason=reason), content))
    return extra
