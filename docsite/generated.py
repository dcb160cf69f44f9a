"""Which pages are generated as a whole, and what makes each."""

from __future__ import annotations

from collections.abc import Callable
from functools import partial

from docsite.message_pages import message_page
from docsite.table_page import table_page

GENERATED_PAGES: dict[str, Callable[[], str]] = {
    "messages.md": partial(message_page, "en"),
    "meldungen.md": partial(message_page, "de"),
    "tables.md": table_page,
}
"""By their name in `docs`."""
