"""`docs/tables.md`: every table of the model with its rows, key, partition, columns and sinks.

Everything on it is read off `model/tables.py`, the labels and the datasets; nothing is listed again.
"""

from __future__ import annotations

import re
from collections.abc import Iterator, Sequence

from docsite.markdown import GENERATED, meaning, table
from insight_pipeline.model.labels import TABLE_LABELS, label
from insight_pipeline.model.tables import MODEL_VERSION, TABLES, Column, Kind, Table
from insight_pipeline.sinks.powerbi.datasets import historical

_TYPES = {
    Kind.TEXT: "text",
    Kind.INTEGER: "whole number",
    Kind.RATIO: "ratio",
    Kind.FLAG: "yes or no",
    Kind.DAY: "day",
    Kind.INSTANT: "instant",
}
_ZONES = {"demo": "Europe/Berlin"}
_OPENING = f"""# Tables and columns

{GENERATED}

Every table is the same in the [database](databases.md), in the lake (Parquet files below
`data_dir/lake`) and in [exported files](export.md). Some go to [Power BI](powerbi.md) as well. This is
version {MODEL_VERSION} of the model (`model_version` in `pipeline_meta`): columns may be added to it;
renaming, retyping or dropping one makes the next.

Instants are UTC, without zone, in whole seconds. A day is a local date of the installation. Tables with
a partition are replaced a day at a time, the others as a whole. How the figures come about:
[the rules](rules.md)."""


def table_page() -> str:
    """All tables as Markdown."""
    overview = table(("table", "German label", "holds"), map(_line, TABLES.values()))
    return "\n".join(
        [_OPENING, "", overview, *(line for t in TABLES.values() for line in _section(t)), ""]
    )


def _line(each: Table) -> Sequence[str]:
    german = TABLE_LABELS[each.name].de
    return f"[`{each.name}`](#{each.name})", german, meaning(each.description)


def _section(each: Table) -> Iterator[str]:
    yield from ("", f"## {each.name}", "", f"{meaning(each.description)}.", "")
    yield f"- Key: {_names(each.key)}"
    yield f"- Partition: {_partition(each)}"
    yield f"- Held by: {', '.join(_sinks(each))}"
    yield ""
    heads = ("column", "type", "German label", "meaning")
    yield table(heads, [_column(each, column) for column in each.columns])


def _names(columns: Sequence[str]) -> str:
    return ", ".join(f"`{name}`" for name in columns)


def _partition(each: Table) -> str:
    return "installation and `local_date`" if each.is_partitioned else "none; written as a whole"


def _sinks(each: Table) -> list[str]:
    with_power_bi = [
        granularity
        for granularity in ("call", "interval")
        if each.name in {t.name for t in historical(granularity, "en", _ZONES).tables}
    ]
    power_bi = f"Power BI (granularity {' and '.join(with_power_bi)})" if with_power_bi else ""
    return ["lake", "exported files", "database", *([power_bi] if power_bi else [])]


def _column(each: Table, column: Column) -> Sequence[str]:
    unit = f", {column.unit}" if column.unit else ""
    kind = f"{_TYPES[column.kind]}{unit}{'' if column.nullable else ', never NULL'}"
    told = meaning(column.description)
    if column.values and not set(column.values) <= set(re.findall(r"\w+", column.description)):
        told += f". One of {_names(column.values)}"
    if column.references and column.references[0] != each.name:
        told += f" → [`{column.references[0]}`](#{column.references[0]})"
    return f"`{column.name}`", kind, label(column.name).de, told
