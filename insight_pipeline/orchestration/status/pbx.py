"""The PBX's own database: how far it is read, and what is in the way.

Told from what the last look left behind; the PBX is not asked.
"""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass
from datetime import UTC, datetime
from zoneinfo import ZoneInfo

from insight_pipeline.model.errors import InsightError
from insight_pipeline.model.findings import Finding, Urgency
from insight_pipeline.orchestration.site import Site
from insight_pipeline.sources.cdrdata.progress import BEGINNING
from insight_pipeline.sources.cdrdata.server import place_of


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


def pbx_findings(site: Site) -> Iterator[Finding]:
    """A database that could not be read or was not yet, and columns that are not known."""
    source, table = site.installation.cdrdata, site.pbx_table
    if source is None or table is None:
        return
    look = table.last_look
    if look.problem is not None:
        yield Finding(Urgency.NOW, look.problem, site.name)
    if look.looked_at is None:
        problem = InsightError("IA-249", installation=site.name, database=place_of(source))
        yield Finding(Urgency.WAITING, problem, site.name)
    if look.unknown_columns:
        name, columns = f"{source.schema_name}.{source.table}", ", ".join(look.unknown_columns)
        problem = InsightError("IA-223", file=name, columns=columns)
        yield Finding(Urgency.NOTE, problem, site.name)


def _local(seconds: int | None, site: Site) -> str | None:
    if seconds is None:
        return None
    zone = ZoneInfo(site.installation.timezone)
    return datetime.fromtimestamp(seconds, UTC).astimezone(zone).strftime("%Y-%m-%d %H:%M:%S")
