"""The part of docs/powerbi.md that shows the dataset, made from the code.

`python -m tests.unit.powerbi.dataset_docs` writes it anew; a test says when that is due.
"""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from pathlib import Path

from insight_pipeline.sinks.powerbi.datasets import PushDataset, historical
from insight_pipeline.sinks.powerbi.figures import FORMULAS
from insight_pipeline.sinks.powerbi.measure_words import WORDS
from insight_pipeline.sinks.powerbi.measures import measures

DOCS = Path(__file__).parents[3] / "docs" / "powerbi.md"
BEGIN, END = "<!-- dataset: begin -->", "<!-- dataset: end -->"
_ZONES = {"demo": "Europe/Berlin"}


def dataset_docs() -> str:
    """Tables, relationships and measures of both granularities as Markdown."""
    calls, intervals = historical("call", "en", _ZONES), historical("interval", "en", _ZONES)
    parts = [
        "### Tables",
        _markdown(
            ("table", "with", "holds", "columns of the dataset's own"), _tables(calls, intervals)
        ),
        "### Relationships",
        _markdown(("from", "to"), _relationships(calls, intervals)),
        "### Measures",
        _markdown(("code", "German", "English", "meaning", "with"), _measures()),
    ]
    return "\n\n".join(parts)


def _tables(*datasets: PushDataset) -> Iterable[Sequence[str]]:
    with_calls, with_intervals = ({t.name for t in d.tables} for d in datasets)
    tables = {table.name: table for dataset in datasets for table in dataset.tables}
    for name, table in tables.items():
        has = [
            w for w, names in (("call", with_calls), ("interval", with_intervals)) if name in names
        ]
        added = [c.name for c in table.columns if type(c.origin).__name__ != "Copied"]
        yield f"`{name}`", ", ".join(has), table.description, ", ".join(f"`{n}`" for n in added)


def _relationships(*datasets: PushDataset) -> Iterable[Sequence[str]]:
    for r in (r for dataset in datasets for r in dataset.relationships):
        yield f"`{r.from_table}[{r.from_column}]`", f"`{r.to_table}[{r.to_column}]`"


def _measures() -> Iterable[Sequence[str]]:
    described = {m.code: m.description for g in FORMULAS for m in measures(g, "en")}
    for words in WORDS:
        has = [granularity for granularity, found in FORMULAS.items() if words.code in found]
        yield f"`{words.code}`", words.name.de, words.name.en, described[words.code], ", ".join(has)


def _markdown(heads: Sequence[str], rows: Iterable[Sequence[str]]) -> str:
    lines = [heads, ["---"] * len(heads), *rows]
    return "\n".join(f"| {' | '.join(cells)} |" for cells in lines)


def _write() -> None:
    before, rest = DOCS.read_text(encoding="utf-8").split(BEGIN)
    after = rest.split(END)[1]
    DOCS.write_text(f"{before}{BEGIN}\n\n{dataset_docs()}\n\n{END}{after}", encoding="utf-8")


if __name__ == "__main__":
    _write()
