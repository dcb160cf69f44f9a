"""What `insight status` says of the PBX's own database: how far it is read, and what is in the way.

Told from what the last look left behind; the PBX is not asked.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from dataclasses import astuple, dataclass
from datetime import UTC, datetime
from zoneinfo import ZoneInfo

from insight_pipeline.cli.app import App
from insight_pipeline.cli.notes import Note, note
from insight_pipeline.orchestration.site import Site
from insight_pipeline.sources.cdrdata.progress import BEGINNING
from insight_pipeline.sources.cdrdata.server import place_of

_HEADS = {
    "de": ("Anlage", "Datenbank", "Gelesen bis id", "deren Beginn", "Fest bis id",
           "Offene Zeilen", "Zuletzt gelesen", "Problem"),
    "en": ("Installation", "Database", "Read to id", "which began", "Settled to id",
           "Open rows", "Last read", "Problem"),
}  # fmt: skip


@dataclass(frozen=True)
class DatabaseStatus:
    """How far the PBX's table is read; times in the installation's zone."""

    database: str
    newest_id: int | None
    newest_start: str | None
    watermark: int | None
    """Rows up to this id are not asked for again, those of open calls apart."""
    open_rows: int
    looked_at: str | None
    problem: str | None
    """Code of what went wrong in the last look."""


def database_status(site: Site) -> DatabaseStatus | None:
    """The state of the PBX's table; None where the settings name no database."""
    source, table = site.installation.cdrdata, site.pbx_table
    if source is None or table is None:
        return None
    progress, look = table.progress, table.last_look
    return DatabaseStatus(
        database=place_of(source),
        newest_id=progress.newest,
        newest_start=_local(progress.newest_start, site),
        watermark=None if progress.watermark == BEGINNING else progress.watermark,
        open_rows=int(progress.remembered.is_open.sum()),
        looked_at=_local(look.looked_at, site),
        problem=None if look.problem is None else look.problem.code,
    )


def database_notes(site: Site) -> Iterator[Note]:
    """A database that could not be read or was not yet, and columns that are not known."""
    source, table = site.installation.cdrdata, site.pbx_table
    if source is None or table is None:
        return
    locale, look = site.settings.locale, table.last_look
    if look.looked_at is None:
        yield note("IA-249", locale, installation=site.name, database=place_of(source))
    if look.problem is not None:
        yield note(look.problem.code, locale, **look.problem.fields)
    if look.unknown_columns:
        name = f"{source.schema_name}.{source.table}"
        yield note("IA-223", locale, file=name, columns=", ".join(look.unknown_columns))


def show_databases(app: App, found: Mapping[str, DatabaseStatus]) -> None:
    """The databases on the terminal; nothing where there are none."""
    if found:
        locale = app.settings.locale
        title = "Datenbanken der Anlagen" if locale == "de" else "Databases of the PBXs"
        app.show(title, _HEADS[locale], [(name, *astuple(item)) for name, item in found.items()])


def _local(seconds: int | None, site: Site) -> str | None:
    if seconds is None:
        return None
    zone = ZoneInfo(site.installation.timezone)
    return datetime.fromtimestamp(seconds, UTC).astimezone(zone).strftime("%Y-%m-%d %H:%M:%S")
