"""One installation at work: its settings, raw store, staging area, lake and directory, in one place.

A `Site` knows where things are and hands tables to the pure functions; it decides no rule. It does not
import Dagster, so the command line's explanations use it too.
"""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from dataclasses import dataclass, replace
from datetime import date, datetime
from functools import cached_property
from pathlib import Path

import numpy as np
import numpy.typing as npt
import pyarrow as pa
import pyarrow.compute as pc
from filelock import FileLock

from insight_pipeline.facts.hours import opening_hours
from insight_pipeline.facts.reconciliation import count_fates
from insight_pipeline.facts.scope import Scope, scope_of
from insight_pipeline.facts.visits import QueueRules
from insight_pipeline.legs.build import KEPT_FATES, Legs, build_legs
from insight_pipeline.legs.names import names_in_rows
from insight_pipeline.legs.time import decide, row_times
from insight_pipeline.legs.uses import line_uses
from insight_pipeline.model.columns import days as day_numbers
from insight_pipeline.model.columns import ints, kept
from insight_pipeline.model.directory import Directory
from insight_pipeline.model.rows import CALL_LIST, LINE_LIST, START_BIT, ListSpec, RowState
from insight_pipeline.model.settings import Installation, Settings
from insight_pipeline.model.zone import Zone
from insight_pipeline.orchestration.state import check_model
from insight_pipeline.privacy.private import hide_private_ends
from insight_pipeline.sinks.lake import Lake
from insight_pipeline.sinks.relational.connecting import Database
from insight_pipeline.sinks.relational.writer import RelationalSink
from insight_pipeline.sources.cdrdata.reading import PbxTable
from insight_pipeline.sources.directory import (
    load_directory,
    read_directory,
    stamps_of,
    store_directory,
)
from insight_pipeline.sources.duplicates import classify
from insight_pipeline.sources.landing import ReadLimits
from insight_pipeline.sources.raw_store import RawRows, RawStore, day_number, day_of
from insight_pipeline.sources.raw_text import raw_texts
from insight_pipeline.sources.reports import is_unsupported, quarantine_table, refresh_reports

Ints = npt.NDArray[np.int64]

_EPOCH = datetime(1970, 1, 1)  # noqa: DTZ001 - instants are in UTC, without a zone
_CHUNK_ROWS = 400_000
_CHUNK_DAYS = 100


@dataclass(frozen=True)
class LegPartitions:
    """Legs of some partitions, which of their calls are private, and the fates of the rows."""

    legs: pa.Table
    private_calls: pa.Table
    """Columns local_date and call_id."""
    fates: pa.Table
    """facts.reconciliation.FATE_SCHEMA, by local date of the rows' own start."""
    names: pa.Table
    """legs.names.NAME_SCHEMA, likewise."""


PRIVATE_SCHEMA = pa.schema([("local_date", pa.date32()), ("call_id", pa.string())])


def database_of(settings: Settings) -> Database:
    """The database that the settings name."""
    named = settings.sinks.relational
    url = named.url.get_secret_value()
    return Database(url, named.schema_name, named.tls, named.ca_file, settings.locale)


class Site:
    """An installation and its stores below the data folder."""

    def __init__(self, name: str, settings: Settings) -> None:
        """The installation `name` of these settings."""
        self.name = name
        self.settings = settings

    @property
    def installation(self) -> Installation:
        """The installation's own settings."""
        return self.settings.installations[self.name]

    @property
    def landing(self) -> Path:
        """Its part of the landing folder."""
        return self.settings.landing_dir / self.name

    @cached_property
    def zone(self) -> Zone:
        """Its time zone."""
        return Zone.of(self.installation.timezone)

    @cached_property
    def raw(self) -> RawStore:
        """Rows as read."""
        return RawStore(self.settings.data_dir / "raw" / self.name, self.zone)

    @cached_property
    def staging(self) -> Lake:
        """What the assets computed, before it is published."""
        return Lake(self.settings.data_dir / "staging" / self.name)

    @cached_property
    def lake(self) -> Lake:
        """What passed its checks; PermanentError IA-720 where a newer program wrote it."""
        check_model(self.settings.data_dir / "lake")
        return Lake(self.settings.data_dir / "lake" / self.name)

    @contextmanager
    def publishing(self) -> Iterator[None]:
        """Alone in changing what the lake holds of this installation beyond the days of a run."""
        with FileLock(self.raw.folder / "publish.lock"):
            yield

    def local_date(self, instant: datetime) -> date:
        """Local date of an instant in UTC (without zone)."""
        seconds = int((instant - _EPOCH).total_seconds())
        return day_of(int(self.zone.local_day(np.array([seconds]))[0]))

    @property
    def directory(self) -> Directory:
        """The directory read last."""
        return load_directory(self.raw.directory_file)

    @property
    def scope(self) -> Scope:
        """What the edition evaluates, by the directory read last."""
        return self._scope_in(self.directory)

    def _scope_in(self, directory: Directory) -> Scope:
        return scope_of(self.settings.edition, self.installation.groups, directory)

    def is_scope_changed(self) -> bool:
        """Whether edition or group are others than when the directory was read."""
        directory = self.directory
        return self._scope_in(directory).mark != directory.evaluated

    def is_redefined(self) -> bool:
        """Whether loaded days were made with other settings than the present ones."""
        return self.is_scope_changed() or self.new_definitions is not None

    def read_directory(self) -> Directory:
        """Read the directory anew; days whose facts it or other settings may change are touched."""
        before = self.directory
        found = read_directory(self.landing / "directory", before)
        found = replace(found, evaluated=self._scope_in(found).mark)
        if found.facts_depend_on() != before.facts_depend_on() or self.new_definitions:
            days = np.unique(self.raw.index.parts(CALL_LIST.name).days)
            self.raw.index.put_touched(days.tolist())
        store_directory(found, self.raw.directory_file)
        self.raw.definitions_file.write_text(self._definitions, encoding="utf-8")
        return found

    @property
    def _definitions(self) -> str:
        """What of the settings the facts are made with: region, hours, thresholds, window."""
        hours, region = self.installation.hours, self.installation.region
        parts = (region, self.settings.kpi.model_dump_json(), hours and hours.model_dump_json())
        return " ".join(part for part in parts if part)

    @property
    def new_definitions(self) -> str | None:
        """What tells apart settings that no directory was read with yet; None where they are the same."""
        file = self.raw.definitions_file
        if not file.exists() or file.read_text(encoding="utf-8") == self._definitions:
            return None
        return f"definitions:{file.stat().st_mtime_ns}:{self._definitions}"

    def is_directory_unread(self) -> bool:
        """Whether the directory's files look other than when they were read."""
        return stamps_of(self.landing / "directory") != self.directory.stamps

    def stale(self, today: date) -> tuple[int, list[date]]:
        """Days from the start date to today that were touched since their last load.

        The number before them changes with every touch.
        """
        newest, days = self.raw.index.stale()
        start = self.installation.start_date
        return newest, [day for number in days if start <= (day := day_of(number)) <= today]

    @property
    def read_limits(self) -> ReadLimits:
        """Largest line and file."""
        limits = self.settings.limits
        return ReadLimits(limits.line_bytes, limits.file_bytes)

    @property
    def pbx_table(self) -> PbxTable | None:
        """The PBX's own table, where the settings name its database."""
        source = self.installation.cdrdata
        if source is None:
            return None
        return PbxTable(self.raw, source, self.read_limits.line_bytes)

    @property
    def queue_rules(self) -> QueueRules:
        """Configured thresholds and hours."""
        kpi, installation = self.settings.kpi, self.installation
        hours = opening_hours(installation.hours, self.zone, installation.region)
        return QueueRules(kpi.service_level_seconds, kpi.short_abandon_seconds, hours)

    def database(self) -> RelationalSink:
        """The database of the settings, its tables made where they are missing."""
        sink = RelationalSink(database_of(self.settings))
        sink.create()
        return sink

    def chunks(self, dates: Sequence[date]) -> Iterator[list[date]]:
        """Consecutive dates whose rows fit in memory together."""
        rows = self.raw.rows_by_day(CALL_LIST.name, [day_number(day) for day in dates])
        chunk: list[date] = []
        size = 0
        for day in dates:
            more = rows[day_number(day)]
            if chunk and (size + more > _CHUNK_ROWS or len(chunk) >= _CHUNK_DAYS):
                yield chunk
                chunk, size = [], 0
            chunk.append(day)
            size += more
        if chunk:
            yield chunk

    def supported_rows(self, raw: RawRows, directory: Directory) -> RawRows:
        """Without the rows of third-party queues, which are in quarantine (R 1)."""
        dropped = is_unsupported(raw.rows, directory.of_kind("cqueue"))
        if not dropped.any():
            return raw
        left = ~dropped
        rows = kept(raw.rows, left)
        return RawRows(rows, raw.file_rank[left], raw.days[left], raw.hashes, raw.names)

    def rows_in(self, dates: Sequence[date]) -> pa.Table:
        """Accepted and open rows a date, counted from the index of the raw store, for R 17."""
        numbers = [day_number(day) for day in dates]
        counts = self.raw.rows_by_day(CALL_LIST.name, numbers)
        if unsupported := self.directory.of_kind("cqueue"):
            for day, owners in self.raw.owners_by_day(numbers):
                counts[day] -= int(np.isin(owners, unsupported).sum())
        return pa.table(
            {
                "local_date": pa.array(numbers, pa.int32()).cast(pa.date32()),
                "rows_in": pa.array([counts[number] for number in numbers], pa.int64()),
            }
        )

    def legs_of(self, dates: Sequence[date]) -> LegPartitions:
        """Rows of the raw store to legs (R 3 to R 9, R 16) for these partitions."""
        wanted = np.array([day_number(day) for day in dates], dtype=np.int64)
        self.raw.index.start_load(wanted.tolist())
        directory = self.directory
        raw = self.supported_rows(self.raw.gather(CALL_LIST.name, wanted.tolist()), directory)
        built = self._build(raw, directory)
        is_wanted = np.isin(raw.days, wanted)
        fates = count_fates(raw.days[is_wanted], built.fate[is_wanted])
        is_named = is_wanted & np.isin(built.fate, KEPT_FATES)
        names = names_in_rows(kept(raw.rows, is_named), raw.days[is_named])
        is_here = np.isin(day_numbers(built.table, "local_date"), wanted)
        legs = hide_private_ends(built.table, built.is_private)
        keys = legs.select(PRIVATE_SCHEMA.names).filter(pa.array(is_here & built.is_private))
        private = keys.group_by(PRIVATE_SCHEMA.names).aggregate([]).select(PRIVATE_SCHEMA.names)
        return LegPartitions(kept(legs, is_here), private, fates, names)

    def legs_of_call(self, call: int) -> tuple[RawRows, Legs, pa.Table]:
        """The rows of one call and of what shares ids with it, and its legs, hidden ends included."""
        directory = self.directory
        raw = self.supported_rows(self.raw.gather_calls(CALL_LIST.name, [call]), directory)
        built = self._build(raw, directory)
        legs = hide_private_ends(built.table, built.is_private)
        wanted = pc.equal(legs["call_id"], f"{self.name}:{call}")
        return raw, built, legs.filter(wanted)

    def _build(self, raw: RawRows, directory: Directory) -> Legs:
        state = classify(raw, CALL_LIST)
        return build_legs(raw.rows, state, directory, self.zone, self.name)

    def refresh_reports(self) -> None:
        """Bring the line counts of the files up to date (R 17)."""
        refresh_reports(self.raw, self.directory.of_kind("cqueue"), self._repeated_starts)

    def _repeated_starts(self, spec: ListSpec, sha256: str) -> Ints:
        """Starts of a file's rows that lie in a repeated hour, decided where R 3 keeps the row."""
        parts = self.raw.index.parts(spec.name).entries
        days = [part.day for part in parts if part.sha256 == sha256 and part.repeated]
        raw = self.supported_rows(self.raw.gather(spec.name, days), self.directory)
        is_kept = classify(raw, spec) == RowState.KEPT
        starts = ints(raw.rows, "starttime").copy()
        starts[is_kept] = decide(row_times(kept(raw.rows, is_kept), spec.end), self.zone).start
        is_repeated = (ints(raw.rows, "repeats") & START_BIT) != 0
        is_own = raw.file_rank == raw.hashes.index(sha256)
        found: Ints = starts[is_own & is_repeated]
        return found

    def quarantine(self) -> pa.Table:
        """`cdr_quarantine` as it stands."""
        unsupported = self.directory.of_kind("cqueue")
        is_clear = self.settings.privacy.profile == "clear"
        return quarantine_table(
            self.raw, self.name, unsupported, self._raw_texts, is_clear=is_clear
        )

    def _raw_texts(self, spec: ListSpec, sha256: str, lines: list[int]) -> dict[int, str]:
        """Texts of rows of a file, under whichever of its names it still lies there."""
        names = [n.file_name for n in self.raw.index.names(spec.name) if n.sha256 == sha256]
        for name in names:
            path, limit = self.landing / spec.name / name, self.read_limits.file_bytes
            if found := raw_texts(path, sha256, lines, limit):
                return found
        return {}

    def line_uses(self, dates: Sequence[date]) -> pa.Table:
        """Uses of lines that R 3 keeps (LINE_USE_SCHEMA), once for each of the dates that they touch."""
        wanted = [day_number(day) for day in dates]
        raw = self.raw.gather(LINE_LIST.name, self.raw.reaching(LINE_LIST.name, wanted))
        rows = kept(raw.rows, classify(raw, LINE_LIST) == RowState.KEPT)
        return line_uses(rows, self.zone, np.array(sorted(wanted), dtype=np.int64))


def sites(settings: Settings) -> dict[str, Site]:
    """Every installation of the settings."""
    return {name: Site(name, settings) for name in settings.installations}
