"""The file that a backup is: a ZIP with a manifest, which names each member with its SHA-256.

Writing it, and holding it against its manifest before anything is believed. What belongs into a backup
stands in `backup`, what is done with one in `restoring`.
"""

from __future__ import annotations

import hashlib
import json
import os
import shutil
import zipfile
import zlib
from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from dataclasses import asdict, dataclass, field
from pathlib import Path, PurePosixPath
from typing import IO, Any

from insight_pipeline.model.errors import PermanentError
from insight_pipeline.model.terms import Term
from insight_pipeline.sinks.placing import replaced

OWNER_ONLY = 0o600
DAMAGED = "IA-724"
_MANIFEST = "manifest.json"
_FORMAT = 1
_CHUNK_BYTES = 1 << 20
_UNREADABLE = (zipfile.BadZipFile, zlib.error, EOFError, NotImplementedError, RuntimeError)


@dataclass(frozen=True)
class Member:
    """One file in the backup."""

    sha256: str
    size: int


@dataclass(frozen=True)
class Manifest:
    """What a backup says of itself."""

    made_at: str
    """In UTC, ISO 8601."""
    program: str
    settings_file: str
    """Name of the settings file."""
    versions: Mapping[str, int]
    """Of each part's format, and of the model."""
    days: Mapping[str, list[str]]
    """By installation, the first and the last day that has rows."""
    has_rows: bool
    has_login: bool
    exports: Mapping[str, list[Any]]
    """By installation, what must lie in the landing folder: kind, names and size of exports left out."""
    not_included: tuple[str, ...] = ()
    """Settings whose files are not in it."""
    members: Mapping[str, Member] = field(default_factory=dict)

    @property
    def identity(self) -> str:
        """What tells one backup from another."""
        told = json.dumps(asdict(self), sort_keys=True)
        return hashlib.sha256(told.encode()).hexdigest()


def write_backup(target: Path, folder: Path, manifest: Manifest) -> Manifest:
    """Write everything below `folder` into one file that only its owner may read; gives its manifest."""
    if target.is_file():
        target.chmod(OWNER_ONLY)
    with replaced(target) as new:
        handle = os.open(new, os.O_RDWR | os.O_CREAT | os.O_EXCL, OWNER_ONLY)
        with os.fdopen(handle, "w+b") as body:
            made = _written(body, folder, manifest)
            body.flush()
            os.fsync(handle)
    return made


def _written(body: IO[bytes], folder: Path, manifest: Manifest) -> Manifest:
    members = {}
    with zipfile.ZipFile(body, "w") as archive:
        for file in sorted(path for path in folder.rglob("*") if path.is_file()):
            name = file.relative_to(folder).as_posix()
            members[name] = _add(archive, file, name)
        made = Manifest(**{**vars(manifest), "members": members})
        told = json.dumps({"format": _FORMAT, **asdict(made)}, indent=1, ensure_ascii=False)
        archive.writestr(_entry(_MANIFEST, zipfile.ZIP_DEFLATED), told)
    return made


def _entry(name: str, how: int) -> zipfile.ZipInfo:
    found = zipfile.ZipInfo(name)
    found.compress_type = how
    found.external_attr = OWNER_ONLY << 16
    return found


def _add(archive: zipfile.ZipFile, file: Path, name: str) -> Member:
    """Add a file; Parquet is packed already."""
    how = zipfile.ZIP_STORED if file.suffix == ".parquet" else zipfile.ZIP_DEFLATED
    digest, size = hashlib.sha256(), 0
    with file.open("rb") as source, archive.open(_entry(name, how), "w", force_zip64=True) as sink:
        while chunk := source.read(_CHUNK_BYTES):
            digest.update(chunk)
            size += len(chunk)
            sink.write(chunk)
    return Member(digest.hexdigest(), size)


class BackupFile:
    """A backup that was opened."""

    def __init__(self, file: Path, archive: zipfile.ZipFile, manifest: Manifest) -> None:
        """As `opened` found it."""
        self.file = file
        self.manifest = manifest
        self._archive = archive

    def check(self) -> None:
        """PermanentError IA-724 unless it holds exactly what its manifest says."""
        names = set(self._archive.namelist()) - {_MANIFEST}
        if names != set(self.manifest.members):
            one = min(names ^ set(self.manifest.members))
            raise self._damaged(one)
        for name in sorted(names):
            place = PurePosixPath(name)
            if place.is_absolute() or ".." in place.parts or self._digest(name) is None:
                raise self._damaged(name)

    def text(self, name: str) -> str:
        """A member as text; PermanentError IA-724 where there is none."""
        try:
            return self._archive.read(name).decode("utf-8-sig")
        except (KeyError, ValueError, *_UNREADABLE) as error:
            raise self._damaged(name) from error

    def extract(self, folder: Path) -> None:
        """Everything below a folder, readable by the owner alone."""
        for name in self.manifest.members:
            target = folder / name
            target.parent.mkdir(parents=True, exist_ok=True)
            handle = os.open(target, os.O_WRONLY | os.O_CREAT | os.O_EXCL, OWNER_ONLY)
            with os.fdopen(handle, "wb") as body, self._archive.open(name) as source:
                shutil.copyfileobj(source, body, _CHUNK_BYTES)

    def _digest(self, name: str) -> str | None:
        """The digest of a member that is as the manifest says; None otherwise."""
        digest = hashlib.sha256()
        try:
            with self._archive.open(name) as source:
                while chunk := source.read(_CHUNK_BYTES):
                    digest.update(chunk)
        except _UNREADABLE:
            return None
        found = digest.hexdigest()
        return found if found == self.manifest.members[name].sha256 else None

    def _damaged(self, detail: str) -> PermanentError:
        return PermanentError(DAMAGED, file=self.file, detail=detail)


@contextmanager
def opened(file: Path) -> Iterator[BackupFile]:
    """Open a backup; PermanentError IA-724 for anything else. Its members are not looked at yet."""
    try:
        with zipfile.ZipFile(file) as archive:
            yield BackupFile(file, archive, _manifest(file, archive))
    except zipfile.BadZipFile as error:
        detail = Term("kein ZIP-Archiv", "no ZIP archive")
        raise PermanentError(DAMAGED, file=file, detail=detail) from error


def _manifest(file: Path, archive: zipfile.ZipFile) -> Manifest:
    try:
        told = json.loads(archive.read(_MANIFEST))
        if told.pop("format") > _FORMAT:
            raise PermanentError("IA-725", file=file, found=told["program"])
        members = {name: Member(**member) for name, member in told.pop("members").items()}
        return Manifest(**{**told, "not_included": tuple(told["not_included"])}, members=members)
    except (KeyError, ValueError, TypeError, AttributeError, *_UNREADABLE) as error:
        raise PermanentError(DAMAGED, file=file, detail=_MANIFEST) from error
