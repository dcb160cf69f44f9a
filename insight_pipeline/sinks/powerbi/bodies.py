"""Bodies of the requests that make the dataset: POST /datasets and PUT /tables/{table}.

Keys are sorted and nothing depends on time or order of calls, so the same dataset gives the same bytes.
Only properties that the API describes are written. Bodies of rows are made where batches are planned.
"""

from __future__ import annotations

import orjson

from insight_pipeline.sinks.powerbi.datasets import (
    Measure,
    PushColumn,
    PushDataset,
    PushTable,
    Relationship,
)

Json = dict[str, object]


def dataset_body(dataset: PushDataset) -> bytes:
    """Body of POST /datasets."""
    return _bytes(
        {
            "name": dataset.name,
            "defaultMode": "Push",
            "tables": [_table(table) for table in dataset.tables],
            "relationships": [_relationship(r) for r in dataset.relationships],
        }
    )


def table_body(table: PushTable) -> bytes:
    """Body of PUT /tables/{table}, which replaces the table's columns and measures."""
    return _bytes(_table(table))


def _table(table: PushTable) -> Json:
    return {
        "name": table.name,
        "description": table.description,
        "columns": [_column(column) for column in table.columns],
        "measures": [_measure(measure) for measure in table.measures],
    }


def _column(column: PushColumn) -> Json:
    body: Json = {
        "name": column.name,
        "dataType": column.data_type.value,
        "isHidden": column.is_hidden,
        "summarizeBy": column.summarize_by,
    }
    if column.format_string is not None:
        body["formatString"] = column.format_string
    if column.sort_by_column is not None:
        body["sortByColumn"] = column.sort_by_column
    return body


def _measure(measure: Measure) -> Json:
    return {
        "name": measure.name,
        "description": measure.description,
        "expression": measure.expression,
        "formatString": measure.format_string,
    }


def _relationship(relationship: Relationship) -> Json:
    return {
        "name": relationship.name,
        "fromTable": relationship.from_table,
        "fromColumn": relationship.from_column,
        "toTable": relationship.to_table,
        "toColumn": relationship.to_column,
        "crossFilteringBehavior": relationship.cross_filtering,
    }


def _bytes(body: Json) -> bytes:
    return orjson.dumps(body, option=orjson.OPT_SORT_KEYS)
