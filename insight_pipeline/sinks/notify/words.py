"""A notice as text: the whole of it, one line of it, and a line for each figure. Pure."""

from __future__ import annotations

from insight_pipeline.model.notices import Notice


def one_line(text: str) -> str:
    """The text without breaks and signs that cannot be printed, as a header needs it."""
    return " ".join("".join(c if c.isprintable() else " " for c in text).split())


def plain_text(notice: Notice) -> str:
    """Title, text, figures and code as a mail says them."""
    figures = "".join(f"{fact.label}: {one_line(fact.text)}\n" for fact in notice.labelled)
    parts = (one_line(notice.title), notice.text, figures.rstrip(), notice.code)
    return "\n\n".join(part for part in parts if part) + "\n"
