"""Running the load job from the command line, with progress on a terminal and a summary at the end."""

from __future__ import annotations

from collections.abc import Callable, Iterator, Sequence
from contextlib import contextmanager
from dataclasses import asdict

import click
import dagster as dg
from rich.progress import Progress

from insight_pipeline.cli.app import HELD_BACK, App, as_json
from insight_pipeline.cli.interrupts import noticed_interrupts
from insight_pipeline.cli.layout import paragraph
from insight_pipeline.cli.notes import show_problems
from insight_pipeline.cli.run import Wanted
from insight_pipeline.definitions import build_defs
from insight_pipeline.model.errors import InsightError, PermanentError
from insight_pipeline.orchestration.orphans import end_orphans
from insight_pipeline.orchestration.runs import BackfillProgress, RunOutcome, run_apart, seasons
from insight_pipeline.orchestration.site import Site
from insight_pipeline.orchestration.status.landing import folder_problems, look
from insight_pipeline.orchestration.status.rows import days_without_calls, set_aside


def load_installations(
    app: App, wanted: Sequence[Wanted], *, is_resumable: bool, is_json: bool
) -> InsightError | None:
    """Load each installation's days; gives the first error, if any."""
    app.prepare_dagster()
    definitions = build_defs(app.settings)
    outcomes: list[RunOutcome] = []
    with (
        dg.DagsterInstance.get() as instance,
        _stoppable() as stop_if_interrupted,
        _progress(app, wanted, is_json=is_json) as advance,
    ):
        end_orphans(instance, app.settings.data_dir, app.locale)
        for name, first, last in wanted:
            progress = BackfillProgress(app.settings, name, first, last)
            done = progress.done() if is_resumable else set()
            for begin, end in seasons(first, last):
                if begin.isoformat() not in done:
                    made = []
                    for outcome in run_apart(definitions, instance, name, begin, end):
                        stop_if_interrupted()
                        made.append(outcome)
                    outcomes += made
                    if is_resumable and all(outcome.is_success for outcome in made):
                        progress.mark(begin)
                advance((end - begin).days + 1)
            if is_resumable and all(o.is_success for o in outcomes if o.installation == name):
                progress.finish()
    _tell(app, outcomes, is_json=is_json)
    error = next((_error(outcome) for outcome in outcomes if not outcome.is_success), None)
    if error is None and any(outcome.held_back for outcome in outcomes):
        raise click.exceptions.Exit(HELD_BACK)
    return error


@contextmanager
def _stoppable() -> Iterator[Callable[[], None]]:
    """Ctrl-C stops the command, whatever Dagster makes of it."""
    with noticed_interrupts() as stop_if_interrupted:
        try:
            yield stop_if_interrupted
        except dg.DagsterExecutionInterruptedError as error:
            raise KeyboardInterrupt from error


@contextmanager
def _progress(
    app: App, wanted: Sequence[Wanted], *, is_json: bool
) -> Iterator[Callable[[int], None]]:
    """A progress bar where a terminal is there."""
    total = sum((last - first).days + 1 for _, first, last in wanted)
    is_shown = app.console.is_terminal and not is_json
    with Progress(console=app.console, disable=not is_shown, transient=True) as bar:
        task = bar.add_task("Tage" if app.locale == "de" else "Days", total=total)
        yield lambda days: bar.advance(task, days)


def _tell(app: App, outcomes: Sequence[RunOutcome], *, is_json: bool) -> None:
    if is_json:
        as_json([asdict(outcome) for outcome in outcomes])
        return
    for outcome in outcomes:
        if outcome.is_success:
            app.say(
                f"{outcome.installation}: {outcome.first} bis {outcome.last} geladen.",
                f"{outcome.installation}: {outcome.first} to {outcome.last} loaded.",
            )
    for name in dict.fromkeys(outcome.installation for outcome in outcomes):
        site = Site(name, app.settings)
        loaded = [(o.first, o.last) for o in outcomes if o.installation == name and o.is_success]
        problems = (*folder_problems(site), *days_without_calls(site, loaded))
        show_problems(app, (*problems, *set_aside(look(site))))
    for words in dict.fromkeys(w for outcome in outcomes for w in outcome.held_back):
        app.lines(paragraph(words, app.width, rest=" " * 7))


def _error(outcome: RunOutcome) -> InsightError:
    fields = {
        "installation": outcome.installation,
        "first": outcome.first,
        "last": outcome.last,
        "run_id": outcome.run_id,
    }
    if outcome.failed_checks:
        return PermanentError("IA-411", checks=", ".join(outcome.failed_checks), **fields)
    steps = ", ".join(outcome.failed_steps)
    return PermanentError("IA-412", steps=steps, detail=outcome.detail, **fields)
