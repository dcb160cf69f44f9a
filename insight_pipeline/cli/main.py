"""The program `insight`: finds the command, and turns errors into messages and exit codes.

Exit codes: 0 done, 1 failed, 2 wrong usage or settings, 3 done but something is held back. Commands are
imported when they are used, so that `--help` answers at once.
"""

from __future__ import annotations

import importlib
import sys
from pathlib import Path

import click

from insight_pipeline import __version__
from insight_pipeline.cli.app import App
from insight_pipeline.model.errors import InsightError, SettingsError

FAILED, WRONG_USAGE = 1, 2
USAGE_CODES = frozenset({"IA-106", "IA-503", "IA-505", "IA-506", "IA-523"})
"""Errors that are wrong usage or settings although they show only when something is done."""
COMMANDS = {
    "run": "Read new files, make the chosen days, load the sinks.",
    "backfill": "The same for long periods; goes on where it stopped.",
    "status": "What is loaded, what is not, and why.",
    "explain": "One call: its rows, legs, visits, and the rules that decided.",
    "reconcile": "Where every line and row went, by file and date (R 17).",
    "login": "Log in to Microsoft for Power BI, or see how the login stands.",
    "logout": "Forget the login to Microsoft.",
    "powerbi": "The push dataset in Power BI: create, push, status, rebuild, hold, release.",
    "quota": "What the upload has used of Microsoft's limits, and what waits.",
    "quarantine": "Lines and files that could not be read, and why.",
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
        module = importlib.import_module(f"insight_pipeline.cli.{name}")
        found: click.Command = getattr(module, name)
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
@click.version_option(__version__, prog_name="insight")
@click.pass_context
def insight(context: click.Context, config: Path | None) -> None:
    """Call analytics for STARFACE phone systems."""
    context.obj = App(config)


def main() -> None:
    """Run the program and leave with its exit code."""
    context: list[click.Context] = []
    try:
        with insight.make_context("insight", sys.argv[1:]) as made:
            context.append(made)
            insight.invoke(made)
    except click.exceptions.Exit as leave:
        sys.exit(leave.exit_code)
    except click.ClickException as error:
        error.show()
        sys.exit(WRONG_USAGE)
    except click.Abort:
        sys.exit(FAILED)
    except InsightError as error:
        locale = context[0].obj.locale if context and context[0].obj else "de"
        report(error, error.locale if isinstance(error, SettingsError) else locale)
        is_usage = isinstance(error, SettingsError) or error.code in USAGE_CODES
        sys.exit(WRONG_USAGE if is_usage else FAILED)


def report(error: InsightError, locale: str) -> None:
    """Print message, cause and next step on standard error."""
    problems = error.problems if isinstance(error, SettingsError) else [error]
    for problem in problems:
        click.echo(f"{problem.code} {problem.message(locale)}", err=True)
        click.echo(f"       {problem.cause(locale)}", err=True)
        click.echo(f"    -> {problem.next_step(locale)}", err=True)


if __name__ == "__main__":
    main()
