"""How a partitioned asset is made: read what it needs, call one pure function, write, tell the counts.

Every partitioned table of the pipeline follows this pattern; the stages only name their tables, inputs
and functions. A run may cover a range of days, taken in chunks that fit in memory.
"""

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from datetime import date

import dagster as dg
import pyarrow as pa

from insight_pipeline.facts.dimensions import REFERENCE_SCHEMA
from insight_pipeline.facts.reconciliation import FATE_SCHEMA
from insight_pipeline.legs.names import NAME_SCHEMA
from insight_pipeline.legs.uses import LINE_USE_SCHEMA
from insight_pipeline.model.rows import CALL_LIST, LINE_LIST
from insight_pipeline.model.tables import TABLES
from insight_pipeline.orchestration.failures import told
from insight_pipeline.orchestration.metadata import (
    OWNERS,
    add_partition_counts,
    definition_metadata,
    run_metadata,
    schema_metadata,
)
from insight_pipeline.orchestration.partitions import DAYS_A_RUN, daily, dates_of
from insight_pipeline.orchestration.resources import Sites
from insight_pipeline.orchestration.site import PRIVATE_SCHEMA, Site

PRIVATE_CALL, NAMES, ROW_FATE, LINE_USE, DIMENSION_KEYS = (
    "private_call",
    "names",
    "row_fate",
    "line_use",
    "dimension_keys",
)
INTERNAL_SCHEMAS = {
    PRIVATE_CALL: PRIVATE_SCHEMA,
    NAMES: NAME_SCHEMA,
    ROW_FATE: FATE_SCHEMA,
    LINE_USE: LINE_USE_SCHEMA,
    DIMENSION_KEYS: REFERENCE_SCHEMA,
}
"""Tables between assets that no sink holds."""

_OTHER_SCHEMAS = {
    DIMENSION_KEYS: REFERENCE_SCHEMA,
    CALL_LIST.name: CALL_LIST.raw_schema(),
    LINE_LIST.name: LINE_USE_SCHEMA,
}

Result = dg.MaterializeResult
"""Bare on purpose: with a value type Dagster would hand results to an IO manager."""

Tables = Mapping[str, pa.Table]
Compute = Callable[[Site, Tables, Sequence[date]], pa.Table]


@dataclass(frozen=True)
class Step:
    """One partitioned table: from which staged tables it comes, and how."""

    table: str
    group: str
    description: str
    inputs: Mapping[str, Sequence[str]]
    """Staged tables, and the columns that it needs of each; none named: all."""
    compute: Compute
    deps: tuple[str, ...] = ()
    """Assets that must have run before, beside those of the inputs."""


def read_inputs(site: Site, step: Step, dates: Sequence[date]) -> dict[str, pa.Table]:
    """What a step needs of its inputs, for some dates, texts as codes."""
    return {
        name: site.staging.read_days(
            name, dates, INTERNAL_SCHEMAS.get(name) or TABLES[name].coded_schema(), columns or None
        )
        for name, columns in step.inputs.items()
    }


def read_staged(site: Site, name: str, dates: Sequence[date]) -> pa.Table:
    """A staged table of some dates."""
    schema = INTERNAL_SCHEMAS.get(name) or TABLES[name].arrow_schema()
    return site.staging.read_days(name, dates, schema)


def key(installation: str, name: str) -> dg.AssetKey:
    """The asset of a table of an installation."""
    return dg.AssetKey([installation, name])


def asset_options(site: Site, name: str, group: str, *kinds: str) -> dict[str, object]:
    """Name, group, owners, tags and kinds, the same for every asset of an installation."""
    options: dict[str, object] = {
        "name": name,
        "key_prefix": [site.name],
        "group_name": group,
        "owners": OWNERS,
        "kinds": set(kinds),
        "tags": {"installation": site.name, "stage": group},
    }
    if name in TABLES:
        options["metadata"] = definition_metadata(TABLES[name])
    elif schema := _OTHER_SCHEMAS.get(name):
        options["metadata"] = schema_metadata(schema)
    return options


def partitioned(site: Site) -> dict[str, object]:
    """Partitions in the installation's zone, and runs over ranges of them."""
    return {
        "partitions_def": daily(site.installation),
        "backfill_policy": dg.BackfillPolicy.multi_run(max_partitions_per_run=DAYS_A_RUN),
    }


def make_asset(site: Site, step: Step) -> dg.AssetsDefinition:
    """The asset of a step."""
    name = site.name
    sources = [n for n in step.inputs if n not in (PRIVATE_CALL, NAMES, ROW_FATE, LINE_USE)]

    @dg.asset(  # type: ignore[call-overload,untyped-decorator]
        **asset_options(site, step.table, step.group, "python", "pandas", "parquet"),
        **partitioned(site),
        description=step.description,
        deps=[key(name, source) for source in dict.fromkeys((*sources, *step.deps))],
    )
    @told(site.settings.locale)
    def step_asset(context: dg.AssetExecutionContext, sites: dg.ResourceParam[Sites]) -> Result:
        here = sites.of(name)
        made, rows = pa.table({}), 0
        for dates in here.chunks(dates_of(context.partition_keys)):
            made = step.compute(here, read_inputs(here, step, dates), dates)
            add_partition_counts(context, here.staging.write_days(step.table, made, dates))
            rows += len(made)
        return dg.MaterializeResult(metadata=run_metadata(rows, made))

    result: dg.AssetsDefinition = step_asset
    return result
