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


VALUES: dict[str, Term] = {
    "inbound": Term("eingehend", "inbound"),
    "outbound": Term("ausgehend", "outbound"),
    "internal": Term("intern", "internal"),
    "answered": Term("angenommen", "answered"),
    "answered_elsewhere": Term("anderswo", "elsewhere"),
    "abandoned": Term("abgebrochen", "abandoned"),
    "overflow": Term("übergelaufen", "overflowed"),
    "missed": Term("verpasst", "missed"),
    "placed": Term("gewählt", "placed"),
    "no_user": Term("Kein Benutzer", "no user"),
    "connected": Term("verbunden", "connected"),
    "not_connected": Term("nicht verbunden", "not connected"),
    "user": Term("Benutzer", "user"),
    "queue": Term("Warteschlange", "queue"),
    "module": Term("Modul", "module"),
    "voicemail": Term("Voicemail", "voicemail"),
    "unknown": Term("unbekannt", "unknown"),
    "none": Term("ohne Konto", "no account"),
    "leg": Term("Rufabschnitt", "leg"),
    "summary_left_out": Term("Zusammenfassung", "summary"),
    "duplicate": Term("doppelt", "duplicate"),
    "superseded": Term("ersetzt", "superseded"),
    "open": Term("noch offen", "still open"),
    "out_of_window": Term("zu spät", "too late"),
}
"""The words that values of the tables are read as. A value of two meanings has one word for both."""


def value(word: str | None, locale: str) -> str:
    """A value of a table in words; empty for NULL, and as it is where there is no word for it."""
    if word is None:
        return ""
    return VALUES[word].text(locale) if word in VALUES else word
