"""`insight reconcile`: R 17 on the terminal. Where every line of every file went, and every row by date."""

from __future__ import annotations

import sys
from datetime import date, datetime

import click
import pyarrow as pa
import pyarrow.compute as pc

from insight_pipeline.cli.app import (
    App,
    as_json,
    day,
    installation_option,
    json_option,
    pass_app,
    range_options,
)
from insight_pipeline.model.tables import INGEST_FILE, RECONCILIATION
from insight_pipeline.orchestration.site import Site

_FILE_COLUMNS = (
    "file_name",
    "kind",
    "status",
    "reason",
    "lines",
    "accepted",
    "open_rows",
    "quarantined",
)
_FILE_HEADS = {
    "de": ("Datei", "Liste", "Status", "Grund", "Zeilen", "Angenommen", "Offen", "Quarantäne"),
    "en": ("File", "List", "Status", "Reason", "Lines", "Accepted", "Open", "Quarantine"),
}
_DATE_COLUMNS = tuple(name for name in RECONCILIATION.names if name != "installation")
_DATE_HEADS = {
    "de": (
        "Datum", "Zeilen", "Rufabschnitte", "Zusammenfassungen", "Doppelt", "Ersetzt", "Offen",
        "Außerhalb", "Anrufe", "Besuche", "Kontakte", "Geht auf",
    ),
    "en": (
        "Date", "Rows", "Legs", "Summaries", "Duplicates", "Superseded", "Open", "Out of window",
        "Calls", "Visits", "Contacts", "Balanced",
    ),
}  # fmt: skip


@click.command()
@range_options()
@installation_option
@json_option
@pass_app
def reconcile(
    app: App, first: datetime, last: datetime | None, installation: str | None, *, is_json: bool
) -> None:
    """Where every line and row went, per file and date; exit code 1 if anything does not add up."""
    locale = app.settings.locale
    is_balanced = True
    for name in app.installations(installation):
        site = Site(name, app.settings)
        files, dates = _tables(site, first.date(), day(last, first.date()))
        is_balanced &= _all_add_up(files, dates)
        if is_json:
            as_json({"installation": name, "files": files.to_pylist(), "dates": dates.to_pylist()})
            continue
        app.show(f"{name}: ingest_file", _FILE_HEADS[locale], _rows(files, _FILE_COLUMNS))
        app.show(f"{name}: reconciliation", _DATE_HEADS[locale], _rows(dates, _DATE_COLUMNS))
        _tell_total(app, files)
    sys.exit(0 if is_balanced else 1)


def _tables(site: Site, first: date, last: date) -> tuple[pa.Table, pa.Table]:
    files = site.lake.read("ingest_file", INGEST_FILE.arrow_schema())
    wanted = [d for d in site.lake.dates("reconciliation") if first <= d <= last]
    return files, site.lake.read_days("reconciliation", wanted, RECONCILIATION.arrow_schema())


def _rows(table: pa.Table, names: tuple[str, ...]) -> list[list[object]]:
    return [[row[name] for name in names] for row in table.to_pylist()]


def _sum(table: pa.Table, name: str) -> int:
    return int(pc.sum(table[name]).as_py() or 0)


def _parts(files: pa.Table) -> int:
    return sum(_sum(files, name) for name in ("accepted", "open_rows", "quarantined"))


def _all_add_up(files: pa.Table, dates: pa.Table) -> bool:
    return _sum(files, "lines") == _parts(files) and bool(
        pc.all(dates["is_balanced"]).as_py() in (True, None)
    )


def _tell_total(app: App, files: pa.Table) -> None:
    lines, parts = _sum(files, "lines"), _parts(files)
    share = 100 * parts / lines if lines else 100
    app.say(
        f"{parts} von {lines} Zeilen nachgewiesen ({share:.1f} %).",
        f"{parts} of {lines} lines accounted for ({share:.1f} %).",
    )
