"""Sinks: partitions are published to the lake once their checks passed, and databases load from it."""

from datetime import date
from pathlib import Path

import dagster as dg
import pyarrow as pa

from insight_pipeline.facts.dimensions import date_dimension, interval_dimension
from insight_pipeline.model.tables import MODEL_VERSION, PIPELINE_META, TABLES
from insight_pipeline.orchestration.assets.stage import Result, asset_options, key, partitioned
from insight_pipeline.orchestration.callbacks import CALLBACK
from insight_pipeline.orchestration.failures import told
from insight_pipeline.orchestration.metadata import (
    OWNERS,
    add_partition_counts,
    definition_metadata,
    result_metadata,
)
from insight_pipeline.orchestration.partitions import dates_of
from insight_pipeline.orchestration.publishing import PARTITIONED, load_days, publish
from insight_pipeline.orchestration.resources import Sites
from insight_pipeline.orchestration.site import Site
from insight_pipeline.sinks.lake import Lake
from insight_pipeline.sinks.relational.connecting import backend_of

GROUP = "sinks"
WHOLE = (
    *("dim_agent", "dim_queue", "dim_line"),
    *("ingest_file", "cdr_quarantine", "forecast_queue_interval"),
)
SHARED = ("dim_date", "dim_interval")


def sink_assets(site: Site) -> list[dg.AssetsDefinition]:
    """Lake and database of one installation."""
    return [_lake(site), _relational(site), _relational_dimensions(site)]


def _kind(site: Site) -> str:
    """The kind of the database, which the UI shows with its sign."""
    return backend_of(site.settings.sinks.relational.url.get_secret_value())


def _lake(site: Site) -> dg.AssetsDefinition:
    @dg.asset(  # type: ignore[call-overload,untyped-decorator]
        **asset_options(site, "lake", GROUP, "parquet"),
        **partitioned(site),
        description="The partition in the Parquet lake, from which everything else is loaded. "
        "Published only after every blocking check has passed.",
        deps=[key(site.name, name) for name in PARTITIONED],
    )
    @told(site.settings.locale)
    def lake(context: dg.AssetExecutionContext, sites: dg.ResourceParam[Sites]) -> Result:
        here = sites.of(site.name)
        dates = dates_of(context.partition_keys)
        earlier = publish(here, dates)
        for day in earlier:
            updated = dg.AssetMaterialization(key(site.name, CALLBACK), partition=day.isoformat())
            context.log_event(updated)
        return dg.MaterializeResult(
            metadata={
                "tables": len(PARTITIONED),
                "partitions": len(dates),
                "callbacks_brought_up_to_date": ", ".join(day.isoformat() for day in earlier),
                "folder": dg.MetadataValue.path(str(here.lake.folder)),
            }
        )

    found: dg.AssetsDefinition = lake
    return found


def _relational(site: Site) -> dg.AssetsDefinition:
    @dg.asset(  # type: ignore[call-overload,untyped-decorator]
        **asset_options(site, "relational", GROUP, "sql", _kind(site)),
        **partitioned(site),
        description="The partition in the database: all its tables replaced in one transaction.",
        deps=[key(site.name, "lake")],
    )
    @told(site.settings.locale)
    def relational(context: dg.AssetExecutionContext, sites: dg.ResourceParam[Sites]) -> Result:
        here = sites.of(site.name)
        database = here.database()
        total = 0
        for dates in here.chunks(dates_of(context.partition_keys)):
            counts = load_days(here, database, dates)
            add_partition_counts(context, counts)
            total += sum(counts.values())
        database.close()
        return dg.MaterializeResult(metadata={"rows_in_run": total})

    found: dg.AssetsDefinition = relational
    return found


def _relational_dimensions(site: Site) -> dg.AssetsDefinition:
    @dg.asset(  # type: ignore[call-overload,untyped-decorator]
        **asset_options(site, "relational_dimensions", GROUP, "sql", _kind(site)),
        description="Dimensions, files, quarantine and forecast in the database, replaced in one "
        "transaction.",
        deps=[*(key(site.name, name) for name in WHOLE), *(dg.AssetKey([name]) for name in SHARED)],
    )
    @told(site.settings.locale)
    def relational_dimensions(sites: dg.ResourceParam[Sites]) -> Result:
        here = sites.of(site.name)
        own = {name: here.lake.read(name, TABLES[name].arrow_schema()) for name in WHOLE}
        shared = Lake(here.settings.data_dir / "lake")
        common = {name: shared.read(name, TABLES[name].arrow_schema()) for name in SHARED}
        database = here.database()
        database.replace_tables(own, here.name)
        database.replace_tables(common, None)
        database.close()
        rows = {f"{name}_rows": len(table) for name, table in {**own, **common}.items()}
        return dg.MaterializeResult(metadata=dict(rows))

    found: dg.AssetsDefinition = relational_dimensions
    return found


def shared_assets(sites_of: list[Site]) -> list[dg.AssetsDefinition]:
    """Calendar, quarter hours and the store's own facts, which all installations share."""
    locale = sites_of[0].settings.locale

    @dg.asset(  # type: ignore[call-overload,untyped-decorator]
        **_shared_options("dim_date"),
        description=f"{TABLES['dim_date'].description}, over the years that are loaded.",
        deps=[key(site.name, "lake") for site in sites_of],
    )
    @told(locale)
    def dim_date(sites: dg.ResourceParam[Sites]) -> Result:
        here = sites.all()
        loaded = [day for site in here for day in site.lake.dates("fact_call")]
        starts = [site.installation.start_date for site in here]
        first, last = min(starts), max([*loaded, *starts])
        region = here[0].installation.region
        table = date_dimension(date(first.year, 1, 1), date(last.year, 12, 31), region)
        Lake(_shared_folder(sites)).write("dim_date", table)
        return dg.MaterializeResult(metadata=result_metadata(table))

    @dg.asset(  # type: ignore[call-overload,untyped-decorator]
        **_shared_options("dim_interval"), description=TABLES["dim_interval"].description
    )
    @told(locale)
    def dim_interval(sites: dg.ResourceParam[Sites]) -> Result:
        table = interval_dimension()
        Lake(_shared_folder(sites)).write("dim_interval", table)
        meta = [{"key": "model_version", "value": str(MODEL_VERSION)}]
        Lake(_shared_folder(sites)).write(
            PIPELINE_META.name, pa.Table.from_pylist(meta, PIPELINE_META.arrow_schema())
        )
        return dg.MaterializeResult(metadata=result_metadata(table))

    return [dim_date, dim_interval]


def _shared_options(name: str) -> dict[str, object]:
    return {
        "name": name,
        "group_name": "facts",
        "owners": OWNERS,
        "kinds": {"python", "parquet"},
        "metadata": definition_metadata(TABLES[name]),
    }


def _shared_folder(sites: Sites) -> Path:
    return sites.settings.data_dir / "lake"
