"""A page as a reader without eyes for colours gets it: its texts in order, and its elements."""

from __future__ import annotations

from collections.abc import Iterator
from html.parser import HTMLParser

from insight_pipeline import __version__

_SILENT = frozenset({"script", "style", "svg", "head"})
_VOID = frozenset({"meta", "br", "input", "link", "img"})
_BLOCKS = frozenset({"p", "tr", "h1", "h2", "h3", "li", "dt", "dd", "summary", "figcaption", "caption",
                     "legend", "label"})  # fmt: skip


class Reader(HTMLParser):
    """Collects a line for each block, cells of a row between bars, and every element with attributes."""

    def __init__(self, page: str) -> None:
        super().__init__()
        self.lines: list[str] = []
        self.elements: list[tuple[str, dict[str, str | None]]] = []
        self.unclosed: list[str] = []
        self._silent = 0
        self.feed(page)
        self.close()

    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        self.elements.append((tag, dict(attrs)))
        if tag not in _VOID:
            self.unclosed.append(tag)
        self._silent += tag in _SILENT
        if tag in _BLOCKS:
            self.lines.append("")
        if tag in ("td", "th") and self.lines[-1]:
            self.lines[-1] += " | "

    def handle_endtag(self, tag: str) -> None:
        if self.unclosed and self.unclosed[-1] == tag:
            self.unclosed.pop()
        self._silent -= tag in _SILENT
        if tag in _BLOCKS:
            self.lines.append("")

    def handle_data(self, data: str) -> None:
        if not self._silent and data.strip():
            self.lines = self.lines or [""]
            self.lines[-1] += data

    def texts(self) -> Iterator[str]:
        """The lines that say something."""
        return (line.replace("\u00ad", "").strip() for line in self.lines if line.strip())


def text_of(page: str) -> str:
    """The page's text, a line a block, the same for every version of the program."""
    return "\n".join(Reader(page).texts()).replace(__version__, "VERSION") + "\n"
