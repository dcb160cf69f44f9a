"""The program `insight`: finds the command, and turns errors into messages and exit codes.

Exit codes: 0 done, 1 failed, 2 wrong usage or settings, 3 done but something is held back, 130 stopped by
Ctrl-C. Commands are imported when they are used, so that `--help` answers at once.
"""

from __future__ import annotations

import importlib
import os
import sqlite3
import sys
from functools import partial
from pathlib import Path

import click

from insight_pipeline import __version__
from insight_pipeline.cli import journal
from insight_pipeline.cli.app import App, cause_of, report
from insight_pipeline.model.errors import InsightError, PermanentError, SettingsError
from insight_pipeline.model.log_settings import LEVELS, Level
from insight_pipeline.model.messages import message

FAILED, WRONG_USAGE, INTERRUPTED = 1, 2, 130
USAGE_CODES = frozenset(
    {"IA-106", "IA-408", "IA-418", "IA-503", "IA-505", "IA-523", "IA-564", "IA-567"}
    | {"IA-648", "IA-650", "IA-704"}
    | {f"IA-60{number}" for number in range(5)}
)
"""Errors that are wrong usage or settings although they show only when something is done."""
COMMANDS = {
    "run": "Read new files, make the chosen days, load the sinks.",
    "backfill": "The same for long periods; goes on where it stopped.",
    "status": "What is loaded, what is not, and why.",
    "explain": "One call: its rows, legs, visits, and the rules that decided.",
    "reconcile": "Where every line and row went, by file and date (R 17).",
    "report": "A page with the main figures and plots, to read, print or send.",
    "login": "Log in to Microsoft for Power BI, or see how the login stands.",
    "logout": "Forget the login to Microsoft.",
    "powerbi": "The push dataset in Power BI: create, push, status, rebuild, hold, release.",
    "quota": "What the upload has used of Microsoft's limits, and what waits.",
    "alerts": "Thresholds and how they stand; test what sends mail and webhooks.",
    "database": "Tables and views of the database; scripts for its administrator.",
    "export": "A table as a CSV, Excel or Parquet file.",
    "users": "Licensed users by edition, and their tier.",
    "quarantine": "Lines and files that could not be read, and why.",
    "settings": "Check, back up, restore and migrate settings and state.",
    "logs": "What the program did and what went wrong, filtered.",
    "support-bundle": "Pack settings, status and logs for a support case, without secrets.",
    "simulate": "Write sample exports of a simulated PBX.",
    "emulator": "Run a local Power BI and Microsoft login.",
}


class Commands(click.Group):
    """The commands, each imported from its own module when it is used."""

    def list_commands(self, _: click.Context) -> list[str]:
        """All commands in the order of their use."""
        return list(COMMANDS)

    def get_command(self, _: click.Context, name: str) -> click.Command | None:
        """Import one command."""
        if name not in COMMANDS:
            return None
        place = name.replace("-", "_")
        module = importlib.import_module(f"insight_pipeline.cli.{place}")
        found: click.Command = getattr(module, place)
        return found

    def format_commands(self, _: click.Context, formatter: click.HelpFormatter) -> None:
        """List the commands without importing them."""
        with formatter.section("Commands"):
            formatter.write_dl(list(COMMANDS.items()))


@click.command(cls=Commands, context_settings={"help_option_names": ["-h", "--help"]})
@click.option(
    "--config",
    type=click.Path(path_type=Path),
    metavar="FILE",
    help="Settings file (default: INSIGHT_CONFIG, else insight.toml here or above).",
)
@click.option(
    "--log-level",
    type=click.Choice(LEVELS),
    help="How much this command logs (default: log.level of the settings).",
)
@click.version_option(__version__, prog_name="insight")
@click.pass_context
def insight(context: click.Context, config: Path | None, log_level: Level | None) -> None:
    """Call analytics for STARFACE phone systems."""
    is_logged = context.invoked_subcommand != "logs"  # looking at the log adds nothing to it
    context.obj = App(config, partial(journal.begin, level=log_level) if is_logged else None)


def main() -> None:
    """Run the program and leave with its exit code."""
    code = _run()
    journal.end(code)
    sys.exit(code)


def _run() -> int:
    """Run the command; gives the exit code of the program."""
    context: list[click.Context] = []
    code = 0
    try:
        with insight.make_context("insight", sys.argv[1:]) as made:
            context.append(made)
            insight.invoke(made)
            sys.stdout.flush()
    except click.exceptions.Exit as leave:
        code = leave.exit_code
    except click.ClickException as error:
        error.show()
        code = WRONG_USAGE
    except (KeyboardInterrupt, click.Abort):
        words = message("IA-430").words(_locale(context))
        click.echo(f"\nIA-430 {words.text} {words.next_step}", err=True)
        code = INTERRUPTED
    except BrokenPipeError:
        code = _silenced()
    except (InsightError, OSError, sqlite3.Error) as error:
        code = _failed(error, _locale(context))
    except Exception as error:  # noqa: BLE001 - whatever it is, it is told in words
        journal.unforeseen(error, _locale(context), context[0] if context else None)
        code = FAILED
    return code


def _failed(error: InsightError | OSError | sqlite3.Error, locale: str) -> int:
    """Say what went wrong; gives the exit code."""
    if isinstance(error, OSError):
        told: InsightError = PermanentError(
            "IA-431", file=error.filename or "", detail=cause_of(error)
        )
    else:
        told = error if isinstance(error, InsightError) else PermanentError("IA-433", detail=error)
    report(told, told.locale if isinstance(told, SettingsError) else locale)
    journal.foreseen(told, locale)
    is_usage = isinstance(told, SettingsError) or told.code in USAGE_CODES
    return WRONG_USAGE if is_usage else FAILED


def _locale(context: list[click.Context]) -> str:
    return context[0].obj.locale if context and context[0].obj else "de"


def _silenced() -> int:
    """Whoever read the output has gone, such as `head`; the interpreter must not write any more."""
    os.dup2(os.open(os.devnull, os.O_WRONLY), sys.stdout.fileno())
    return FAILED


if __name__ == "__main__":
    main()
