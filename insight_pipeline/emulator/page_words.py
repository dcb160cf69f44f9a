"""The web page's texts, German and English.

Belongs here: words, and the choice between the languages. Does not: HTML.
"""

from __future__ import annotations

from collections.abc import Mapping

from starlette.requests import Request

GERMAN, ENGLISH = "de", "en"
WORDS: Mapping[str, Mapping[str, str]] = {
    GERMAN: {
        "title": "Power-BI-Emulator",
        "intro": "Lokaler Ersatz für Power BI und die Microsoft-Anmeldung. Nichts hier verlässt diesen "
        "Rechner; beim Beenden ist alles vergessen.",
        "time": "Uhr des Emulators (UTC)",
        "other": "English",
        "thousands": ".",
        "datasets": "Datasets",
        "no_datasets": "Noch kein Dataset angelegt.",
        "mine": "Mein Arbeitsbereich",
        "rows": "Zeilen",
        "newest": "Neueste Zeilen",
        "limits": "Grenzen",
        "rows_last_hour": "Zeilen in der letzten Stunde",
        "posts": "Anfragen in {seconds} s",
        "pending": "gleichzeitig offen",
        "faults": "Störungen",
        "no_faults": "Keine Störung vorgemerkt.",
        "next": "Vorgemerkt",
        "operation": "Anfrage",
        "kind": "Störung",
        "times": "Anzahl",
        "seconds": "Sekunden",
        "plan": "Vormerken",
        "clear": "Alle löschen",
        "control": "Steuern",
        "advance": "Uhr vorstellen um Sekunden",
        "go": "Ausführen",
        "expire": "Zugriffstoken ablaufen lassen",
        "revoke": "Anmeldung widerrufen",
        "refuse": "Anmeldung ablehnen mit AADSTS",
        "allow": "Anmeldung wieder zulassen",
        "refused": "Anmeldungen werden abgelehnt mit",
        "reset": "Alles zurücksetzen",
        "log": "Letzte Anfragen",
        "no_log": "Noch keine Anfrage.",
        "when": "Zeit",
        "path": "Adresse",
        "status": "Status",
        "number": "Nummer",
        "no_answer": "keine Antwort",
        "device_title": "Gerät anmelden",
        "device_intro": "Den Code eingeben, den das Programm anzeigt.",
        "code": "Code",
        "approve": "Anmelden",
        "decline": "Ablehnen",
        "approved": "Angemeldet. Dieses Fenster kann geschlossen werden.",
        "declined": "Abgelehnt.",
        "unknown_code": "Diesen Code gibt es nicht, oder er ist abgelaufen.",
        "back": "Zur Übersicht",
    },
    ENGLISH: {
        "title": "Power BI emulator",
        "intro": "A local stand-in for Power BI and Microsoft's login. Nothing here leaves this machine; "
        "everything is forgotten at the end.",
        "time": "The emulator's clock (UTC)",
        "other": "Deutsch",
        "thousands": ",",
        "datasets": "Datasets",
        "no_datasets": "No dataset has been created yet.",
        "mine": "My workspace",
        "rows": "rows",
        "newest": "Newest rows",
        "limits": "Limits",
        "rows_last_hour": "rows in the last hour",
        "posts": "requests in {seconds} s",
        "pending": "pending at once",
        "faults": "Faults",
        "no_faults": "No fault is planned.",
        "next": "Planned",
        "operation": "Request",
        "kind": "Fault",
        "times": "Times",
        "seconds": "Seconds",
        "plan": "Plan",
        "clear": "Clear all",
        "control": "Control",
        "advance": "Move the clock ahead by seconds",
        "go": "Go",
        "expire": "Let access tokens expire",
        "revoke": "Revoke the sign-in",
        "refuse": "Refuse logins with AADSTS",
        "allow": "Allow logins again",
        "refused": "Logins are refused with",
        "reset": "Reset everything",
        "log": "Latest requests",
        "no_log": "No request yet.",
        "when": "Time",
        "path": "Address",
        "status": "Status",
        "number": "Number",
        "no_answer": "no answer",
        "device_title": "Sign in a device",
        "device_intro": "Enter the code that the program shows.",
        "code": "Code",
        "approve": "Sign in",
        "decline": "Decline",
        "approved": "Signed in. You may close this window.",
        "declined": "Declined.",
        "unknown_code": "There is no such code, or it has expired.",
        "back": "Overview",
    },
}


def language(request: Request) -> str:
    """The language of ?lang=, else the first known one that the browser prefers, else German."""
    asked = request.query_params.get("lang", "")
    if asked in WORDS:
        return asked
    for preferred in request.headers.get("accept-language", "").split(","):
        code = preferred.strip()[:2].lower()
        if code in WORDS:
            return code
    return GERMAN
