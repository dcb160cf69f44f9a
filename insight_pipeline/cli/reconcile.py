"""`insight reconcile`: R 17 on the terminal. Where every line of every file went, and every row by date."""

from __future__ import annotations

import sys
from collections.abc import Sequence
from dataclasses import asdict
from datetime import datetime

import click

from insight_pipeline.cli.account import Account, Row, State, account_of, parts_of
from insight_pipeline.cli.app import (
    App,
    as_json,
    days,
    installation_option,
    json_option,
    pass_app,
    range_options,
)
from insight_pipeline.cli.notes import show_notes
from insight_pipeline.model.tables import RECONCILIATION
from insight_pipeline.model.terms import Term
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
_DATE_COLUMNS = tuple(
    name for name in RECONCILIATION.names if name not in ("installation", "is_balanced")
)
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


_STATES = {
    State.BALANCED: Term("ja", "yes"),
    State.BROKEN: Term("nein", "no"),
    State.NOT_LOADED: Term("nicht geladen", "not loaded"),
    State.OUT_OF_DATE: Term("veraltet", "out of date"),
}


@click.command()
@range_options()
@installation_option
@json_option
@pass_app
def reconcile(
    app: App, first: datetime, last: datetime | None, installation: str | None, *, is_json: bool
) -> None:
    """Where every line and row went, per file and date; exit code 1 if anything does not add up."""
    wanted = days(first, last)
    accounts = [
        account_of(Site(name, app.settings), *wanted) for name in app.installations(installation)
    ]
    if is_json:
        as_json([_as_object(account) for account in accounts])
    else:
        for account in accounts:
            _tell(app, account)
    sys.exit(1 if any(account.problems for account in accounts) else 0)


def _as_object(account: Account) -> dict[str, object]:
    return {
        "installation": account.installation,
        "files": account.files.to_pylist(),
        "dates": [
            {**item.row, "rows_read": item.rows_read, "state": item.state} for item in account.dates
        ],
        "problems": [asdict(item) for item in account.problems],
        "notes": [asdict(item) for item in account.outside],
    }


def _tell(app: App, account: Account) -> None:
    locale, name = app.settings.locale, account.installation
    files = account.files.to_pylist()
    cells = [[row[column] for column in _FILE_COLUMNS] for row in files]
    app.show(f"{name}: ingest_file", _FILE_HEADS[locale], cells)
    cells = [
        [*(item.row[column] for column in _DATE_COLUMNS), _STATES[item.state].text(locale)]
        for item in account.dates
    ]
    app.show(f"{name}: reconciliation", _DATE_HEADS[locale], cells)
    _tell_total(app, files)
    show_notes(app, (*account.problems, *account.outside))


def _tell_total(app: App, files: Sequence[Row]) -> None:
    counts = (row["lines"] for row in files)
    lines = sum(count for count in counts if isinstance(count, int))
    parts = sum(map(parts_of, files))
    share = 100 * parts / lines if lines else 100
    app.say(
        f"{parts} von {lines} Zeilen nachgewiesen ({share:.1f} %).",
        f"{parts} of {lines} lines accounted for ({share:.1f} %).",
    )
