"""`insight settings`: check, back up, restore and migrate settings and state.

What stands where is gathered in `setting_values`, backups are made and restored in `orchestration`; here
are options, and what is printed.
"""

from __future__ import annotations

import os
from collections.abc import Sequence
from dataclasses import asdict
from datetime import UTC, datetime
from itertools import groupby
from pathlib import Path

import click

from insight_pipeline.cli.app import App, as_json, json_option, pass_app, report, writing
from insight_pipeline.cli.notes import note, show_notes
from insight_pipeline.cli.setting_values import SET, Origin, Value, more_problems, values
from insight_pipeline.model.errors import InsightError, SettingsError
from insight_pipeline.setting_steps import STEPS, migrated
from insight_pipeline.settings import load_settings, settings_path, sources_of
from insight_pipeline.sinks.powerbi.owner_file import replace_file

_WRONG = 2
_HEADS = {"de": ("Einstellung", "Wert", "Woher"), "en": ("Setting", "Value", "From")}


@click.group()
def settings() -> None:
    """Settings and state: what stands where, backups, and updates."""


@settings.command()
@json_option
@pass_app
def check(app: App, *, is_json: bool) -> None:
    """Every problem, and where each value comes from.

    Whether servers can be reached is told by status. Exit code 2 with problems.
    """
    file = settings_path(app.config)
    problems: list[InsightError] = []
    found: list[Value] = []
    try:
        known = load_settings(app.config)
        sources = sources_of(file, os.environ)
        found = values(known, sources, file.read_text("utf-8-sig"))
        problems += more_problems(known, sources)
        locale: str = known.locale
    except SettingsError as error:
        problems += error.problems
        locale = error.locale
    if is_json:
        told = [_told(problem, locale) for problem in problems]
        as_json({"file": file, "problems": told, "values": [asdict(value) for value in found]})
    else:
        _show_values(app, file, found, locale)
        if problems:
            report(SettingsError(problems, locale), locale)
    if problems:
        raise click.exceptions.Exit(_WRONG)


def _told(problem: InsightError, locale: str) -> dict[str, str]:
    return {
        "code": problem.code,
        "text": problem.message(locale),
        "cause": problem.cause(locale),
        "next_step": problem.next_step(locale),
    }


def _show_values(app: App, file: Path, found: Sequence[Value], locale: str) -> None:
    """A table a section."""
    sections = [(value.key.rpartition(".")[0], value) for value in found]
    for name, items in groupby(sections, key=lambda item: item[0]):
        rows = [
            (value.key.rpartition(".")[2], _value(value, locale), _origin(value, file, locale))
            for _, value in items
        ]
        app.show(f"[{name}]" if name else str(file), _HEADS[locale], rows)


def _value(value: Value, locale: str) -> str:
    if value.value is None:
        return "-"
    return "gesetzt" if value.value == SET and locale == "de" else value.value


def _origin(value: Value, file: Path, locale: str) -> str:
    is_german = locale == "de"
    match value.origin:
        case Origin.DEFAULT:
            return "Vorgabe" if is_german else "default"
        case Origin.FILE:
            return f"{file.name}, {'Zeile' if is_german else 'line'} {value.place}"
        case _:
            return str(value.place)


@settings.command()
@click.option(
    "-o", "--output", type=click.Path(path_type=Path), required=True, help="The file to write."
)
@click.option(
    "--without-rows",
    "is_without_rows",
    is_flag=True,
    help="Leave out rows that the exports in the landing folder would give again.",
)
@click.option(
    "--with-secrets", "has_secrets", is_flag=True, help="Files that the settings name, too."
)
@click.option(
    "--with-login", "has_login", is_flag=True, help="The login to Microsoft and its key, too."
)
@json_option
@pass_app
def backup(
    app: App,
    output: Path,
    *,
    is_without_rows: bool,
    has_secrets: bool,
    has_login: bool,
    is_json: bool,
) -> None:
    """Settings and state into one file, also while other commands run."""
    from insight_pipeline.orchestration.backup import Wish, make_backup  # noqa: PLC0415 - slow

    wish = Wish(has_rows=not is_without_rows, has_secrets=has_secrets, has_login=has_login)
    with writing(output):
        manifest = make_backup(
            app.settings, settings_path(app.config), output, wish, datetime.now(UTC)
        )
    size = sum(member.size for member in manifest.members.values())
    if is_json:
        as_json({"file": output, "bytes": size, **asdict(manifest)})
        return
    count, megabytes = len(manifest.members), f"{size / 1_000_000:.1f}"
    app.say(
        f"{output} geschrieben: {count} Dateien, unverpackt {megabytes.replace('.', ',')} MB.",
        f"{output} written: {count} files, {megabytes} MB before packing.",
    )
    _tell_left_out(app, manifest.not_included)


def _tell_left_out(app: App, keys: Sequence[str]) -> None:
    if keys:
        show_notes(app, [note("IA-732", app.locale, keys=", ".join(keys))])


@settings.command()
@click.argument("file", type=click.Path(path_type=Path, exists=True, dir_okay=False))
@click.option(
    "--into",
    "folder",
    type=click.Path(path_type=Path, file_okay=False),
    help="Folder of the settings file (default: that of the settings in use).",
)
@click.option(
    "--replace",
    "is_replacing",
    is_flag=True,
    help="Take the place of settings and state that are there; they are kept aside.",
)
@click.option(
    "--incomplete", "is_incomplete", is_flag=True, help="Do without exports that are gone."
)
@pass_app
def restore(
    app: App, file: Path, folder: Path | None, *, is_replacing: bool, is_incomplete: bool
) -> None:
    """Put a backup in place: settings, and the state where they say.

    Nothing is written unless the whole backup is in order, and nothing is deleted.
    """
    from insight_pipeline.orchestration.restoring import Consent  # noqa: PLC0415 - slow
    from insight_pipeline.orchestration.restoring import restore as put_back  # noqa: PLC0415

    target = (folder or settings_path(app.config).parent).resolve()
    consent = Consent(is_replacing=is_replacing, is_incomplete=is_incomplete)
    with writing(target):
        done = put_back(file, target, os.environ, datetime.now(UTC), consent)
    app.config = done.settings_file
    made_at = done.manifest.made_at.replace("T", " ")[:16]
    app.say(
        f"Sicherung vom {made_at} (UTC) zurückgeholt: {done.settings_file}, {done.data_dir}",
        f"Backup of {made_at} (UTC) restored: {done.settings_file}, {done.data_dir}",
    )
    if done.aside is not None:
        app.say(f"Der alte Stand liegt in {done.aside}", f"The old state is in {done.aside}")
    spans = done.manifest.days.items()
    show_notes(
        app,
        [
            note("IA-734", app.locale, installation=name, first=first, last=last)
            for name, (first, last) in spans
        ],
    )
    _tell_left_out(app, done.manifest.not_included)


@settings.command()
@click.option("--dry-run", "is_dry", is_flag=True, help="Only say what would change.")
@pass_app
def migrate(app: App, *, is_dry: bool) -> None:
    """Bring the settings of an earlier version to this one.

    The file as it was stays beside the new one.
    """
    file = settings_path(app.config)
    sources_of(file, {})  # tells a file that cannot be read or is no TOML
    before = file.read_bytes()
    after, changes = migrated(before.decode("utf-8-sig"))
    for change in changes:
        app.lines([f"{change.old} -> {change.new or '-'} (Version {change.version})"])
    show_notes(app, [note(one.code, app.locale, **one.fields) for one in _old_variables()])
    if not changes:
        app.say(f"{file}: nichts zu tun.", f"{file}: nothing to do.")
    elif is_dry:
        app.say("Geschrieben wurde nichts (--dry-run).", "Nothing was written (--dry-run).")
    else:
        kept = file.with_name(f"{file.name}.{datetime.now(UTC):before-%Y%m%d-%H%M%S}")
        mode = file.stat().st_mode
        with writing(file):
            replace_file(kept, before)
            replace_file(file, after.encode())
            file.chmod(mode)
        app.say(f"{file} geschrieben; die alte: {kept}", f"{file} written; the old one: {kept}")


def _old_variables() -> list[InsightError]:
    """Variables that still have a name of an earlier version; those of named sections are not looked for."""
    found = []
    for step in STEPS:
        old, new = (
            f"INSIGHT_{key.replace('.', '__').upper()}" if key else "-"
            for key in (step.old, step.new)
        )
        if old in os.environ:
            found.append(InsightError("IA-735", old=old, new=new))
    return found
