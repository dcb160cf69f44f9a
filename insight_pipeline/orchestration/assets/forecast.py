"""The forecast of calls and agents by quarter hour of the week, over all days that are loaded."""

import dagster as dg

from insight_pipeline.model.tables import FORECAST_QUEUE_INTERVAL
from insight_pipeline.orchestration.assets.sinks import GROUP
from insight_pipeline.orchestration.assets.stage import Result, asset_options, key
from insight_pipeline.orchestration.expectations import broken_expectations
from insight_pipeline.orchestration.failures import guarded, told
from insight_pipeline.orchestration.forecasting import broken_identities, forecast_of, today_of
from insight_pipeline.orchestration.metadata import result_metadata
from insight_pipeline.orchestration.resources import Sites
from insight_pipeline.orchestration.site import Site

NAME = FORECAST_QUEUE_INTERVAL.name


def forecast_asset(site: Site) -> dg.AssetsDefinition:
    """The forecast of one installation."""

    @dg.asset(  # type: ignore[call-overload,untyped-decorator]
        **asset_options(site, NAME, GROUP, "python", "pandas", "parquet"),
        description="What each quarter hour of the week is expected to bring each queue, from the last weeks "
        "in the lake, and the agents that its service level takes by Erlang C.",
        deps=[key(site.name, "lake"), key(site.name, "directory")],
    )
    @told(site.settings.locale)
    def forecast_queue_interval(sites: dg.ResourceParam[Sites]) -> Result:
        here = sites.of(site.name)
        table = forecast_of(here, today_of(here))
        here.lake.write(NAME, table)
        queues = len(table["queue_id"].unique())
        return dg.MaterializeResult(metadata={**result_metadata(table), "queues": queues})

    found: dg.AssetsDefinition = forecast_queue_interval
    return found


def forecast_check(site: Site) -> dg.AssetChecksDefinition:
    """Values as declared, and what Erlang C promises."""

    @dg.asset_check(
        asset=key(site.name, NAME),
        name="figures_agree",
        blocking=True,
        description=f"{NAME}: types, key and ranges as the model declares them; with the agents needed the "
        "target is reached and the load carried.",
    )
    @guarded
    def figures_agree(sites: dg.ResourceParam[Sites]) -> dg.AssetCheckResult:
        table = sites.of(site.name).lake.read(NAME, FORECAST_QUEUE_INTERVAL.arrow_schema())
        values = broken_expectations(FORECAST_QUEUE_INTERVAL, table)
        lines = [f"{item.expectation} [{item.column}]: {item.rows} rows" for item in values]
        lines += broken_identities(table)
        return dg.AssetCheckResult(
            passed=not lines,
            description="\n".join(lines) or None,
            metadata={"rows_checked": len(table)},
        )

    return figures_agree
