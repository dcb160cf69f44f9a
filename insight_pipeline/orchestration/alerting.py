"""Alerts and what is sent, composed without Dagster: lake, thresholds, outbox, mail and webhooks.

Gathers figures, lets `facts.thresholds` decide, writes crossings and their notices, and sends what is due.
Sensors, schedules and checks over it stand in `alert_automation`.
"""

from __future__ import annotations

import time
from collections.abc import Callable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from datetime import date, datetime, timedelta
from functools import cached_property
from pathlib import Path
from zoneinfo import ZoneInfo

import pyarrow as pa

from insight_pipeline.facts.thresholds import STALE_DAYS, judge, readings, window_of
from insight_pipeline.model.alerts import Judged, Standing
from insight_pipeline.model.columns import ints
from insight_pipeline.model.deliveries import Delivery, FailedRun
from insight_pipeline.model.errors import InsightError
from insight_pipeline.model.notices import Channel, Medium, Notice, channels_of
from insight_pipeline.model.settings import Settings
from insight_pipeline.model.tables import TABLES
from insight_pipeline.orchestration.alert_words import (
    calls_stopped,
    crossing,
    login_ended,
    report_mail,
    run_failures,
    test_notice,
)
from insight_pipeline.orchestration.site import Site
from insight_pipeline.sinks.notify.outbox import Outbox
from insight_pipeline.sinks.notify.sending import Sender, send_due

FAILURE_PAUSE_SECONDS = 900.0
"""After a notice about failed runs the next ones are collected for so long."""
_LOGIN = ("powerbi login", "")
"""Stands among the thresholds; a name with a blank cannot be an alert's."""
_SILENT = "calls of an installation"
"""Likewise, by installation."""
_INTERVALS, _QUEUES = TABLES["fact_queue_interval"], TABLES["dim_queue"]
MakeReport = Callable[[Site, date, date], Path]
"""Makes the report of an installation and period, both days included: the path of an HTML file."""


@dataclass(frozen=True)
class _Newest:
    """What the lake has of an installation's last days, and its queues."""

    today: date
    loaded: list[date]
    intervals: pa.Table
    names: Mapping[int, str]
    in_use: frozenset[int]
    """Queues that are active, or had calls in these days."""


@dataclass(frozen=True)
class Watched:
    """A threshold held against the newest figure of a queue."""

    alert: str
    installation: str
    queue_name: str
    judged: Judged


class Alerting:
    """Alerts, failures and the report of some settings."""

    def __init__(self, settings: Settings, now: Callable[[], float] = time.time) -> None:
        """`now` replaces the clock in tests."""
        self.settings = settings
        self.now = now
        self.sender = Sender(settings.mail, settings.webhooks)

    @property
    def outbox_file(self) -> Path:
        """Where the outbox lies."""
        return self.settings.data_dir / "state" / "notices.db"

    @cached_property
    def outbox(self) -> Outbox:
        """The outbox, made where there is none."""
        return Outbox(self.outbox_file)

    @property
    def is_needed(self) -> bool:
        """Whether there is anything to watch or to send."""
        settings = self.settings
        is_wanted = settings.alerts or settings.report.recipients or not settings.failures.is_empty
        return bool(is_wanted) or self.outbox_file.exists()

    def watched(self, site: Site) -> Iterator[Watched]:
        """Every alert of an installation held against the newest figures; nothing is written."""
        known = self.outbox.standings() if self.outbox_file.exists() else []
        alerts = [name for name, one in self.settings.alerts.items() if one.is_of(site.name)]
        if not alerts:
            return
        newest = _newest(site, self.now())
        for name in alerts:
            before = {
                one.queue_id: one
                for one in known
                if (one.alert, one.installation) == (name, site.name)
            }
            for judged in self._judged(site, name, before, newest):
                queue = judged.reading.queue_id
                yield Watched(name, site.name, newest.names.get(queue, str(queue)), judged)

    def _judged(
        self, site: Site, name: str, before: Mapping[int, Standing], newest: _Newest
    ) -> list[Judged]:
        alert = self.settings.alerts[name]
        threshold = alert.threshold(name)
        window = window_of(threshold, newest.intervals, newest.loaded, newest.today)
        if window is None:
            return []
        wanted = set(alert.queues) or {*newest.in_use, *before}
        variant = self.settings.kpi.service_level_variant
        found = readings(threshold, newest.intervals, window, wanted, variant)
        return judge(threshold, site.name, found, before, self.now())

    def watch(self, site: Site) -> list[Watched]:
        """Note what was crossed or is back, each with its notice; gives those."""
        changed = []
        for one in self.watched(site):
            if one.judged.is_change:
                alert, zone = self.settings.alerts[one.alert], site.installation.timezone
                locale = self.settings.locale
                notice, after = crossing(
                    alert.threshold(one.alert), one.judged, one.queue_name, zone, locale
                )
                if self.outbox.change(one.judged.before, after, notice, channels_of(alert)):
                    changed.append(one)
        return changed

    def note_login(self, problem: InsightError | None) -> None:
        """Tell once that somebody must log in, and again only after it was well in between."""
        self._note_once(_LOGIN, problem, login_ended)

    def note_silence(self, installation: str, problem: InsightError | None) -> None:
        """Tell once that an installation's calls have stopped coming, and again after some have come."""
        self._note_once((_SILENT, installation), problem, calls_stopped)

    def _note_once(
        self,
        what: tuple[str, str],
        problem: InsightError | None,
        words: Callable[[InsightError, float, str], Notice],
    ) -> None:
        channels = channels_of(self.settings.failures)
        if not channels:
            return
        known = {(one.alert, one.installation): one for one in self.outbox.standings()}
        before, at = known.get(what), self.now()
        was_bad = before is not None and before.is_crossed
        if was_bad != (problem is not None):
            after = Standing(*what, 0, is_crossed=problem is not None, changed_at=at, value=0.0)
            notice = words(problem, at, self.settings.locale) if problem else None
            self.outbox.change(before, after, notice, channels)

    def note_failure(self, run: FailedRun) -> None:
        """Note a failed run, to be told by the next pass."""
        if not self.settings.failures.is_empty:
            self.outbox.note_failure(run)

    def tell_failures(self) -> None:
        """Tell failed runs: at once after a quiet time, else together when the pause is over."""
        runs, last = self.outbox.untold_failures()
        at = self.now()
        if runs and at - last >= FAILURE_PAUSE_SECONDS:
            notice = run_failures(runs, at, self.settings.locale)
            self.outbox.tell_failures(runs, notice, channels_of(self.settings.failures))

    def put_report(self, site: Site, first: date, last: date, make: MakeReport) -> bool:
        """Make the report and note it for its recipients; False where this period was noted before."""
        content = make(site, first, last).read_bytes()
        notice = report_mail(site.name, first, last, content, self.now(), self.settings.locale)
        recipients = self.settings.report.recipients
        return self.outbox.put(notice, [Channel(Medium.MAIL, one) for one in recipients])

    def send(self) -> list[Delivery]:
        """Send what is due; what became of each try."""
        return send_due(self.outbox, self.sender, self.settings.locale, self.now)

    def work(self, sites: Sequence[Site]) -> tuple[list[Watched], list[Delivery]]:
        """One pass: thresholds, failed runs, then sending. Gives what changed and what was tried."""
        self.outbox.forget([*self.settings.alerts, _LOGIN[0], _SILENT])
        changed = [one for site in sites for one in self.watch(site)]
        self.tell_failures()
        self.outbox.prune(self.now())
        return changed, self.send()

    def channels(self) -> list[Channel]:
        """Every receiver that the settings name."""
        settings = self.settings
        found = [*channels_of(settings.failures)]
        found += [channel for alert in settings.alerts.values() for channel in channels_of(alert)]
        found += [Channel(Medium.MAIL, address) for address in settings.report.recipients]
        found += [Channel(Medium.WEBHOOK, name) for name in settings.webhooks]
        return sorted(set(found))

    def test(self, channel: Channel) -> InsightError | None:
        """Send a test past the outbox; what went wrong, if anything."""
        try:
            self.sender.send(channel, test_notice(self.now(), self.settings.locale))
        except InsightError as error:
            return error
        return None


def _newest(site: Site, at: float) -> _Newest:
    today = datetime.fromtimestamp(at, ZoneInfo(site.installation.timezone)).date()
    first = today - timedelta(days=STALE_DAYS + 1)
    loaded = [day for day in site.lake.dates(_INTERVALS.name) if first <= day <= today]
    intervals = site.lake.read_days(_INTERVALS.name, loaded, _INTERVALS.arrow_schema())
    table = site.lake.read(_QUEUES.name, _QUEUES.arrow_schema())
    rows = table.select(["queue_id", "name", "is_active"]).to_pylist()
    names = {row["queue_id"]: str(row["name"]) for row in rows}
    active = {row["queue_id"] for row in rows if row["is_active"]}
    in_use = frozenset(active | set(ints(intervals, "queue_id").tolist()))
    return _Newest(today, loaded, intervals, names, in_use)


def period(every: str, today: date) -> tuple[date, date]:
    """The day, week or month that ended before today."""
    yesterday = today - timedelta(days=1)
    if every == "week":
        monday = today - timedelta(days=today.weekday())
        return monday - timedelta(days=7), monday - timedelta(days=1)
    if every == "month":
        last = today.replace(day=1) - timedelta(days=1)
        return last.replace(day=1), last
    return yesterday, yesterday
