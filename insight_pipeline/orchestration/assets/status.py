"""The status as an asset: a readable page, and the checks that say in one word whether all is well.

The page is that of `insight status`; materialising the asset by hand looks at once. What there is to say is
gathered in `orchestration.status`, and a sensor keeps it fresh (`status_automation`).
"""

from collections.abc import Iterator
from datetime import datetime
from zoneinfo import ZoneInfo

import dagster as dg

from insight_pipeline.model.errors import InsightError
from insight_pipeline.model.findings import Finding, Urgency
from insight_pipeline.orchestration.assets.stage import Result, key
from insight_pipeline.orchestration.failures import guarded, told
from insight_pipeline.orchestration.metadata import OWNERS
from insight_pipeline.orchestration.resources import Sites
from insight_pipeline.orchestration.site import Site
from insight_pipeline.orchestration.status.page import markdown
from insight_pipeline.orchestration.status.rows import silence
from insight_pipeline.orchestration.status.standing import Standing, standing

STATUS = dg.AssetKey(["status"])
GROUP = "operation"
UP_TO_DATE, CALLS_COMING = "everything_is_up_to_date", "calls_keep_coming"
_MEANS = (
    "How far every installation is in every sink, what is missing and why, and what to do first. The "
    "page is that of `insight status`; a sensor keeps it fresh."
)


def status_asset(locale: str) -> dg.AssetsDefinition:
    """The page; materialised by hand it looks at once."""

    @dg.asset(
        key=STATUS,
        group_name=GROUP,
        owners=OWNERS,
        kinds={"python"},
        description=_MEANS,
        check_specs=[
            dg.AssetCheckSpec(
                UP_TO_DATE,
                asset=STATUS,
                description="No figure lacks anything; else: what and why.",
            )
        ],
    )
    @told(locale)
    def status(sites: dg.ResourceParam[Sites]) -> Result:
        found = standing(sites.settings)
        passed, severity, said = verdict(found, locale)
        check = dg.AssetCheckResult(
            passed=passed, check_name=UP_TO_DATE, severity=severity, description=said
        )
        return dg.MaterializeResult(metadata=status_metadata(found, locale), check_results=[check])

    made: dg.AssetsDefinition = status
    return made


def calls_check(site: Site) -> dg.AssetChecksDefinition:
    """The check of one installation's landing folder, asked by every run that reads it."""

    @dg.asset_check(
        asset=key(site.name, "landing_files"),
        name=CALLS_COMING,
        description="Calls were read of the working days that have ended (`silent_days`); opening hours "
        "and public holidays are taken into account. A warning only.",
    )
    @guarded
    def calls_keep_coming(sites: dg.ResourceParam[Sites]) -> dg.AssetCheckResult:
        here = sites.of(site.name)
        problem = next(silence(here, clock_of(here)), None)
        return dg.AssetCheckResult(
            passed=problem is None,
            severity=dg.AssetCheckSeverity.WARN,
            description=None if problem is None else _in_words(problem, here.settings.locale),
        )

    return calls_keep_coming


def clock_of(site: Site) -> datetime:
    """The installation's present time."""
    return datetime.now(ZoneInfo(site.installation.timezone))


def verdict(found: Standing, locale: str) -> tuple[bool, dg.AssetCheckSeverity, str | None]:
    """Whether all is well, how bad it is, and what is behind, the first to do first."""
    behind = [finding for finding in found.findings if finding.urgency.is_behind]
    is_stuck = any(finding.urgency is Urgency.NOW for finding in behind)
    severity = dg.AssetCheckSeverity.ERROR if is_stuck else dg.AssetCheckSeverity.WARN
    return not behind, severity, "\n".join(_lines(behind, locale)) or None


def _lines(findings: list[Finding], locale: str) -> Iterator[str]:
    for finding in findings:
        yield _in_words(finding.problem, locale)


def _in_words(problem: InsightError, locale: str) -> str:
    return f"{problem.code} {problem.message(locale)} {problem.next_step(locale)}"


def status_metadata(found: Standing, locale: str) -> dict[str, dg.MetadataValue]:
    """The page, and figures that the UI plots over time."""
    counts = {
        f"findings_{urgency.value}": sum(one.urgency is urgency for one in found.findings)
        for urgency in Urgency
    }
    return {
        "status": dg.MetadataValue.md(markdown(found, locale)),
        "seen_at": dg.MetadataValue.timestamp(found.at),
        **{name: dg.MetadataValue.int(count) for name, count in counts.items()},
    }
