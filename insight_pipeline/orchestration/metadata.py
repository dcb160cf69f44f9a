"""What Dagster shows of a table: column schema, row counts, a preview without numbers of callers."""

from __future__ import annotations

from collections.abc import Mapping
from datetime import date

import dagster as dg
import pyarrow as pa

from insight_pipeline.model.tables import Column, Table

OWNERS = ["team:telephony"]
_PREVIEW_ROWS = 5
_MASKED = ("caller_number", "called_number", "raw_text")
_SHOWN_DIGITS = 4
ROW_COUNT = "dagster/row_count"


def definition_metadata(table: Table) -> dict[str, object]:
    """Column schema and key of a table, for its asset."""
    columns = [_column(column, table) for column in table.columns]
    return {
        "dagster/column_schema": dg.TableSchema(columns=columns),
        "dagster/table_name": table.name,
        "key": ", ".join(table.key),
    }


def schema_metadata(schema: pa.Schema) -> dict[str, object]:
    """Column schema of a table that the model does not declare: names and types."""
    columns = [dg.TableColumn(field.name, str(field.type)) for field in schema]
    return {"dagster/column_schema": dg.TableSchema(columns=columns)}


def _column(column: Column, table: Table) -> dg.TableColumn:
    facts = [f"{column.description}."]
    if column.unit:
        facts.append(f"Unit: {column.unit}.")
    if column.values:
        facts.append(f"One of {', '.join(column.values)}.")
    if column.references:
        facts.append(f"Joins {'.'.join(column.references)}.")
    return dg.TableColumn(
        column.name,
        column.kind.value,
        description=" ".join(facts),
        constraints=dg.TableColumnConstraints(
            nullable=column.nullable, unique=table.key == (column.name,)
        ),
    )


def result_metadata(table: pa.Table) -> dict[str, dg.MetadataValue]:
    """Row count and preview of what an asset made."""
    return {
        ROW_COUNT: dg.MetadataValue.int(len(table)),
        "preview": dg.MetadataValue.md(preview(table)),
    }


def run_metadata(rows: int, sample: pa.Table) -> dict[str, dg.MetadataValue]:
    """Rows of all days of a run, each of which has its own count, and a preview of some."""
    return {
        "rows_in_run": dg.MetadataValue.int(rows),
        "preview": dg.MetadataValue.md(preview(sample)),
    }


def preview(table: pa.Table) -> str:
    """The first rows as a Markdown table; numbers of callers and raw lines are cut."""
    names = table.column_names
    lines = [f"| {' | '.join(names)} |", f"|{'---|' * len(names)}"]
    lines += [
        f"| {' | '.join(_shown(name, row[name]) for name in names)} |"
        for row in table.slice(0, _PREVIEW_ROWS).to_pylist()
    ]
    return "\n".join(lines)


def _shown(name: str, value: object) -> str:
    if value is None:
        return ""
    text = str(value).replace("|", "\\|").replace("\n", " ")
    return text[:_SHOWN_DIGITS] + "…" if name in _MASKED and len(text) > _SHOWN_DIGITS else text


def add_partition_counts(context: dg.AssetExecutionContext, counts: Mapping[date, int]) -> None:
    """Rows of each partition of a range run, on its own materialization."""
    for day, rows in counts.items():
        context.add_asset_metadata({ROW_COUNT: rows}, partition_key=day.isoformat())
