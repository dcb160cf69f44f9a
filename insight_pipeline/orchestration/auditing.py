"""What does not add up or is not as declared in the staged tables of some days: the questions of the checks.

Asked by the checks of the assets, and by `status` of days that did not get through. Imports no Dagster.
"""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from datetime import date

import pyarrow as pa

from insight_pipeline.facts.reconciliation import COMPARED, Imbalance, imbalances
from insight_pipeline.model.tables import TABLES, Table
from insight_pipeline.model.terms import Term
from insight_pipeline.orchestration.expectations import (
    Broken,
    broken_expectations,
    references_missing,
)
from insight_pipeline.orchestration.publishing import PARTITIONED
from insight_pipeline.orchestration.site import Site

_LEGS = "fact_call_leg"


def broken_identities(site: Site, dates: Sequence[date]) -> list[Imbalance]:
    """Identities of R 17 that do not hold, by day."""
    found: list[Imbalance] = []
    for days in site.chunks(dates):
        found += imbalances(*(_staged(site, name, days) for name in COMPARED))
    return found


def broken_values(site: Site, table: Table, dates: Sequence[date]) -> tuple[list[Broken], int]:
    """What a table breaks of what the model declares, references into the legs too; and its rows."""
    broken: list[Broken] = []
    rows = 0
    for days in site.chunks(dates):
        data = _staged(site, table.name, days)
        rows += len(data)
        broken += broken_expectations(table, data)
        broken += _dangling(table, data, _staged(site, _LEGS, days))
    return broken, rows


def failures_of(site: Site, day: date) -> Iterator[Term]:
    """In a few words, what keeps a staged day out of the lake; nothing where all is well."""
    for item in broken_identities(site, [day]):
        de, en, both = item.words.de, item.words.en, (item.expected, item.actual)
        yield Term(f"{de}, {both[0]} gegen {both[1]}", f"{en}, {both[0]} against {both[1]}")
    for name in PARTITIONED:
        for broken in broken_values(site, TABLES[name], [day])[0]:
            what = f"{name}, {broken.column}: {broken.expectation}"
            yield Term(f"{what}, {broken.rows} Zeilen", f"{what}, {broken.rows} rows")


def _staged(site: Site, name: str, dates: Sequence[date]) -> pa.Table:
    return site.staging.read_days(name, dates, TABLES[name].arrow_schema())


def _dangling(table: Table, data: pa.Table, legs: pa.Table) -> list[Broken]:
    """Rows whose reference into the legs of the partition leads nowhere; calls count as referenced."""
    found = []
    targets = {
        c.name: c.references[1] for c in table.columns if c.references and c.references[0] == _LEGS
    }
    if table.name != _LEGS and "call_id" in table.names:
        targets["call_id"] = "call_id"
    for column, target in targets.items():
        missing = references_missing(data, column, legs, target, table.key[0])
        if missing:
            found.append(Broken(f"found in {_LEGS}", column, len(missing), tuple(missing)))
    return found
