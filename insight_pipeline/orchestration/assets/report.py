"""The monthly report: a page a month and installation, made from what the lake holds at that moment."""

import dagster as dg

from insight_pipeline.orchestration.assets.sinks import GROUP, WHOLE
from insight_pipeline.orchestration.assets.stage import Result, asset_options, key
from insight_pipeline.orchestration.failures import told
from insight_pipeline.orchestration.partitions import days_of_month, monthly
from insight_pipeline.orchestration.resources import Sites
from insight_pipeline.orchestration.site import Site

REPORT = "report"


def report_asset(site: Site) -> dg.AssetsDefinition:
    """The report of a month, whatever days of it are loaded; days that are not are named on it."""

    @dg.asset(  # type: ignore[call-overload,untyped-decorator]
        **asset_options(site, REPORT, GROUP, "html", "altair"),
        partitions_def=monthly(site.installation),
        description="The month as one HTML page with figures and plots, to read, print or send: "
        "data_dir/reports. Made on the first of the next month, or whenever it is asked for.",
        deps=[
            dg.AssetDep(key(site.name, "lake"), partition_mapping=_days_of_the_month()),
            *(key(site.name, name) for name in WHOLE),
        ],
    )
    @told(site.settings.locale)
    def report(context: dg.AssetExecutionContext, sites: dg.ResourceParam[Sites]) -> Result:
        from insight_pipeline.orchestration import reporting  # noqa: PLC0415 - altair is slow to import

        here, days = sites.of(site.name), days_of_month(context.partition_key)
        locale = here.settings.locale
        made = reporting.report_of(here, *days, locale, reporting.now_utc())
        file = reporting.report_file(here, *days)
        reporting.write_page(made.page, file)
        pictures = reporting.pictures_of(made, locale).items()
        return dg.MaterializeResult(
            metadata={
                "page": dg.MetadataValue.path(str(file)),
                "bytes": file.stat().st_size,
                "days_loaded": len(made.period.loaded),
                "days_missing": len(made.period.missing),
                **{name: dg.MetadataValue.md(text) for name, text in pictures},
            }
        )

    found: dg.AssetsDefinition = report
    return found


def _days_of_the_month() -> dg.TimeWindowPartitionMapping:
    """Days before the start date and after today are in the first and the running month, too."""
    return dg.TimeWindowPartitionMapping(allow_nonexistent_upstream_partitions=True)
