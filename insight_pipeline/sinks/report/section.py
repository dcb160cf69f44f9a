"""What a section of the page is: a title, what stands in it, and its plots."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any

from markupsafe import Markup


@dataclass(frozen=True)
class Plot:
    """A plot as Vega-Lite describes it; `name` is unique on the page."""

    name: str
    title: str
    specification: dict[str, Any]
    """Vega-Lite's own form, which altair writes."""


@dataclass(frozen=True)
class Section:
    """A part of the page, whose body names its plots where they belong (`charts.place`)."""

    name: str
    title: str
    body: Markup
    plots: tuple[Plot, ...] = ()
