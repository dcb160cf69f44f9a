"""When calls come: weekday by hour, a table that is its own plot. One of five counters shows at a time.

The choice is made by the style sheet alone, so it works without a script; on paper all five stand.
"""

from __future__ import annotations

from collections.abc import Sequence

from markupsafe import Markup

from insight_pipeline.model.calendar import DAYS_A_WEEK, HOURS_A_DAY
from insight_pipeline.model.report.figures import Hours, WeekGrid
from insight_pipeline.model.terms import Term
from insight_pipeline.sinks.report.html import note, tag, together
from insight_pipeline.sinks.report.language import Language
from insight_pipeline.sinks.report.section import Section
from insight_pipeline.sinks.report.sections import wording

_TITLE = Term("Nach Wochentag und Uhrzeit", "By weekday and time of day")
_SHADES = 6
"""Shades above none; page.css has a class for each."""


def hours_section(found: Hours, language: Language) -> Section:
    """Visits by weekday and hour of entering a queue, in local time."""
    title = language.of(_TITLE)
    offered = found.grids[0]
    shown = _hours_in_use(offered)
    if not shown:
        return Section("hours", title, note(language.of(wording.NO_VISITS)))
    choices = together(_choice(grid, language) for grid in found.grids)
    grids = (_grid(grid, shown, found.loaded_days, language) for grid in found.grids)
    first, last = shown[0], shown[-1] + 1
    words = Term(
        f"Summe der Besuche im Zeitraum nach der Uhrzeit des Eintritts (Zeitzone {language.timezone}), von "
        f"{first} bis {last} Uhr; zu anderen Zeiten gab es keine. In Klammern: wie viele geladene Tage der "
        "Wochentag hat.",
        f"Visits of the period, summed, by the time of entering (time zone {language.timezone}), from "
        f"{first}:00 to {last}:00; there were none at other times. In brackets: how many loaded days the "
        "weekday has.",
    )
    legend = tag("legend", language.of(Term("Anzeigen", "Show")))
    chooser = tag("fieldset", legend, choices, class_="choices")
    return Section(
        "hours", title, tag("div", chooser, *grids, class_="grids") + note(language.of(words))
    )


def _hours_in_use(offered: WeekGrid) -> range:
    used = [hour for hour in range(HOURS_A_DAY) if any(day[hour] for day in offered.counts)]
    return range(used[0], used[-1] + 1) if used else range(0)


def _choice(grid: WeekGrid, language: Language) -> Markup:
    name = f"show-{grid.counter.replace('_', '-')}"
    checked = {"checked": "checked"} if grid.counter == "offered" else {}
    button = tag("input", id=name, type="radio", name="grid", **checked)
    words = tag("label", language.of(wording.COUNTERS[grid.counter]), for_=name)
    return tag("span", button, words)


def _grid(
    grid: WeekGrid, shown: Sequence[int], loaded_days: Sequence[int], language: Language
) -> Markup:
    caption = f"{language.of(_TITLE)}: {language.of(wording.COUNTERS[grid.counter])}"
    largest = max(count for day in grid.counts for count in day)
    head = tag("tr", tag("td"), *(tag("th", f"{hour}", scope="col") for hour in shown))
    rows = (
        tag(
            "tr",
            tag("th", name, tag("span", f" ({loaded_days[place]})"), scope="row"),
            *(_cell(grid.counts[place][hour], largest, language) for hour in shown),
        )
        for place, name in zip(range(DAYS_A_WEEK), language.weekdays(), strict=True)
    )
    return tag(
        "div",
        tag("table", tag("caption", caption), tag("thead", head), tag("tbody", *rows)),
        class_=f"scroll heat heat-{grid.counter.replace('_', '-')}",
        role="group",
        tabindex="0",
        aria_label=caption,
    )


def _cell(count: int, largest: int, language: Language) -> Markup:
    shade = -(-_SHADES * count // largest) if largest else 0
    return tag("td", language.count(count) if count else "·", class_=f"shade-{shade}")
