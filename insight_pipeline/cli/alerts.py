"""`insight alerts`: every threshold and how it stands, what was not delivered, a test of the channels."""

from __future__ import annotations

import time
from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime
from zoneinfo import ZoneInfo

import click

from insight_pipeline.cli.app import App, as_json, json_option, pass_app
from insight_pipeline.cli.notes import note_of, show_notes, show_problems
from insight_pipeline.model.alerts import FIGURES, shown
from insight_pipeline.model.errors import InsightError, PermanentError
from insight_pipeline.model.notices import Channel, channels_of
from insight_pipeline.model.settings import Settings
from insight_pipeline.model.terms import Term
from insight_pipeline.orchestration.alert_words import limit_words, window_words
from insight_pipeline.orchestration.alerting import Alerting, Watched
from insight_pipeline.orchestration.site import sites
from insight_pipeline.orchestration.status.machine import undelivered

FAILED = 1
_HEADS = {
    "de": ("Schwellenwerte", ("Name", "Warteschlange", "Schwelle", "Wert", "Stand", "Seit",
                              "Zeitraum", "An")),
    "en": ("Thresholds", ("Name", "Queue", "Threshold", "Value", "State", "Since", "Period", "To")),
}  # fmt: skip
_TEST_HEADS = {"de": ("Probe", ("Kanal", "Ergebnis")), "en": ("Test", ("Channel", "Result"))}
_CROSSED, _KEPT = Term("verletzt", "crossed"), Term("eingehalten", "kept")
_NO_FIGURE = Term("zu wenig Anrufe", "too few calls")
_ARRIVED, _NOT = Term("angekommen", "arrived"), Term("nicht angekommen", "not arrived")


@dataclass(frozen=True)
class AlertStatus:
    """A threshold of a queue: its newest figure, how it stands, and who is told."""

    alert: str
    installation: str
    queue_id: int
    queue_name: str
    figure: str
    comparison: str
    limit: float
    value: float | None
    offered: int
    period: str
    is_crossed: bool
    changed_at: str | None
    channels: tuple[str, ...]


@click.group(invoke_without_command=True)
@json_option
@click.pass_context
@pass_app
def alerts(app: App, context: click.Context, *, is_json: bool) -> None:
    """Thresholds and how they stand; `test` tries every channel."""
    if context.invoked_subcommand is not None:
        return
    alerting = Alerting(app.settings)
    watched = [one for site in sites(app.settings).values() for one in alerting.watched(site)]
    if is_json:
        as_json([status_of(one, app.settings).__dict__ for one in watched])
        return
    if not app.settings.alerts:
        app.say(
            "Es ist kein Schwellenwert eingerichtet; docs/alerts.md zeigt, wie es geht.",
            "No threshold is set up; docs/alerts.md shows how.",
        )
    elif not watched:
        app.say(
            "Aus den letzten sieben Tagen ist nichts geladen, woran sich Schwellenwerte messen ließen.",
            "Nothing of the last seven days is loaded that thresholds could be held against.",
        )
    else:
        app.show(*_HEADS[app.locale], [_cells(one, app.settings) for one in watched])
    show_problems(app, undelivered(alerting, time.time()))


def status_of(watched: Watched, settings: Settings) -> AlertStatus:
    """A threshold as a script reads it."""
    alert, judged = settings.alerts[watched.alert], watched.judged
    zone = settings.installations[watched.installation].timezone
    standing = judged.before
    return AlertStatus(
        alert=watched.alert,
        installation=watched.installation,
        queue_id=judged.reading.queue_id,
        queue_name=watched.queue_name,
        figure=alert.figure,
        comparison="above" if alert.above is not None else "below",
        limit=alert.limit,
        value=judged.reading.value,
        offered=judged.reading.offered,
        period=window_words(judged.reading.window, zone, "en"),
        is_crossed=standing is not None and standing.is_crossed,
        changed_at=_local(standing.changed_at, zone) if standing else None,
        channels=tuple(channel.key for channel in channels_of(alert)),
    )


def _cells(watched: Watched, settings: Settings) -> list[object]:
    locale, found = settings.locale, status_of(watched, settings)
    alert = settings.alerts[watched.alert]
    value = (
        _NO_FIGURE.text(locale) if found.value is None else shown(alert.figure, found.value, locale)
    )
    zone = settings.installations[found.installation].timezone
    period = window_words(watched.judged.reading.window, zone, locale)
    state = (_CROSSED if found.is_crossed else _KEPT).text(locale)
    receivers = ", ".join(channel.name for channel in channels_of(alert))
    limit = f"{FIGURES[alert.figure].text(locale)} {limit_words(alert.threshold(''), locale)}"
    is_one_of_many = len(settings.installations) > 1
    queue = f"{found.installation}: {found.queue_name}" if is_one_of_many else found.queue_name
    return [found.alert, queue, limit, value, state, found.changed_at, period, receivers]


def _local(at: float, timezone: str) -> str:
    return datetime.fromtimestamp(at, ZoneInfo(timezone)).strftime("%Y-%m-%d %H:%M")


@alerts.command()
@json_option
@click.pass_context
@pass_app
def test(app: App, context: click.Context, *, is_json: bool) -> None:
    """Send a test to every channel. Exit code 1: one did not take it."""
    alerting = Alerting(app.settings)
    channels = alerting.channels()
    if not channels:
        raise PermanentError("IA-648")
    found = [(channel, alerting.test(channel)) for channel in channels]
    if is_json:
        as_json([_tested(channel, problem, app.locale) for channel, problem in found])
    else:
        _show_test(app, found)
    context.exit(FAILED if any(problem for _, problem in found) else 0)


def _tested(channel: Channel, problem: InsightError | None, locale: str) -> dict[str, object]:
    told = note_of(problem, locale).__dict__ if problem else None
    return {"channel": channel.key, "is_taken": problem is None, "problem": told}


def _show_test(app: App, found: Sequence[tuple[Channel, InsightError | None]]) -> None:
    cells = [
        (channel.name, (_NOT if problem else _ARRIVED).text(app.locale))
        for channel, problem in found
    ]
    app.show(*_TEST_HEADS[app.locale], cells)
    show_notes(app, [note_of(problem, app.locale) for _, problem in found if problem])
