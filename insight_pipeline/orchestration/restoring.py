"""Restoring a backup: everything is checked before anything is written, and laid out before it counts.

What was read and what was sent are then held against the world again: every day that has rows counts as
not loaded, and what the ledger says of Power BI is believed once the service says the same. How the new
state takes the place of the old one stands in `placing_state`.
"""

from __future__ import annotations

import codecs
import re
import tomllib
from collections.abc import Mapping
from dataclasses import dataclass
from datetime import datetime
from pathlib import Path
from typing import Any

from insight_pipeline import __version__
from insight_pipeline.model.errors import PermanentError
from insight_pipeline.orchestration import placing_state
from insight_pipeline.orchestration.backup_file import BackupFile, Manifest, opened
from insight_pipeline.orchestration.in_use import alone
from insight_pipeline.orchestration.state import (
    INDEX,
    LEDGER,
    LOGIN,
    OUTBOX,
    RAW,
    SETTINGS,
    STATE,
    VERSIONS,
)
from insight_pipeline.setting_steps import migrated
from insight_pipeline.settings import place_of_folder
from insight_pipeline.sinks.notify.outbox import Outbox
from insight_pipeline.sinks.powerbi.ledger import Ledger
from insight_pipeline.sinks.powerbi.owner_file import OWNER_ONLY_FOLDER
from insight_pipeline.sources.raw_copy import Export, missing
from insight_pipeline.sources.raw_index import RawIndex

NEWER_BACKUP, EXISTING, EXPORTS_GONE, UNREADABLE = "IA-725", "IA-726", "IA-729", "IA-724"
_SHOWN = 3


@dataclass(frozen=True)
class Restored:
    """What was put in place, and where the old state is."""

    manifest: Manifest
    settings_file: Path
    data_dir: Path
    aside: Path | None
    """The folder with the old state; None where there was none."""


@dataclass(frozen=True)
class Consent:
    """What the user agrees to: another state's place, and doing without exports that are gone."""

    is_replacing: bool = False
    is_incomplete: bool = False


@dataclass(frozen=True)
class _Target:
    """Where a backup goes."""

    settings_file: Path
    settings: str
    """The text of the settings file, as this program has it."""
    data_dir: Path
    landing_dir: Path


def restore(
    file: Path, folder: Path, environ: Mapping[str, str], now: datetime, consent: Consent
) -> Restored:
    """Put a backup in place: its settings into `folder`, its state where they say.

    PermanentError where the backup cannot be used, or something is in the way; then nothing was changed.
    A restore that was killed is finished first.
    """
    with opened(file) as backup:
        _check_version(backup)
        backup.check()
        target = _target(backup, folder, environ)
        if not consent.is_incomplete:
            _check_exports(backup, target)
        if placing_state.unfinished(target.data_dir) is None:
            _check_free(target, consent)
        with alone(target.data_dir):
            aside = _put_in_place(backup, target, now, consent)
        kept = target.data_dir / aside
        return Restored(
            backup.manifest,
            target.settings_file,
            target.data_dir,
            kept if kept.exists() else None,
        )


def _put_in_place(backup: BackupFile, target: _Target, now: datetime, consent: Consent) -> str:
    """Finish what was begun, and unless it was this backup, put it in place; gives where the old state is."""
    earlier = placing_state.unfinished(target.data_dir)
    if earlier is not None:
        placing_state.finish(target.data_dir, earlier)
        if earlier.backup == backup.manifest.identity:
            return earlier.aside
    _check_free(target, consent)
    _lay_out(backup, target, now)
    aside = f"before-{now:%Y%m%d-%H%M%S}"
    folder = str(target.settings_file.parent)
    move = placing_state.Move(folder, aside, backup.manifest.identity)
    placing_state.decide(target.data_dir, move)
    placing_state.finish(target.data_dir, move)
    return aside


def _check_version(backup: BackupFile) -> None:
    """PermanentError IA-725 for a backup of a program that is newer than this one, in whole or in part."""
    manifest = backup.manifest
    is_newer = _numbers(manifest.program) > _numbers(__version__)
    parts = manifest.versions.items()
    if is_newer or any(number > VERSIONS.get(part, 0) for part, number in parts):
        raise PermanentError(NEWER_BACKUP, file=backup.file, found=manifest.program)


def _numbers(version: str) -> list[int]:
    return [int(part) for part in re.findall(r"\d+", version)]


def _target(backup: BackupFile, folder: Path, environ: Mapping[str, str]) -> _Target:
    name = backup.manifest.settings_file
    try:
        text = backup.text(f"{SETTINGS}/{name}")
        tree: dict[str, Any] = tomllib.loads(text)
    except tomllib.TOMLDecodeError as error:
        raise PermanentError(UNREADABLE, file=backup.file, detail=error) from error
    return _Target(
        folder / name,
        migrated(text)[0],
        place_of_folder("data_dir", tree, folder, environ),
        place_of_folder("landing_dir", tree, folder, environ),
    )


def _check_exports(backup: BackupFile, target: _Target) -> None:
    """PermanentError IA-729 where exports are gone whose rows are not in the backup."""
    gone = [
        f"{name}/{one.kind}/{one.file_names[0]}"
        for name, exports in backup.manifest.exports.items()
        for one in missing([_export(*given) for given in exports], target.landing_dir / name)
    ]
    if gone:
        names = ", ".join(gone[:_SHOWN]) + (", ..." if len(gone) > _SHOWN else "")
        folder = target.landing_dir
        raise PermanentError(EXPORTS_GONE, files=len(gone), names=names, folder=folder)


def _export(kind: str, file_names: list[str], size: int) -> Export:
    return Export(kind, tuple(file_names), size)


def _check_free(target: _Target, consent: Consent) -> None:
    """PermanentError IA-726 where a state, or another settings file, would have to give way unasked."""
    parts = [target.data_dir / part for part in placing_state.PARTS]
    has_state = any(part.is_dir() and any(part.iterdir()) for part in parts)
    file = target.settings_file
    there = file.read_bytes().removeprefix(codecs.BOM_UTF8) if file.exists() else None
    has_settings = there is not None and there != target.settings.encode()
    if (has_state or has_settings) and not consent.is_replacing:
        raise PermanentError(EXISTING, folder=target.data_dir if has_state else file)


def _lay_out(backup: BackupFile, target: _Target, now: datetime) -> None:
    """The backup's state as this program has it, beside the present one."""
    new = placing_state.new_state(target.data_dir)
    backup.extract(new)
    (new / SETTINGS / target.settings_file.name).write_text(target.settings, "utf-8")
    if (new / STATE / LEDGER).exists():
        Ledger(new / STATE / LEDGER).note_restored(now.timestamp())
    if (new / STATE / OUTBOX).exists():
        Outbox(new / STATE / OUTBOX)
    if (new / STATE / LOGIN).exists():
        (new / STATE / LOGIN).chmod(OWNER_ONLY_FOLDER)
    for index in sorted((new / RAW).glob(f"*/{INDEX}")):
        RawIndex(index).note_restored(int(now.timestamp()))
