"""What there is to say about the landing folder: refused and ignored files, unknown columns, no folder.

Only what lies in the landing folder now is told; what a file that has gone was refused for helps nobody.
Which files are new, and why a file is refused, is decided in `sources`.
"""

from __future__ import annotations

import errno
import os
from collections import defaultdict
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path

from insight_pipeline.cli.app import cause_of
from insight_pipeline.cli.notes import Note, note, outside_notes, some
from insight_pipeline.model.messages import REFUSAL_CODES, refusal_fields
from insight_pipeline.model.rows import LISTS, Refusal
from insight_pipeline.model.terms import Term
from insight_pipeline.orchestration.site import Site
from insight_pipeline.sources.files import FileStamp, RefusedError, stamp
from insight_pipeline.sources.landing import exports, safe_name, unread
from insight_pipeline.sources.raw_index import FileEntry, NameEntry

_SUFFIXES = (".csv", ".csv.gz")
_DIRECTORY = "directory"
_DIRECTORY_FILES = ("accounts.csv", "services.csv")


@dataclass(frozen=True)
class RefusedFile:
    """A file of the landing folder that was refused as a whole."""

    file_name: str
    """Below the installation's folder, such as call_list/march.csv."""
    sha256: str
    reason: str
    detail: str

    @property
    def code(self) -> str:
        """Its code of the catalogue."""
        return REFUSAL_CODES[self.reason]

    def note(self, locale: str) -> Note:
        """What it is, and the next step."""
        return note(self.code, locale, **refusal_fields(self.code, self.file_name, self.detail))


def waiting(site: Site) -> list[Path]:
    """Files that the next run will read; not those that it would only refuse again."""
    refused = {path for path, name, _ in _present(site) if not name.sha256}
    return [
        path for path in unread(site.raw, site.landing, site.read_limits) if path not in refused
    ]


def refused_files(site: Site) -> list[RefusedFile]:
    """Files that lie in the landing folder and were refused as they are, by name."""
    again = set(waiting(site))
    found = []
    for path, name, entry in _present(site):
        reason = entry.reason if entry else name.reason
        if reason and path not in again:
            detail = entry.detail if entry else name.detail
            file_name = f"{name.kind}/{name.file_name}"
            found.append(RefusedFile(file_name, name.sha256, reason, detail))
    reasons = {code: reason for reason, code in REFUSAL_CODES.items()}
    for problem in site.directory.problems:
        path = site.landing / _DIRECTORY / problem.file_name
        if problem.code in reasons and os.path.lexists(path):
            file_name = f"{_DIRECTORY}/{path.name}"
            found.append(RefusedFile(file_name, "", reasons[problem.code], problem.detail))
    return found


def _present(site: Site) -> Iterator[tuple[Path, NameEntry, FileEntry | None]]:
    """What was noted of the files that lie in the landing folder unchanged."""
    for kind in LISTS:
        paths = {safe_name(path): path for path in _entries(site.landing, kind)}
        files = site.raw.index.files(kind)
        for name in site.raw.index.names(kind):
            path = paths.get(name.file_name)
            if path is not None and _is_unchanged(path, name):
                yield path, name, files.get(name.sha256)


def _entries(folder: Path, name: str) -> list[Path]:
    """Everything in a folder; nothing where it cannot be looked into, which is told apart."""
    try:
        return exports(folder, name)
    except OSError:
        return []


def _is_unchanged(path: Path, name: NameEntry) -> bool:
    """Whether what was noted under that name still lies there."""
    try:
        is_same = stamp(path) == FileStamp(name.size, name.mtime_ns, name.inode)
    except RefusedError as error:
        return (error.reason, error.detail) == (name.reason, name.detail)
    # A right that was given since changes no stamp.
    was_forbidden = name.reason == Refusal.UNREADABLE and name.detail == os.strerror(errno.EACCES)
    return is_same and not (was_forbidden and os.access(path, os.R_OK))


def landing_notes(site: Site) -> Iterator[Note]:
    """Everything about the landing folder and the directory that wants attention."""
    locale = site.settings.locale
    yield from _folder_notes(site)
    for file in refused_files(site):
        yield file.note(locale)
    yield from _ignored_notes(site)
    yield from _column_notes(site)
    for problem in site.directory.problems:
        if problem.code not in REFUSAL_CODES.values():
            yield note(
                problem.code,
                locale,
                file=f"{_DIRECTORY}/{problem.file_name}",
                line=problem.line_number,
                detail=problem.detail or Term("(leer)", "(empty)"),
            )
    yield from outside_notes(site)


def _folder_notes(site: Site) -> Iterator[Note]:
    """Folders that are not there or cannot be looked into, and nothing ever read."""
    locale = site.settings.locale
    inner = [site.landing / kind for kind in (*LISTS, _DIRECTORY)]
    folders = [site.settings.landing_dir, site.landing, *inner]
    wrong = [folder for folder in folders if os.path.lexists(folder) and not folder.is_dir()]
    for folder in wrong:
        yield note("IA-225", locale, folder=folder)
    has_database = site.installation.cdrdata is not None
    if not wrong and not site.landing.is_dir() and not has_database:
        yield note("IA-224", locale, folder=site.landing)
    for folder in (folder for folder in folders if folder.is_dir()):
        try:
            exports(folder.parent, folder.name)
        except OSError as error:
            yield note("IA-202", locale, file=folder, detail=cause_of(error))
    if not has_database and not any(site.raw.index.names(kind) for kind in LISTS):
        yield note("IA-226", locale, installation=site.name, folder=site.landing)


def _ignored_notes(site: Site) -> Iterator[Note]:
    """Names that are no exports, and files that lie where nothing is read."""
    known = (*LISTS, _DIRECTORY)
    found = {
        "IA-221": [
            f"{kind}/{safe_name(path)}"
            for kind in LISTS
            for path in _entries(site.landing, kind)
            if not path.name.endswith(_SUFFIXES)
        ],
        "IA-222": [
            f"{_DIRECTORY}/{safe_name(path)}"
            for path in _entries(site.landing, _DIRECTORY)
            if path.name not in _DIRECTORY_FILES
        ]
        + [
            safe_name(path)
            for path in _entries(site.landing.parent, site.name)
            if path.name not in known
        ],
    }
    for code, names in found.items():
        if names:
            yield note(code, site.settings.locale, file=some(names))


def _column_notes(site: Site) -> Iterator[Note]:
    """Columns beyond those that are known, and the files that have them."""
    names: defaultdict[str, list[str]] = defaultdict(list)
    for _, name, entry in _present(site):
        if entry and entry.unknown_columns:
            names[entry.unknown_columns].append(f"{name.kind}/{name.file_name}")
    for columns, found in names.items():
        yield note("IA-223", site.settings.locale, file=some(found), columns=columns)
