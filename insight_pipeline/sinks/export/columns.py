"""What an exported table consists of: its columns, with local times beside UTC where they are asked for.

All formats take their columns from here. How each writes them stands in the module of the format.
"""

from __future__ import annotations

from dataclasses import dataclass, replace

import numpy as np
import pyarrow as pa

from insight_pipeline.model.columns import NO_TIME, instants
from insight_pipeline.model.labels import label
from insight_pipeline.model.tables import ARROW_TYPES, Kind, Table
from insight_pipeline.model.terms import Term
from insight_pipeline.model.zone import Zone

_UTC, _LOCAL = "_utc", "_local"
_LOCAL_TIME = Term("Ortszeit", "local time")


@dataclass(frozen=True)
class ExportColumn:
    """One column of a file: its name in the model, what people read above it, and what it holds."""

    name: str
    kind: Kind
    label: Term
    description: str
    unit: str | None
    is_nullable: bool

    @property
    def is_share(self) -> bool:
        """Whether it is a ratio between 0 and 1, unlike a mean of seconds."""
        return self.kind is Kind.RATIO and self.unit is None


def columns_of(table: Table, *, has_local_times: bool) -> tuple[ExportColumn, ...]:
    """The table's columns; with local times each `*_utc` is followed by its `*_local`."""
    found = []
    for column in table.columns:
        made = ExportColumn(
            column.name,
            column.kind,
            label(column.name),
            column.description,
            column.unit,
            column.nullable,
        )
        found.append(made)
        if has_local_times and column.name.endswith(_UTC):
            found.append(_local(made))
    return tuple(found)


def _local(utc: ExportColumn) -> ExportColumn:
    words = [utc.label.text(locale) for locale in ("de", "en")]
    told = [
        text.replace("(UTC)", f"({_LOCAL_TIME.text(locale)})")
        for text, locale in zip(words, ("de", "en"), strict=True)
    ]
    return replace(
        utc,
        name=utc.name.removesuffix(_UTC) + _LOCAL,
        label=Term(*told),
        description=f"{utc.description}, by the installation's clock",
        unit="local time",
    )


def with_local_times(rows: pa.Table, columns: tuple[ExportColumn, ...], zone: Zone) -> pa.Table:
    """The rows with a column for every one that is wanted, local times by the clock of `zone`."""
    arrays = [
        _wall(rows, column.name.removesuffix(_LOCAL) + _UTC, zone)
        if column.name not in rows.column_names
        else rows[column.name]
        for column in columns
    ]
    return pa.table(arrays, names=[column.name for column in columns])


def _wall(rows: pa.Table, name: str, zone: Zone) -> pa.Array:
    utc = instants(rows, name)
    is_missing = utc == NO_TIME
    wall = zone.wall(np.where(is_missing, 0, utc))
    return pa.array(wall, pa.int64(), mask=is_missing).cast(ARROW_TYPES[Kind.INSTANT])


def schema_of(columns: tuple[ExportColumn, ...]) -> pa.Schema:
    """Arrow schema with the description and unit of every column beside it."""
    return pa.schema([_field(column) for column in columns])


def _field(column: ExportColumn) -> pa.Field:
    notes = {"description": column.description, "unit": column.unit or ""}
    return pa.field(
        column.name,
        ARROW_TYPES[column.kind],
        nullable=column.is_nullable,
        metadata={name: text for name, text in notes.items() if text},
    )
