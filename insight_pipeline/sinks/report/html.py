"""Pieces of HTML. Whatever is not markup already is escaped, so that a caller's name stays a name."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from dataclasses import dataclass

from markupsafe import Markup, escape

Content = str | int | Markup | None
_VOID = frozenset({"meta", "br", "input"})


def tag(name: str, /, *content: Content, **attributes: str) -> Markup:
    """An element; `class_` and `aria_label` become `class` and `aria-label`."""
    kind = Markup(name)  # noqa: S704 - names stand in our own code
    given = Markup("").join(
        Markup(' {}="{}"').format(key.rstrip("_").replace("_", "-"), value)
        for key, value in attributes.items()
    )
    begin = Markup("<") + kind + given + Markup(">")
    if name in _VOID:
        return begin
    return begin + together(content) + Markup("</") + kind + Markup(">")


def together(content: Iterable[Content]) -> Markup:
    """Pieces one after the other; None is nothing."""
    return Markup("").join(escape(piece) for piece in content if piece is not None)


@dataclass(frozen=True)
class Column:
    """A column of a table: its heading, and whether its cells are numbers, which stand right."""

    head: str
    is_number: bool = True


def table(
    caption: str, columns: Sequence[Column], rows: Iterable[Sequence[Content]], look: str = ""
) -> Markup:
    """A table in a box of its own, in which it scrolls sideways where it is too wide.

    The first cell of a row is its heading. The caption names the table for screen readers. Looks:
    `tall` for one of many rows, which scrolls in its box; `narrow` for one of short cells.
    """
    heads = (_cell("th", column, column.head, scope="col") for column in columns)
    body = (_row(columns, row) for row in rows)
    return tag(
        "div",
        tag(
            "table",
            tag("caption", caption),
            tag("thead", tag("tr", *heads)),
            tag("tbody", *body),
        ),
        class_=f"scroll {look}".strip(),
        role="group",
        tabindex="0",
        aria_label=caption,
    )


def _row(columns: Sequence[Column], row: Sequence[Content]) -> Markup:
    first, *rest = zip(columns, row, strict=True)
    head = _cell("th", *first, scope="row")
    return tag("tr", head, *(_cell("td", column, value) for column, value in rest))


def _cell(name: str, column: Column, value: Content, **attributes: str) -> Markup:
    kind = {"class_": "number"} if column.is_number else {}
    return tag(name, value, **kind, **attributes)


def details(summary: str, *content: Content) -> Markup:
    """What unfolds on a click."""
    return tag("details", tag("summary", summary), *content)


def note(text: str) -> Markup:
    """A remark in a calm voice."""
    return tag("p", text, class_="note")


def warning(text: str) -> Markup:
    """A remark that should not be missed."""
    return tag("p", text, class_="warning")
