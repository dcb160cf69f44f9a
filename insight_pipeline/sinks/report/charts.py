"""Plots: described by altair, drawn by Vega. One description serves the page, its print, and Dagster.

Colours are custom properties of the page's style, so one drawing is right in light and dark; a picture
(`pictures`), which has no style, gets their values for light. No figure is computed here.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import Any, Literal

import altair as alt
import vl_convert
from markupsafe import Markup

from insight_pipeline.sinks.report.html import details, tag
from insight_pipeline.sinks.report.language import Language
from insight_pipeline.sinks.report.section import Plot

VEGA_LITE = ".".join(alt.SCHEMA_VERSION.removeprefix("v").split(".")[:2])
INK, SOFT, LINE = "var(--ink)", "var(--soft)", "var(--line)"
COLOURS: Mapping[str, str] = {
    "answered": "var(--answered)",
    "no_user": "var(--no-user)",
    "overflow": "var(--overflow)",
    "abandoned": "var(--abandoned)",
    "mean": "var(--answered)",
    "peak": "var(--overflow)",
}
LIGHT: Mapping[str, str] = {
    "var(--ink)": "#1d2733",
    "var(--soft)": "#586575",
    "var(--line)": "#dfe4ea",
    "var(--answered)": "#2f7a6b",
    "var(--no-user)": "#6d78b5",
    "var(--overflow)": "#d69a2d",
    "var(--abandoned)": "#bf4a3f",
}
"""Values for pictures; those of the page stand in page.css, and a test compares the two."""
FONT = "system-ui, -apple-system, 'Segoe UI', Roboto, 'Liberation Sans', sans-serif"
LOCALES: Mapping[str, Literal["de-DE", "en-GB"]] = {"de": "de-DE", "en": "en-GB"}
WIDE, HALF = 720, 440
"""Widths of a drawing that stands alone, and of one beside another."""


def bars(rows: Sequence[Mapping[str, object]], **channels: Any) -> alt.Chart:  # noqa: ANN401 - altair's own types
    """A chart of bars over rows of values; channels as altair names them."""
    return _chart(rows).mark_bar().encode(**channels)


def lines(rows: Sequence[Mapping[str, object]], **channels: Any) -> alt.Chart:  # noqa: ANN401 - altair's own types
    """A chart of lines over rows of values."""
    return _chart(rows).mark_line(strokeWidth=2, interpolate="step-after").encode(**channels)


def _chart(rows: Sequence[Mapping[str, object]]) -> alt.Chart:
    return alt.Chart(alt.InlineData(values=[dict(row) for row in rows]))


def kinds(codes: Sequence[str], words: Sequence[str], symbol: str = "square") -> alt.Color:
    """Colours of some kinds, by their names, with a legend above."""
    scale = alt.Scale(domain=list(words), range=[COLOURS[code] for code in codes])
    legend = alt.Legend(orient="top", title=None, symbolType=symbol, offset=8)
    return alt.Color("kind:N", scale=scale, legend=legend)


def amounts(field: str, title: str | None = None, form: str = ",d") -> alt.Y:
    """An axis of amounts, from zero."""
    axis = alt.Axis(format=form, tickCount=5, domain=False, ticks=False, grid=True, tickMinStep=1)
    return alt.Y(f"{field}:Q", title=title, axis=axis)


def plot(name: str, title: str, chart: alt.Chart, width: int, height: int) -> Plot:
    """A chart as a plot of the page."""
    specification = chart.properties(height=height).to_dict()
    return Plot(name, title, {**specification, "config": _config(), "width": width})


def place(which: Plot, table: Markup, language: Language) -> Markup:
    """Where a plot stands: its drawing, and its figures in a table for whoever cannot see it."""
    drawing = Markup(_svg(which, language.locale))  # noqa: S704 - Vega escapes what it draws
    still = tag("div", drawing, class_="still")
    live = tag("div", class_="live", data_plot=which.name)
    return tag(
        "figure",
        tag("figcaption", which.title),
        tag("div", still, live, class_="plot", aria_hidden="true"),
        details("Als Tabelle" if language.is_german else "As a table", table),
    )


def number_format(locale: str) -> dict[str, Any]:
    """How the page's script writes numbers, in the form that Vega takes."""
    return vl_convert.get_format_locale(LOCALES[locale])


def time_format(locale: str) -> dict[str, Any]:
    """How the page's script writes dates."""
    return vl_convert.get_time_format_locale(LOCALES[locale])


def _svg(which: Plot, locale: str) -> str:
    return vl_convert.vegalite_to_svg(
        which.specification,
        vl_version=VEGA_LITE,
        format_locale=LOCALES[locale],
        time_format_locale=LOCALES[locale],
    )


def _config() -> dict[str, Any]:
    """One look for every plot. The table beside it speaks to screen readers, the drawing does not."""
    text = {"labelColor": SOFT, "titleColor": SOFT, "labelFontSize": 12, "titleFontSize": 12}
    return {
        "aria": False,
        "background": None,
        "font": FONT,
        "view": {"stroke": None},
        "axis": {**text, "gridColor": LINE, "domainColor": LINE, "tickColor": LINE,
                 "titleFontWeight": "normal", "labelPadding": 6, "titlePadding": 10},
        "legend": {**text, "symbolSize": 110},
        "header": text,
    }  # fmt: skip
