"""`insight database`: the tables and views of the database, and scripts for whoever administers it."""

from __future__ import annotations

import click

from insight_pipeline.cli.app import App, pass_app
from insight_pipeline.orchestration.site import database_of
from insight_pipeline.sinks.relational.visibility import SCRIPTS, script
from insight_pipeline.sinks.relational.writer import RelationalSink


@click.group()
def database() -> None:
    """The database of the settings: its tables, and scripts for its administrator."""


@database.command()
@pass_app
def migrate(app: App) -> None:
    """Make or migrate tables and views.

    Loading needs no right to change tables afterwards.
    """
    sink = RelationalSink(database_of(app.settings))
    sink.create()
    sink.close()
    app.say("Tabellen und Sichten sind auf dem neuesten Stand.", "Tables and views are up to date.")


@database.command("script")
@click.argument("name", type=click.Choice(SCRIPTS))
@pass_app
def print_script(app: App, name: str) -> None:
    """Print a script of SQL for the administrator.

    NAME is roles (migrator, loader, reader) or visibility (readers restricted by group). Run visibility
    again after an update that migrated the database.
    """
    click.echo(script(name, database_of(app.settings)), nl=False)
