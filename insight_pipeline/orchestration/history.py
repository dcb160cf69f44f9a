"""What Dagster's storage keeps of runs, and removing it without unloading a day.

`delete_run` takes the records of materialisations with it, and the UI would show loaded days as missing.
Here a run leaves with its log, and the record stays of every asset and partition that no later run made
anew. It works on Dagster's tables by their names, in SQLite and PostgreSQL; which runs go is decided in
`retention`. Every step may be repeated: the run itself is forgotten last.
"""

from __future__ import annotations

import json
from collections.abc import Iterator
from contextlib import AbstractContextManager, suppress
from datetime import UTC, datetime
from pathlib import Path
from typing import Protocol, cast

import dagster as dg
import sqlalchemy as sa

_EVENTS = sa.table(
    "event_logs",
    *map(sa.column, "id run_id event dagster_event_type timestamp asset_key partition".split()),
)
_TAGS = sa.table("asset_event_tags", sa.column("event_id"))
_CHECKS = sa.table(
    "asset_check_executions",
    *map(sa.column, "id run_id asset_key check_name execution_status".split()),
)
_LASTING = ("ASSET_MATERIALIZATION", "ASSET_OBSERVATION")
_JUDGED = ("SUCCEEDED", "FAILED")
_NO_RUN = ""
"""The run id of what sensors observe."""
_LONG_TEXT = "MarkdownMetadataEntryData"


class _Events(Protocol):
    """What both of Dagster's SQL storages of events offer; in PostgreSQL the two are one."""

    def index_connection(self) -> AbstractContextManager[sa.Connection]:
        """Events of assets, of all runs."""

    def run_connection(self, run_id: str) -> AbstractContextManager[sa.Connection]:
        """All events of a run."""


def remove_run(instance: dg.DagsterInstance, run_id: str) -> None:
    """Remove a run that has ended: its log, its record, and of its events those that were overtaken."""
    events = cast("_Events", instance.event_log_storage)
    with events.index_connection() as connection:
        _trim(connection, _EVENTS.c.run_id == run_id)
        connection.execute(sa.delete(_CHECKS).where(_CHECKS.c.run_id == run_id, _is_overtaken()))
    _remove_log(instance, run_id)
    instance.run_storage.delete_run(run_id)


def remove_observed(instance: dg.DagsterInstance, before: float) -> None:
    """Remove what sensors observed before that time (seconds since 1970) and observed anew since."""
    events = cast("_Events", instance.event_log_storage)
    limit = datetime.fromtimestamp(before, UTC).replace(tzinfo=None)
    is_old = sa.and_(_EVENTS.c.run_id == _NO_RUN, _EVENTS.c.timestamp < limit)
    with events.index_connection() as connection:
        _trim(connection, is_old)
    folder = _folder_of_logs(instance)
    if folder is not None and (folder / f"{_NO_RUN}.db").exists():
        with events.run_connection(_NO_RUN) as connection:
            connection.execute(sa.delete(_EVENTS).where(is_old))


def remove_orphans(instance: dg.DagsterInstance, before: float) -> int:
    """Remove SQLite's files of runs that are gone, such as those deleted in the UI; gives their number."""
    removed = 0
    for run_id, changed_at in list(_logs(instance)):
        if changed_at < before and not instance.has_run(run_id):
            _remove_log(instance, run_id)
            removed += 1
    return removed


def _trim(connection: sa.Connection, which: sa.ColumnElement[bool]) -> None:
    """Remove events, but not the newest record of an asset and partition; that one loses its preview."""
    later = _EVENTS.alias("later")
    is_same_partition = sa.or_(
        later.c.partition == _EVENTS.c.partition,
        sa.and_(later.c.partition.is_(None), _EVENTS.c.partition.is_(None)),
    )
    is_newest = ~sa.exists().where(
        later.c.asset_key == _EVENTS.c.asset_key,
        later.c.dagster_event_type == _EVENTS.c.dagster_event_type,
        is_same_partition,
        later.c.id > _EVENTS.c.id,
    )
    is_lasting = sa.and_(_EVENTS.c.dagster_event_type.in_(_LASTING), is_newest)
    is_gone = sa.and_(which, sa.or_(_EVENTS.c.dagster_event_type.is_(None), ~is_lasting))
    gone = sa.select(_EVENTS.c.id).where(is_gone)
    connection.execute(sa.delete(_TAGS).where(_TAGS.c.event_id.in_(gone)))
    connection.execute(sa.delete(_EVENTS).where(is_gone))
    shortened = [
        {"number": number, "short": short}
        for number, event in connection.execute(
            sa.select(_EVENTS.c.id, _EVENTS.c.event).where(which)
        )
        if (short := without_long_texts(event)) != event
    ]
    if shortened:
        change = sa.update(_EVENTS).where(_EVENTS.c.id == sa.bindparam("number"))
        connection.execute(change.values(event=sa.bindparam("short")), shortened)


def without_long_texts(event: str) -> str:
    """A stored event without its previews and pictures, in short JSON; one of another form as it is."""
    stored = json.loads(event)
    try:
        data = stored["dagster_event"]["event_specific_data"]
        about = data.get("materialization") or data["asset_observation"]
        entries = about["metadata_entries"]
        short = [one for one in entries if one["entry_data"]["__class__"] != _LONG_TEXT]
    except (KeyError, TypeError):
        return event
    about["metadata_entries"] = short
    return json.dumps(stored, separators=(",", ":"))


def _is_overtaken() -> sa.ColumnElement[bool]:
    """A check that was evaluated anew since, or never."""
    later = _CHECKS.alias("later")
    is_anew = sa.exists().where(
        later.c.asset_key == _CHECKS.c.asset_key,
        later.c.check_name == _CHECKS.c.check_name,
        later.c.execution_status.in_(_JUDGED),
        later.c.id > _CHECKS.c.id,
    )
    return sa.or_(_CHECKS.c.execution_status.not_in(_JUDGED), is_anew)


def _remove_log(instance: dg.DagsterInstance, run_id: str) -> None:
    """What a run printed, and its events: with SQLite a file of its own, else rows that are gone already."""
    instance.compute_log_manager.delete_logs(prefix=[run_id])
    folder = _folder_of_logs(instance)
    if folder is None:
        return
    for ending in (".db-wal", ".db-shm", ".db"):  # the file itself last: it is what `_logs` finds
        with suppress(FileNotFoundError):
            (folder / f"{run_id}{ending}").unlink()


def _logs(instance: dg.DagsterInstance) -> Iterator[tuple[str, float]]:
    """Runs that SQLite has a file of, and when it was changed."""
    folder = _folder_of_logs(instance)
    for file in folder.glob("*-*-*-*-*.db") if folder is not None else ():
        with suppress(FileNotFoundError):
            yield file.stem, file.stat().st_mtime


def _folder_of_logs(instance: dg.DagsterInstance) -> Path | None:
    """Where SQLite keeps a file for each run; None where all events are in one database."""
    path_of = getattr(instance.event_log_storage, "path_for_shard", None)
    return None if path_of is None else Path(path_of("index")).parent
