"""Push datasets as the service keeps them: tables, rows, sequence numbers.

Belongs here: the stored state and how it changes. Does not: HTTP, nor the checks that come before a change
(schemas.py, rows.py, limits.py).
"""

from __future__ import annotations

from collections import deque
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field

from insight_pipeline.emulator.limits import Usage, UsedLimits
from insight_pipeline.emulator.options import Limits
from insight_pipeline.emulator.rows import Column, Row, Value

NONE, FIFO = "None", "basicFIFO"


@dataclass(frozen=True)
class Measure:
    """A named DAX expression of a table."""

    name: str
    expression: str
    more: Mapping[str, object] = field(default_factory=dict)


@dataclass(frozen=True)
class Relationship:
    """From the many side to the one side."""

    name: str
    from_table: str
    from_column: str
    to_table: str
    to_column: str


@dataclass(frozen=True)
class TableSchema:
    """What a client declares of a table."""

    name: str
    columns: tuple[Column, ...]
    measures: tuple[Measure, ...] = ()
    is_hidden: bool = False

    def payload(self) -> dict[str, object]:
        """As the API describes a table."""
        columns = [{"name": c.name, "dataType": c.data_type, **c.more} for c in self.columns]
        measures = [{"name": m.name, "expression": m.expression, **m.more} for m in self.measures]
        return {
            "name": self.name,
            "columns": columns,
            "measures": measures,
            "isHidden": self.is_hidden,
        }


@dataclass
class Table:
    """A table with its rows in the order they came."""

    schema: TableSchema
    rows: deque[Row] = field(default_factory=deque)
    sequence_numbers: dict[str, int] = field(default_factory=dict)
    """The greatest number that each client has sent."""

    def change_schema(self, schema: TableSchema) -> None:
        """Keep values of columns that stay; new columns are empty in old rows."""
        places = {column.name: place for place, column in enumerate(self.schema.columns)}
        kept = [places.get(column.name) for column in schema.columns]
        self.rows = deque(
            tuple(None if place is None else row[place] for place in kept) for row in self.rows
        )
        self.schema = schema

    def append(self, rows: Sequence[Row], limits: Limits, retention: str) -> None:
        """Add rows; under FIFO the oldest go once there are too many."""
        self.rows.extend(rows)
        if retention == FIFO and len(self.rows) > limits.fifo_rows + limits.fifo_slack_rows:
            while len(self.rows) > limits.fifo_rows:
                self.rows.popleft()

    def row_objects(self) -> list[dict[str, Value]]:
        """All rows with their columns' names."""
        names = [column.name for column in self.schema.columns]
        return [dict(zip(names, row, strict=True)) for row in self.rows]


@dataclass
class Dataset:
    """A dataset of My workspace (`workspace_id` empty) or of a workspace."""

    id: str
    name: str
    workspace_id: str
    retention: str
    tables: dict[str, Table]
    relationships: tuple[Relationship, ...]
    created_at: float
    visible_from: float
    usage: Usage = field(default_factory=Usage)

    def table(self, name: str) -> Table | None:
        """A table by its name, whose case does not matter."""
        return self.tables.get(name.casefold())

    def is_large(self, limits: Limits) -> bool:
        """Whether a table has so many rows that requests are counted by the hour."""
        return any(len(table.rows) >= limits.large_table_rows for table in self.tables.values())

    def used(self, limits: Limits, now: float) -> UsedLimits:
        """How much of the limits is used."""
        return self.usage.used(limits, now, is_large=self.is_large(limits))
