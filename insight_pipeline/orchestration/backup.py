"""What a backup holds: settings, and what below `data_dir` cannot be made again.

Lake and staging area are made from the rows; progress of a backfill speaks of a lake that is not in the
backup; locks, reports and Dagster's runs are no state that a figure rests on. The file itself is written
by `backup_file`, what comes of it later by `restoring`.
"""

from __future__ import annotations

import shutil
import tempfile
import tomllib
from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from dataclasses import asdict, dataclass
from datetime import datetime
from pathlib import Path
from typing import Any

from insight_pipeline import __version__
from insight_pipeline.model.errors import PermanentError
from insight_pipeline.model.rows import LISTS
from insight_pipeline.model.settings import Settings
from insight_pipeline.orchestration.backup_file import Manifest, write_backup
from insight_pipeline.orchestration.site import Site
from insight_pipeline.orchestration.state import (
    INDEX,
    LEDGER,
    LOGIN,
    OUTBOX,
    RAW,
    SETTINGS,
    STATE,
    VERSIONS,
    check_state,
)
from insight_pipeline.sources.raw_copy import (
    copy_own_files,
    copy_store,
    exports_read,
    missing,
    rows_of_the_pbx,
)
from insight_pipeline.sources.raw_store import day_of
from insight_pipeline.sqlite_files import copy_database

NO_OTHER_COPY = "IA-722"
LOGIN_FILES = ("tokens", "key")


@dataclass(frozen=True)
class Wish:
    """What is to be in the backup beside settings and state."""

    has_rows: bool = True
    has_secrets: bool = False
    has_login: bool = False


def make_backup(
    settings: Settings, settings_file: Path, target: Path, wish: Wish, now: datetime
) -> Manifest:
    """Write a backup while others may work on; gives what it says of itself."""
    check_state(settings)
    sites = [Site(name, settings) for name in settings.installations]
    sites = [site for site in sites if (settings.data_dir / RAW / site.name / INDEX).exists()]
    if not wish.has_rows:
        for site in sites:
            _check_other_copy(site)
    with _beside(settings.data_dir) as folder:
        left_out = _gather_settings(settings_file, folder / SETTINGS, wish)
        for site in sites:
            copy = copy_store if wish.has_rows else copy_own_files
            copy(site.raw, folder / RAW / site.name)
        has_login = _gather_state(settings.data_dir / STATE, folder / STATE, wish)
        manifest = Manifest(
            made_at=now.isoformat(timespec="seconds"),
            program=__version__,
            settings_file=settings_file.name,
            versions=VERSIONS,
            days={site.name: span for site in sites if (span := _span(site))},
            has_rows=wish.has_rows,
            has_login=has_login,
            exports={} if wish.has_rows else {site.name: _exports(site) for site in sites},
            not_included=tuple(left_out),
        )
        return write_backup(target, folder, manifest)


@contextmanager
def _beside(data_dir: Path) -> Iterator[Path]:
    """A folder on the same file system, where files can be had as links."""
    there = data_dir if data_dir.is_dir() else None
    folder = Path(tempfile.mkdtemp(prefix=".backup-", dir=there))
    try:
        yield folder
    finally:
        shutil.rmtree(folder, ignore_errors=True)


def _check_other_copy(site: Site) -> None:
    """PermanentError IA-722 where rows of an installation lie in the raw store alone."""
    gone = missing(exports_read(site.raw), site.landing)
    rows = rows_of_the_pbx(site.raw)
    if gone or rows:
        raise PermanentError(NO_OTHER_COPY, installation=site.name, files=len(gone), rows=rows)


def _exports(site: Site) -> list[Any]:
    return [list(asdict(one).values()) for one in exports_read(site.raw)]


def _span(site: Site) -> list[str]:
    days = [part.day for kind in LISTS for part in site.raw.index.parts(kind).entries]
    return [day_of(day).isoformat() for day in (min(days), max(days))] if days else []


def _gather_settings(file: Path, target: Path, wish: Wish) -> list[str]:
    """The settings file, with the files it names where wished for; gives the settings of others."""
    target.mkdir(parents=True)
    shutil.copyfile(file, target / file.name)
    left_out = []
    for key, named in named_files(tomllib.loads(file.read_text("utf-8-sig"))).items():
        place = target / named
        is_inside = place.resolve().is_relative_to(target.resolve())
        if wish.has_secrets and is_inside and (file.parent / named).is_file():
            place.parent.mkdir(parents=True, exist_ok=True)
            shutil.copyfile(file.parent / named, place)
        else:
            left_out.append(key)
    return left_out


def named_files(tree: Mapping[str, Any], above: str = "") -> dict[str, str]:
    """Settings that name a file, by their keys."""
    found: dict[str, str] = {}
    for name, value in tree.items():
        if isinstance(value, dict):
            found |= named_files(value, f"{above}{name}.")
        elif name.endswith("_file") and isinstance(value, str) and value:
            found[f"{above}{name}"] = value
    return found


def _gather_state(source: Path, target: Path, wish: Wish) -> bool:
    """Ledger and notices, and the login where wished for; whether there is one.

    After the raw store: what was sent is then never older than the rows it came from.
    """
    target.mkdir(parents=True)
    for name in (LEDGER, OUTBOX):
        if (source / name).exists():
            copy_database(source / name, target / name)
    logins = [source / LOGIN / name for name in LOGIN_FILES] if wish.has_login else []
    for file in filter(Path.exists, logins):
        (target / LOGIN).mkdir(exist_ok=True)
        shutil.copyfile(file, target / LOGIN / file.name)
    return (target / LOGIN / LOGIN_FILES[0]).exists()
