"""`insight run`: reads new files, makes the chosen days and loads the sinks, by the same job as the UI."""

from __future__ import annotations

import logging
from datetime import date, datetime
from zoneinfo import ZoneInfo

import click

from insight_pipeline.cli.app import (
    App,
    day,
    installation_option,
    json_option,
    pass_app,
    range_options,
)
from insight_pipeline.model.errors import PermanentError


@click.command()
@range_options()
@installation_option
@json_option
@pass_app
def run(
    app: App, first: datetime, last: datetime | None, installation: str | None, *, is_json: bool
) -> None:
    """Read new files, make the days --from to --to (inclusive), load the sinks."""
    load(
        app,
        first.date(),
        day(last, first.date()),
        installation,
        is_resumable=False,
        is_json=is_json,
    )


def load(
    app: App,
    first: date,
    last: date,
    installation: str | None,
    *,
    is_resumable: bool,
    is_json: bool,
) -> None:
    """Load days of one or all installations; stops with an error only after trying each of them."""
    if last < first:
        message = "--to lies before --from"
        raise click.BadParameter(message)
    wanted = [(name, *within(app, name, first, last)) for name in app.installations(installation)]
    logging.getLogger("dagster").setLevel(logging.ERROR)
    from insight_pipeline.cli.loading import load_installations  # noqa: PLC0415 - Dagster is slow

    load_installations(app, wanted, is_resumable=is_resumable, is_json=is_json)


def within(app: App, name: str, first: date, last: date) -> tuple[date, date]:
    """The part of the range that the installation has partitions for; PermanentError if none."""
    installation = app.settings.installations[name]
    today = datetime.now(ZoneInfo(installation.timezone)).date()
    start = installation.start_date
    begin, end = max(first, start), min(last, today)
    if begin > end:
        raise PermanentError(
            "IA-401", first=first, last=last, installation=name, start=start, end=today
        )
    return begin, end
