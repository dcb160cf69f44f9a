"""Words in both languages: a term has a German and an English form, whatever it is used for.

Texts of messages stand in `messages`; a term is what fills one of their fields, or labels something on
the terminal.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date

_SHOWN = 5


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
    "customer": Term("Kunde", "customer"),
    "us": Term("uns", "us"),
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
    "call_list": Term("Verbindungsdaten", "call list"),
    "line_list": Term("Leitungsdaten", "line list"),
    "not_a_regular_file": Term("keine gewöhnliche Datei", "not a regular file"),
    "unreadable": Term("nicht lesbar", "cannot be read"),
    "truncated_gzip": Term("gzip beschädigt", "damaged gzip"),
    "decompression_limit": Term("entpackt zu groß", "too large unpacked"),
    "not_text": Term("kein Text", "not text"),
    "unclosed_quote": Term("offenes Anführungszeichen", "unclosed quote"),
    "no_header": Term("keine Kopfzeile", "no header"),
    "missing_column": Term("Spalten fehlen", "missing columns"),
    "encoding": Term("unlesbare Zeichen", "unreadable characters"),
    "oversized_line": Term("Zeile zu lang", "line too long"),
    "field_count": Term("falsche Feldzahl", "number of fields"),
    "missing_value": Term("Pflichtwert fehlt", "missing value"),
    "bad_integer": Term("keine ganze Zahl", "no whole number"),
    "bad_boolean": Term("weder ja noch nein", "neither yes nor no"),
    "bad_timestamp": Term("unlesbarer Zeitpunkt", "unreadable time"),
    "nonexistent_time": Term("ausgefallene Stunde", "skipped hour"),
    "unknown_result": Term("unbekanntes Ergebnis", "unknown result"),
    "end_before_start": Term("Ende vor Anfang", "end before start"),
    "connected_without_link": Term("Annahmezeit fehlt", "no answer time"),
    "link_outside_leg": Term("Annahme außerhalb", "answer outside"),
    "unsupported_source": Term("fremde Warteschlange", "third-party queue"),
}
"""The words that values of the tables are read as. A value of two meanings has one word for both."""


def value(word: str | None, locale: str) -> str:
    """A value of a table in words; empty for NULL, and as it is where there is no word for it."""
    if word is None:
        return ""
    return VALUES[word].text(locale) if word in VALUES else word


def grouped(number: int, locale: str) -> str:
    """A number with the thousands separators of a language."""
    english = f"{number:,}"
    return english.replace(",", ".") if locale == "de" else english


def some(names: Sequence[str]) -> Term | str:
    """The first names, for a message, and how many more there are."""
    shown, more = ", ".join(names[:_SHOWN]), len(names) - _SHOWN
    return shown if more <= 0 else Term(f"{shown} und {more} weitere", f"{shown} and {more} more")


def span(days: Sequence[date]) -> Term | str:
    """Which days, for a message: each of a few, else first, last and their number."""
    if len(days) <= _SHOWN:
        return ", ".join(day.isoformat() for day in days)
    first, last, count = days[0], days[-1], len(days)
    return Term(f"{first} bis {last}, {count} Tage", f"{first} to {last}, {count} days")
