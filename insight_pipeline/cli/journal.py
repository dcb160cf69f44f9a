"""The command's own traces in the log: begin, end, and errors, foreseen or not.

The log begins when the settings are known, for they say where it is: commands that need none, such as the
simulator, leave no trace. What errors say to the user stands in the message catalogue.
"""

from __future__ import annotations

import time
import traceback

import click

from insight_pipeline.cli.app import report
from insight_pipeline.logs.events import is_logged, logger
from insight_pipeline.logs.unforeseen import unforeseen as unforeseen_error
from insight_pipeline.logs.writing import is_written, start, stop
from insight_pipeline.model.errors import InsightError
from insight_pipeline.model.hiding import without_secrets
from insight_pipeline.model.log_settings import Level
from insight_pipeline.model.settings import Settings

UNFORESEEN = "IA-700"
_log = logger(__name__)
_begun = time.monotonic()


def begin(settings: Settings, level: Level | None) -> None:
    """Start the log of this command; `level` in place of the settings'."""
    start(settings.data_dir, settings.log, _command(), settings.locale, level)
    _log.info("command_started")


def end(code: int) -> None:
    """Note how the command ended, and close the log."""
    _log.info("command_ended", exit_code=code, seconds=round(time.monotonic() - _begun, 3))
    stop()


def foreseen(error: InsightError, locale: str) -> None:
    """Note an error that the user was told in words."""
    _log.error("failed", code=error.code, text=error.message(locale))


def unforeseen(error: Exception, locale: str, context: click.Context | None) -> None:
    """Tell what was tried, what happened and where the log is; the stack trace stands there.

    It is printed too where there is no log, or where the command logs debugging.
    """
    name = context.invoked_subcommand if context else None
    problem = unforeseen_error(UNFORESEEN, error, command=" ".join(("insight", name or "")).strip())
    has_log = is_written()
    if not has_log or is_logged("debug"):
        click.echo(without_secrets("".join(traceback.format_exception(error))), err=True, nl=False)
    if has_log:
        report(problem, locale)


def _command() -> str:
    """The command that runs, without its options, which may name anything."""
    context = click.get_current_context(silent=True)
    return context.command_path if context else "insight"
