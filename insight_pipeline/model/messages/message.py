"""What a message is: a code, and in both languages what happened, why, and what to do."""

from __future__ import annotations

from dataclasses import dataclass


@dataclass(frozen=True)
class Words:
    """A message in one language: what happened, why, and what to do."""

    text: str
    cause: str
    next_step: str


@dataclass(frozen=True)
class Message:
    """One message of the catalogue."""

    code: str
    de: Words
    en: Words

    def words(self, locale: str) -> Words:
        """German for `de`, else English."""
        return self.de if locale == "de" else self.en

    def text(self, locale: str) -> str:
        """What happened."""
        return self.words(locale).text

    def cause(self, locale: str) -> str:
        """Why it happens."""
        return self.words(locale).cause

    def next_step(self, locale: str) -> str:
        """What to do."""
        return self.words(locale).next_step
