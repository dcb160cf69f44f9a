"""`insight run`: reads new files, makes the chosen days and loads the sinks, by the same job as the UI."""

from __future__ import annotations

import logging
from collections.abc import Sequence
from datetime import date, datetime

import click

from insight_pipeline.cli.app import (
    App,
    days,
    installation_option,
    json_option,
    partition_days,
    pass_app,
    range_options,
    report,
)
from insight_pipeline.model.errors import InsightError, PermanentError

Wanted = tuple[str, date, date]
"""An installation, and its first and last day to load."""


@click.command()
@range_options()
@installation_option
@json_option
@pass_app
def run(
    app: App, first: datetime, last: datetime | None, installation: str | None, *, is_json: bool
) -> None:
    """Read new files, make the days --from to --to (inclusive), load the sinks."""
    load(app, *days(first, last), installation, is_resumable=False, is_json=is_json)


def load(
    app: App,
    first: date,
    last: date,
    installation: str | None,
    *,
    is_resumable: bool,
    is_json: bool,
) -> None:
    """Load days of one or all installations; stops with an error only after trying each of them.

    An installation that has no day in the range, or not all of them, is named at the end. That is an error
    only if it leaves nothing to load.
    """
    wanted, outside = split(app, first, last, installation)
    if wanted:
        logging.getLogger("dagster").setLevel(logging.ERROR)
        from insight_pipeline.cli.loading import load_installations  # noqa: PLC0415 - Dagster is slow

        error = load_installations(app, wanted, is_resumable=is_resumable, is_json=is_json)
        outside += shortened(app, first, last, wanted)
    else:
        error = outside.pop()
    for other in outside:
        report(other, app.locale)
    if error is not None:
        raise error


def shortened(app: App, first: date, last: date, wanted: Sequence[Wanted]) -> list[InsightError]:
    """IA-407 for each installation that has some days of the range, and not all."""
    found: list[InsightError] = []
    for name, begin, end in wanted:
        if (begin, end) != (first, last):
            start, today = partition_days(app.settings.installations[name])
            fields = {"first": first, "last": last, "begin": begin, "end": end}
            found.append(
                InsightError("IA-407", installation=name, start=start, today=today, **fields)
            )
    return found


def split(
    app: App, first: date, last: date, installation: str | None
) -> tuple[list[Wanted], list[InsightError]]:
    """Each installation's part of the range, and IA-401 for those that have none."""
    wanted: list[Wanted] = []
    outside: list[InsightError] = []
    for name in app.installations(installation):
        start, today = partition_days(app.settings.installations[name])
        begin, end = max(first, start), min(last, today)
        if begin <= end:
            wanted.append((name, begin, end))
        else:
            fields = {"first": first, "last": last, "start": start, "end": today}
            outside.append(PermanentError("IA-401", installation=name, **fields))
    return wanted, outside
