"""What the program keeps below `data_dir`, and of which version each part is.

Only files that a start or a backup must know of; what stands in them is told where they are written. A
newer state than this program knows is left as it is: it might be read wrongly and written back.
"""

from __future__ import annotations

import sqlite3
from collections.abc import Iterator
from contextlib import suppress
from pathlib import Path

from insight_pipeline.model.errors import PermanentError
from insight_pipeline.model.settings import Settings
from insight_pipeline.model.tables import MODEL_VERSION, PIPELINE_META
from insight_pipeline.sinks.notify import outbox
from insight_pipeline.sinks.powerbi import ledger_sql
from insight_pipeline.sources import raw_index
from insight_pipeline.sqlite_files import NEWER, check_version

RAW, STATE, LAKE, STAGING = "raw", "state", "lake", "staging"
LEDGER, OUTBOX, LOGIN = "powerbi.db", "notices.db", "login"
INDEX = "index.db"
SETTINGS = "settings"
"""Where a backup has the settings; no part of the state."""
VERSIONS = {
    "raw store": raw_index.VERSION,
    "ledger": ledger_sql.VERSION,
    "notices": outbox.VERSION,
    "model": MODEL_VERSION,
}


def _databases(settings: Settings) -> Iterator[tuple[Path, int]]:
    folder = settings.data_dir
    yield folder / STATE / LEDGER, ledger_sql.VERSION
    yield folder / STATE / OUTBOX, outbox.VERSION
    for name in settings.installations:
        yield folder / RAW / name / INDEX, raw_index.VERSION


def check_state(settings: Settings) -> None:
    """PermanentError IA-720 where something is newer than this program; nothing is changed.

    What cannot be read is told by whoever needs it: a damaged part of one installation stops no other.
    """
    for file, known in _databases(settings):
        with suppress(sqlite3.DatabaseError):
            check_version(file, known)
    check_model(settings.data_dir / LAKE)


def check_model(lake: Path) -> None:
    """PermanentError IA-720 for a lake of a newer version of the model."""
    file = lake / f"{PIPELINE_META.name}.parquet"
    if not file.exists():
        return
    from insight_pipeline.parquet import read_parquet  # noqa: PLC0415 - slow to import

    rows = read_parquet(file, PIPELINE_META.arrow_schema()).to_pylist()
    found = next((int(row["value"]) for row in rows if row["key"] == "model_version"), 0)
    if found > MODEL_VERSION:
        raise PermanentError(NEWER, file=file, found=found, known=MODEL_VERSION)
