"""Rows as Power BI would hold them after corrections, and what formulas give over them.

The golden tables are pushed as a history: some rows first with wrong values and corrected later, some
that had to be withdrawn. `Model` evaluates a formula as DAX does, through the dataset's own
relationships, but reads the formula's parts and not its text.
"""

from __future__ import annotations

import csv
from collections.abc import Callable, Mapping
from dataclasses import dataclass
from datetime import date, datetime

import numpy as np
import pandas as pd
import pyarrow as pa

from insight_pipeline.model.tables import TABLES, Kind
from insight_pipeline.sinks.powerbi.datasets import PushDataset, PushTable
from insight_pipeline.sinks.powerbi.figures import FORMULAS, Granularity
from insight_pipeline.sinks.powerbi.formulas import Distinct, Formula, Largest, Only, Ratio, Total
from insight_pipeline.sinks.powerbi.push_rows import push_rows
from tests.pipeline import GOLDEN

Slice = Mapping[str, str]
"""A dimension and the one key of it that a report has picked."""

_READ: dict[Kind, Callable[[str], object]] = {
    Kind.TEXT: str,
    Kind.INTEGER: int,
    Kind.RATIO: float,
    Kind.FLAG: lambda text: text == "true",
    Kind.DAY: date.fromisoformat,
    Kind.INSTANT: datetime.fromisoformat,
}


def golden(name: str) -> pa.Table:
    """A table of the simulated week, as an independent implementation of the rules computed it."""
    table = TABLES[name]
    with (GOLDEN / "pbx_week" / "expected" / f"{name}.csv").open(encoding="utf-8") as file:
        rows = list(csv.DictReader(file))
    values = [
        {c.name: _READ[c.kind](row[c.name]) if row.get(c.name) else None for c in table.columns}
        for row in rows
    ]
    return pa.Table.from_pylist(values, schema=table.arrow_schema())


def corrected(table: PushTable, data: pa.Table, random: np.random.Generator) -> pd.DataFrame:
    """The pushed rows with a sign, after corrections of a third of them and withdrawn strangers."""
    rows = push_rows(table, data).to_pandas()
    rows["partition_key"] = rows["installation"] + "|" + rows["local_date"].str[:10]
    wrong = _disturbed(rows.sample(frac=0.3, random_state=random), random)
    strangers = _renamed(_disturbed(rows.sample(frac=0.2, random_state=random), random), table)
    parts = [(rows, 1), (wrong, 1), (wrong, -1), (strangers, 1), (strangers, -1)]
    right = rows.loc[wrong.index]
    parts += [(right, -1), (right, 1)]
    history = pd.concat([part.assign(sign=sign) for part, sign in parts], ignore_index=True)
    return history.sample(frac=1, random_state=random).reset_index(drop=True)


def _disturbed(rows: pd.DataFrame, random: np.random.Generator) -> pd.DataFrame:
    """The same keys with the values of other rows, and longer times."""
    names = [str(name) for name in rows]
    fixed = [n for n in names if n.endswith(("_id", "_key", "_utc")) or n == "local_date"]
    other = rows.iloc[random.permutation(len(rows))].set_axis(rows.index)
    mixed = rows[fixed].join(other.drop(columns=fixed))[names]
    seconds = [n for n in names if n.endswith("_seconds")]
    return mixed.assign(**{name: mixed[name] + 10_000 for name in seconds})


def _renamed(rows: pd.DataFrame, table: PushTable) -> pd.DataFrame:
    keys = [n for n in TABLES[table.name].key if n.endswith("_id")]
    return rows.assign(**{n: "x" + rows[n] for n in keys if rows[n].dtype.kind not in "iu"})


@dataclass(frozen=True)
class Model:
    """A dataset with its rows."""

    dataset: PushDataset
    granularity: Granularity
    rows: Mapping[str, pd.DataFrame]

    @classmethod
    def of_the_week(cls, dataset: PushDataset, granularity: Granularity, seed: int) -> Model:
        """The golden week, pushed with corrections."""
        random = np.random.default_rng(seed)
        facts = [table for table in dataset.tables if table.is_fact]
        rows = {table.name: corrected(table, golden(table.name), random) for table in facts}
        return cls(dataset, granularity, rows)

    def value(self, code: str, slices: Slice) -> float | None:
        """A figure where the report has picked these keys of dimensions."""
        return self._evaluate(FORMULAS[self.granularity][code], slices)

    def _evaluate(self, formula: Formula, slices: Slice) -> float | None:
        match formula:
            case Total(table, column, only):
                rows = self._rows(table, only, slices)
                return int((rows["sign"] * (rows[column] if column else 1)).sum())
            case Largest(table, key, column):
                net = self._rows(table, (), slices).groupby([*key, column])["sign"].sum()
                left = net[net > 0].index.get_level_values(column)
                return int(left.max()) if len(left) else None
            case Distinct(table, key, weight, only):
                rows = self._rows(table, only, slices)
                weights = rows["sign"] * (rows[weight] if weight else 1)
                return int((weights.groupby(rows[key]).sum() > 0).sum())
            case Ratio(above, below):
                whole = self._sum(below, slices)
                return self._sum(above, slices) / whole if whole else None

    def _sum(self, codes: tuple[str, ...], slices: Slice) -> float:
        values = [(self.value(c.removeprefix("-"), slices) or 0, c) for c in codes]
        return sum(-v if c.startswith("-") else v for v, c in values)

    def _rows(self, table: str, only: tuple[Only, ...], slices: Slice) -> pd.DataFrame:
        rows = self.rows[table]
        for dimension, key in slices.items():
            rows = rows[rows[self._column(table, dimension)] == key]
        for condition in only:
            values = rows[condition.column]
            is_larger = condition.operator == ">"
            rows = rows[values > condition.value if is_larger else values == condition.value]
        return rows

    def _column(self, table: str, dimension: str) -> str:
        return next(
            r.from_column
            for r in self.dataset.relationships
            if (r.from_table, r.to_table) == (table, dimension)
        )
