"""Small pieces of HTML.

Belongs here: escaping, tables, forms, and the frame of a page. Does not: what a page says.
"""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from functools import cache
from html import escape
from importlib import resources

from starlette.responses import HTMLResponse

POLICY = "default-src 'none'; style-src 'unsafe-inline'; form-action 'self'; frame-ancestors 'none'"


@cache
def _style() -> str:
    file = resources.files("insight_pipeline.emulator") / "page.css"
    return file.read_text(encoding="utf-8")


def framed(title: str, language: str, body: str) -> HTMLResponse:
    """A whole page; it needs nothing from elsewhere, and may load nothing."""
    html = (
        f'<!doctype html><html lang="{language}"><head><meta charset="utf-8">'
        '<meta name="viewport" content="width=device-width, initial-scale=1">'
        f"<title>{escape(title)}</title><style>{_style()}</style></head><body>{body}</body></html>"
    )
    headers = {"Content-Security-Policy": POLICY, "Cache-Control": "no-store"}
    return HTMLResponse(html, headers=headers)


def text(value: object) -> str:
    """Any value as text; nothing for None."""
    return "" if value is None else escape(str(value))


def grid(heads: Sequence[str], rows: Iterable[Sequence[object]]) -> str:
    """A table that scrolls sideways where it is too wide."""
    head = "".join(f"<th>{text(each)}</th>" for each in heads)
    lines = "".join(
        f"<tr>{''.join(f'<td>{text(value)}</td>' for value in row)}</tr>" for row in rows
    )
    return (
        f'<div class="scroll" tabindex="0"><table><thead><tr>{head}</tr></thead>'
        f"<tbody>{lines}</tbody></table></div>"
    )


def choice(name: str, label: str, options: Iterable[str]) -> str:
    """A labelled list to choose from."""
    items = "".join(f"<option>{text(each)}</option>" for each in options)
    return f'<label>{text(label)}<select name="{name}">{items}</select></label>'


def figure(name: str, label: str, value: int) -> str:
    """A labelled number."""
    return (
        f'<label>{text(label)}<input type="number" min="0" name="{name}" value="{value}"></label>'
    )


def button(action: str, label: str) -> str:
    """A button that says what to do."""
    return f'<button name="do" value="{action}">{text(label)}</button>'


def form(address: str, *parts: str) -> str:
    """A form that posts to an address of ours."""
    return f'<form method="post" action="{address}">{"".join(parts)}</form>'
