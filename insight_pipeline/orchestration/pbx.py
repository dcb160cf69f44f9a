"""The PBX's own database in runs and sensors: it is read where files are, and stops nothing when it is away.

What goes wrong stays with the progress of the table until a look succeeds; a check of `landing_files` and
`insight status` tell it from there.
"""

import dagster as dg

from insight_pipeline.model.errors import InsightError
from insight_pipeline.orchestration.assets.stage import key
from insight_pipeline.orchestration.failures import guarded
from insight_pipeline.orchestration.resources import Sites
from insight_pipeline.orchestration.site import Site
from insight_pipeline.sources.cdrdata.reading import TableRead


def read_table(site: Site) -> tuple[TableRead, InsightError | None]:
    """Take new rows of the PBX's table into the raw store; what went wrong, if anything did."""
    table = site.pbx_table
    if table is None:
        return TableRead(), None
    try:
        return table.read(), None
    except InsightError as error:
        return TableRead(), error


def table_news(site: Site) -> list[str]:
    """What tells that the table holds something new, if it is time to ask and it does."""
    table = site.pbx_table
    if table is None or not table.is_due():
        return []
    try:
        found = table.news()
    except InsightError:
        return []
    return [] if found is None else [found]


def table_check(site: Site) -> dg.AssetChecksDefinition:
    """Whether the last look at the PBX's database succeeded; it warns and holds nothing back."""

    @dg.asset_check(
        asset=key(site.name, "landing_files"),
        name="pbx_database_was_read",
        description="The PBX's own database could be read. If not, days are loaded from what is there, and "
        "again when the missing rows have come.",
    )
    @guarded
    def pbx_database_was_read(sites: dg.ResourceParam[Sites]) -> dg.AssetCheckResult:
        here = sites.of(site.name)
        problem = here.pbx_table and here.pbx_table.last_look.problem
        locale = here.settings.locale
        words = problem and (problem.code, problem.message(locale), problem.next_step(locale))
        return dg.AssetCheckResult(
            passed=problem is None,
            severity=dg.AssetCheckSeverity.WARN,
            description=" ".join(words) if words else None,
        )

    return pbx_database_was_read
