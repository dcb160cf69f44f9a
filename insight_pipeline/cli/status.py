"""`insight status`: which days are loaded, what was refused or set aside, and what to do about it."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import asdict, dataclass
from datetime import datetime
from zoneinfo import ZoneInfo

import click

from insight_pipeline.cli.app import App, as_json, installation_option, json_option, pass_app
from insight_pipeline.model.messages import REFUSAL_CODES, filled, message, render
from insight_pipeline.model.rows import LISTS
from insight_pipeline.orchestration.site import Site
from insight_pipeline.sources.landing import unread
from insight_pipeline.sources.raw_store import day_of


@dataclass(frozen=True)
class Note:
    """Something that wants attention: its code, what it is, and the next step."""

    code: str
    text: str
    next_step: str


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
    german = app.settings.locale == "de"
    app.show(
        "Stand" if german else "Status",
        [
            "Installation",
            "Eingelesen bis",
            "Geladen bis",
            "Tage",
            "Zu laden",
            "Ungelesen",
            "Quarantäne",
        ]
        if german
        else ["Installation", "Read to", "Loaded to", "Days", "To load", "Unread", "Quarantine"],
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
    for item in found:
        for note in item.notes:
            app.console.print(f"{note.code} {note.text}\n    -> {note.next_step}", highlight=False)


def site_status(site: Site) -> SiteStatus:
    """Compare what was read with what is loaded."""
    today = datetime.now(ZoneInfo(site.installation.timezone)).date()
    read = {day_of(int(day)) for day in set(site.raw.index.parts("call_list").days.tolist())}
    read = {day for day in read if site.installation.start_date <= day <= today}
    loaded = site.lake.dates("fact_call_leg")
    waiting = unread(site.raw, site.landing, site.read_limits)
    reports = [r for name in LISTS for r in site.raw.index.reports(name).values()]
    return SiteStatus(
        installation=site.name,
        newest_read=max(read).isoformat() if read else None,
        newest_loaded=loaded[-1].isoformat() if loaded else None,
        loaded_days=len(loaded),
        days_to_load=tuple(day.isoformat() for day in sorted(read - set(loaded))),
        unread_files=tuple(path.name for path in waiting),
        quarantined_rows=sum(report.quarantined for report in reports),
        notes=tuple(_notes(site)),
    )


def _notes(site: Site) -> Iterator[Note]:
    """Refused files, and rows of the directory that were left out."""
    locale = site.settings.locale
    for kind in LISTS:
        files = site.raw.index.files(kind)
        for name in site.raw.index.names(kind):
            entry = files.get(name.sha256)
            reason = entry.reason if entry else name.reason
            if reason:
                code, fields = REFUSAL_CODES[reason], {"file": f"{kind}/{name.file_name}"}
                detail = entry.detail if entry else name.detail
                yield _note(code, locale, detail=detail, **fields)
    for problem in site.directory.problems:
        yield _note(
            problem.code,
            locale,
            file=problem.file_name,
            line=problem.line_number,
            detail=problem.detail,
        )


def _note(code: str, locale: str, **fields: object) -> Note:
    step = filled(message(code).next_step(locale), **fields)
    return Note(code, render(code, locale, **fields), step)
