"""`insight quarantine`: lines and files that could not be read, each with reason, cause and next step."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path

import click
import pyarrow as pa
import pyarrow.csv as pa_csv

from insight_pipeline.cli.app import (
    App,
    as_json,
    installation_option,
    json_option,
    pass_app,
    writing,
)
from insight_pipeline.cli.landing import refused_files
from insight_pipeline.cli.notes import show_notes
from insight_pipeline.model.messages import (
    QUARANTINE_CODES,
    localised,
    message,
    refusal_fields,
)
from insight_pipeline.model.tables import CDR_QUARANTINE
from insight_pipeline.orchestration.site import Site

Entry = dict[str, object]
"""A line or file for the terminal or for JSON."""

_HEADS = {
    "de": ("Datei", "Zeile", "Code", "Grund", "Spalte: Wert"),
    "en": ("File", "Line", "Code", "Reason", "Column: value"),
}


@click.group()
def quarantine() -> None:
    """Lines and files that could not be read, and why."""


@quarantine.command("list")
@installation_option
@json_option
@pass_app
def list_refused(app: App, installation: str | None, *, is_json: bool) -> None:
    """List lines and files that could not be read, and what each reason means."""
    entries = [*_refused_files(app, installation), *_refused_lines(app, installation)]
    if is_json:
        as_json(entries)
        return
    locale = app.settings.locale
    columns = ("file_name", "line_number", "code", "reason", "detail")
    cells = [[entry[column] for column in columns] for entry in entries]
    app.show("Quarantäne" if locale == "de" else "Quarantine", _HEADS[locale], cells)
    for code in sorted({str(entry["code"]) for entry in entries if entry["line_number"]}):
        words = message(code).words(locale)
        app.console.print(
            f"{code} {words.text}\n       {words.cause}\n    -> {words.next_step}", highlight=False
        )
    for name in app.installations(installation):
        files = refused_files(Site(name, app.settings))
        show_notes(app, (file.note(locale) for file in files))


def _refused_lines(app: App, installation: str | None) -> Iterator[Entry]:
    """Rows of the table of lines set aside, each with code and next step."""
    for row in _lines(app, installation).to_pylist():
        code = QUARANTINE_CODES[row["reason"]]
        yield {**row, "code": code, "next_step": message(code).next_step(app.settings.locale)}


def _refused_files(app: App, installation: str | None) -> Iterator[Entry]:
    """Refused files in the form of such a row, without a line."""
    locale = app.settings.locale
    for name in app.installations(installation):
        for file in refused_files(Site(name, app.settings)):
            detail = refusal_fields(file.code, file.file_name, file.detail)["detail"]
            yield {
                **dict.fromkeys(CDR_QUARANTINE.names),
                "installation": name,
                "file_sha256": file.sha256 or None,
                "file_name": file.file_name,
                "reason": file.reason,
                "detail": localised({"detail": detail}, locale)["detail"] or None,
                "code": file.code,
                "next_step": file.note(locale).next_step,
            }


@quarantine.command("export")
@click.option("-o", "--output", type=click.Path(path_type=Path), required=True, help="CSV file.")
@installation_option
@pass_app
def export_lines(app: App, output: Path, installation: str | None) -> None:
    """Write the lines set aside to a CSV file (semicolons, UTF-8)."""
    table = _lines(app, installation)
    with writing(output), output.open("wb") as file:
        pa_csv.write_csv(table, file, pa_csv.WriteOptions(delimiter=";"))
    app.say(
        f"{len(table)} Zeilen nach {output} geschrieben.",
        f"{len(table)} lines written to {output}.",
    )


def _lines(app: App, installation: str | None) -> pa.Table:
    tables = [
        Site(name, app.settings).lake.read(CDR_QUARANTINE.name, CDR_QUARANTINE.arrow_schema())
        for name in app.installations(installation)
    ]
    return pa.concat_tables(tables)
