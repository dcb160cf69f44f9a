"""`insight logs`: what the program did and what went wrong, filtered, in words and local times.

Reading and choosing are done in `insight_pipeline.logs`; how an event is told stands in `log_lines`.
"""

from __future__ import annotations

from collections import deque
from collections.abc import Iterator
from datetime import UTC, datetime
from typing import Any

import click

from insight_pipeline.cli.app import DAY, App, installation_option, pass_app, report
from insight_pipeline.cli.log_lines import told
from insight_pipeline.logs.choosing import Wanted, since_time
from insight_pipeline.logs.reading import Entry, added, entries
from insight_pipeline.logs.writing import log_file
from insight_pipeline.model.errors import InsightError
from insight_pipeline.model.log_settings import LEVELS
from insight_pipeline.model.terms import grouped

_INTERRUPTED = 130


@click.command()
@click.option("--level", type=click.Choice(LEVELS), help="This level and what is graver.")
@click.option("--since", metavar="TIME", help="2h, 3d, a date, or a date with a time of day.")
@click.option("--run", "run_id", metavar="ID", default="", help="One run, by the start of its id.")
@click.option("--day", type=DAY, metavar="DATE", help="Loads of one day.")
@installation_option
@click.option("--code", metavar="IA-nnn", default="", help="One code of the messages.")
@click.option("-n", "most", type=click.IntRange(min=0), default=100, show_default=True,
              metavar="NUMBER", help="The last so many entries; 0: all.")  # fmt: skip
@click.option("--follow", is_flag=True, help="Go on with what is added, until Ctrl-C.")
@click.option("--json", "is_json", is_flag=True, help="Print the lines as they are, for scripts.")
@pass_app
def logs(app: App, /, most: int, *, follow: bool, is_json: bool, **chosen: Any) -> None:  # noqa: ANN401 - what click passes
    """What the program did and what went wrong, the newest last."""
    wanted = _wanted(**chosen)
    file = log_file(app.settings.data_dir)
    found, matching, broken = _last(entries(file), wanted, most)
    later = added(file) if follow else None
    for entry in found:
        _show(app, entry, is_json=is_json)
    if matching > len(found) and not is_json:
        app.gap()
        shown = [(grouped(len(found), one), grouped(matching, one)) for one in ("de", "en")]
        app.say(
            "Die letzten {} von {} Einträgen; -n 0 zeigt alle.".format(*shown[0]),
            "The last {} of {} entries; -n 0 shows all.".format(*shown[1]),
        )
    if not found and not is_json and not follow:
        app.say(f"Nichts gefunden in {file}.", f"Nothing found in {file}.")
    if broken:
        report(InsightError("IA-703", lines=broken), app.locale)
    if later is not None:
        _follow(app, later, wanted, is_json=is_json)


def _wanted(
    *,
    level: str | None,
    since: str | None,
    run_id: str,
    day: datetime | None,
    installation: str | None,
    code: str,
) -> Wanted:
    now = datetime.now(UTC)
    return Wanted(
        level or LEVELS[-1],
        since_time(since, now) if since is not None else None,
        run_id,
        day.date().isoformat() if day else "",
        installation or "",
        code,
    )


def _last(found: Iterator[Entry | None], wanted: Wanted, most: int) -> tuple[list[Entry], int, int]:
    """The last matching entries, how many match, and how many lines are none."""
    kept: deque[Entry] = deque(maxlen=most or None)
    matching = broken = 0
    for entry in found:
        if entry is None:
            broken += 1
        elif wanted.takes(entry):
            matching += 1
            kept.append(entry)
    return list(kept), matching, broken


def _follow(app: App, found: Iterator[Entry | None], wanted: Wanted, *, is_json: bool) -> None:
    try:
        for entry in found:
            if entry is not None and wanted.takes(entry):
                _show(app, entry, is_json=is_json)
    except KeyboardInterrupt:  # the way to end it
        raise click.exceptions.Exit(_INTERRUPTED) from None


def _show(app: App, entry: Entry, *, is_json: bool) -> None:
    if is_json:
        click.echo(entry.line)
    else:
        app.lines(told(entry, app.locale, app.width))
