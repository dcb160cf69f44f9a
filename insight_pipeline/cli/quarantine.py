"""`insight quarantine`: lines and files that could not be read, each with reason, cause and next step."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from pathlib import Path

import click
import pyarrow as pa

from insight_pipeline.cli.account import files_by_date
from insight_pipeline.cli.app import (
    App,
    as_json,
    installation_option,
    json_option,
    pass_app,
    writing,
)
from insight_pipeline.cli.layout import told
from insight_pipeline.cli.notes import show_problems
from insight_pipeline.model.messages import (
    QUARANTINE_CODES,
    localised,
    message,
    refusal_fields,
)
from insight_pipeline.model.tables import CDR_QUARANTINE
from insight_pipeline.model.terms import Term, grouped, value
from insight_pipeline.orchestration.site import Site
from insight_pipeline.orchestration.status.landing import look
from insight_pipeline.sinks.export.columns import columns_of
from insight_pipeline.sinks.export.files import FileStyle, write_file

Entry = dict[str, object]
"""A line or file for the terminal or for JSON."""

_HEADS = {
    "de": ("Datei", "Zeile", "Code", "Grund", "Spalte: Wert"),
    "en": ("File", "Line", "Code", "Reason", "Column: value"),
}
_TITLE = Term("Quarantäne", "quarantine")
_DETAIL_WIDTH = 36
"""Characters of a value on the terminal; --json and export give all of it."""


@click.group()
def quarantine() -> None:
    """Lines and files that could not be read, and why."""


@quarantine.command("list")
@installation_option
@json_option
@pass_app
def list_refused(app: App, installation: str | None, *, is_json: bool) -> None:
    """List lines and files that could not be read, and what each reason means."""
    sites = [Site(name, app.settings) for name in app.installations(installation)]
    entries = {site.name: [*_refused_files(site), *_refused_lines(site)] for site in sites}
    if is_json:
        as_json([entry for found in entries.values() for entry in found])
        return
    for name, found in entries.items():
        if found:
            cells = [_cells(entry, app) for entry in found]
            app.show(f"{name}: {_TITLE.text(app.locale)}", _HEADS[app.locale], cells)
    if not any(entries.values()):
        app.say("In Quarantäne ist nichts.", "Nothing is in quarantine.")
    _explain(app, [str(e["code"]) for found in entries.values() for e in found if e["line_number"]])
    show_problems(app, [file.problem for site in sites for file in look(site).refused])


def _cells(entry: Entry, app: App) -> list[object]:
    """An entry for the terminal, where a value of any length keeps to its line."""
    line, detail = entry["line_number"], str(entry["detail"] or "")
    if app.width is not None and len(detail) > _DETAIL_WIDTH:
        detail = f"{detail[: _DETAIL_WIDTH - 1]}…"
    reason = value(str(entry["reason"]), app.locale)
    return [entry["file_name"], "" if line is None else str(line), entry["code"], reason, detail]


def _explain(app: App, codes: Sequence[str]) -> None:
    """What each code means, and what to do."""
    for place, code in enumerate(sorted(set(codes))):
        if not place:
            app.gap()
        words = message(code).words(app.locale)
        lines = told(code, words.text, words.next_step, width=app.width, cause=words.cause)
        app.lines(lines)


def _refused_lines(site: Site) -> Iterator[Entry]:
    """Rows of the table of lines set aside, by the date of their file, with code and next step."""
    files = files_by_date(site)
    place = {sha256: place for place, sha256 in enumerate(files["file_sha256"].to_pylist())}
    rows = _lines([site]).to_pylist()
    for row in sorted(
        rows, key=lambda row: (place.get(row["file_sha256"], len(place)), row["line_number"])
    ):
        code = QUARANTINE_CODES[row["reason"]]
        yield {**row, "code": code, "next_step": message(code).next_step(site.settings.locale)}


def _refused_files(site: Site) -> Iterator[Entry]:
    """Refused files in the form of such a row, without a line."""
    locale = site.settings.locale
    for file in look(site).refused:
        detail = refusal_fields(file.code, file.file_name, file.detail)["detail"]
        yield {
            **dict.fromkeys(CDR_QUARANTINE.names),
            "installation": site.name,
            "file_sha256": file.sha256 or None,
            "file_name": file.file_name,
            "reason": file.reason,
            "detail": localised({"detail": detail}, locale)["detail"] or None,
            "code": file.code,
            "next_step": file.problem.next_step(locale),
        }


@quarantine.command("export")
@click.option("-o", "--output", type=click.Path(path_type=Path), required=True, help="CSV file.")
@installation_option
@pass_app
def export_lines(app: App, output: Path, installation: str | None) -> None:
    """Write the lines set aside to a CSV file (semicolons, UTF-8)."""
    table = _lines([Site(name, app.settings) for name in app.installations(installation)])
    columns = columns_of(CDR_QUARANTINE, has_local_times=False)
    with writing(output):
        write_file(output, columns, FileStyle("csv", "de", "", has_bom=False), [table])
    app.say(
        f"{grouped(len(table), 'de')} Zeilen nach {output} geschrieben.",
        f"{grouped(len(table), 'en')} lines written to {output}.",
    )


def _lines(sites: Sequence[Site]) -> pa.Table:
    schema = CDR_QUARANTINE.arrow_schema()
    return pa.concat_tables(site.lake.read(CDR_QUARANTINE.name, schema) for site in sites)
