"""Small pieces of Markdown: plain text made safe, tables, and the note on a generated page."""

from __future__ import annotations

import html
import re
from collections.abc import Iterable, Sequence

_SPECIAL = re.compile(r"([\\`*\[\]|]|(?<!\w)_|_(?!\w))")
GENERATED = "<!-- Written by `python -m docsite`; not to be edited. -->"


def plain(text: str) -> str:
    """A text that Markdown shows as it is."""
    return html.escape(_SPECIAL.sub(r"\\\1", text), quote=False)


def meaning(text: str) -> str:
    """A description, whose code stands between backticks, as Markdown."""
    pieces = text.split("`")
    return "`".join(piece if place % 2 else plain(piece) for place, piece in enumerate(pieces))


def table(heads: Sequence[str], rows: Iterable[Sequence[str]]) -> str:
    """A Markdown table; cells are Markdown already."""
    lines = [heads, ["---"] * len(heads), *rows]
    return "\n".join(f"| {' | '.join(cells)} |" for cells in lines)
