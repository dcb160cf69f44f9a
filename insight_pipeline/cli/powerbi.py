"""`insight powerbi`: make the dataset, push by hand, see how tables stand, hold, release, rebuild.

The same upload as the push assets', without a run of Dagster.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import asdict

import click

from insight_pipeline.cli.app import HELD_BACK, App, as_json, json_option, pass_app, report
from insight_pipeline.cli.notes import Note, note_of, show_notes
from insight_pipeline.model.errors import InsightError, PermanentError
from insight_pipeline.model.terms import Term
from insight_pipeline.orchestration.push_results import Compared, Pushed
from insight_pipeline.orchestration.pushing import Push
from insight_pipeline.orchestration.status.upload import upload_findings

_HEADS = {
    "de": ("Tabelle", "Im Dienst", "Übertragen", "Im Datenspeicher", "Wartet", "Angehalten"),
    "en": ("Table", "In service", "Pushed", "In lake", "Waiting", "Held"),
}
_PUSHED_HEADS = {
    "de": ("Tabelle", "Zeilen übertragen", "Zeilen warten"),
    "en": ("Table", "Rows pushed", "Rows waiting"),
}
_NO_ANSWER = Term("er zählt gerade nicht", "it does not count now")


@click.group()
def powerbi() -> None:
    """The push dataset in Power BI."""


@powerbi.command()
@pass_app
def create(app: App) -> None:
    """Make the dataset, also after Microsoft refused it once."""
    dataset_id = _switched_on(app).create()
    app.say(f"Das Dataset ist angelegt: {dataset_id}.", f"The dataset is there: {dataset_id}.")


@powerbi.command()
@click.option("--everything", "is_everything", is_flag=True, help="Days that still run, too.")
@json_option
@click.pass_context
@pass_app
def push(app: App, context: click.Context, *, is_everything: bool, is_json: bool) -> None:
    """Push what is ready and not there yet. Exit code 3: something waits or is held."""
    found = _switched_on(app).push(is_everything=is_everything)
    _tell(app, found, is_json=is_json)
    context.exit(HELD_BACK if any(pushed.is_held_back for pushed in found) else 0)


def _switched_on(app: App) -> Push:
    """The upload; nothing leaves the machine before somebody has switched it on."""
    push = Push(app.settings)
    if not app.settings.sinks.powerbi.upload:
        rows = sum(push.quota().waiting_rows.values()) if push.has_ledger else 0
        raise PermanentError("IA-564", rows=rows)
    return push


def _tell(app: App, found: Sequence[Pushed], *, is_json: bool) -> None:
    """What was pushed of each table and what waits, and why."""
    problems = {p.table: note_of(p.problem, app.locale) for p in found if p.problem}
    if is_json:
        as_json([_as_object(pushed, problems.get(pushed.table)) for pushed in found])
        return
    cells = [(pushed.table, pushed.done.rows, pushed.done.rest_rows) for pushed in found]
    app.show(Push(app.settings).dataset.name, _PUSHED_HEADS[app.locale], cells)
    show_notes(app, problems.values())


def _as_object(pushed: Pushed, problem: Note | None) -> dict[str, object]:
    return {
        "table": pushed.table,
        "rows_pushed": pushed.done.rows,
        "rows_waiting": pushed.done.rest_rows,
        "problem": asdict(problem) if problem else None,
    }


@powerbi.command()
@json_option
@click.pass_context
@pass_app
def status(app: App, context: click.Context, *, is_json: bool) -> None:
    """What the service holds beside what was pushed and what the lake has.

    Without a login or a service the rest is shown. Exit code 3: something waits, is held or unknown.
    """
    push = Push(app.settings)
    lines, unknown = _compared(push)
    waiting, holds = push.quota().waiting_rows, {held.name: held.hold or "" for held in push.held()}
    if is_json:
        rows = [
            {
                **asdict(line),
                "waiting": waiting[line.table],
                "hold": holds.get(line.table),
            }
            for line in lines
        ]
        as_json(rows)
        if unknown:
            report(unknown, app.locale)
    else:
        cells = [
            (
                line.table,
                line.in_service,
                line.pushed,
                line.in_lake,
                waiting[line.table],
                holds.get(line.table),
            )
            for line in lines
        ]
        app.show(push.dataset.name, _HEADS[app.locale], cells)
        reasons = [note_of(unknown, app.locale)] if unknown else []
        found = [note_of(one.problem, app.locale) for one in upload_findings(app.settings)]
        show_notes(app, [*reasons, *found])
    context.exit(HELD_BACK if holds or unknown or any(waiting.values()) else 0)


def _compared(push: Push) -> tuple[list[Compared], InsightError | None]:
    """How the tables stand, and why the service's part of it is not known, if so."""
    try:
        lines = push.compare()
        if all(line.in_service is not None or not line.pushed for line in lines):
            return lines, None
        return lines, push.gone() or InsightError("IA-563", words=_NO_ANSWER)
    except InsightError as error:
        return push.compare_here(), error


@powerbi.command()
@click.argument("table")
@json_option
@click.pass_context
@pass_app
def rebuild(app: App, context: click.Context, table: str, *, is_json: bool) -> None:
    """Empty TABLE in Power BI and push it again from the lake; goes on where it was stopped."""
    push = _switched_on(app)
    push.rebuild(table)
    found = push.push([table])
    _tell(app, found, is_json=is_json)
    context.exit(HELD_BACK if any(pushed.is_held_back for pushed in found) else 0)


@powerbi.command()
@click.argument("table")
@click.option("--reason", default="", help="What is said while it is held.")
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
