"""Push assets: one for each table of the Power BI dataset, downstream of everything that is checked.

A push never fails a run because something has to wait: what waits, what is held and why are metadata, and
a check that warns. One push at a time runs a dataset, by a pool.
"""

from datetime import datetime
from typing import Any

import dagster as dg

from insight_pipeline.model.errors import InsightError
from insight_pipeline.model.tables import TABLES
from insight_pipeline.orchestration.assets.stage import Result, key
from insight_pipeline.orchestration.failures import told
from insight_pipeline.orchestration.metadata import OWNERS
from insight_pipeline.orchestration.push_results import Pushed
from insight_pipeline.orchestration.pushing import Push
from insight_pipeline.orchestration.resources import Sites
from insight_pipeline.orchestration.site import Site
from insight_pipeline.sinks.powerbi.datasets import HISTORICAL, PushColumn, PushTable

GROUP, PREFIX = "sinks", "powerbi"
HELD_BACK = "nothing_is_held_back"
POOL = f"powerbi_{HISTORICAL}"
_SHARED = ("dim_date", "dim_interval")
_ADDED = {
    "sign": "+1, or -1 where it takes back a row that was pushed before",
    "partition_key": "Installation and local date",
    "batch_id": "The request that brought the row",
    "interval_of_day": "Quarter hour of the start by the installation's clock, 0 to 95",
}
_WARN = dg.AssetCheckSeverity.WARN


def push_key(table: str) -> dg.AssetKey:
    """The push asset of a table."""
    return dg.AssetKey([PREFIX, table])


def push_assets(push: Push, sites_of: list[Site]) -> list[dg.AssetsDefinition]:
    """A push asset for each table of the dataset."""
    tables = push.dataset.tables
    return [_push(table, sites_of, push.settings.locale) for table in tables]


def _push(table: PushTable, sites_of: list[Site], locale: str) -> dg.AssetsDefinition:
    @dg.asset(
        name=table.name,
        key_prefix=[PREFIX],
        group_name=GROUP,
        owners=OWNERS,
        kinds={"powerbi"},
        pool=POOL,
        deps=_upstream(table, sites_of),
        description=f"{TABLES[table.name].description}. Pushed to the dataset {HISTORICAL}: every row once, "
        "corrections by sign, within Microsoft's limits.",
        metadata={"dagster/column_schema": _schema(table)},
        check_specs=[
            dg.AssetCheckSpec(
                HELD_BACK,
                asset=push_key(table.name),
                description="Everything that is ready has been pushed; else it says what waits and why.",
            )
        ],
    )
    @told(locale)
    def push_table(sites: dg.ResourceParam[Sites]) -> Result:
        settings = sites.settings
        if not settings.sinks.powerbi.upload:
            return _off(table)
        (found,) = Push(settings).push([table.name])
        return _told(found, settings.locale)

    made: dg.AssetsDefinition = push_table
    return made


def _upstream(table: PushTable, sites_of: list[Site]) -> list[dg.AssetKey]:
    """The table itself, and the lake: where a day does not add up, nothing of its run is pushed."""
    lakes = [key(site.name, "lake") for site in sites_of]
    if table.name in _SHARED:
        return [dg.AssetKey([table.name]), *lakes]
    return lakes if table.is_fact else [*(key(site.name, table.name) for site in sites_of), *lakes]


def _schema(table: PushTable) -> dg.TableSchema:
    told = {column.name: column.description for column in TABLES[table.name].columns}

    def column(found: PushColumn) -> dg.TableColumn:
        text = told.get(found.name) or _ADDED.get(found.name, "Installation and id, to join by")
        return dg.TableColumn(found.name, found.data_type.value, description=f"{text}.")

    return dg.TableSchema(columns=[column(found) for found in table.columns])


def _off(table: PushTable) -> Result:
    """Uploading is off, as it is until somebody switches it on."""
    check = dg.AssetCheckResult(
        passed=True, check_name=HELD_BACK, asset_key=push_key(table.name), severity=_WARN
    )
    return dg.MaterializeResult(metadata={"uploading": "off"}, check_results=[check])


def _told(pushed: Pushed, locale: str) -> Result:
    """What a push did as metadata, and what it left as a check that warns."""
    done, problem = pushed.done, pushed.problem
    metadata: dict[str, Any] = {
        "rows_pushed": done.rows,
        "batches": done.batches,
        "requests": done.requests,
        "waited_seconds": round(done.waited_seconds, 1),
        "rows_waiting": done.rest_rows,
        "batches_waiting": done.rest_batches,
    }
    if done.goes_on_at is not None:
        metadata["goes_on_at"] = dg.MetadataValue.timestamp(done.goes_on_at)
    check = dg.AssetCheckResult(
        passed=not pushed.is_held_back,
        check_name=HELD_BACK,
        asset_key=push_key(done.table),
        severity=_WARN,
        description=in_words(problem, locale) if problem else None,
        metadata={"code": problem.code} if problem else {},
    )
    return dg.MaterializeResult(metadata=metadata, check_results=[check])


def in_words(problem: InsightError, locale: str) -> str:
    """Code, what is in the way, and what to do."""
    return f"{problem.code} {problem.message(locale)} {problem.next_step(locale)}"


def dataset_asset(locale: str) -> dg.SourceAsset:
    """The dataset as the service holds it, compared with the lake."""

    @dg.observable_source_asset(
        name=HISTORICAL,
        key_prefix=[PREFIX],
        group_name=GROUP,
        tags={"dagster/kind/powerbi": ""},
        description="What the service holds, counted there, beside what has been pushed and what the "
        "lake has. Observe it to compare.",
    )
    @told(locale)
    def dataset(sites: dg.ResourceParam[Sites]) -> dg.ObserveResult:
        metadata: dict[str, Any] = {}
        for line in Push(sites.settings).compare():
            metadata[f"{line.table}_rows_in_service"] = line.in_service
            metadata[f"{line.table}_rows_pushed"] = line.pushed
            metadata[f"{line.table}_rows_in_lake"] = line.in_lake
        metadata["observed_at"] = dg.MetadataValue.timestamp(datetime.now().astimezone())
        return dg.ObserveResult(metadata=metadata)

    made: dg.SourceAsset = dataset
    return made
