"""`insight status`: which days are loaded, what was refused or set aside, and what to do about it."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import asdict, dataclass
from datetime import date, datetime
from zoneinfo import ZoneInfo

import click

from insight_pipeline.cli.alerts import undelivered_notes
from insight_pipeline.cli.app import App, as_json, installation_option, json_option, pass_app
from insight_pipeline.cli.landing import landing_notes, waiting
from insight_pipeline.cli.notes import Note, note, note_of, show_notes, stale_notes
from insight_pipeline.cli.pbx import (
    DatabaseStatus,
    database_notes,
    database_status,
    show_databases,
)
from insight_pipeline.cli.pushing import push_notes
from insight_pipeline.facts.users import count_users
from insight_pipeline.model.rows import LISTS
from insight_pipeline.orchestration.alerting import Alerting
from insight_pipeline.orchestration.licences import user_warnings
from insight_pipeline.orchestration.site import Site
from insight_pipeline.sources.landing import safe_name
from insight_pipeline.sources.raw_store import day_of

_HEADS = {
    "de": ("Stand", ("Anlage", "Eingelesen bis", "Geladen bis", "Tage geladen", "Tage zu laden",
                     "Neue Dateien", "Zeilen in Quarantäne")),
    "en": ("Status", ("Installation", "Read to", "Loaded to", "Days loaded", "Days to load", "New files",
                      "Lines in quarantine")),
}  # fmt: skip


@dataclass(frozen=True)
class SiteStatus:
    """One installation: how far it is loaded, and what is in the way."""

    installation: str
    newest_read: str | None
    newest_loaded: str | None
    loaded_days: int
    days_to_load: tuple[str, ...]
    unread_files: tuple[str, ...]
    quarantined_rows: int
    database: DatabaseStatus | None
    notes: tuple[Note, ...]


@click.command()
@installation_option
@json_option
@pass_app
def status(app: App, installation: str | None, *, is_json: bool) -> None:
    """What is loaded, what is not, and what to do."""
    found = [site_status(Site(name, app.settings)) for name in app.installations(installation)]
    if is_json:
        as_json([asdict(item) for item in found])
        return
    app.show(
        *_HEADS[app.locale],
        [
            (
                item.installation,
                item.newest_read,
                item.newest_loaded,
                item.loaded_days,
                len(item.days_to_load),
                len(item.unread_files),
                item.quarantined_rows,
            )
            for item in found
        ],
    )
    show_databases(app, {item.installation: item.database for item in found if item.database})
    for item in found:
        show_notes(app, item.notes)
    show_notes(app, push_notes(app.settings))
    show_notes(app, undelivered_notes(Alerting(app.settings)))


def site_status(site: Site) -> SiteStatus:
    """Compare what was read with what is loaded."""
    today = datetime.now(ZoneInfo(site.installation.timezone)).date()
    read = {day_of(int(day)) for day in set(site.raw.index.parts("call_list").days.tolist())}
    read = {day for day in read if site.installation.start_date <= day <= today}
    loaded = site.lake.dates("fact_call_leg")
    to_load = sorted((read - set(loaded)) | set(site.stale(today)[1]))
    reports = [r for name in LISTS for r in site.raw.index.reports(name).values()]
    return SiteStatus(
        installation=site.name,
        newest_read=max(read).isoformat() if read else None,
        newest_loaded=loaded[-1].isoformat() if loaded else None,
        loaded_days=len(loaded),
        days_to_load=tuple(day.isoformat() for day in to_load),
        unread_files=tuple(safe_name(path) for path in waiting(site)),
        quarantined_rows=sum(report.quarantined for report in reports),
        database=database_status(site),
        notes=(
            *landing_notes(site),
            *database_notes(site),
            *stale_notes(site, to_load),
            *_edition_notes(site, loaded),
            *_user_notes(site),
        ),
    )


def _user_notes(site: Site) -> Iterator[Note]:
    """A tier of licences that is nearly full; whether there are licences at all is for `insight users`."""
    count = count_users(site.directory, site.installation.groups)
    for problem in user_warnings(site.name, count, site.settings):
        yield note_of(problem, site.settings.locale)


def _edition_notes(site: Site, loaded: Sequence[date]) -> Iterator[Note]:
    """Loaded days that were made with another edition or group, other thresholds or hours."""
    if loaded and site.is_redefined():
        fields = {"first": loaded[0], "last": loaded[-1]}
        yield note("IA-614", site.settings.locale, installation=site.name, **fields)
