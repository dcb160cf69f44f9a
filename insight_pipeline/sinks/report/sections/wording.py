"""Words that several sections use, so that one thing has one name on the page."""

from __future__ import annotations

from insight_pipeline.model.terms import Term

OFFERED = Term("Angeboten", "Offered")
ANSWERED = Term("Angenommen", "Answered")
NO_USER = Term("Kein Benutzer", "No user")
OVERFLOW = Term("Übergelaufen", "Overflowed")
ABANDONED = Term("Abgebrochen", "Abandoned")
SHORT = Term("davon kurz", "of these short")
SERVICE_LEVEL = Term("Servicelevel", "Service level")
THRESHOLD = Term("Frist", "Threshold")
ABANDONMENT_RATE = Term("Abbruchquote", "Abandonment rate")
ASA = Term("Mittlere Wartezeit bis Annahme", "Average speed of answer")
LONGEST_WAIT = Term("Längste Wartezeit", "Longest wait")
AVERAGE_TALK = Term("Mittlere Gesprächsdauer", "Average talk time")
INBOUND = Term("Eingehend", "Inbound")
OUTBOUND = Term("Ausgehend", "Outbound")
INTERNAL = Term("Intern", "Internal")
DAY = Term("Tag", "Day")
QUEUE = Term("Warteschlange", "Queue")
VISITS = Term("Besuche", "Visits")
NO_VISITS = Term(
    "In diesem Zeitraum kam kein Anruf in eine Warteschlange.",
    "No call entered a queue in this period.",
)
SERVICE_LEVEL_HEAD = Term("Service\u00adlevel", "Service level")
ABANDONMENT_RATE_HEAD = Term("Abbruch\u00adquote", "Aban\u00addonment rate")
COUNTERS = {
    "offered": OFFERED,
    "answered": ANSWERED,
    "no_user": NO_USER,
    "overflow": OVERFLOW,
    "abandoned": ABANDONED,
}
"""Counters of visits, in the order in which they stand everywhere."""
HEADS = {
    "offered": Term("Ange\u00adboten", "Offered"),
    "answered": Term("Ange\u00adnommen", "Answered"),
    "no_user": NO_USER,
    "overflow": Term("Über\u00adgelaufen", "Over\u00adflowed"),
    "abandoned": Term("Abge\u00adbrochen", "Aban\u00addoned"),
}
"""The same as headings of columns, which may break a word."""
