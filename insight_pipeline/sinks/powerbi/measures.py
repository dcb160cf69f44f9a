"""The DAX measures of `insight_historical`: formula and words of each figure, put together.

Here a measure gets its table, its language and its format. Its formula stands in `figures`, its words
in `measure_words`; the columns that it adds up come with `datasets`.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import Literal

from insight_pipeline.sinks.powerbi.figures import FORMULAS, HOMES, Granularity
from insight_pipeline.sinks.powerbi.formulas import dax
from insight_pipeline.sinks.powerbi.measure_words import WORDS, Unit

Locale = Literal["de", "en"]

FORMATS: dict[Unit, str] = {Unit.COUNT: "#,0", Unit.SECONDS: "0", Unit.RATIO: "0.0 %"}


@dataclass(frozen=True)
class Measure:
    """One measure as the API takes it; `code` is its name in every language."""

    code: str
    table: str
    name: str
    description: str
    expression: str
    format_string: str


def measures(granularity: Granularity, locale: Locale) -> tuple[Measure, ...]:
    """The measures over calls or over quarter hours, which know nothing of calls as a whole."""
    formulas, homes = FORMULAS[granularity], HOMES[granularity]
    names = {words.code: words.name.text(locale) for words in WORDS}
    return tuple(
        Measure(
            code=words.code,
            table=homes[words.subject],
            name=names[words.code],
            description=words.description.text(locale),
            expression=dax(formulas[words.code], names),
            format_string=FORMATS[words.unit],
        )
        for words in WORDS
        if words.code in formulas
    )
