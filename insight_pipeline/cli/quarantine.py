"""`insight quarantine`: lines and files that could not be read, each with reason, cause and next step."""

from __future__ import annotations

from pathlib import Path

import click
import pyarrow as pa
import pyarrow.csv as pa_csv

from insight_pipeline.cli.app import App, as_json, installation_option, json_option, pass_app
from insight_pipeline.model.messages import QUARANTINE_CODES, message
from insight_pipeline.model.tables import CDR_QUARANTINE
from insight_pipeline.orchestration.site import Site

_HEADS = {
    "de": ("Datei", "Zeile", "Code", "Grund", "Spalte: Wert"),
    "en": ("File", "Line", "Code", "Reason", "Column: value"),
}


@click.group()
def quarantine() -> None:
    """Lines that could not be read, and why."""


@quarantine.command("list")
@installation_option
@json_option
@pass_app
def list_lines(app: App, installation: str | None, *, is_json: bool) -> None:
    """List the lines set aside, and what each reason means."""
    table = _lines(app, installation)
    rows = table.to_pylist()
    if is_json:
        as_json(rows)
        return
    locale = app.settings.locale
    cells = [
        (
            row["file_name"],
            row["line_number"],
            QUARANTINE_CODES[row["reason"]],
            row["reason"],
            row["detail"],
        )
        for row in rows
    ]
    app.show("Quarantäne" if locale == "de" else "Quarantine", _HEADS[locale], cells)
    for reason in sorted({row["reason"] for row in rows}):
        words = message(QUARANTINE_CODES[reason]).words(locale)
        app.console.print(
            f"{QUARANTINE_CODES[reason]} {words.text}\n       {words.cause}\n    -> {words.next_step}",
            highlight=False,
        )


@quarantine.command("export")
@click.option("-o", "--output", type=click.Path(path_type=Path), required=True, help="CSV file.")
@installation_option
@pass_app
def export_lines(app: App, output: Path, installation: str | None) -> None:
    """Write the lines set aside to a CSV file (semicolons, UTF-8)."""
    table = _lines(app, installation)
    pa_csv.write_csv(table, output, pa_csv.WriteOptions(delimiter=";"))
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
