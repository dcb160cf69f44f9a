"""Asset checks: the identities of R 17, blocking the sinks, and one suite of expectations a table.

A run over a range evaluates a check once for all its days, so a failure names the dates and rows.
"""

from collections.abc import Iterator

import dagster as dg
import pyarrow as pa
import pyarrow.compute as pc

from insight_pipeline.facts.reconciliation import Imbalance
from insight_pipeline.facts.users import count_users, tier_of
from insight_pipeline.model.messages import render
from insight_pipeline.model.tables import TABLES, Table
from insight_pipeline.orchestration.assets.stage import DIMENSION_KEYS, key, read_staged
from insight_pipeline.orchestration.auditing import broken_identities, broken_values
from insight_pipeline.orchestration.expectations import (
    Broken,
    broken_expectations,
    references_missing,
)
from insight_pipeline.orchestration.failures import guarded
from insight_pipeline.orchestration.licences import user_warnings
from insight_pipeline.orchestration.partitions import days_checked
from insight_pipeline.orchestration.pbx import table_check
from insight_pipeline.orchestration.publishing import PARTITIONED
from insight_pipeline.orchestration.resources import Sites
from insight_pipeline.orchestration.site import Site

IDENTITIES = {
    "every_row_is_accounted_for": "rows_in",
    "calls_equal_the_sum_over_outcomes": "calls by outcome",
    "visits_equal_the_sum_over_exits": "queue visits by exit reason",
    "contacts_equal_the_sum_over_results": "agent contacts",
    "queue_intervals_equal_the_visits": "visits and queue intervals",
    "agent_intervals_equal_the_contacts": "contacts and agent intervals",
    "callbacks_equal_the_lost_calls": "lost calls and callbacks",
}
"""R 17's identities a partition: check name, and how `facts.reconciliation` names the identity."""

USERS_FIT_THE_TIER = "users_fit_the_tier"
"""A notice: it warns, and holds nothing back."""

_SHOWN = 20


def site_checks(site: Site) -> list[dg.AssetChecksDefinition]:
    """All checks of one installation."""
    suites = [_suite(site, TABLES[name]) for name in PARTITIONED]
    database = [] if site.installation.cdrdata is None else [table_check(site)]
    return [_identities(site), *suites, _files(site), *_dimensions(site), _users(site), *database]


def _identities(site: Site) -> dg.AssetChecksDefinition:
    asset = key(site.name, "reconciliation")
    specs = [
        dg.AssetCheckSpec(name, asset=asset, blocking=True, description=f"R 17: {identity}.")
        for name, identity in IDENTITIES.items()
    ]

    @dg.multi_asset_check(specs=specs, name=f"{_op_name(site)}__reconciliation_identities")
    @guarded
    def identities(
        context: dg.AssetCheckExecutionContext, sites: dg.ResourceParam[Sites]
    ) -> Iterator[dg.AssetCheckResult]:
        here = sites.of(site.name)
        found = broken_identities(here, days_checked(context, here))
        for name, identity in IDENTITIES.items():
            broken = [item for item in found if item.identity.split(" (")[0] == identity]
            yield _identity_result(name, asset, broken, here.settings.locale)

    return identities


def _identity_result(
    name: str, asset: dg.AssetKey, broken: list[Imbalance], locale: str
) -> dg.AssetCheckResult:
    lines = [
        render(
            "IA-410",
            locale,
            identity=item.words,
            date=item.local_date,
            expected=item.expected,
            actual=item.actual,
        )
        for item in broken[:_SHOWN]
    ]
    return dg.AssetCheckResult(
        passed=not broken,
        check_name=name,
        asset_key=asset,
        description="\n".join(lines) or None,
        metadata={"dates_at_fault": sorted({item.local_date for item in broken})},
    )


def _suite(site: Site, table: Table) -> dg.AssetChecksDefinition:
    @dg.asset_check(
        asset=key(site.name, table.name),
        name="values_as_declared",
        blocking=True,
        description=f"{table.name}: types, key, ranges and word lists as the model declares them, "
        "as a Great Expectations suite; rows that point at other rows find them.",
    )
    @guarded
    def values_as_declared(
        context: dg.AssetCheckExecutionContext, sites: dg.ResourceParam[Sites]
    ) -> dg.AssetCheckResult:
        here = sites.of(site.name)
        return _suite_result(*broken_values(here, table, days_checked(context, here)))

    return values_as_declared


def _suite_result(broken: list[Broken], rows: int) -> dg.AssetCheckResult:
    lines = [
        f"{item.expectation} [{item.column}]: {item.rows} rows, such as {'; '.join(item.sample[:5])}"
        for item in broken[:_SHOWN]
    ]
    return dg.AssetCheckResult(
        passed=not broken,
        description="\n".join(lines) or None,
        metadata={
            "rows_checked": rows,
            "rows_at_fault": [row for item in broken for row in item.sample][:_SHOWN],
        },
    )


def _files(site: Site) -> dg.AssetChecksDefinition:
    @dg.asset_check(
        asset=key(site.name, "ingest_file"),
        name="every_line_is_accounted_for",
        blocking=True,
        description="R 17: lines = accepted + open + quarantined, in every file.",
    )
    @guarded
    def every_line_is_accounted_for(sites: dg.ResourceParam[Sites]) -> dg.AssetCheckResult:
        files = sites.of(site.name).lake.read("ingest_file", TABLES["ingest_file"].arrow_schema())
        files = files.filter(pc.equal(files["status"], "accepted"))
        parts = pc.add(pc.add(files["accepted"], files["open_rows"]), files["quarantined"])
        broken = files.filter(pc.not_equal(files["lines"], parts))["file_name"].to_pylist()
        return dg.AssetCheckResult(
            passed=not broken, metadata={"files": len(files), "files_at_fault": broken}
        )

    return every_line_is_accounted_for


def _dimensions(site: Site) -> list[dg.AssetChecksDefinition]:
    """Every agent, queue and line that a fact refers to is in its dimension."""
    roles = {"dim_agent": ("agent",), "dim_queue": ("queue",), "dim_line": ("line", "line_use")}
    return [_dimension_check(site, TABLES[name], wanted) for name, wanted in roles.items()]


def _dimension_check(site: Site, table: Table, roles: tuple[str, ...]) -> dg.AssetChecksDefinition:
    @dg.asset_check(
        asset=key(site.name, table.name),
        name="facts_find_their_row",
        blocking=True,
        description=f"{table.name} holds every id that a loaded fact refers to, once.",
    )
    @guarded
    def facts_find_their_row(sites: dg.ResourceParam[Sites]) -> dg.AssetCheckResult:
        here = sites.of(site.name)
        data = here.lake.read(table.name, table.arrow_schema())
        broken = broken_expectations(table, data)
        refs = read_staged(here, DIMENSION_KEYS, here.staging.dates(DIMENSION_KEYS))
        refs = refs.filter(pc.is_in(refs["role"], value_set=pa.array(roles)))
        missing = references_missing(refs, "id", data, table.key[1], "id")
        if missing:
            broken.append(Broken(f"found in {table.name}", "id", len(missing), tuple(missing)))
        return _suite_result(broken, len(data))

    return facts_find_their_row


def _users(site: Site) -> dg.AssetChecksDefinition:
    @dg.asset_check(
        asset=key(site.name, "directory"),
        name=USERS_FIT_THE_TIER,
        description="Licensed users, as the edition counts them, leave room in their tier. Nothing "
        "is locked.",
    )
    @guarded
    def users_fit_the_tier(sites: dg.ResourceParam[Sites]) -> dg.AssetCheckResult:
        here = sites.of(site.name)
        settings = here.settings
        count = count_users(here.directory, here.installation.groups)
        found = user_warnings(site.name, count, settings)
        words = [f"{each.code} {each.message(settings.locale)}" for each in found]
        users = count.of_edition(settings.edition) or 0
        return dg.AssetCheckResult(
            passed=not found,
            severity=dg.AssetCheckSeverity.WARN,
            description="\n".join(words) or None,
            metadata={"licensed_users": users, "tier": str(tier_of(users))},
        )

    return users_fit_the_tier


def _op_name(site: Site) -> str:
    return site.name.replace("-", "_")
