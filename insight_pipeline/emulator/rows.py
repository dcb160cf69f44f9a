"""Rows as a client sends them, held against the columns of their table.

Belongs here: the types of the push API and what fits into them. Does not: how many rows there may be
(limits.py), nor where they are kept (datasets.py).
"""

from __future__ import annotations

import math
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, field
from datetime import UTC, datetime

from insight_pipeline.emulator.answers import Detail, unknown_property
from insight_pipeline.emulator.description import MOST_DETAILS

Value = str | int | float | bool | None
Row = tuple[Value, ...]
"""A row's values in the order of the table's columns, as they were sent."""

INT64_END = 2**63
DECIMAL_END = 10**24
"""28 digits, of which 4 stand after the point."""


@dataclass(frozen=True)
class Column:
    """A column of a table; `more` has what the service only keeps (format, category, ...)."""

    name: str
    data_type: str
    more: Mapping[str, object] = field(default_factory=dict)


def _is_int64(value: object) -> bool:
    return type(value) is int and -INT64_END < value < INT64_END - 1


def _is_number(value: object) -> bool:
    return type(value) is int or (type(value) is float and math.isfinite(value))


def _is_decimal(value: object) -> bool:
    return isinstance(value, int | float) and _is_number(value) and abs(value) < DECIMAL_END


def _is_bool(value: object) -> bool:
    return type(value) is bool


def _is_datetime(value: object) -> bool:
    try:
        return isinstance(value, str) and parse_datetime(value) is not None
    except ValueError:
        return False


def parse_datetime(text: str) -> datetime:
    """A time as the service keeps it: without a zone, in UTC where one was given."""
    moment = datetime.fromisoformat(text)
    return moment.astimezone(UTC).replace(tzinfo=None) if moment.tzinfo else moment


_FITS: dict[str, Callable[[object], bool]] = {
    "Int64": _is_int64,
    "Double": _is_number,
    "Decimal": _is_decimal,
    "Boolean": _is_bool,
    "DateTime": _is_datetime,
    "String": lambda value: isinstance(value, str),
}
DATA_TYPES = tuple(_FITS)


def data_type(name: str) -> str | None:
    """The type as the service spells it; None where there is no such type."""
    spelled = {known.lower(): known for known in DATA_TYPES}
    spelled["bool"] = "Boolean"
    return spelled.get(name.lower())


class RowReader:
    """Reads rows of one table."""

    def __init__(self, table: str, columns: Sequence[Column], text_characters: int) -> None:
        """Look up the checks of the columns once."""
        self._table = table
        self._names = [column.name for column in columns]
        self._known = frozenset(self._names)
        self._checks = [(c.name, c.data_type, _FITS[c.data_type]) for c in columns]
        self._text_characters = text_characters

    def read(self, sent: Sequence[Mapping[str, object]]) -> tuple[list[Row], list[Detail]]:
        """The rows, and what is wrong with them, up to ten points."""
        rows: list[Row] = []
        faults: list[Detail] = []
        for number, fields in enumerate(sent):
            faults += self._faults(number, fields)
            if len(faults) >= MOST_DETAILS:
                break
            rows.append(tuple(map(fields.get, self._names)))  # type: ignore[arg-type] # checked above
        return rows, faults[:MOST_DETAILS]

    def _faults(self, number: int, fields: Mapping[str, object]) -> list[Detail]:
        found = []
        if not self._known.issuperset(fields):
            found = [unknown_property(n, self._table) for n in fields if n not in self._known]
        for name, kind, fits in self._checks:
            value = fields.get(name)
            if value is None:
                continue
            if not fits(value):
                text = f"Cannot convert a value of column '{name}' to the type {kind}."
                found.append(Detail(text, f"rows/{number}/{name}"))
            elif isinstance(value, str) and len(value) > self._text_characters:
                text = (
                    f"A text of column '{name}' is longer than {self._text_characters} characters."
                )
                found.append(Detail(text, f"rows/{number}/{name}"))
        return found
