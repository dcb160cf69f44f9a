"""The few shapes that a figure over signed rows can have, and how each is written in DAX.

A fact row is never changed in Power BI: a correction appends the old row with sign -1 and the new one
with +1. So whatever adds up is summed over the sign, and what does not (a maximum, a distinct count)
looks only at keys whose signs sum to more than zero. Which figures there are stands in `figures`.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Literal

SIGN = "sign"


@dataclass(frozen=True)
class Only:
    """Rows that count: those whose column has this value, or with `>` a larger one."""

    column: str
    value: str | bool | int
    operator: Literal["=", ">"] = "="


@dataclass(frozen=True)
class Total:
    """Rows, or a column, summed over the sign."""

    table: str
    column: str | None = None
    only: tuple[Only, ...] = ()


@dataclass(frozen=True)
class Largest:
    """The largest value that a key still has after all corrections."""

    table: str
    key: tuple[str, ...]
    column: str


@dataclass(frozen=True)
class Distinct:
    """How many keys are left after all corrections, each weighing its rows or a column."""

    table: str
    key: str
    weight: str | None = None
    only: tuple[Only, ...] = ()


@dataclass(frozen=True)
class Ratio:
    """Sums of other figures, by code, divided; a leading minus takes one away."""

    above: tuple[str, ...]
    below: tuple[str, ...]


Formula = Total | Largest | Distinct | Ratio


def dax(formula: Formula, names: Mapping[str, str]) -> str:
    """The expression; `names` are the measures' names by code, which ratios refer to."""
    match formula:
        case Total():
            return _filtered(_sum(formula.table, formula.column), formula.table, formula.only)
        case Largest():
            return _largest(formula)
        case Distinct():
            return _distinct(formula)
        case Ratio():
            # A blank numerator would make the ratio blank where it is 0; a zero denominator stays blank.
            return f"DIVIDE({_terms(formula.above, names)} + 0, {_terms(formula.below, names)})"


def _largest(formula: Largest) -> str:
    """The value is part of the group: a corrected key has a group for its old and its new value."""
    table = formula.table
    groups = ", ".join(_column(table, name) for name in (*formula.key, formula.column))
    left = _net_positive(f"SUMMARIZE('{table}', {groups})", _sum(table, None))
    return f"MAXX({left}, {_column(table, formula.column)})"


def _distinct(formula: Distinct) -> str:
    table = formula.table
    left = _net_positive(f"VALUES({_column(table, formula.key)})", _sum(table, formula.weight))
    return _filtered(f"COUNTROWS({left})", table, formula.only)


def _net_positive(groups: str, net: str) -> str:
    return f'FILTER(ADDCOLUMNS({groups}, "@net", CALCULATE({net})), [@net] > 0)'


def _sum(table: str, column: str | None) -> str:
    sign = _column(table, SIGN)
    return f"SUMX('{table}', {sign} * {_column(table, column)})" if column else f"SUM({sign})"


def _filtered(expression: str, table: str, only: tuple[Only, ...]) -> str:
    """KEEPFILTERS, so that a report's own filter on the same column still holds."""
    filters = "".join(
        f", KEEPFILTERS({_column(table, o.column)} {o.operator} {_literal(o.value)})" for o in only
    )
    return f"CALCULATE({expression}{filters})" if filters else expression


def _column(table: str, column: str) -> str:
    return f"'{table}'[{column}]"


def _literal(value: str | bool | int) -> str:  # noqa: FBT001 - the value of a column, not a switch
    if isinstance(value, bool):
        return "TRUE()" if value else "FALSE()"
    return f'"{value}"' if isinstance(value, str) else str(value)


def _terms(codes: tuple[str, ...], names: Mapping[str, str]) -> str:
    first, *rest = codes
    others = "".join(
        f" - [{names[code[1:]]}]" if code.startswith("-") else f" + [{names[code]}]"
        for code in rest
    )
    return f"[{names[first]}]{others}"
