"""`insight powerbi`: make the dataset, push by hand, see how tables stand, hold, release, rebuild.

The same upload as the push assets', without a run of Dagster.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import asdict

import click

from insight_pipeline.cli.app import HELD_BACK, App, as_json, json_option, pass_app
from insight_pipeline.cli.notes import note, show_notes
from insight_pipeline.cli.pushing import push_notes
from insight_pipeline.model.errors import InsightError
from insight_pipeline.orchestration.pushing import Push, Pushed

_HEADS = {
    "de": ("Tabelle", "Im Dienst", "Übertragen", "Im Datenspeicher", "Wartet", "Angehalten"),
    "en": ("Table", "In service", "Pushed", "In lake", "Waiting", "Held"),
}


@click.group()
def powerbi() -> None:
    """The push dataset in Power BI."""


@powerbi.command()
@pass_app
def create(app: App) -> None:
    """Make the dataset, also after Microsoft refused it once."""
    dataset_id = Push(app.settings).create()
    app.say(f"Das Dataset ist angelegt: {dataset_id}.", f"The dataset is there: {dataset_id}.")


@powerbi.command()
@click.option("--everything", "is_everything", is_flag=True, help="Days that still run, too.")
@click.pass_context
@pass_app
def push(app: App, context: click.Context, *, is_everything: bool) -> None:
    """Push what is ready and not there yet. Exit code 3: something waits or is held."""
    found = Push(app.settings).push(is_everything=is_everything)
    _tell(app, found)
    context.exit(HELD_BACK if any(pushed.is_held_back for pushed in found) else 0)


def _tell(app: App, found: Sequence[Pushed]) -> None:
    for pushed in found:
        done = pushed.done
        app.say(
            f"{pushed.table}: {done.rows} Zeilen übertragen, {done.rest_rows} warten.",
            f"{pushed.table}: {done.rows} rows pushed, {done.rest_rows} wait.",
        )
    for problem in _distinct(pushed.problem for pushed in found if pushed.problem):
        app.console.print(
            f"{problem.code} {problem.message(app.locale)}\n    -> {problem.next_step(app.locale)}",
            highlight=False,
        )


def _distinct(problems: object) -> list[InsightError]:
    return list({str(problem): problem for problem in problems}.values())  # type: ignore[attr-defined]


@powerbi.command()
@json_option
@click.pass_context
@pass_app
def status(app: App, context: click.Context, *, is_json: bool) -> None:
    """What the service holds beside what was pushed and what the lake has."""
    push = Push(app.settings)
    lines, state = push.compare(), push.quota()
    holds = {state.name: state.hold or "" for state in push.held()}
    is_unknown = any(line.in_service is None and line.pushed for line in lines)
    if is_json:
        rows = [
            {
                **asdict(line),
                "waiting": state.waiting_rows[line.table],
                "hold": holds.get(line.table),
            }
            for line in lines
        ]
        as_json(rows)
    else:
        cells = [
            (
                line.table,
                line.in_service,
                line.pushed,
                line.in_lake,
                state.waiting_rows[line.table],
                holds.get(line.table),
            )
            for line in lines
        ]
        app.show(push.dataset.name, _HEADS[app.locale], cells)
        show_notes(app, push_notes(app.settings))
        if is_unknown:
            show_notes(app, [note("IA-563", app.locale, words=push.dataset.name)])
    context.exit(HELD_BACK if holds or is_unknown or state.waiting_tables() else 0)


@powerbi.command()
@click.argument("table")
@click.pass_context
@pass_app
def rebuild(app: App, context: click.Context, table: str) -> None:
    """Empty TABLE in Power BI and push it again from the lake; goes on where it was stopped."""
    push = Push(app.settings)
    push.rebuild(table)
    found = push.push([table])
    _tell(app, found)
    context.exit(HELD_BACK if any(pushed.is_held_back for pushed in found) else 0)


@powerbi.command()
@click.argument("table")
@click.option("--reason", default="insight powerbi hold", help="What is said while it is held.")
@pass_app
def hold(app: App, table: str, reason: str) -> None:
    """Send nothing to TABLE until it is released."""
    Push(app.settings).hold(table, reason)
    app.say(f"{table} ist angehalten.", f"{table} is held.")


@powerbi.command()
@click.argument("table")
@pass_app
def release(app: App, table: str) -> None:
    """Let TABLE go on; what was refused is planned again from the lake."""
    Push(app.settings).release(table)
    app.say(f"{table} geht weiter.", f"{table} goes on.")
