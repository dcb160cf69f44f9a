"""The columns of the PBX's table: which of them are read, and whether they can be.

Pure functions over what the server says of the table. A column that is missing or has another type stops
the reading before a row is taken, so that nothing has been passed over when the cause is gone.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

from insight_pipeline.model.errors import DataError
from insight_pipeline.model.messages.details import columns_in_words
from insight_pipeline.model.rows import Field, ListSpec
from insight_pipeline.model.terms import Term

KEYS = ("id", "callid")
"""Columns that are reckoned with before a row is typed, beside the times."""

_INEXACT = ("float4", "float8", "money")
_TEXTS, _NUMBERS, _FLAGS, _ENUMS = "S", "N", "B", "E"


@dataclass(frozen=True)
class TableColumn:
    """A column as the server's catalogue has it."""

    name: str
    type_name: str
    category: str
    """The server's category of the type: N numbers, S texts, B booleans, ..."""
    written: str
    """The type as people write it."""


@dataclass(frozen=True)
class Columns:
    """Names in the table for the known columns, in the list's order, and the other names."""

    known: dict[str, str]
    unknown: tuple[str, ...]


def chosen_columns(found: Sequence[TableColumn], spec: ListSpec, table: str) -> Columns:
    """The columns to read; DataError IA-245 or IA-246 if one is missing or has another type."""
    places: dict[str, TableColumn] = {}
    for column in found:
        name = column.name.lower()
        places.setdefault(spec.aliases.get(name, name), column)
    known = {name: places[name] for name in spec.fields if name in places}
    unknown = tuple(c.name for c in found if c not in known.values())
    missing = [name for name in spec.required if name not in known]
    if missing:
        detail = columns_in_words(f"{', '.join(missing)} | {', '.join(unknown)}")
        raise DataError("IA-245", table=table, detail=detail)
    other = {c: _expected(n, spec.fields[n]) for n, c in known.items() if not _fits(n, c, spec)}
    if other:
        raise DataError("IA-246", table=table, detail=_in_words(other))
    return Columns({name: column.name for name, column in known.items()}, unknown)


def _fits(name: str, column: TableColumn, spec: ListSpec) -> bool:
    """Whether the text that the server gives of the column is what the readers expect."""
    kind = spec.fields[name]
    is_number = column.category == _NUMBERS and column.type_name not in _INEXACT
    if kind is Field.TIME or name in KEYS:
        return is_number and column.type_name != "numeric"
    if kind is Field.INTEGER:
        return is_number or column.category == _TEXTS
    if kind is Field.FLAG:
        return is_number or column.category in (_TEXTS, _FLAGS)
    return kind is Field.TEXT or column.category in (_TEXTS, _ENUMS)


def _expected(name: str, kind: Field) -> Term:
    if kind is Field.TIME:
        return Term("bigint mit Millisekunden", "bigint with milliseconds")
    if kind is Field.INTEGER or name in KEYS:
        return Term("integer oder bigint", "integer or bigint")
    return Term("boolean", "boolean") if kind is Field.FLAG else Term("text", "text")


def _in_words(other: dict[TableColumn, Term]) -> Term:
    return Term(
        ", ".join(f"{c.name} {c.written} statt {right.de}" for c, right in other.items()),
        ", ".join(f"{c.name} {c.written} instead of {right.en}" for c, right in other.items()),
    )
