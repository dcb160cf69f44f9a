"""Types of the opening hours in the settings: when queues are open, by weekday, and closing days.

Values only: spans of the clock, read and checked. Which moment lies in them is reckoned in `facts.hours`.
Borders lie on quarter hours, so that no quarter hour is open in part.
"""

from __future__ import annotations

import re
from dataclasses import dataclass
from itertools import pairwise
from typing import Annotated, Literal, Self

from pydantic import BeforeValidator, Field, model_validator
from pydantic_core import PydanticCustomError

from insight_pipeline.model.calendar import QUARTERS_A_DAY
from insight_pipeline.model.setting_types import Day, Part, Whole, listed

WEEKDAYS = ("monday", "tuesday", "wednesday", "thursday", "friday", "saturday", "sunday")
CLOSED = "closed"

_SPAN = re.compile(r"(\d{1,2}):(\d\d)\s*-\s*(\d{1,2}):(\d\d)")
_MINUTES_A_QUARTER, _MINUTES_AN_HOUR, _HOURS_A_DAY = 15, 60, 24


@dataclass(frozen=True)
class Span:
    """From one quarter hour of the day to before another; 96 is midnight at its end."""

    first: int
    end: int


def _spans(value: object) -> object:
    """`08:00-12:00, 13:00-17:00` or `closed` as spans in the order of the day."""
    if not isinstance(value, str):
        raise PydanticCustomError("hours", "spans of time")
    if value.strip() == CLOSED:
        return ()
    spans = sorted((_span(part.strip()) for part in value.split(",")), key=lambda span: span.first)
    if any(later.first < span.end for span, later in pairwise(spans)):
        raise PydanticCustomError("hours_overlap", "spans that do not overlap")
    return tuple(spans)


def _span(text: str) -> Span:
    found = _SPAN.fullmatch(text)
    if found is None:
        raise PydanticCustomError("hours", "spans of time")
    numbers = [int(number) for number in found.groups()]
    first, end = _quarter(*numbers[:2]), _quarter(*numbers[2:])
    if first >= end:
        raise PydanticCustomError("hours_order", "an end after the start")
    return Span(first, end)


def _quarter(hour: int, minute: int) -> int:
    quarter, rest = divmod(hour * _MINUTES_AN_HOUR + minute, _MINUTES_A_QUARTER)
    if minute >= _MINUTES_AN_HOUR or hour > _HOURS_A_DAY or quarter > QUARTERS_A_DAY:
        raise PydanticCustomError("hours_clock", "times of the day")
    if rest:
        raise PydanticCustomError("hours_quarter", "times on quarter hours")
    return quarter


def _dates(value: object) -> object:
    """A list of dates, also as an environment variable gives it."""
    found = listed(value)
    if not isinstance(found, list | tuple):
        raise PydanticCustomError("day_list", "a list of dates")
    return found


Spans = Annotated[tuple[Span, ...], BeforeValidator(_spans)]
Dates = Annotated[tuple[Day, ...], BeforeValidator(_dates)]


class Opening(Part):
    """Hours of a week and the days that differ; None is what is not said."""

    monday: Spans | None = None
    tuesday: Spans | None = None
    wednesday: Spans | None = None
    thursday: Spans | None = None
    friday: Spans | None = None
    saturday: Spans | None = None
    sunday: Spans | None = None
    holidays: Literal["closed", "as usual"] | None = None
    """Public holidays of the installation's region; closed where nothing is said."""
    closed: Dates | None = None
    """Own closing days."""

    @property
    def week(self) -> tuple[tuple[Span, ...] | None, ...]:
        """The hours of the seven weekdays, Monday first."""
        return tuple(getattr(self, name) for name in WEEKDAYS)

    @property
    def has_hours(self) -> bool:
        """Whether it says when it is open on any weekday."""
        return any(day is not None for day in self.week)


class Hours(Opening):
    """The default of all queues, and what is different for some."""

    queues: dict[Annotated[Whole, Field(ge=1)], Opening] = Field(default_factory=dict)

    @model_validator(mode="after")
    def _some_hours(self) -> Self:
        if not (self.has_hours or any(queue.has_hours for queue in self.queues.values())):
            raise PydanticCustomError("hours_missing", "hours of a weekday")
        return self

    def of(self, queue_id: int | None) -> Opening | None:
        """The hours of a queue: its own, key by key, over the default (None); None where not known."""
        levels = [self] if queue_id not in self.queues else [self, self.queues[queue_id]]
        said = {
            name: value
            for level in levels
            for name in Opening.model_fields
            if (value := getattr(level, name)) is not None
        }
        merged = Opening.model_construct(**said)
        return merged if merged.has_hours else None
