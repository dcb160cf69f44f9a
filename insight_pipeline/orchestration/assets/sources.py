"""Sources: the landing folder, the directory, the rows as read, and what could not be read."""

from typing import Any

import dagster as dg
import pyarrow.compute as pc

from insight_pipeline.facts.users import count_users
from insight_pipeline.model.rows import CALL_LIST, LINE_LIST
from insight_pipeline.model.tables import CDR_QUARANTINE, INGEST_FILE
from insight_pipeline.orchestration.assets.stage import (
    LINE_USE,
    Result,
    asset_options,
    key,
    partitioned,
)
from insight_pipeline.orchestration.failures import told
from insight_pipeline.orchestration.metadata import (
    add_partition_counts,
    result_metadata,
    run_metadata,
)
from insight_pipeline.orchestration.partitions import dates_of
from insight_pipeline.orchestration.pbx import read_table
from insight_pipeline.orchestration.resources import Sites
from insight_pipeline.orchestration.site import Site
from insight_pipeline.sources.cdrdata.reading import TableRead
from insight_pipeline.sources.landing import read_new
from insight_pipeline.sources.raw_store import day_number, day_of
from insight_pipeline.sources.reports import ingest_file_table

GROUP = "sources"


def source_assets(site: Site) -> list[dg.AssetsDefinition]:
    """The source assets of one installation."""
    return [_landing_files(site), _directory(site), *_lists(site), *_reports(site)]


def _landing_files(site: Site) -> dg.AssetsDefinition:
    @dg.asset(  # type: ignore[call-overload,untyped-decorator]
        **asset_options(site, "landing_files", GROUP, "csv", *_database_kinds(site)),
        description="Reads every new export of the landing folder once into the raw store (R 1), and new "
        "rows of the PBX's own database where the settings name one. A refused or broken file is listed "
        "and stops nothing else; nor does a database that is away.",
    )
    @told(site.settings.locale)
    def landing_files(context: dg.AssetExecutionContext, sites: dg.ResourceParam[Sites]) -> Result:
        here = sites.of(site.name)
        result = read_new(here.raw, here.landing, here.read_limits)
        if result.refused or result.unreadable:
            context.log.warning("Refused: %s", ", ".join([*result.refused, *result.unreadable]))
        found, problem = read_table(here)
        if problem:
            context.log.warning("%s", problem)
        days = result.touched_days | found.touched_days
        touched = [day_of(day).isoformat() for day in sorted(days)]
        return dg.MaterializeResult(
            metadata={
                "files_read": len(result.read),
                "lines_read": result.lines,
                "files_refused": result.refused,
                "folders_unreadable": result.unreadable,
                "files_known_under_a_new_name": result.renamed,
                "files_still_written": result.still_written,
                "files_ignored": result.ignored,
                **_database_metadata(here, found),
                "touched_dates": len(touched),
                "touched": ", ".join(touched[:31]),
            }
        )

    found: dg.AssetsDefinition = landing_files
    return found


def _database_kinds(site: Site) -> tuple[str, ...]:
    return () if site.installation.cdrdata is None else ("postgres",)


def _database_metadata(site: Site, found: TableRead) -> dict[str, Any]:
    """What the look at the PBX's database brought; nothing where there is none."""
    if site.pbx_table is None:
        return {}
    return {
        "database_rows_read": found.rows,
        "database_newest_id": site.pbx_table.progress.newest,
        "database_unknown_columns": list(found.unknown_columns),
    }


def _directory(site: Site) -> dg.AssetsDefinition:
    @dg.asset(  # type: ignore[call-overload,untyped-decorator]
        **asset_options(site, "directory", GROUP, "csv"),
        description="Accounts and call functions of the PBX (accounts.csv, services.csv). Accounts "
        "that disappear are remembered with their last name.",
    )
    @told(site.settings.locale)
    def directory(context: dg.AssetExecutionContext, sites: dg.ResourceParam[Sites]) -> Result:
        here = sites.of(site.name)
        found = here.read_directory()
        for problem in found.problems:
            context.log.warning(
                "%s line %s: %s", problem.file_name, problem.line_number, problem.code
            )
        kinds = [account.kind for account in found.accounts.values()]
        return dg.MaterializeResult(
            metadata={
                **{kind: kinds.count(kind) for kind in sorted(set(kinds))},
                "services": len(found.services),
                "former_accounts": len(found.former),
                "licensed_users": count_users(found, here.installation.groups).licensed,
                "rows_left_out": len(found.problems),
            }
        )

    made: dg.AssetsDefinition = directory
    return made


def _lists(site: Site) -> list[dg.AssetsDefinition]:
    @dg.asset(  # type: ignore[call-overload,untyped-decorator]
        **asset_options(site, CALL_LIST.name, GROUP, "parquet"),
        **partitioned(site),
        description='Rows of the call list ("Verbindungsdaten") as read, by local date of their start.',
        deps=[key(site.name, "landing_files")],
    )
    @told(site.settings.locale)
    def call_list(context: dg.AssetExecutionContext, sites: dg.ResourceParam[Sites]) -> Result:
        here = sites.of(site.name)
        dates = dates_of(context.partition_keys)
        rows = here.raw.rows_by_day(CALL_LIST.name, [day_number(day) for day in dates])
        add_partition_counts(context, {day: rows[day_number(day)] for day in dates})
        columns = ("id", "callid", "callstepid", "starttime", "callresult", "line_number")
        sample = here.raw.sample(CALL_LIST, day_number(dates[-1]), columns)
        return dg.MaterializeResult(metadata=run_metadata(sum(rows.values()), sample))

    @dg.asset(  # type: ignore[call-overload,untyped-decorator]
        **asset_options(site, LINE_LIST.name, GROUP, "parquet"),
        **partitioned(site),
        description='Uses of provider lines ("Leitungsdaten") after R 2 and R 3, by local date.',
        deps=[key(site.name, "landing_files")],
    )
    @told(site.settings.locale)
    def line_list(context: dg.AssetExecutionContext, sites: dg.ResourceParam[Sites]) -> Result:
        here = sites.of(site.name)
        dates = dates_of(context.partition_keys)
        uses = here.line_uses(dates)
        add_partition_counts(context, here.staging.write_days(LINE_USE, uses, dates))
        return dg.MaterializeResult(metadata=run_metadata(len(uses), uses))

    return [call_list, line_list]


def _reports(site: Site) -> list[dg.AssetsDefinition]:
    upstream = [key(site.name, "landing_files"), key(site.name, "directory")]

    @dg.asset(  # type: ignore[call-overload,untyped-decorator]
        **asset_options(site, INGEST_FILE.name, GROUP, "parquet"),
        description=f"{INGEST_FILE.description} (R 1, R 17).",
        deps=upstream,
    )
    @told(site.settings.locale)
    def ingest_file(sites: dg.ResourceParam[Sites]) -> Result:
        here = sites.of(site.name)
        here.refresh_reports()
        table = ingest_file_table(here.raw, here.name)
        here.lake.write(INGEST_FILE.name, table)
        return dg.MaterializeResult(metadata=result_metadata(table))

    @dg.asset(  # type: ignore[call-overload,untyped-decorator]
        **asset_options(site, CDR_QUARANTINE.name, GROUP, "parquet"),
        description=f"{CDR_QUARANTINE.description} (R 1).",
        deps=[key(site.name, INGEST_FILE.name)],
    )
    @told(site.settings.locale)
    def cdr_quarantine(sites: dg.ResourceParam[Sites]) -> Result:
        here = sites.of(site.name)
        table = here.quarantine()
        here.lake.write(CDR_QUARANTINE.name, table)
        reasons = pc.value_counts(table["reason"]).to_pylist()
        counts = {f"reason_{item['values']}": item["counts"] for item in reasons}
        return dg.MaterializeResult(metadata={**result_metadata(table), **counts})

    return [ingest_file, cdr_quarantine]
