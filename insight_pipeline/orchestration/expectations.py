"""Great Expectations suites derived from the tables of the model: keys, ranges, word lists.

Types and presence are what an Arrow schema says, and are checked on the Arrow table; values are checked by
expectations, which take their time one by one and misjudge the string types of pandas 3. Great
Expectations is imported when a check runs: the import takes seconds.
"""

from __future__ import annotations

import os
from dataclasses import dataclass
from functools import lru_cache
from typing import Any

import pandas as pd
import pyarrow as pa
import pyarrow.compute as pc

from insight_pipeline.model.tables import Table

_SAMPLE = 20


@dataclass(frozen=True)
class Broken:
    """An expectation that does not hold: what was expected, how many rows fail, and some of them."""

    expectation: str
    column: str
    rows: int
    sample: tuple[str, ...]


def broken_expectations(table: Table, data: pa.Table) -> list[Broken]:
    """What a table's data breaks of what the model declares; empty when all is well."""
    if not data.schema.equals(table.arrow_schema()):
        return [Broken("types of the model", "", len(data), (str(data.schema),))]
    if not len(data):
        return []
    frame = _frame(table, data)
    failed = _failed_expectations(table, frame)
    return [*_missing(table, data), *(_broken(frame, item) for item in failed)]


def references_missing(
    data: pa.Table, column: str, known: pa.Table, key: str, rows_key: str
) -> list[str]:
    """Keys of rows whose non-NULL `column` is not found in `known[key]`."""
    chosen = data.filter(pc.is_valid(data[column]))
    found = pc.is_in(chosen[column], value_set=known[key].combine_chunks())
    missing = chosen.filter(pc.invert(found))
    return [str(value) for value in missing[rows_key].slice(0, _SAMPLE).to_pylist()]


def _missing(table: Table, data: pa.Table) -> list[Broken]:
    """Columns that must have a value in every row and lack it in some."""
    found = []
    for column in table.columns:
        lacking = data[column.name].null_count
        if lacking and (column.name in table.key or not column.nullable):
            rows = data.filter(data[column.name].is_null()).select(table.key).slice(0, _SAMPLE)
            sample = tuple(str(row) for row in rows.to_pylist())
            found.append(Broken("a value in every row", column.name, lacking, sample))
    return found


def _frame(table: Table, data: pa.Table) -> pd.DataFrame:
    """Only the columns that expectations look at, with the key."""
    return data.select(_checked(table)).to_pandas()


def _checked(table: Table) -> list[str]:
    return [
        column.name
        for column in table.columns
        if column.name in table.key
        or column.values  # noqa: PD011 - our own columns, no pandas
        or column.minimum is not None
    ]


@lru_cache(maxsize=1)
def _great_expectations() -> Any:  # noqa: ANN401
    os.environ.setdefault("GX_ANALYTICS_ENABLED", "false")
    import great_expectations as gx  # noqa: PLC0415

    return gx


def _failed_expectations(table: Table, frame: pd.DataFrame) -> list[dict[str, Any]]:
    gx = _great_expectations()
    context = gx.get_context(mode="ephemeral")
    context.variables.progress_bars = gx.data_context.types.base.ProgressBarsConfig(globally=False)
    asset = context.data_sources.add_pandas(table.name).add_dataframe_asset(table.name)
    whole = asset.add_batch_definition_whole_dataframe("all")
    outcome = whole.get_batch({"dataframe": frame}).validate(
        gx.ExpectationSuite(name=table.name, expectations=_expectations(gx, table)),
        result_format={
            "result_format": "SUMMARY",
            "unexpected_index_column_names": list(table.key),
            "partial_unexpected_count": _SAMPLE,
        },
    )
    return [result.to_json_dict() for result in outcome.results if not result.success]


def _expectations(gx: Any, table: Table) -> list[Any]:  # noqa: ANN401
    e = gx.expectations
    found = []
    key = list(table.key)
    if len(key) == 1:
        found.append(e.ExpectColumnValuesToBeUnique(column=key[0]))
    else:
        found.append(e.ExpectCompoundColumnsToBeUnique(column_list=key))
    for column in table.columns:
        if column.values:  # noqa: PD011 - our own columns, no pandas
            found.append(
                e.ExpectColumnValuesToBeInSet(column=column.name, value_set=list(column.values))
            )
        if column.minimum is not None:
            found.append(
                e.ExpectColumnValuesToBeBetween(column=column.name, min_value=column.minimum)
            )
    return found


def _broken(frame: pd.DataFrame, item: dict[str, Any]) -> Broken:
    config, result = item["expectation_config"], item.get("result", {})
    arguments = config["kwargs"]
    column = arguments.get("column") or ", ".join(arguments.get("column_list", []))
    rows = (
        result.get("partial_unexpected_index_list") or result.get("partial_unexpected_list") or []
    )
    sample = tuple(str(row) for row in rows[:_SAMPLE])
    return Broken(config["type"], column, int(result.get("unexpected_count", len(frame))), sample)
