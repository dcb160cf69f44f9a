"""Kinds of values that sections of the settings share, and what a section is.

Single values only; which settings there are stands in `settings` and `alert_settings`.
"""

from __future__ import annotations

from datetime import date
from typing import Annotated

from pydantic import BaseModel, BeforeValidator, ConfigDict
from pydantic_core import PydanticCustomError


def _no_flag(value: object) -> object:
    if isinstance(value, bool):
        raise PydanticCustomError("int_type", "a whole number")
    return value


def _no_flag_either(value: object) -> object:
    if isinstance(value, bool):
        raise PydanticCustomError("float_type", "a number")
    return value


def _day_only(value: object) -> object:
    if isinstance(value, int | float):
        raise PydanticCustomError("date_type", "a date")
    return value


def no_nul(value: object) -> object:
    """Refuse a NUL in a path or name."""
    if isinstance(value, str) and "\0" in value:
        raise PydanticCustomError("path_type", "a path")
    return value


def listed(value: object) -> object:
    """A list as an environment variable gives it: `12`, `12,13` or `[12, 13]`."""
    if not isinstance(value, str):
        return value
    parts = value.strip().removeprefix("[").removesuffix("]").split(",")
    return [part.strip() for part in parts if part.strip()]


Whole = Annotated[int, BeforeValidator(_no_flag)]
Number = Annotated[float, BeforeValidator(_no_flag_either)]
Day = Annotated[date, BeforeValidator(_day_only)]


class Part(BaseModel):
    """A section: unknown keys are refused, and nothing changes after it was read."""

    model_config = ConfigDict(extra="forbid", frozen=True, populate_by_name=True)
