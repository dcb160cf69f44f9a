"""What would be right in place of refused opening hours, by the kind of the finding."""

from __future__ import annotations

from collections.abc import Mapping

from insight_pipeline.model.terms import Term

HOURS_RIGHT: Mapping[str, Term] = {
    "hours": Term(
        'Zeiten wie "08:00-12:00, 13:00-17:00" oder "closed"',
        'times such as "08:00-12:00, 13:00-17:00", or "closed"',
    ),
    "hours_clock": Term("Uhrzeiten von 00:00 bis 24:00", "times from 00:00 to 24:00"),
    "hours_quarter": Term(
        "Uhrzeiten auf Viertelstunden wie 08:15, denn je Viertelstunde wird gezählt",
        "times on quarter hours such as 08:15, since figures are counted by quarter hour",
    ),
    "hours_order": Term(
        "ein Ende nach dem Anfang; über Mitternacht an beiden Tagen: bis 24:00, am nächsten ab 00:00",
        "an end after the start; over midnight on both days: until 24:00, on the next from 00:00",
    ),
    "hours_overlap": Term(
        "Zeiten, die sich nicht überschneiden", "times that do not overlap each other"
    ),
    "hours_missing": Term(
        'Zeiten für mindestens einen Wochentag, etwa monday = "08:00-17:00"',
        'times of at least one weekday, for instance monday = "08:00-17:00"',
    ),
    "day_list": Term(
        'eine Liste von Tagen wie ["2026-12-24"]', 'a list of dates such as ["2026-12-24"]'
    ),
}
