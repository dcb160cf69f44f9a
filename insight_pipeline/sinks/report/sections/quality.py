"""How far the figures can be trusted: what was read, what could not be, and whether it adds up."""

from __future__ import annotations

from collections.abc import Sequence

from markupsafe import Markup

from insight_pipeline.model.report.figures import Quality, RefusedFile, RowAccount
from insight_pipeline.model.terms import Term, value
from insight_pipeline.sinks.report.html import Column, note, table, tag, together, warning
from insight_pipeline.sinks.report.language import Language
from insight_pipeline.sinks.report.section import Section

SHOWN = 20
"""Refused files on the page at most."""
_TITLE = Term("Datenqualität", "Data quality")


def quality_section(found: Quality, language: Language) -> Section:
    """Newest data, the account of rows, refused files, quarantine."""
    body = [
        _newest(found, language),
        _balance(found, language),
        _account(found.account, language) if found.reconciled_days else None,
        _refused(found.refused, language),
        _quarantine(found, language),
    ]
    return Section("quality", language.of(_TITLE), together(body))


def _newest(found: Quality, language: Language) -> Markup:
    call, row = language.instant(found.last_call_utc), language.instant(found.last_row_utc)
    words = Term(
        f"Letzter Anruf des Zeitraums: {call}. Letzter Eintrag, der überhaupt gelesen wurde: {row}.",
        f"Last call of the period: {call}. Last entry read at all: {row}.",
    )
    return tag("p", language.of(words))


def _balance(found: Quality, language: Language) -> Markup:
    if found.unbalanced:
        days = language.spans(found.unbalanced)
        words = Term(
            f"Diese Tage gehen nicht auf: {days}. Enthalten ist höchstens ein früherer Stand, der aufging; "
            "insight reconcile nennt, was fehlt.",
            f"These days do not add up: {days}. At most an earlier state of them is included, which did; "
            "insight reconcile names what is missing.",
        )
        return warning(language.of(words))
    if not found.reconciled_days:
        nothing = Term(
            "Für diesen Zeitraum ist nichts abzugleichen.",
            "There is nothing to reconcile for this period.",
        )
        return tag("p", language.of(nothing))
    words = Term(
        "Jede Zeile des Zeitraums ist nachgewiesen; alle Tage gehen auf.",
        "Every row of the period is accounted for; all days add up.",
    )
    return tag("p", language.of(words))


def _account(account: RowAccount, language: Language) -> Markup:
    lines = (
        (Term("Gelesene Einträge der Rufliste", "Entries of the call list read"), account.rows_in),
        (Term("Rufabschnitte", "call legs"), account.legs),
        (Term("Zusammenfassungen ihrer Schritte", "summaries of their steps"),
         account.summary_left_out),
        (Term("doppelt gelesen", "read before"), account.duplicates),
        (Term("durch spätere ersetzt", "replaced by later ones"), account.superseded),
        (Term("noch offen", "still open"), account.open_rows),
        (Term("zu spät für ihren Anruf", "too late for their call"), account.out_of_window),
    )  # fmt: skip
    columns = [
        Column(
            language.of(Term("Einträge des Zeitraums", "Entries of the period")), is_number=False
        ),
        Column(language.of(Term("Anzahl", "Count"))),
    ]
    first, *parts = ((language.of(name), language.count(count)) for name, count in lines)
    rows = [first, *((tag("span", name, class_="part"), count) for name, count in parts)]
    return table(
        language.of(Term("Verbleib der Einträge", "Where entries went")), columns, rows, "narrow"
    )


def _refused(files: Sequence[RefusedFile], language: Language) -> Markup | None:
    if not files:
        return None
    columns = [
        Column(language.of(head), is_number=False)
        for head in (
            Term("Abgelehnte Datei", "Refused file"),
            Term("Liste", "List"),
            Term("Grund", "Reason"),
        )
    ]
    rows = [
        (file.name, value(file.kind, language.locale), value(file.reason, language.locale))
        for file in files[:SHOWN]
    ]
    title = language.of(Term("Abgelehnte Dateien", "Refused files"))
    body = tag("h3", title) + table(title, columns, rows)
    if len(files) > SHOWN:
        words = Term(f"{SHOWN} von {len(files)} Dateien.", f"{SHOWN} of {len(files)} files.")
        body += note(language.of(words))
    return body


def _quarantine(found: Quality, language: Language) -> Markup:
    count, lines = language.count(found.files), language.count(found.lines)
    read = Term(
        f"{count} Dateien mit {lines} Zeilen gelesen", f"{count} files with {lines} lines read"
    )
    if not found.quarantined:
        words = Term("nichts davon steht in Quarantäne", "nothing of them is in quarantine")
        return note(f"{language.of(read)}; {language.of(words)}.")
    columns = [
        Column(language.of(Term("Grund", "Reason")), is_number=False),
        Column(language.of(Term("Zeilen", "Lines"))),
    ]
    rows = [
        (value(reason, language.locale), language.count(number))
        for reason, number in found.quarantined
    ]
    title = language.of(Term("Quarantäne nach Grund", "Quarantine by reason"))
    words = Term(
        "über alle Dateien der Anlage, nicht nur die des Zeitraums; insight quarantine list zeigt jede Zeile",
        "over all files of the installation, not those of the period alone; "
        "insight quarantine list shows every line",
    )
    told = note(f"{language.of(read)}; {language.of(words)}.")
    return tag("h3", title) + table(title, columns, rows, "narrow") + told
