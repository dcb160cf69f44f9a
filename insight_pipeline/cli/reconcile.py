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
from insight_pipeline.cli.layout import SYLLABLE
from insight_pipeline.cli.notes import show_notes
from insight_pipeline.model.rows import LISTS
from insight_pipeline.model.tables import RECONCILIATION
from insight_pipeline.model.terms import Term, grouped, value
from insight_pipeline.orchestration.site import Site

_FILE_COLUMNS = ("lines", "accepted", "open_rows", "quarantined")
_FILE_HEADS = {
    "de": ("Datei", "Zeilen", "Ange-nommen", "Offen", "Quaran-täne"),
    "en": ("File", "Lines", "Accepted", "Open", "Quaran-tine"),
}
_REFUSED_HEADS = {"de": ("Abgelehnte Datei", "Grund"), "en": ("Refused file", "Reason")}
_TOTAL = Term("Summe", "Total")
_DATE_COLUMNS = tuple(
    name for name in RECONCILIATION.names if name not in ("installation", "is_balanced")
)
_DATE_HEADS = {
    "de": (
        "Datum", "Zeilen", "Rufab-schnitte", "Zusammen-fassungen", "Doppelt", "Ersetzt", "Offen",
        "Zu spät", "Anrufe", "Besuche", "Kontakte", "Geht auf",
    ),
    "en": (
        "Date", "Rows", "Legs", "Sum-maries", "Dupli-cates", "Super-seded", "Open", "Too late",
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
    for kind in LISTS:
        rows = [row for row in files if row["kind"] == kind and row["status"] == "accepted"]
        counts = [[row[column] for column in _FILE_COLUMNS] for row in rows]
        cells = [[row["file_name"], *line] for row, line in zip(rows, counts, strict=True)]
        if cells:
            title = f"{name}: {value(kind, locale)}"
            app.show(title, _heads(_FILE_HEADS[locale]), cells, _total(counts, locale))
    refused = [
        (f"{row['kind']}/{row['file_name']}", value(row["reason"], locale))
        for row in files
        if row["status"] == "refused"
    ]
    if refused:
        app.show(name, _REFUSED_HEADS[locale], refused)
    counts = [[item.row[column] for column in _DATE_COLUMNS[1:]] for item in account.dates]
    cells = [
        [item.day.isoformat(), *line, _STATES[item.state].text(locale)]
        for item, line in zip(account.dates, counts, strict=True)
    ]
    if cells:
        title = f"{name}: Tage" if locale == "de" else f"{name}: days"
        total = _total(counts, locale)
        app.show(title, _heads(_DATE_HEADS[locale]), cells, total and [*total, None])
    app.gap()
    _tell_total(app, files)
    show_notes(app, (*account.problems, *account.outside))


def _heads(heads: Sequence[str]) -> list[str]:
    return [head.replace("-", SYLLABLE) for head in heads]


def _total(counts: Sequence[Sequence[object]], locale: str) -> list[object]:
    """The sum of every column of numbers, after the word for it; nothing for a single line."""
    if len(counts) == 1:
        return []
    columns = zip(*counts, strict=True)
    sums = [sum(number for number in column if isinstance(number, int)) for column in columns]
    return [_TOTAL.text(locale), *sums]


def _tell_total(app: App, files: Sequence[Row]) -> None:
    counts = (row["lines"] for row in files)
    lines = sum(count for count in counts if isinstance(count, int))
    parts = sum(map(parts_of, files))
    share = 100 * parts / lines if lines else 100
    told, read, percent = grouped(parts, app.locale), grouped(lines, app.locale), f"{share:.1f}"
    app.say(
        f"{told} von {read} Zeilen nachgewiesen ({percent.replace('.', ',')} %).",
        f"{told} of {read} lines accounted for ({percent} %).",
    )
