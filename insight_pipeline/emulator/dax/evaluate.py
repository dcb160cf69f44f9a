"""A query's text to its result.

Belongs here: the whole way, ordering included. Does not: the parts of it (parser.py, compiler.py).
"""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime
from typing import Any

from insight_pipeline.emulator.datasets import Dataset
from insight_pipeline.emulator.dax.compiler import Compiler
from insight_pipeline.emulator.dax.model import Context, Model, Record
from insight_pipeline.emulator.dax.parser import parse
from insight_pipeline.emulator.dax.syntax import DaxError, Scalar
from insight_pipeline.emulator.dax.values import fold


@dataclass(frozen=True)
class Result:
    """Rows under their names: `[n]` for made columns, `Table[column]` for stored ones."""

    names: tuple[str, ...]
    rows: list[Record]


def evaluate(dataset: Dataset, text: str) -> Result:
    """Answer a query over a dataset; DaxError where it is wrong or not understood."""
    try:
        return _evaluate(dataset, text)
    except (ArithmeticError, LookupError, RecursionError, TypeError, ValueError) as error:
        message = f"wrong arguments ({error})"
        raise DaxError(message) from error


def _evaluate(dataset: Dataset, text: str) -> Result:
    query = parse(text)
    compiler = Compiler(Model(dataset))
    relation = compiler.relation(query.table, ())
    rows = relation.rows(Context())
    for node, is_descending in reversed(query.order):
        key = compiler.scalar(node, (relation.layout,))
        rows = sorted(
            rows, key=lambda row: _sortable(key(Context((), (row,)))), reverse=is_descending
        )
    return Result(tuple(f"{f.table}[{f.name}]" for f in relation.layout), rows)


def _sortable(value: Scalar) -> tuple[int, Any]:
    if value is None:
        return 0, 0
    folded = fold(value)
    if isinstance(folded, str):
        return 2, folded
    if isinstance(folded, datetime):
        return 3, folded
    if isinstance(folded, bool | int | float):
        return 1, folded
    message = f"{value!r} cannot be ordered"
    raise DaxError(message)
