"""Facts: from legs to visits, contacts, calls, quarter hours and figures, and to the dimensions."""

from collections.abc import Sequence
from datetime import date

import dagster as dg
import pyarrow as pa

from insight_pipeline.facts import dimensions
from insight_pipeline.facts.calls import calls
from insight_pipeline.facts.contacts import agent_contacts
from insight_pipeline.facts.intervals import agent_intervals, queue_intervals
from insight_pipeline.facts.kpi import agent_days, queue_days
from insight_pipeline.facts.lines import line_intervals
from insight_pipeline.facts.reconciliation import reconcile
from insight_pipeline.facts.visits import queue_visits
from insight_pipeline.model.tables import TABLES
from insight_pipeline.orchestration.assets import needs
from insight_pipeline.orchestration.assets.stage import (
    DIMENSION_KEYS,
    LINE_USE,
    NAMES,
    PRIVATE_CALL,
    ROW_FATE,
    Result,
    Step,
    Tables,
    asset_options,
    key,
    make_asset,
    read_staged,
)
from insight_pipeline.orchestration.callbacks import CALLBACK, callbacks_of
from insight_pipeline.orchestration.failures import told
from insight_pipeline.orchestration.metadata import result_metadata
from insight_pipeline.orchestration.resources import Sites
from insight_pipeline.orchestration.site import Site

LEG, VISIT, CONTACT, CALL = "fact_call_leg", "fact_queue_visit", "fact_agent_contact", "fact_call"
QUEUE_INTERVAL, AGENT_INTERVAL = "fact_queue_interval", "fact_agent_interval"
GROUP = "facts"


def _visits(site: Site, inputs: Tables, _: Sequence[date]) -> pa.Table:
    return site.scope.visits(queue_visits(inputs[LEG], site.directory, site.queue_rules))


def _contacts(site: Site, inputs: Tables, dates: Sequence[date]) -> pa.Table:
    return site.scope.contacts(agent_contacts(inputs[LEG], _all_visits(site, inputs, dates)))


def _calls(site: Site, inputs: Tables, dates: Sequence[date]) -> pa.Table:
    private = inputs[PRIVATE_CALL]["call_id"].combine_chunks()
    visits = _all_visits(site, inputs, dates)
    contacts = inputs[CONTACT]
    if not site.scope.is_everything:
        contacts = agent_contacts(read_staged(site, LEG, dates), visits)
    return calls(inputs[LEG], visits, contacts, private)


def _all_visits(site: Site, inputs: Tables, dates: Sequence[date]) -> pa.Table:
    """Visits of every queue, which calls and contacts are judged by, whatever is evaluated of them."""
    if site.scope.is_everything:
        return inputs[VISIT]
    return queue_visits(read_staged(site, LEG, dates), site.directory, site.queue_rules)


def _queue_intervals(_: Site, inputs: Tables, __: Sequence[date]) -> pa.Table:
    return queue_intervals(inputs[VISIT], inputs[CONTACT])


def _agent_intervals(_: Site, inputs: Tables, __: Sequence[date]) -> pa.Table:
    return agent_intervals(inputs[CONTACT])


def _line_intervals(site: Site, inputs: Tables, _: Sequence[date]) -> pa.Table:
    return line_intervals(inputs[LINE_USE], site.zone, site.name)


def _callbacks(site: Site, inputs: Tables, dates: Sequence[date]) -> pa.Table:
    return callbacks_of(site, inputs[CALL], dates)


def _queue_days(site: Site, inputs: Tables, _: Sequence[date]) -> pa.Table:
    variant = site.settings.kpi.service_level_variant
    return queue_days(inputs[QUEUE_INTERVAL], inputs[VISIT], variant)


def _agent_days(_: Site, inputs: Tables, __: Sequence[date]) -> pa.Table:
    return agent_days(inputs[AGENT_INTERVAL])


def _dimension_keys(_: Site, inputs: Tables, __: Sequence[date]) -> pa.Table:
    refs = dimensions.references(inputs[LEG], inputs[VISIT], inputs[CONTACT], inputs[CALL])
    return pa.concat_tables([refs, inputs[NAMES], dimensions.line_references(inputs[LINE_USE])])


def _reconciliation(site: Site, inputs: Tables, dates: Sequence[date]) -> pa.Table:
    facts = (inputs[CALL], inputs[VISIT], inputs[CONTACT])
    return reconcile(inputs[ROW_FATE], site.rows_in(dates), *facts, site.name)


STEPS = (
    Step(VISIT, GROUP, "Stays in groups and iQueues (R 10): who took the call, or how it left.",
         {LEG: needs.VISITS_OF_LEGS}, _visits, ("directory",)),
    Step(CONTACT, GROUP, "Offers to agents and calls placed by them (R 11).",
         {LEG: needs.CONTACTS_OF_LEGS, VISIT: needs.CONTACTS_OF_VISITS}, _contacts),
    Step(CALL, GROUP, "Calls (R 9): outcome, waiting, talk, transfers, who answered.",
         {LEG: needs.CALLS_OF_LEGS, VISIT: needs.CALLS_OF_VISITS, CONTACT: needs.CALLS_OF_CONTACTS,
          PRIVATE_CALL: ()}, _calls),
    Step(QUEUE_INTERVAL, GROUP, "Queues by quarter hour (R 12).",
         {VISIT: needs.INTERVALS_OF_VISITS, CONTACT: needs.INTERVALS_OF_CONTACTS}, _queue_intervals),
    Step(AGENT_INTERVAL, GROUP, "Agents by quarter hour (R 12).",
         {CONTACT: needs.INTERVALS_OF_CONTACTS}, _agent_intervals),
    Step("fact_line_interval", GROUP, "Provider lines by quarter hour (R 15): use and peak.",
         {LINE_USE: ()}, _line_intervals, ("line_list",)),
    Step(CALLBACK, GROUP, "Lost calls and who made up for them (R 14). A recovering call of a later day is "
         "found by that day's run, which brings this partition up to date.",
         {CALL: needs.CALLBACKS_OF_CALLS}, _callbacks),
    Step("kpi_queue_day", GROUP, "Queues by day: service level and other ratios (R 13).",
         {QUEUE_INTERVAL: (), VISIT: needs.DAYS_OF_VISITS}, _queue_days),
    Step("kpi_agent_day", GROUP, "Agents by day (R 13).", {AGENT_INTERVAL: ()}, _agent_days),
    Step(DIMENSION_KEYS, GROUP, "Which agents, queues and lines the partition's facts refer to (R 6).",
         {LEG: needs.KEYS_OF_LEGS, VISIT: needs.KEYS, CONTACT: needs.KEYS, CALL: needs.KEYS_OF_CALLS,
          NAMES: (), LINE_USE: ()}, _dimension_keys, ("line_list",)),
    Step("reconciliation", GROUP, "Where every row of the date went, and the partition's totals (R 17).",
         {ROW_FATE: (), CALL: needs.DATE, VISIT: needs.DATE, CONTACT: needs.DATE}, _reconciliation,
         (LEG, QUEUE_INTERVAL, AGENT_INTERVAL, "kpi_queue_day", "kpi_agent_day")),
)  # fmt: skip


def fact_assets(site: Site) -> list[dg.AssetsDefinition]:
    """The fact assets of one installation, and its dimensions."""
    return [*(make_asset(site, step) for step in STEPS), *_dimensions(site)]


def _dimensions(site: Site) -> list[dg.AssetsDefinition]:
    makers = {
        "dim_agent": lambda here, refs: dimensions.agent_dimension(refs, here.directory, here.name),
        "dim_queue": lambda here, refs: dimensions.queue_dimension(refs, here.directory, here.name),
        "dim_line": lambda here, refs: dimensions.line_dimension(refs, here.name),
    }
    return [_dimension(site, name, make) for name, make in makers.items()]


def _dimension(site: Site, name: str, make: object) -> dg.AssetsDefinition:
    @dg.asset(  # type: ignore[call-overload,untyped-decorator]
        **asset_options(site, name, GROUP, "python", "pandas", "parquet"),
        description=f"{TABLES[name].description} (R 6), over all loaded partitions.",
        deps=[key(site.name, DIMENSION_KEYS), key(site.name, "directory")],
    )
    @told(site.settings.locale)
    def dimension(sites: dg.ResourceParam[Sites]) -> Result:
        here = sites.of(site.name)
        refs = read_staged(here, DIMENSION_KEYS, here.staging.dates(DIMENSION_KEYS))
        table = make(here, refs)  # type: ignore[operator]
        here.lake.write(name, table)
        return dg.MaterializeResult(metadata=result_metadata(table))

    found: dg.AssetsDefinition = dimension
    return found
