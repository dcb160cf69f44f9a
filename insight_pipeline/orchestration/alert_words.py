"""Notices in words: thresholds crossed and back, failed runs, a login that ended, the report, a test. Pure.

What happened is decided elsewhere; how a notice looks in a mail or a chat stands in `sinks.notify`.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from datetime import UTC, date
from zoneinfo import ZoneInfo

from insight_pipeline.model.alerts import FIGURES, Judged, Standing, Threshold, Window, shown
from insight_pipeline.model.deliveries import FailedRun
from insight_pipeline.model.errors import InsightError
from insight_pipeline.model.notices import Attachment, Fact, Notice, NoticeKind, notice_id
from insight_pipeline.model.terms import Term

_LABELS = {
    "installation": Term("Anlage", "Installation"),
    "queue_name": Term("Warteschlange", "Queue"),
    "value": Term("Wert", "Value"),
    "limit": Term("Grenze", "Limit"),
    "period": Term("Zeitraum", "Period"),
    "offered": Term("Anrufe", "Calls"),
    "alert": Term("Schwellenwert", "Threshold"),
    "run": Term("Lauf", "Run"),
    "first": Term("Von", "From"),
    "last": Term("Bis", "To"),
}
_MOST_RUNS = 20
"""Failed runs that a summary names."""
_OF_CROSSING = {
    True: ("IA-622", NoticeKind.ALERT_RAISED),
    False: ("IA-623", NoticeKind.ALERT_ENDED),
}


def limit_words(threshold: Threshold, locale: str) -> str:
    """The limit in words: `über 5 %`."""
    limit = shown(threshold.figure, threshold.limit, locale)
    side = Term("über", "above") if threshold.is_above else Term("unter", "below")
    return f"{side.text(locale)} {limit}"


def window_words(window: Window, timezone: str, locale: str) -> str:
    """The period in local time."""
    day = window.local_date.strftime("%d.%m.%Y" if locale == "de" else "%Y-%m-%d")
    if window.start_utc is None or window.end_utc is None:
        return day
    zone = ZoneInfo(timezone)
    first, last = (
        instant.replace(tzinfo=UTC).astimezone(zone).strftime("%H:%M")
        for instant in (window.start_utc, window.end_utc)
    )
    return f"{day}, {first}-{last}"


def crossing(
    threshold: Threshold, judged: Judged, queue_name: str, timezone: str, locale: str
) -> tuple[Notice, Standing]:
    """The notice of a threshold that has just been crossed, or is just back, and how it stands now."""
    reading, after = judged.reading, judged.after
    if after is None:
        raise ValueError(judged)
    code, kind = _OF_CROSSING[after.is_crossed]
    value = shown(threshold.figure, after.value, locale)
    limit, period = (
        limit_words(threshold, locale),
        window_words(reading.window, timezone, locale),
    )
    told = InsightError(
        code,
        queue=queue_name,
        figure=FIGURES[threshold.figure],
        value=value,
        limit=limit,
        alert=after.alert,
    )
    facts: dict[str, tuple[str | int | float, str]] = {
        "installation": (after.installation, after.installation),
        "queue_name": (queue_name, queue_name),
        "value": (after.value, value),
        "limit": (threshold.limit, limit),
        "period": (period, period),
        "offered": (reading.offered, str(reading.offered)),
        "alert": (after.alert, after.alert),
    }
    silent = {
        "queue_id": reading.queue_id,
        "figure": threshold.figure,
        "comparison": "above" if threshold.is_above else "below",
        "local_date": reading.window.local_date.isoformat(),
        "start_utc": _utc(reading.window, "start_utc"),
        "end_utc": _utc(reading.window, "end_utc"),
    }
    name = notice_id(
        after.alert, after.installation, after.queue_id, after.is_crossed, repr(after.changed_at)
    )
    return _notice(name, kind, told, after.changed_at, locale, _facts(facts, silent, locale)), after


def run_failures(runs: Sequence[FailedRun], at: float, locale: str) -> Notice:
    """One failed run, or several told together."""
    name = notice_id("runs", *(run.run_id for run in runs))
    if len(runs) == 1:
        run = runs[0]
        fields = {"job": run.job, "days": run.days, "detail": run.detail, "run": run.run_id[:8]}
        told = InsightError("IA-624", **fields)
    else:
        told = InsightError("IA-625", runs=len(runs))
    facts = tuple(
        Fact(
            f"run_{place}",
            run.run_id,
            f"{_LABELS['run'].text(locale)} {run.run_id[:8]}",
            " ".join(part for part in (run.job, run.days and f"({run.days})", run.detail) if part),
        )
        for place, run in enumerate(runs[:_MOST_RUNS], start=1)
    )
    return _notice(name, NoticeKind.RUN_FAILED, told, at, locale, facts)


def login_ended(problem: InsightError, at: float, locale: str) -> Notice:
    """Somebody must log in."""
    told = InsightError("IA-626")
    fact = Fact("problem", problem.code, problem.code, problem.message(locale))
    return _notice(notice_id("login", repr(at)), NoticeKind.LOGIN_ENDED, told, at, locale, (fact,))


def calls_stopped(problem: InsightError, at: float, locale: str) -> Notice:
    """No calls come from an installation any more; the problem names it, and since when."""
    name = str(problem.fields["installation"])
    fact = Fact("installation", name, "", name)
    identity = notice_id("silent", name, repr(at))
    return _notice(identity, NoticeKind.CALLS_STOPPED, problem, at, locale, (fact,))


def report_mail(
    installation: str, first: date, last: date, content: bytes, at: float, locale: str
) -> Notice:
    """The report of a period, attached."""
    told = InsightError("IA-627", installation=installation, first=first, last=last)
    values = {"installation": installation, "first": first.isoformat(), "last": last.isoformat()}
    facts = _facts({name: (text, text) for name, text in values.items()}, {}, locale)
    attachment = Attachment(f"{installation}_{first}_{last}.html", "text/html", content)
    name = notice_id("report", installation, first, last)
    return _notice(name, NoticeKind.REPORT, told, at, locale, facts, attachment)


def test_notice(at: float, locale: str) -> Notice:
    """A notice that says nothing but that it has arrived."""
    told = InsightError("IA-628")
    return _notice(notice_id("test", repr(at)), NoticeKind.TEST, told, at, locale, ())


def _notice(
    name: str,
    kind: NoticeKind,
    told: InsightError,
    at: float,
    locale: str,
    facts: tuple[Fact, ...],
    attachment: Attachment | None = None,
) -> Notice:
    text = f"{told.cause(locale)} {told.next_step(locale)}"
    return Notice(name, kind, told.code, at, told.message(locale), text, facts, attachment)


def _facts(
    shown_ones: Mapping[str, tuple[str | int | float, str]],
    silent: Mapping[str, str | int | float | None],
    locale: str,
) -> tuple[Fact, ...]:
    """Figures that people see, and those for programs alone, which have no label."""
    seen = (
        Fact(name, value, _LABELS[name].text(locale), text)
        for name, (value, text) in shown_ones.items()
    )
    return (*seen, *(Fact(name, value, "", "") for name, value in silent.items()))


def _utc(window: Window, name: str) -> str | None:
    instant = window.start_utc if name == "start_utc" else window.end_utc
    return None if instant is None else f"{instant.isoformat()}Z"
