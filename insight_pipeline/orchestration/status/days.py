"""Days that were read and are not loaded as they should be, each with the reason.

A day may wait for its load, may have failed its checks, or may have been made with other settings. What
the checks found is asked again of what is staged, so that it is told as long as it is true.
"""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from datetime import date

from insight_pipeline.model.errors import InsightError
from insight_pipeline.model.findings import Finding, Urgency
from insight_pipeline.model.tables import RECONCILIATION
from insight_pipeline.model.terms import Term, span
from insight_pipeline.orchestration.auditing import failures_of
from insight_pipeline.orchestration.site import Site
from insight_pipeline.orchestration.status.rows import days_read

LEGS = "fact_call_leg"
_LOOKED_AT = 62
"""Of how many days, the newest, it is looked whether they were made again and kept back."""
_AUDITED = 7
"""Of how many days, the newest first, it is asked what their checks found."""
_FAILURES = 3


def days_to_load(site: Site, today: date) -> list[date]:
    """Days that were read and never loaded, or touched since, ascending."""
    read, loaded = set(days_read(site, today)), set(site.lake.dates(LEGS))
    return sorted((read - loaded) | set(site.stale(today)[1]))


def day_findings(site: Site, to_load: Sequence[date], waiting: Urgency) -> Iterator[Finding]:
    """Why these days are not loaded, and loaded days that settings have overtaken.

    `waiting` is how urgent it is that something is to be loaded which nothing keeps back.
    """
    made = {*to_load, *site.staging.dates(RECONCILIATION.name)[-_LOOKED_AT:]}
    kept_back = [day for day in sorted(made) if _is_kept_back(site, day)][-_AUDITED:]
    failed = {day: found for day in kept_back if (found := list(failures_of(site, day)))}
    for day, found in failed.items():
        fields: dict[str, object] = {"first": day, "last": day, "checks": _first(found)}
        problem = InsightError("IA-411", installation=site.name, **fields)
        yield Finding(Urgency.MISSING, problem, site.name)
    if rest := [day for day in to_load if day not in failed]:
        fields = {"days": span(rest), "first": rest[0], "last": rest[-1]}
        problem = InsightError("IA-404", installation=site.name, **fields)
        yield Finding(waiting, problem, site.name)
    loaded = site.lake.dates(LEGS)
    if loaded and site.is_redefined():
        fields = {"first": loaded[0], "last": loaded[-1]}
        problem = InsightError("IA-614", installation=site.name, **fields)
        yield Finding(waiting, problem, site.name)


def _is_kept_back(site: Site, day: date) -> bool:
    """Whether the day was made after what the lake holds of it."""
    staged, published = (area.stamp(RECONCILIATION.name, day) for area in (site.staging, site.lake))
    return staged is not None and (published is None or staged[1] > published[1])


def _first(found: Sequence[Term]) -> Term:
    """The first failures, and how many more there are."""
    more = len(found) - _FAILURES
    de, en = ("; ".join(getattr(one, name) for one in found[:_FAILURES]) for name in ("de", "en"))
    return Term(de, en) if more <= 0 else Term(f"{de}; {more} weitere", f"{en}; {more} more")
