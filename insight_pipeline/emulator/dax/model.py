"""A dataset as queries see it: rows, relationships, filters.

Belongs here: which rows of a table a filter context leaves, across relationships. Does not: what sets
filters (calculate.py).
"""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass, field

from insight_pipeline.emulator.datasets import Dataset, Measure, Relationship
from insight_pipeline.emulator.dax.syntax import DaxError, Scalar
from insight_pipeline.emulator.dax.values import fold, in_ticks
from insight_pipeline.emulator.rows import parse_datetime

Record = tuple[Scalar, ...]


@dataclass(frozen=True)
class Field:
    """A column of a result: of a table, or of its own (`table` empty)."""

    table: str
    name: str

    @property
    def key(self) -> tuple[str, str]:
        """As names are compared."""
        return self.table.casefold(), self.name.casefold()


Layout = tuple[Field, ...]


Exact = tuple[tuple[int, ...], Record]


@dataclass(frozen=True)
class Filter:
    """Leaves rows of a table (case folded) by some of its columns."""

    table: str
    columns: frozenset[str]
    passes: Callable[[Record], bool]
    exact: Exact | None = None
    """Where the filter asks for one value of each of its columns: their places and the values."""


@dataclass(frozen=True)
class Context:
    """What an expression is evaluated in: filters, and the rows that iterators stand on."""

    filters: tuple[Filter, ...] = ()
    frames: tuple[Record, ...] = ()

    def at(self, row: Record) -> Context:
        """The same, with one more row to stand on."""
        return Context(self.filters, (*self.frames, row))


@dataclass
class Model:
    """The tables of one dataset."""

    dataset: Dataset
    _rows: dict[str, list[Record]] = field(default_factory=dict)
    _index: dict[tuple[str, tuple[int, ...]], dict[Record, list[Record]]] = field(
        default_factory=dict
    )

    def layout(self, table: str) -> Layout:
        """The columns of a table."""
        found = self.dataset.table(table)
        if found is None:
            message = f"there is no table '{table}'"
            raise DaxError(message)
        return tuple(Field(found.schema.name, column.name) for column in found.schema.columns)

    def place(self, table: str, column: str) -> int:
        """Where a column stands in its table."""
        for place, each in enumerate(self.layout(table)):
            if each.name.casefold() == column.casefold():
                return place
        message = f"there is no column '{table}'[{column}]"
        raise DaxError(message)

    def measure(self, name: str) -> Measure | None:
        """A measure of any table."""
        for table in self.dataset.tables.values():
            for measure in table.schema.measures:
                if measure.name.casefold() == name.casefold():
                    return measure
        return None

    def all_rows(self, table: str) -> list[Record]:
        """Every row of a table, with times as times."""
        key = table.casefold()
        if key not in self._rows:
            found = self.dataset.tables[key]
            kinds = [column.data_type == "DateTime" for column in found.schema.columns]
            rows: list[Record] = list(found.rows)
            if any(kinds):
                rows = [tuple(map(_stored, row, kinds)) for row in rows]
            self._rows[key] = rows
        return self._rows[key]

    def visible(self, table: str, filters: tuple[Filter, ...]) -> list[Record]:
        """The rows of a table that the filters leave, those of tables on its one side included."""
        key = table.casefold()
        rows = self.all_rows(table)
        own = [each for each in filters if each.table == key]
        exact = next((each for each in own if each.exact is not None), None)
        if exact is not None and exact.exact is not None:
            rows = self._looked_up(key, *exact.exact)
        for each in own:
            if each is not exact:
                rows = [row for row in rows if each.passes(row)]
        for link in self._links(key):
            if self._is_filtered(link.to_table, filters):
                to = self.place(link.to_table, link.to_column)
                keys = {fold(row[to]) for row in self.visible(link.to_table, filters)}
                place = self.place(table, link.from_column)
                rows = [row for row in rows if fold(row[place]) in keys]
        return rows

    def _looked_up(self, key: str, places: tuple[int, ...], values: Record) -> list[Record]:
        """Rows by their values, so that a table of groups does not read all rows for each."""
        index = self._index.get((key, places))
        if index is None:
            index = self._index.setdefault((key, places), {})
            for row in self.all_rows(key):
                index.setdefault(tuple(fold(row[place]) for place in places), []).append(row)
        return index.get(values, [])

    def related(self, table: str, wanted: str, column: str) -> Callable[[Record], Scalar]:
        """From a row of a table to a column of a table on its one side."""
        for link in self._links(table.casefold()):
            if link.to_table.casefold() == wanted.casefold():
                place = self.place(table, link.from_column)
                to = self.place(link.to_table, link.to_column)
                value = self.place(wanted, column)
                known = {fold(row[to]): row[value] for row in self.all_rows(wanted)}
                return lambda row: known.get(fold(row[place]))
        message = f"'{table}' has no relationship to '{wanted}'"
        raise DaxError(message)

    def _links(self, key: str) -> list[Relationship]:
        return [r for r in self.dataset.relationships if r.from_table.casefold() == key]

    def _is_filtered(self, table: str, filters: tuple[Filter, ...]) -> bool:
        key = table.casefold()
        return any(each.table == key for each in filters) or any(
            self._is_filtered(link.to_table, filters) for link in self._links(key)
        )


def _stored(value: Scalar, is_time: bool) -> Scalar:  # noqa: FBT001 (mapped over columns)
    return in_ticks(parse_datetime(value)) if is_time and isinstance(value, str) else value
