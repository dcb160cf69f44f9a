"""How everything stands in Markdown, for the page of the asset in the UI. Pure: a standing in, text out."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from datetime import date

from insight_pipeline.model.findings import Finding
from insight_pipeline.model.terms import Term
from insight_pipeline.orchestration.status.standing import SinkStanding, SiteStanding, Standing

HEADS = {
    "de": ("Anlage", "Eingelesen bis", "Datenspeicher bis", "Datenbank bis", "Power BI bis", "Zu tun"),
    "en": ("Installation", "Read to", "Lake to", "Database to", "Power BI to", "To do"),
}  # fmt: skip
UP_TO_DATE = Term("Alles ist auf dem Stand.", "Everything is up to date.")
_NONE, _OFF, _AWAY = Term("nichts", "nothing"), Term("aus", "off"), Term("unbekannt", "unknown")
_OF_ALL = Term("alle Anlagen", "all installations")
MOST = 5
"""So many findings of one code and installation are shown; the rest are counted."""


def cells(site: SiteStanding, found: Standing, locale: str) -> tuple[str, ...]:
    """An installation's row below HEADS."""
    todo = sum(finding.urgency.is_behind for finding in found.of(site.installation))
    return (
        site.installation,
        _AWAY.text(locale) if site.lake is None else _day(site.newest_read, locale),
        _sink(site.lake, _AWAY, locale),
        _sink(site.database, _AWAY, locale),
        _sink(site.powerbi, _OFF, locale),
        str(todo),
    )


def shown(findings: Sequence[Finding]) -> Iterator[tuple[Finding, int]]:
    """The findings to show, each with how many like it follow that are not shown."""
    seen: dict[tuple[str, str | None], int] = {}
    for finding in findings:
        kind = (finding.code, finding.installation)
        seen[kind] = seen.get(kind, 0) + 1
    left = dict(seen)
    for finding in findings:
        kind = (finding.code, finding.installation)
        left[kind] -= 1
        place = seen[kind] - left[kind]
        if place <= MOST:
            yield finding, left[kind] if place == MOST else 0


def markdown(found: Standing, locale: str) -> str:
    """The whole page."""
    lines = [_row(HEADS[locale]), _row(["---"] * len(HEADS[locale]))]
    lines += [_row(cells(site, found, locale)) for site in found.sites]
    if found.is_up_to_date:
        lines += ["", f"**{UP_TO_DATE.text(locale)}**"]
    heading = ""
    for finding, more in shown(found.findings):
        if heading != (heading := finding.urgency.heading(locale)):
            lines += ["", f"### {heading}", ""]
        lines += _item(finding, locale)
        if more:
            lines += [f"- … +{more} {finding.code}"]
    return "\n".join(lines)


def _item(finding: Finding, locale: str) -> list[str]:
    """What is wrong and why, and below it what to do; whose it is where the text does not say it."""
    problem = finding.problem
    told = " ".join(_plain(text) for text in (problem.message(locale), problem.cause(locale)))
    is_named = "installation" in problem.fields
    where = "" if is_named else f" ({finding.installation or _OF_ALL.text(locale)})"
    step = _plain(problem.next_step(locale))
    return [f"- **{finding.code}**{where} {told}", f"    - → {step}"]


def _plain(text: str) -> str:
    """Names from outside must not become markup."""
    return "".join(f"\\{sign}" if sign in "\\`*_{}[]<>#|~" else sign for sign in text)


def _row(values: Sequence[str]) -> str:
    return f"| {' | '.join(values)} |"


def _day(day: date | None, locale: str) -> str:
    return _NONE.text(locale) if day is None else day.isoformat()


def _sink(sink: SinkStanding | None, otherwise: Term, locale: str) -> str:
    return otherwise.text(locale) if sink is None else _day(sink.newest_day, locale)
