"""`insight simulate`: sample exports of an invented PBX.

Here: the command's options and what it says at the end.
Not here: the simulation itself (insight_pipeline.simulator).
"""

from __future__ import annotations

import re
from datetime import date, datetime
from pathlib import Path
from zoneinfo import ZoneInfo

import click

from insight_pipeline.cli.app import App, pass_app, writing
from insight_pipeline.model.terms import grouped
from insight_pipeline.simulator import (
    ExportReport,
    Simulation,
    SimulationPlan,
    write_exports,
    write_truth,
)
from insight_pipeline.simulator import simulate as play

_DAY = click.DateTime(["%Y-%m-%d"])
_INSTALLATION = re.compile(r"[a-z0-9_-]{1,40}")


def _installation(_context: click.Context, _parameter: click.Parameter, value: str) -> str:
    if not _INSTALLATION.fullmatch(value):
        message = "use 1 to 40 of the characters a-z, 0-9, _ and -"
        raise click.BadParameter(message)
    return value


def _timezone(_context: click.Context, _parameter: click.Parameter, value: str) -> str:
    try:
        ZoneInfo(value)
    except (KeyError, ValueError, OSError) as error:
        message = f"{value!r} is not an IANA time zone such as Europe/Berlin"
        raise click.BadParameter(message) from error
    return value


@click.command("simulate", short_help="Write sample exports of an invented PBX.")
@click.option("--out", "landing_dir", type=click.Path(file_okay=False, path_type=Path), required=True,
              help="Landing folder to write into; the files go below DIR/<installation>/.")  # fmt: skip
@click.option("--installation", default="demo", show_default=True, callback=_installation,
              help="Name of the invented installation.")  # fmt: skip
@click.option("--users", type=click.IntRange(4, 5000), default=40, show_default=True,
              help="Number of users of the PBX.")  # fmt: skip
@click.option("--from", "first_day", type=_DAY, default="2026-03-01", show_default=True,
              help="First day, local date.")  # fmt: skip
@click.option("--to", "last_day", type=_DAY, default="2026-03-31", show_default=True,
              help="Last day, included.")  # fmt: skip
@click.option("--calls-per-day", type=click.FloatRange(0, 1000, min_open=True), default=8.0,
              show_default=True, help="Calls on a normal working day, per user.")  # fmt: skip
@click.option("--seed", type=int, default=1, show_default=True,
              help="The same seed and options give the same files, byte for byte.")  # fmt: skip
@click.option("--timezone", default="Europe/Berlin", show_default=True, callback=_timezone,
              help="IANA time zone of the PBX.")  # fmt: skip
@click.option("--truth", "truth_dir", type=click.Path(file_okay=False, path_type=Path),
              help="Also write what really happened into this folder, to compare figures with.")  # fmt: skip
@click.option("--mess/--no-mess", default=True, show_default=True,
              help="Add broken lines, refused files and a copied file.")  # fmt: skip
@click.option("--force", is_flag=True, help="Write although the installation's folder has exports.")
@pass_app
def simulate(  # noqa: PLR0913 (an argument an option)
    app: App,
    *,
    landing_dir: Path,
    installation: str,
    users: int,
    first_day: datetime,
    last_day: datetime,
    calls_per_day: float,
    seed: int,
    timezone: str,
    truth_dir: Path | None,
    mess: bool,
    force: bool,
) -> None:
    """Play an invented PBX and write its STARFACE exports: call list, line list, directory.

    Calls are played as events (queues, overflow, transfers, mailboxes, IVR, clock changes) and then
    written as the PBX condenses them. All people are invented and all numbers are reserved for
    fiction.
    """
    call_list = landing_dir / installation / "call_list"
    if not force and call_list.is_dir() and any(call_list.iterdir()):
        message = f"{call_list} already has files; choose another folder or add --force"
        raise click.UsageError(message)
    plan = _plan(
        users,
        first_day.date(),
        last_day.date(),
        calls_per_day,
        seed,
        timezone,
        installation,
        mess=mess,
    )
    simulation = play(plan)
    with writing(landing_dir):
        report = write_exports(simulation, landing_dir)
    if truth_dir is not None:
        with writing(truth_dir):
            write_truth(simulation, truth_dir, report)
    _say(app, simulation, report, landing_dir, truth_dir)


def _plan(  # noqa: PLR0913 (the plan's own fields)
    users: int,
    first_day: date,
    last_day: date,
    calls_per_day: float,
    seed: int,
    timezone: str,
    installation: str,
    *,
    mess: bool,
) -> SimulationPlan:
    try:
        return SimulationPlan(
            users, first_day, last_day, calls_per_day, seed, timezone, installation, mess
        )
    except ValueError as error:
        raise click.UsageError(str(error)) from error


def _say(
    app: App,
    simulation: Simulation,
    report: ExportReport,
    landing_dir: Path,
    truth_dir: Path | None,
) -> None:
    plan = simulation.plan
    root = landing_dir / plan.installation
    rows = sum(total.rows for total in report.totals)
    calls, lines = grouped(len(simulation.calls), app.locale), grouped(rows, app.locale)
    files = len(report.files)
    app.say(
        f"{calls} Anrufe, {lines} Zeilen in {files} Dateien",
        f"{calls} calls, {lines} rows in {files} files",
    )
    app.say(f"  Exporte und Verzeichnis:  {root}", f"  exports and directory:  {root}")
    if truth_dir is not None:
        app.say(
            f"  was wirklich geschah:     {truth_dir}", f"  what really happened:   {truth_dir}"
        )
    app.say(
        f"Weiter: in insight.toml landing_dir auf {landing_dir} setzen, dann",
        f"Next: set landing_dir to {landing_dir} in insight.toml, then",
    )
    days = f"--from {plan.first_day} --to {plan.last_day}"
    app.lines([f"  insight run --installation {plan.installation} {days}"])
