"""Legs: rows of the raw store become `fact_call_leg`, with the fate of every row beside them."""

from collections.abc import Sequence
from datetime import date

import dagster as dg
import pyarrow as pa

from insight_pipeline.orchestration.assets.stage import (
    NAMES,
    PRIVATE_CALL,
    ROW_FATE,
    Step,
    Tables,
    make_asset,
)
from insight_pipeline.orchestration.site import Site


def _legs(site: Site, _: Tables, dates: Sequence[date]) -> pa.Table:
    found = site.legs_of(dates)
    site.staging.write_days(PRIVATE_CALL, found.private_calls, dates)
    site.staging.write_days(ROW_FATE, found.fates, dates)
    site.staging.write_days(NAMES, found.names, dates)
    return found.legs


LEGS = Step(
    table="fact_call_leg",
    group="legs",
    description="Which rows count (R 2, R 3), when they happened (R 4), which are legs (R 5, R 9) and "
    'whose they are (R 6 to R 8, "Kein Benutzer"); private ends are hidden (R 16).',
    inputs={},
    compute=_legs,
    deps=("call_list", "directory"),
)


def leg_assets(site: Site) -> list[dg.AssetsDefinition]:
    """The leg asset of one installation."""
    return [make_asset(site, LEGS)]
