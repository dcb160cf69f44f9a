"""`insight report`: the main figures and plots of a period as one HTML file, to read, print or send."""

from __future__ import annotations

from datetime import date, datetime
from pathlib import Path

import click

from insight_pipeline.cli.app import (
    App,
    days,
    installation_option,
    pass_app,
    range_options,
    writing,
)
from insight_pipeline.cli.app import report as tell_error
from insight_pipeline.cli.notes import Note, note, show_notes
from insight_pipeline.cli.run import shortened, split
from insight_pipeline.model.errors import PermanentError
from insight_pipeline.model.report.given import Period
from insight_pipeline.model.terms import span
from insight_pipeline.orchestration.site import Site


@click.command()
@range_options()
@click.option(
    "-o", "--output", type=click.Path(dir_okay=False, path_type=Path), metavar="FILE",
    help="HTML file (default: below data_dir/reports).",
)  # fmt: skip
@installation_option
@click.option(
    "--locale", type=click.Choice(["de", "en"]), help="Language of the page (default: the setting)."
)
@pass_app
def report(
    app: App,
    first: datetime,
    last: datetime | None,
    output: Path | None,
    installation: str | None,
    locale: str | None,
) -> None:
    """Write a page with the figures and plots of --from to --to: one file that needs nothing else."""
    wanted, outside = split(app, *days(first, last), installation)
    if output is not None and len(wanted) > 1:
        names = ", ".join(name for name, _, _ in wanted)
        raise PermanentError("IA-650", installations=names)
    if not wanted:
        raise outside.pop()
    for name, begin, end in wanted:
        _make(app, Site(name, app.settings), (begin, end), output, locale or app.locale)
    for other in (*outside, *shortened(app, *days(first, last), wanted)):
        tell_error(other, app.locale)


def _make(
    app: App, site: Site, period: tuple[date, date], output: Path | None, locale: str
) -> None:
    """Write the page of one installation, and say where it lies and what it lacks."""
    from insight_pipeline.orchestration.reporting import (  # noqa: PLC0415 - altair is slow to import
        now_utc,
        report_file,
        report_of,
        write_page,
    )

    made = report_of(site, *period, locale, now_utc())
    with writing(output or site.settings.data_dir):
        file = output or report_file(site, *period)
        write_page(made.page, file)
    app.say(
        f"{site.name}: Bericht {period[0]} bis {period[1]}: {file}",
        f"{site.name}: report {period[0]} to {period[1]}: {file}",
    )
    show_notes(app, _lacking(made.period, app.locale))


def _lacking(period: Period, locale: str) -> list[Note]:
    """Days that the page leaves out, or shows as they were."""
    found = []
    for code, missing in (("IA-651", period.missing), ("IA-652", period.stale)):
        if missing:
            fields = {"first": missing[0], "last": missing[-1], "days": span(missing)}
            found.append(note(code, locale, installation=period.installation, **fields))
    return found
