"""R 17 held against what is there now: every file's lines, and every date's rows from raw store to facts.

Dates come from the staging area, where a broken one stays that its checks kept out of the lake. Printing
belongs to `reconcile`; the identities themselves stand in `facts.reconciliation`.
"""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from datetime import date
from enum import StrEnum

import pyarrow as pa

from insight_pipeline.cli.app import partition_days
from insight_pipeline.cli.notes import Note, note, note_of
from insight_pipeline.model.rows import CALL_LIST
from insight_pipeline.model.tables import RECONCILIATION
from insight_pipeline.model.terms import span
from insight_pipeline.orchestration.auditing import broken_identities
from insight_pipeline.orchestration.site import Site
from insight_pipeline.orchestration.status.rows import outside
from insight_pipeline.sources.raw_store import day_of
from insight_pipeline.sources.reports import ingest_file_table

Row = dict[str, object]
"""A row of a declared table as Python values."""


class State(StrEnum):
    """How a date stands."""

    BALANCED = "balanced"
    BROKEN = "broken"
    NOT_LOADED = "not_loaded"
    OUT_OF_DATE = "out_of_date"


@dataclass(frozen=True)
class DateAccount:
    """A date: its row of `reconciliation`, how many rows are in the raw store now, and how it stands."""

    row: Row
    rows_read: int
    state: State

    @property
    def day(self) -> date:
        """The date."""
        found = self.row["local_date"]
        assert isinstance(found, date)  # noqa: S101 - as the table declares it
        return found


@dataclass(frozen=True)
class Account:
    """An installation's files and dates, what does not add up, and what lies outside its partitions."""

    installation: str
    files: pa.Table
    dates: tuple[DateAccount, ...]
    problems: tuple[Note, ...]
    outside: tuple[Note, ...]


def account_of(site: Site, first: date, last: date) -> Account:
    """The files of an installation, and its dates from `first` to `last`."""
    files = files_by_date(site)
    staged = [day for day in site.staging.dates(RECONCILIATION.name) if first <= day <= last]
    dates = tuple(_dates(site, staged, first, last))
    problems = (
        *_broken_files(site, files),
        *_broken_identities(site, staged),
        *_unloaded(site, dates),
    )
    _, today = partition_days(site.installation)
    around = [note_of(problem, site.settings.locale) for problem in outside(site, today)]
    return Account(site.name, files, dates, problems, tuple(around))


def files_by_date(site: Site) -> pa.Table:
    """The files of an installation by the start of their first row; those without one at the end."""
    by_date = [("first_start_utc", "ascending"), ("file_name", "ascending")]
    return ingest_file_table(site.raw, site.name).sort_by(by_date)


def parts_of(row: Row) -> int:
    """How many lines of a file are accounted for."""
    counts = (row[name] for name in ("accepted", "open_rows", "quarantined"))
    return sum(count for count in counts if isinstance(count, int))


def _broken_files(site: Site, files: pa.Table) -> Iterator[Note]:
    """Each accepted file by itself: two wrongs over all files may make a right sum."""
    for row in files.to_pylist():
        if row["status"] == "accepted" and row["lines"] != parts_of(row):
            yield note(
                "IA-416",
                site.settings.locale,
                installation=site.name,
                file=f"{row['kind']}/{row['file_name']}",
                lines=row["lines"],
                parts=parts_of(row),
            )


def _dates(site: Site, staged: Sequence[date], first: date, last: date) -> Iterator[DateAccount]:
    """Dates that have an entry, or rows that should have one."""
    start, today = partition_days(site.installation)
    read = {day_of(part.day) for part in site.raw.index.parts(CALL_LIST.name).entries}
    read = {day for day in read if max(first, start) <= day <= min(last, today)}
    entries = site.staging.read_days(RECONCILIATION.name, staged, RECONCILIATION.arrow_schema())
    rows = {row["local_date"]: row for row in entries.to_pylist()}
    published = set(site.lake.dates(RECONCILIATION.name))
    counts = site.rows_in(sorted(read | rows.keys())).to_pylist()
    for count in counts:
        day, rows_read = count["local_date"], count["rows_in"]
        if day in rows:
            state = _state(rows[day], rows_read, is_published=day in published)
            yield DateAccount(rows[day], rows_read, state)
        elif rows_read:
            row = {**dict.fromkeys(RECONCILIATION.names), **count, "is_balanced": False}
            yield DateAccount({**row, "installation": site.name}, rows_read, State.NOT_LOADED)


def _state(row: Row, rows_read: int, *, is_published: bool) -> State:
    if not row["is_balanced"]:
        return State.BROKEN
    if not is_published:
        return State.NOT_LOADED
    return State.BALANCED if row["rows_in"] == rows_read else State.OUT_OF_DATE


def _broken_identities(site: Site, staged: Sequence[date]) -> Iterator[Note]:
    """What the checks of the assets found, or would find now."""
    for item in broken_identities(site, staged):
        fields = {"date": item.local_date, "identity": item.words, "actual": item.actual}
        yield note("IA-410", site.settings.locale, expected=item.expected, **fields)


def _unloaded(site: Site, dates: Sequence[DateAccount]) -> Iterator[Note]:
    """Dates that are to be loaded, or loaded again, each kind together."""
    for state, code in ((State.NOT_LOADED, "IA-414"), (State.OUT_OF_DATE, "IA-415")):
        found = [item for item in dates if item.state is state]
        if found:
            yield note(
                code,
                site.settings.locale,
                installation=site.name,
                days=span([item.day for item in found]),
                rows=sum(item.rows_read for item in found),
                first=found[0].day,
                last=found[-1].day,
            )
