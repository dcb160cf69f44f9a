"""Words in both languages: a term has a German and an English form, whatever it is used for.

Texts of messages stand in `messages`; a term is what fills one of their fields, or labels something on
the terminal.
"""

from __future__ import annotations

from dataclasses import dataclass


@dataclass(frozen=True)
class Term:
    """One thing, named in both languages."""

    de: str
    en: str

    def text(self, locale: str) -> str:
        """German for `de`, else English."""
        return self.de if locale == "de" else self.en

    def __str__(self) -> str:
        """The English form, for logs."""
        return self.en
