"""The landing folder: refused and ignored files, unknown columns, files still to be read, no folder.

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

from insight_pipeline.model.errors import InsightError
from insight_pipeline.model.findings import Finding, Urgency
from insight_pipeline.model.messages import REFUSAL_CODES, refusal_fields
from insight_pipeline.model.rows import LISTS, Refusal
from insight_pipeline.model.terms import Term, some
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

    @property
    def problem(self) -> InsightError:
        """What it is, why, and the next step."""
        return InsightError(self.code, **refusal_fields(self.code, self.file_name, self.detail))


Present = tuple[Path, NameEntry, FileEntry | None]
"""A file that lies there as it was noted: its path, its name's entry, and that of its content."""


@dataclass(frozen=True)
class Look:
    """An installation's landing folder, looked through once: there may be thousands of files."""

    site: Site
    present: tuple[Present, ...]
    """What was noted of the files that lie there unchanged."""
    waiting: tuple[Path, ...]
    """Files that the next run will read; not those that it would only refuse again."""

    @property
    def refused(self) -> list[RefusedFile]:
        """Files that were refused as they are, by name."""
        again = set(self.waiting)
        found = []
        for path, name, entry in self.present:
            reason = entry.reason if entry else name.reason
            if reason and path not in again:
                detail = entry.detail if entry else name.detail
                file_name = f"{name.kind}/{name.file_name}"
                found.append(RefusedFile(file_name, name.sha256, reason, detail))
        return [*found, *_refused_directory(self.site)]


def look(site: Site) -> Look:
    """Look through the landing folder."""
    present = tuple(_present(site))
    refused = {path for path, name, _ in present if not name.sha256}
    new = unread(site.raw, site.landing, site.read_limits)
    return Look(site, present, tuple(path for path in new if path not in refused))


def _refused_directory(site: Site) -> Iterator[RefusedFile]:
    reasons = {code: reason for reason, code in REFUSAL_CODES.items()}
    for problem in site.directory.problems:
        path = site.landing / _DIRECTORY / problem.file_name
        if problem.code in reasons and os.path.lexists(path):
            file_name = f"{_DIRECTORY}/{path.name}"
            yield RefusedFile(file_name, "", reasons[problem.code], problem.detail)


def _present(site: Site) -> Iterator[Present]:
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


def landing_findings(seen: Look, unread: Urgency = Urgency.WAITING) -> Iterator[Finding]:
    """Everything about the landing folder and the directory; `unread` is how urgent unread files are."""
    site = seen.site
    for problem in folder_problems(site):
        yield Finding(Urgency.NOW, problem, site.name)
    if seen.waiting:
        names = [f"{path.parent.name}/{safe_name(path)}" for path in seen.waiting]
        fields = {"installation": site.name, "files": len(names), "names": some(names)}
        yield Finding(unread, InsightError("IA-764", **fields), site.name)
    for problem in _missing(seen):
        yield Finding(Urgency.MISSING, problem, site.name)
    for problem in (*_ignored(site), *_new_columns(seen), *_directory_problems(site)):
        yield Finding(Urgency.NOTE, problem, site.name)


def folder_problems(site: Site) -> Iterator[InsightError]:
    """Folders that are not there or cannot be looked into."""
    folders = _folders(site)
    wrong = [folder for folder in folders if os.path.lexists(folder) and not folder.is_dir()]
    for folder in wrong:
        yield InsightError("IA-225", folder=folder)
    if not wrong and not site.landing.is_dir() and site.installation.cdrdata is None:
        yield InsightError("IA-224", folder=site.landing)
    for folder in (folder for folder in folders if folder.is_dir()):
        try:
            exports(folder.parent, folder.name)
        except OSError as error:
            yield InsightError("IA-202", file=folder, detail=error.strerror or str(error))


def _folders(site: Site) -> list[Path]:
    inner = [site.landing / kind for kind in (*LISTS, _DIRECTORY)]
    return [site.settings.landing_dir, site.landing, *inner]


def _missing(seen: Look) -> Iterator[InsightError]:
    """Nothing ever read and nothing to read, and files that were refused."""
    site = seen.site
    has_source = site.installation.cdrdata is not None or seen.waiting
    if not has_source and not any(site.raw.index.names(kind) for kind in LISTS):
        yield InsightError("IA-226", installation=site.name, folder=site.landing)
    for file in seen.refused:
        yield file.problem


def _ignored(site: Site) -> Iterator[InsightError]:
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
            yield InsightError(code, file=some(names))


def _new_columns(seen: Look) -> Iterator[InsightError]:
    """Columns beyond those that are known, and the files that have them."""
    names: defaultdict[str, list[str]] = defaultdict(list)
    for _, name, entry in seen.present:
        if entry and entry.unknown_columns:
            names[entry.unknown_columns].append(f"{name.kind}/{name.file_name}")
    for columns, found in names.items():
        yield InsightError("IA-223", file=some(found), columns=columns)


def _directory_problems(site: Site) -> Iterator[InsightError]:
    """Lines of the directory that say nothing; files that were refused are told apart."""
    for problem in site.directory.problems:
        if problem.code not in REFUSAL_CODES.values():
            file, line = f"{_DIRECTORY}/{problem.file_name}", problem.line_number
            detail = problem.detail or Term("(leer)", "(empty)")
            yield InsightError(problem.code, file=file, line=line, detail=detail)
