"""How DAX computes and compares, with BLANK.

Belongs here: operators on single values. Does not: columns, tables, filters.
"""

from __future__ import annotations

import operator
from collections.abc import Callable, Iterable
from datetime import datetime, timedelta
from typing import Any

from insight_pipeline.emulator.dax.syntax import DaxError, Scalar

TICKS_A_SECOND = 300
_EPOCH = datetime(1899, 12, 30)  # noqa: DTZ001 (the service's times have no zone)

_NOTHING: dict[str, Scalar] = {"text": "", "number": 0, "truth value": False, "date": _EPOCH}


def fold(value: Scalar) -> Scalar:
    """A value as it counts in comparisons: the case of letters does not matter."""
    return value.casefold() if isinstance(value, str) else value


def in_ticks(moment: datetime) -> datetime:
    """A time at the service's resolution of 1/300 s, to the millisecond."""
    ticks = round(moment.microsecond * TICKS_A_SECOND / 1_000_000)
    milliseconds = round(ticks * 1000 / TICKS_A_SECOND)
    return moment.replace(microsecond=0) + timedelta(milliseconds=milliseconds)


def is_true(value: Scalar) -> bool:
    """A value as a condition."""
    if isinstance(value, str | datetime):
        message = f"{value!r} is no condition"
        raise DaxError(message)
    return bool(value)


def equal(left: Scalar, right: Scalar) -> bool:
    """`=`: BLANK equals 0, FALSE and the empty text."""
    left, right = _alike(left, right)
    return left == right


def strictly_equal(left: Scalar, right: Scalar) -> bool:
    """`==`: BLANK equals only BLANK."""
    return (left is None) == (right is None) and equal(left, right)


def _compare(test: Callable[[Any, Any], bool]) -> Callable[[Scalar, Scalar], Scalar]:
    def compared(left: Scalar, right: Scalar) -> Scalar:
        return test(*_alike(left, right))

    return compared


def _alike(left: Scalar, right: Scalar) -> tuple[Scalar, Scalar]:
    left, right = fold(left), fold(right)
    if left is None and right is None:
        return 0, 0
    if left is None:
        return _nothing(right), right
    if right is None:
        return left, _nothing(left)
    if _kind(left) != _kind(right):
        message = f"a {_kind(left)} cannot be compared with a {_kind(right)}"
        raise DaxError(message)
    return left, right


def _kind(value: Scalar) -> str:
    if isinstance(value, bool):
        return "truth value"
    if isinstance(value, str):
        return "text"
    return "date" if isinstance(value, datetime) else "number"


def _nothing(value: Scalar) -> Scalar:
    return _NOTHING[_kind(value)]


def number(value: Scalar) -> float | int:
    """A value as a number; BLANK is 0."""
    if value is None:
        return 0
    if isinstance(value, str | datetime):
        message = f"{value!r} is no number"
        raise DaxError(message)
    return int(value) if isinstance(value, bool) else value


def _add(left: Scalar, right: Scalar) -> Scalar:
    return None if left is None and right is None else number(left) + number(right)


def _subtract(left: Scalar, right: Scalar) -> Scalar:
    return None if left is None and right is None else number(left) - number(right)


def _multiply(left: Scalar, right: Scalar) -> Scalar:
    return None if left is None or right is None else number(left) * number(right)


def divide(left: Scalar, right: Scalar) -> Scalar:
    """`/`; a quotient that does not exist is an error here, and BLANK in DIVIDE."""
    if left is None:
        return None
    try:
        return number(left) / number(right)
    except ZeroDivisionError:
        message = "division by zero"
        raise DaxError(message) from None


def _power(left: Scalar, right: Scalar) -> Scalar:
    return None if left is None else number(left) ** number(right)


def _join(left: Scalar, right: Scalar) -> Scalar:
    return "".join("" if value is None else str(value) for value in (left, right))


OPERATORS: dict[str, Callable[[Scalar, Scalar], Scalar]] = {
    "+": _add,
    "-": _subtract,
    "*": _multiply,
    "/": divide,
    "^": _power,
    "&": _join,
    "=": equal,
    "==": strictly_equal,
    "<>": lambda left, right: not equal(left, right),
    "<": _compare(operator.lt),
    "<=": _compare(operator.le),
    ">": _compare(operator.gt),
    ">=": _compare(operator.ge),
    "||": lambda left, right: is_true(left) or is_true(right),
    "&&": lambda left, right: is_true(left) and is_true(right),
}


def total(values: Iterable[Scalar]) -> Scalar:
    """Sum; BLANK where there is nothing to add."""
    known = [number(value) for value in values if value is not None]
    return sum(known) if known else None


def count(values: Iterable[Scalar]) -> Scalar:
    """How many values there are; BLANK for none."""
    return sum(value is not None for value in values) or None


def mean(values: Iterable[Scalar]) -> Scalar:
    """Average; BLANK where there is nothing."""
    known = [number(value) for value in values if value is not None]
    return sum(known) / len(known) if known else None


def least(values: Iterable[Scalar]) -> Scalar:
    """Minimum; BLANK where there is nothing."""
    known: list[Any] = [value for value in values if value is not None]
    return min(known) if known else None


def greatest(values: Iterable[Scalar]) -> Scalar:
    """Maximum; BLANK where there is nothing."""
    known: list[Any] = [value for value in values if value is not None]
    return max(known) if known else None


def distinct(values: Iterable[Scalar]) -> Scalar:
    """How many different values, BLANK being one; BLANK for none."""
    return len({fold(value) for value in values}) or None


def distinct_known(values: Iterable[Scalar]) -> Scalar:
    """How many different values that are not BLANK; BLANK for none."""
    return len({fold(value) for value in values if value is not None}) or None


AGGREGATES: dict[str, Callable[[Iterable[Scalar]], Scalar]] = {
    "SUM": total,
    "COUNT": count,
    "COUNTA": count,
    "AVERAGE": mean,
    "MIN": least,
    "MAX": greatest,
}
