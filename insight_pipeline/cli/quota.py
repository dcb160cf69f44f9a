"""`insight quota`: what the upload has used of Microsoft's limits, what waits, and until when."""

from __future__ import annotations

from dataclasses import asdict
from datetime import datetime

import click

from insight_pipeline.cli.app import HELD_BACK, App, as_json, json_option, pass_app
from insight_pipeline.model.terms import grouped
from insight_pipeline.orchestration.push_results import QuotaState
from insight_pipeline.orchestration.pushing import Push

_HEADS = {
    "de": ("Tabelle", "Gespeichert", "Grenze", "Wartet"),
    "en": ("Table", "Stored", "Limit", "Waiting"),
}


@click.command()
@json_option
@click.pass_context
@pass_app
def quota(app: App, context: click.Context, *, is_json: bool) -> None:
    """Rows an hour, requests, stored rows, and when what waits is through. Exit code 3: something waits."""
    state = Push(app.settings).quota()
    if is_json:
        as_json(asdict(state))
    else:
        _show(app, state)
    context.exit(HELD_BACK if state.waiting_tables() else 0)


def _show(app: App, state: QuotaState) -> None:
    limits = state.limits
    rows, most = (
        grouped(number, app.locale) for number in (state.rows_last_hour, limits.rows_an_hour)
    )
    app.say(
        f"{state.dataset}: {rows} von {most} Zeilen in der letzten Stunde, "
        f"{state.requests_last_minute} von {limits.requests_a_minute} Anfragen in der letzten Minute.",
        f"{state.dataset}: {rows} of {most} rows in the last hour, "
        f"{state.requests_last_minute} of {limits.requests_a_minute} requests in the last minute.",
    )
    title = "Tabellen" if app.locale == "de" else "Tables"
    cells = [
        (name, stored, limits.stored_rows, state.waiting_rows[name])
        for name, stored in state.stored.items()
    ]
    app.show(title, _HEADS[app.locale], cells)
    if state.drained_at is not None:
        app.gap()
        at = datetime.fromtimestamp(state.drained_at).astimezone().strftime("%Y-%m-%d %H:%M")
        app.say(
            f"Was wartet, ist voraussichtlich um {at} übertragen.",
            f"What waits is expected to be through at {at}.",
        )
