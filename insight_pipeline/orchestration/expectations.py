"""Great Expectations suites derived from the tables of the model: keys, ranges, word lists, presence.

Types are checked by the Arrow schema, values by expectations, since Great Expectations misjudges the
string types of pandas 3. Great Expectations is imported when a check runs: the import takes seconds.
"""

from __future__ import annotations

import os
from dataclasses import dataclass
from functools import lru_cache
from typing import Any

import pandas as pd
import pyarrow as pa
import pyarrow.compute as pc

from insight_pipeline.model.tables import Kind, Table

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
    result = _validate(table, frame)
    return [_broken(frame, item) for item in result["results"] if not item["success"]]


def references_missing(
    data: pa.Table, column: str, known: pa.Table, key: str, rows_key: str
) -> list[str]:
    """Keys of rows whose non-NULL `column` is not found in `known[key]`."""
    chosen = data.filter(pc.is_valid(data[column]))
    found = pc.is_in(chosen[column], value_set=known[key].combine_chunks())
    missing = chosen.filter(pc.invert(found))
    return [str(value) for value in missing[rows_key].slice(0, _SAMPLE).to_pylist()]


def _frame(table: Table, data: pa.Table) -> pd.DataFrame:
    """Only the columns that expectations look at, with the key."""
    return data.select(_checked(table)).to_pandas()


def _checked(table: Table) -> list[str]:
    return [
        column.name
        for column in table.columns
        if column.name in table.key
        or (not column.nullable and column.kind is not Kind.FLAG)
        or column.values  # noqa: PD011 - our own columns, no pandas
        or column.minimum is not None
    ]


@lru_cache(maxsize=1)
def _great_expectations() -> Any:  # noqa: ANN401
    os.environ.setdefault("GX_ANALYTICS_ENABLED", "false")
    import great_expectations as gx  # noqa: PLC0415

    return gx


def _validate(table: Table, frame: pd.DataFrame) -> dict[str, Any]:
    gx = _great_expectations()
    context = gx.get_context(mode="ephemeral")
    context.variables.progress_bars = gx.data_context.types.base.ProgressBarsConfig(globally=False)
    source = context.data_sources.add_pandas(table.name)
    batch = source.add_dataframe_asset(table.name).add_batch_definition_whole_dataframe("all")
    suite = gx.ExpectationSuite(name=table.name, expectations=_expectations(gx, table))
    validation = gx.ValidationDefinition(
        name=table.name, data=batch, suite=context.suites.add(suite)
    )
    validation = context.validation_definitions.add(validation)
    outcome = validation.run(
        batch_parameters={"dataframe": frame},
        result_format={
            "result_format": "SUMMARY",
            "unexpected_index_column_names": list(table.key),
            "partial_unexpected_count": _SAMPLE,
        },
    )
    found: dict[str, Any] = outcome.to_json_dict()
    return found


def _expectations(gx: Any, table: Table) -> list[Any]:  # noqa: ANN401
    e = gx.expectations
    found = []
    key = list(table.key)
    if len(key) == 1:
        found.append(e.ExpectColumnValuesToBeUnique(column=key[0]))
    else:
        found.append(e.ExpectCompoundColumnsToBeUnique(column_list=key))
    for column in table.columns:
        if column.name in key or (not column.nullable and column.kind is not Kind.FLAG):
            found.append(e.ExpectColumnValuesToNotBeNull(column=column.name))
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
