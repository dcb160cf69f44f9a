"""`insight status`: how far every sink is, what is missing and why, and what to do first."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from dataclasses import asdict, astuple, replace

import click

from insight_pipeline.cli.app import (
    HELD_BACK,
    App,
    as_json,
    installation_option,
    json_option,
    pass_app,
)
from insight_pipeline.cli.notes import Note, note, note_of, show_notes
from insight_pipeline.model.findings import Finding
from insight_pipeline.orchestration.status.page import HEADS, UP_TO_DATE, cells, shown
from insight_pipeline.orchestration.status.pbx import DatabaseStatus
from insight_pipeline.orchestration.status.standing import SiteStanding, Standing, standing

_TITLE = {"de": "Stand", "en": "Status"}
_PBX_HEADS = {
    "de": ("Anlage", "Datenbank", "Gelesen bis id", "deren Beginn", "Fest bis id",
           "Offene Zeilen", "Zuletzt gelesen", "Problem"),
    "en": ("Installation", "Database", "Read to id", "which began", "Settled to id",
           "Open rows", "Last read", "Problem"),
}  # fmt: skip


@click.command()
@installation_option
@json_option
@click.pass_context
@pass_app
def status(app: App, context: click.Context, installation: str | None, *, is_json: bool) -> None:
    """What is up to date, what is not, why, and what to do. Exit code 3: something is behind."""
    found = standing(app.settings, app.installations(installation))
    if is_json:
        as_json(as_object(found, app.locale))
    else:
        _show(app, found)
    context.exit(0 if found.is_up_to_date else HELD_BACK)


def _show(app: App, found: Standing) -> None:
    rows = [cells(site, found, app.locale) for site in found.sites]
    app.show(_TITLE[app.locale], HEADS[app.locale], [(*row[:-1], int(row[-1])) for row in rows])
    _show_databases(app, {site.installation: site.pbx for site in found.sites if site.pbx})
    if found.is_up_to_date:
        app.gap()
        app.say(UP_TO_DATE.de, UP_TO_DATE.en)
    for heading, notes in _sections(found, app.locale):
        show_notes(app, notes, heading)


def _sections(found: Standing, locale: str) -> Iterator[tuple[str, list[Note]]]:
    """Notes under the headings of their urgency; of many alike the first, and their number."""
    sections: dict[str, list[Note]] = {}
    is_one_of_many = len(found.sites) > 1
    for finding, more in shown(found.findings):
        section = sections.setdefault(finding.urgency.heading(locale), [])
        told = note_of(finding.problem, locale)
        if is_one_of_many and finding.installation and "installation" not in finding.problem.fields:
            told = replace(told, text=f"{finding.installation}: {told.text}")
        section.append(told)
        if more:
            section.append(note("IA-766", locale, count=more, like=finding.code))
    yield from sections.items()


def _show_databases(app: App, found: Mapping[str, DatabaseStatus]) -> None:
    """The databases of the PBXs; nothing where there are none."""
    if found:
        title = "Datenbanken der Anlagen" if app.locale == "de" else "Databases of the PBXs"
        rows = [(name, *astuple(item)) for name, item in found.items()]
        app.show(title, _PBX_HEADS[app.locale], rows)


def as_object(found: Standing, locale: str) -> dict[str, object]:
    """The same for scripts."""
    return {
        "at": found.at.isoformat(timespec="seconds"),
        "is_up_to_date": found.is_up_to_date,
        "installations": [_site(site) for site in found.sites],
        "findings": [_finding(finding, locale) for finding in found.findings],
    }


def _site(site: SiteStanding) -> dict[str, object]:
    sinks = {"lake": site.lake, "database": site.database, "powerbi": site.powerbi}
    return {
        "installation": site.installation,
        "newest_read": site.newest_read,
        "unread_files": site.unread_files,
        "days_to_load": site.days_to_load,
        "sinks": {name: asdict(sink) if sink else None for name, sink in sinks.items()},
        "pbx": asdict(site.pbx) if site.pbx else None,
    }


def _finding(finding: Finding, locale: str) -> dict[str, object]:
    problem = finding.problem
    return {
        "code": finding.code,
        "urgency": finding.urgency.value,
        "installation": finding.installation,
        "text": problem.message(locale),
        "cause": problem.cause(locale),
        "next_step": problem.next_step(locale),
    }
