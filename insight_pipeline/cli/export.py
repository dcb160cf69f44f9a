"""`insight export`: a table of the model as a CSV, Excel or Parquet file, for any period and installation."""

from __future__ import annotations

import sys
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from datetime import date, datetime
from pathlib import Path
from typing import Any

import click
from rich.progress import Progress

from insight_pipeline.cli.app import (
    App,
    as_json,
    cause_of,
    days,
    installation_option,
    json_option,
    pass_app,
    range_options,
)
from insight_pipeline.cli.notes import note, note_of, show_notes
from insight_pipeline.model.errors import PermanentError
from insight_pipeline.model.labels import TABLE_LABELS
from insight_pipeline.model.tables import TABLES
from insight_pipeline.model.terms import Term, grouped
from insight_pipeline.orchestration.exporting import Export, planned
from insight_pipeline.sinks.export.files import (
    FORMATS,
    FileStyle,
    Written,
    format_of,
    write_file,
    write_stream,
)

STANDARD_OUTPUT = "-"


@dataclass(frozen=True)
class _Wish:
    """The options as they were given."""

    output: str
    first: datetime | None
    last: datetime | None
    file_format: str | None
    has_bom: bool | None
    is_local_time: bool
    installation: str | None
    is_json: bool


@click.command()
@click.argument("table")
@range_options(is_required=False)
@click.option(
    "--format",
    "file_format",
    type=click.Choice(FORMATS),
    help="csv, xlsx or parquet; default: what the file's ending says.",
)
@click.option("-o", "--output", required=True, metavar="FILE", help="File; - for standard output.")
@click.option(
    "--local-time", "is_local_time", is_flag=True, help="Local times beside those in UTC."
)
@click.option(
    "--bom/--no-bom",
    "has_bom",
    default=None,
    help="Begin a CSV with the mark by which Excel knows UTF-8; default: in files.",
)
@installation_option
@json_option
@pass_app
def export(app: App, /, table: str, **options: Any) -> None:  # noqa: ANN401 - what click passes
    """Write TABLE of the model to a file; a file of that name is replaced when the new one is whole.

    Facts and key figures need --from, dimensions and lists are written whole.
    """
    wish = _Wish(**options)
    file_format = _format(wish)
    found = planned(
        app.settings,
        _known(table),
        app.installations(wish.installation),
        _period(table, wish),
        has_local_times=wish.is_local_time,
    )
    is_stream = wish.output == STANDARD_OUTPUT
    has_bom = not is_stream if wish.has_bom is None else wish.has_bom
    title = TABLE_LABELS.get(table, Term(table, table)).text(app.locale)
    style = FileStyle(file_format, app.locale, title, has_bom)
    if is_stream:
        stream = sys.stdout.buffer
        write_stream(stream, found.columns, style, found.batches(lambda: None))
        return
    with _progress(app, found, wish) as advance:
        written = _written(Path(wish.output), found, style, advance)
    _tell(app, wish, style, found, written)


def _written(target: Path, found: Export, style: FileStyle, advance: Callable[[], None]) -> Written:
    try:
        return write_file(target, found.columns, style, found.batches(advance))
    except OSError as error:
        raise PermanentError("IA-606", file=target, detail=cause_of(error)) from error


def _format(wish: _Wish) -> str:
    """The format that was asked for; a stream takes CSV alone, and no JSON beside it."""
    if wish.output == STANDARD_OUTPUT:
        if wish.file_format not in {None, "csv"} or wish.is_json:
            raise PermanentError("IA-602")
        return "csv"
    found = wish.file_format or format_of(wish.output)
    if found is None:
        raise PermanentError("IA-601", file=wish.output, known=", ".join(FORMATS))
    return found


def _known(table: str) -> str:
    if table not in TABLES:
        raise PermanentError("IA-600", table=table, known=", ".join(TABLES))
    return table


def _period(table: str, wish: _Wish) -> tuple[date, date] | None:
    """The days to export; none where the table is written whole."""
    if not TABLES[table].is_partitioned:
        if wish.first or wish.last:
            raise PermanentError("IA-604", table=table)
        return None
    if wish.first is None:
        raise PermanentError("IA-603", table=table)
    return days(wish.first, wish.last)


@contextmanager
def _progress(app: App, found: Export, wish: _Wish) -> Iterator[Callable[[], None]]:
    """A progress bar where a terminal is there."""
    is_shown = app.console.is_terminal and not wish.is_json
    with Progress(console=app.console, disable=not is_shown, transient=True) as bar:
        words = "Tage" if app.locale == "de" else "Days"
        task = bar.add_task(words, total=found.days_to_read)
        yield lambda: bar.advance(task, 1)


def _tell(app: App, wish: _Wish, style: FileStyle, found: Export, written: Written) -> None:
    notes = [note_of(problem, app.locale) for problem in found.notes]
    if written.shortened_texts:
        notes.append(note("IA-608", app.locale, file=wish.output, parts=written.shortened_texts))
    if wish.is_json:
        as_json(
            {
                "table": found.table.name,
                "file": wish.output,
                "format": style.format,
                "installations": [name for name in found.days if name],
                "rows": written.rows,
                "sheets": written.sheets,
                "shortened_texts": written.shortened_texts,
                "notes": [{"code": each.code, "text": each.text} for each in notes],
            }
        )
        return
    rows = grouped(written.rows, app.locale)
    unit = Term("Zeile", "row") if written.rows == 1 else Term("Zeilen", "rows")
    app.say(
        f"{rows} {unit.de} von {found.table.name} nach {wish.output} geschrieben.",
        f"{rows} {unit.en} of {found.table.name} written to {wish.output}.",
    )
    if written.sheets > 1:
        app.say(
            f"Auf {written.sheets} Blättern: mehr Zeilen fasst eines in Excel nicht.",
            f"On {written.sheets} sheets: one of Excel's holds no more rows.",
        )
    show_notes(app, notes)
