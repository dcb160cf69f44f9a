"""`insight backfill`: like `run` for long periods, season by season, going on where it stopped."""

from __future__ import annotations

from datetime import datetime

import click

from insight_pipeline.cli.app import (
    App,
    days,
    installation_option,
    json_option,
    pass_app,
    range_options,
)
from insight_pipeline.cli.run import load


@click.command()
@range_options()
@installation_option
@json_option
@pass_app
def backfill(
    app: App, first: datetime, last: datetime | None, installation: str | None, *, is_json: bool
) -> None:
    """Load a long period. Interrupted, the same command goes on where it stopped."""
    load(app, *days(first, last), installation, is_resumable=True, is_json=is_json)
