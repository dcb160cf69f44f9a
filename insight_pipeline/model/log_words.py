"""Events and fields of the log in words: every event that the program logs is declared here.

An event's name is stable, for scripts; the words are for the terminal. What a message code says stands in
`messages`.
"""

from __future__ import annotations

from dataclasses import dataclass

from insight_pipeline.model.terms import Term


@dataclass(frozen=True)
class Event:
    """What an event is called, and which of its fields says of what it tells."""

    words: Term
    subject: str = ""
    meaning: str = ""
    """What the docs say of it."""


EVENTS: dict[str, Event] = {
    "command_started": Event(
        Term("Befehl begonnen", "Command started"), "command", "`insight` was called"
    ),
    "command_ended": Event(
        Term("Befehl beendet", "Command ended"), "command", "with its exit code and seconds"
    ),
    "failed": Event(
        Term("Gescheitert", "Failed"), "asset", "an error of the message catalogue, with its code"
    ),
    "failed_unforeseen": Event(
        Term("Unvorhergesehen gescheitert", "Failed unforeseen"),
        "at",
        "an error without a message of its own, with its stack trace",
    ),
    "retried": Event(
        Term("Wird wiederholt", "Tried again"), "asset", "something that may pass by itself"
    ),
    "asset_started": Event(Term("Asset begonnen", "Asset started"), "asset", "a step of a run"),
    "asset_ended": Event(
        Term("Asset fertig", "Asset done"), "asset", "a step of a run, with seconds and figures"
    ),
    "check_ended": Event(Term("Prüfung fertig", "Check done"), "asset", "a check of a run"),
    "check_failed": Event(
        Term("Prüfung nicht bestanden", "Check failed"), "check", "with what the check says"
    ),
    "tick_ended": Event(
        Term("Sensor hat nachgesehen", "Sensor has looked"), "tick", "a sensor or schedule"
    ),
    "runs_requested": Event(
        Term("Läufe angefordert", "Runs requested"), "tick", "by a sensor or schedule"
    ),
    "run_ended": Event(
        Term("Lauf beendet", "Run ended"), "run_id", "a run of `insight run` or `backfill`"
    ),
    "file_read": Event(
        Term("Datei eingelesen", "File read"), "file", "an export, with lines and those set aside"
    ),
    "file_refused": Event(
        Term("Datei abgelehnt", "File refused"), "file", "an export that cannot be used"
    ),
    "pbx_read": Event(
        Term("Datenbank der Anlage gelesen", "PBX database read"), "database", "with its new rows"
    ),
    "database_loaded": Event(
        Term("In die Datenbank geladen", "Loaded into the database"), "scope", "one transaction"
    ),
    "database_retried": Event(
        Term("Datenbank: neuer Versuch", "Database tried again"), "", "locked, or away for a moment"
    ),
    "powerbi_request": Event(
        Term("Anfrage an Power BI", "Request to Power BI"),
        "path",
        "with status and the wait that was asked for; neither body nor token",
    ),
    "powerbi_batch": Event(
        Term("Paket an Power BI", "Batch for Power BI"), "table", "a batch that is about to be sent"
    ),
    "login_stored": Event(
        Term("Bei Microsoft angemeldet", "Logged in to Microsoft"), "", "by `insight login`"
    ),
    "login_renewed": Event(
        Term("Anmeldung verlängert", "Login renewed"), "", "without anybody's doing"
    ),
    "login_failed": Event(
        Term("Anmeldung nicht verlängert", "Login not renewed"), "", "with the code of the reason"
    ),
    "login_forgotten": Event(
        Term("Von Microsoft abgemeldet", "Logged out of Microsoft"), "", "by `insight logout`"
    ),
    "notice_sent": Event(
        Term("Nachricht gesendet", "Notice sent"), "medium", "an alert, a failure or a report"
    ),
    "notice_failed": Event(
        Term("Nachricht nicht gesendet", "Notice not sent"), "medium", "with the code of the reason"
    ),
}

FIELDS: dict[str, Term] = {
    "asset": Term("Asset", "asset"),
    "batch": Term("Paket", "batch"),
    "batches": Term("Pakete", "batches"),
    "bytes": Term("Bytes", "bytes"),
    "checks": Term("Prüfungen", "checks"),
    "database": Term("Datenbank", "database"),
    "detail": Term("Einzelheit", "detail"),
    "error": Term("Fehler", "error"),
    "exit_code": Term("Rückgabewert", "exit code"),
    "files_read": Term("gelesene Dateien", "files read"),
    "is_success": Term("gelungen", "succeeded"),
    "lines": Term("Zeilen", "lines"),
    "lines_read": Term("gelesene Zeilen", "lines read"),
    "method": Term("Methode", "method"),
    "partitions": Term("Tage", "days"),
    "quarantined": Term("in Quarantäne", "in quarantine"),
    "queues": Term("Warteschlangen", "queues"),
    "reason": Term("Grund", "reason"),
    "requests": Term("Anfragen", "requests"),
    "retry_seconds": Term("Pause in s", "wait in s"),
    "row_count": Term("Zeilen", "rows"),
    "rows": Term("Zeilen", "rows"),
    "rows_in_run": Term("Zeilen", "rows"),
    "rows_pushed": Term("hochgeladene Zeilen", "rows pushed"),
    "rows_waiting": Term("wartende Zeilen", "rows waiting"),
    "runs": Term("Läufe", "runs"),
    "sequence": Term("Nummer", "number"),
    "status": Term("Status", "status"),
    "steps": Term("Schritte", "steps"),
    "tables": Term("Tabellen", "tables"),
    "tick": Term("Sensor", "sensor"),
    "touched_dates": Term("berührte Tage", "days touched"),
}
"""Labels of fields; one without a label is shown by its name."""

LEVEL_WORDS: dict[str, Term] = {
    "error": Term("FEHLER", "ERROR"),
    "warning": Term("WARNUNG", "WARNING"),
    "info": Term("INFO", "INFO"),
    "debug": Term("DEBUG", "DEBUG"),
    "trace": Term("TRACE", "TRACE"),
}
