"""`insight logout`: forget the login to Microsoft that is stored below `data_dir`."""

from __future__ import annotations

import click

from insight_pipeline.cli.app import App, pass_app
from insight_pipeline.sinks.powerbi.login import Login


@click.command()
@pass_app
def logout(app: App) -> None:
    """Forget the stored login; uploads to Power BI wait until the next one."""
    Login(app.settings.sinks.powerbi, app.settings.data_dir).logout()
    app.say(
        "Abgemeldet: die gespeicherte Anmeldung ist gelöscht.",
        "Logged out: the stored login is deleted.",
    )
