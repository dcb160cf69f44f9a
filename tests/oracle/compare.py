"""Compare two tables row by row and say in words where they differ.

`?` in the expected table means that the value is not fixed; columns that only the actual
table has are ignored, and so are columns with a leading underscore. `as_text` brings typed
rows into the spelling of the expected CSV files (NULL is empty).
"""

from datetime import date, datetime
from typing import Any

Row = dict[str, Any]


def as_text(row: Row) -> dict[str, str]:
    """A row with every value as the expected CSV files spell it."""
    return {key: value_as_text(value) for key, value in row.items()}


def value_as_text(value: Any) -> str:
    """One value as the expected CSV files spell it."""
    if value is None:
        return ""
    if isinstance(value, bool):
        return "true" if value else "false"
    if isinstance(value, datetime):
        return value.strftime("%Y-%m-%d %H:%M:%S")
    if isinstance(value, date):
        return value.isoformat()
    return repr(value) if isinstance(value, float) else str(value)


def is_same(expected: Any, actual: Any) -> bool:
    """Equal, not fixed, or two numbers that differ only in how they were stored."""
    if expected in ("?", actual):
        return True
    if isinstance(expected, int | float) and isinstance(actual, int | float):
        return abs(expected - actual) <= 1e-9 * max(1.0, abs(expected))
    return False


def by_key(rows: list[Row], key: list[str], side: str, found: list[str]) -> dict[Any, Row]:
    """Rows by their key; a key that occurs twice is a difference."""
    table: dict[Any, Row] = {}
    for row in rows:
        place = tuple(row[name] for name in key)
        if place in table:
            found.append(f"{place}: twice in {side}")
        table[place] = row
    return table


def differences(expected: list[Row], actual: list[Row], key: list[str]) -> list[str]:
    """One line per missing row, surplus row and different value."""
    found: list[str] = []
    left = by_key(expected, key, "expected", found)
    right = by_key(actual, key, "actual", found)
    for place, row in left.items():
        if place not in right:
            found.append(f"{place}: missing, expected {row}")
            continue
        for name, value in row.items():
            if name.startswith("_"):
                continue
            if name not in right[place]:
                found.append(f"{place}: no column {name}")
            elif not is_same(value, right[place][name]):
                found.append(f"{place}: {name} is {right[place][name]!r}, expected {value!r}")
    for place, row in right.items():
        if place not in left:
            found.append(f"{place}: surplus {row}")
    return found
