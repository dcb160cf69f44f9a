"""The message catalogue: every message a user may meet, with its code, cause and next step.

Texts are German and English; the code stays the same. Fields in braces are filled in by whoever raises
the message. Which message fits is decided where the problem is found. IA-5nn is kept for Power BI.
"""

from __future__ import annotations

from dataclasses import dataclass

from insight_pipeline.model.rows import Reason, Refusal
from insight_pipeline.model.terms import Term


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


_SETTINGS = (
    Message(
        "IA-100",
        Words("Die Einstellungsdatei {file} lässt sich nicht lesen ({detail}).",
              "Die Datei fehlt, oder das Benutzerkonto darf sie nicht lesen.",
              "Mit --config oder INSIGHT_CONFIG die richtige insight.toml angeben."),
        Words("The settings file {file} cannot be read ({detail}).",
              "It is missing, or this user may not read it.",
              "Name the right insight.toml with --config or INSIGHT_CONFIG."),
    ),
    Message(
        "IA-101",
        Words("{file} ist keine gültige TOML-Datei: {detail}.",
              "Meist fehlt ein Anführungszeichen oder eine Klammer.",
              "Die genannte Zeile berichtigen."),
        Words("{file} is not valid TOML: {detail}.",
              "Mostly a quote or a bracket is missing.",
              "Correct the line that is named."),
    ),
    Message(
        "IA-102",
        Words("{file}: die Einstellung {key} gibt es nicht.",
              "Der Name ist verschrieben oder stammt aus einer anderen Version.",
              "Richtig wäre: {right}."),
        Words("{file}: there is no setting {key}.",
              "The name is misspelt or comes from another version.",
              "Right would be: {right}."),
    ),
    Message(
        "IA-103",
        Words("{file}: der Wert {value} passt nicht zu {key}.",
              "Der Wert hat die falsche Form oder liegt außerhalb des Erlaubten.",
              "Richtig wäre: {right}."),
        Words("{file}: the value {value} does not fit {key}.",
              "It has the wrong form or lies outside what is allowed.",
              "Right would be: {right}."),
    ),
    Message(
        "IA-104",
        Words("{file}: {key} enthält ein Kennwort.",
              "Geheimnisse gehören nicht in die Einstellungsdatei; sie wird kopiert und gesichert.",
              "Die Adresse in der Umgebungsvariablen INSIGHT_SINKS__RELATIONAL__URL angeben oder mit "
              "url_file eine Datei nennen, die nur dieses Konto lesen darf."),
        Words("{file}: {key} holds a password.",
              "Secrets do not belong into the settings file, which is copied and backed up.",
              "Give the URL in the environment variable INSIGHT_SINKS__RELATIONAL__URL, or name with "
              "url_file a file that only this user may read."),
    ),
    Message(
        "IA-105",
        Words("{file}: das Datenschutzprofil {profile} gibt es in dieser Version noch nicht.",
              "Liefe die Auswertung trotzdem, stünden Namen und Nummern im Klartext in den Tabellen.",
              'profile = "clear" setzen oder auf eine Version mit Profilen warten.'),
        Words("{file}: the privacy profile {profile} is not in this version yet.",
              "Running all the same would put names and numbers into the tables in clear.",
              'Set profile = "clear", or wait for a version with profiles.'),
    ),
    Message(
        "IA-106",
        Words("Die Installation {installation} steht nicht in den Einstellungen.",
              "Bekannt sind: {known}.",
              "Eine davon angeben oder [installations.{installation}] anlegen."),
        Words("The installation {installation} is not in the settings.",
              "Known are: {known}.",
              "Name one of them, or add [installations.{installation}]."),
    ),
    Message(
        "IA-107",
        Words("{file}: die Einstellung {key} fehlt.",
              "Ohne sie kann die Auswertung nicht beginnen.",
              "{key} eintragen; die mitgelieferte insight.toml zeigt, wie."),
        Words("{file}: the setting {key} is missing.",
              "Nothing can start without it.",
              "Add {key}; the insight.toml that comes with the project shows how."),
    ),
    Message(
        "IA-108",
        Words("{file}: die unter {key} genannte Datei lässt sich nicht lesen ({detail}).",
              "Die Datei mit dem Geheimnis fehlt, oder das Benutzerkonto darf sie nicht lesen.",
              "Pfad und Leserechte prüfen; relative Pfade zählen ab dem Ordner der Einstellungsdatei."),
        Words("{file}: the file named by {key} cannot be read ({detail}).",
              "The file with the secret is missing, or this user may not read it.",
              "Check path and permissions; relative paths count from the settings file's folder."),
    ),
)  # fmt: skip

_FILES = (
    Message(
        "IA-201",
        Words("{file}: keine gewöhnliche Datei ({detail}).",
              "Verknüpfungen und Pipes werden aus Sicherheitsgründen nicht gelesen.",
              "Die Exportdatei selbst in den Eingangsordner kopieren."),
        Words("{file}: not a regular file ({detail}).",
              "Links and pipes are not read, for safety.",
              "Copy the export itself into the landing folder."),
    ),
    Message(
        "IA-202",
        Words("{file}: nicht lesbar ({detail}).",
              "Das Benutzerkonto darf die Datei nicht lesen, oder der Datenträger meldet einen Fehler.",
              "Leserechte der Datei und den Datenträger prüfen."),
        Words("{file}: cannot be read ({detail}).",
              "This user may not read it, or the disk reports an error.",
              "Check the file's permissions and the disk."),
    ),
    Message(
        "IA-203",
        Words("{file}: das gzip-Archiv ist beschädigt ({detail}).",
              "Die Übertragung brach ab, oder die Datei ist nicht mit gzip gepackt.",
              "Den Export noch einmal erzeugen und übertragen."),
        Words("{file}: the gzip file is damaged ({detail}).",
              "The transfer broke off, or the file was not packed with gzip.",
              "Make and transfer the export again."),
    ),
    Message(
        "IA-204",
        Words("{file}: entpackt größer als erlaubt ({detail}).",
              "Die Grenze limits.file_bytes schützt vor vollen Datenträgern.",
              "Einen kürzeren Zeitraum exportieren oder die Grenze erhöhen."),
        Words("{file}: larger than allowed when unpacked ({detail}).",
              "The limit limits.file_bytes protects the disk.",
              "Export a shorter period, or raise the limit."),
    ),
    Message(
        "IA-205",
        Words("{file}: kein lesbarer Text ({detail}).",
              "Die Datei ist binär oder in UTF-16 gespeichert, etwa nach dem Öffnen in Excel.",
              "Den Export unverändert ablegen, als UTF-8 oder Windows-1252."),
        Words("{file}: not readable text ({detail}).",
              "The file is binary or was saved as UTF-16, for instance by Excel.",
              "Put the export there unchanged, as UTF-8 or Windows-1252."),
    ),
    Message(
        "IA-206",
        Words("{file}: ein Anführungszeichen wird nicht geschlossen (ab {detail}).",
              "Die Datei ist abgeschnitten oder wurde von Hand geändert.",
              "Den Export noch einmal erzeugen."),
        Words("{file}: a quote is never closed (from {detail} on).",
              "The file is cut off or was edited by hand.",
              "Make the export again."),
    ),
    Message(
        "IA-207",
        Words("{file}: in Zeile 1 steht kein bekannter Spaltenname.",
              "Die Datei ist kein Export der Anlage, oder ihre Kopfzeile fehlt.",
              "Den Export mit Kopfzeile erzeugen."),
        Words("{file}: line 1 has no known column name.",
              "The file is no export of the PBX, or its header is missing.",
              "Make the export with its header."),
    ),
    Message(
        "IA-208",
        Words("{file}: Spalten fehlen oder sind neu ({detail}; fehlend | neu).",
              "Der Export hat sich geändert, meist durch ein Update der Anlage, oder die Datei liegt im "
              "falschen Ordner (call_list, line_list).",
              "Ordner prüfen; sonst die genannten Spalten im Export wieder einschalten oder melden."),
        Words("{file}: columns are missing or new ({detail}; missing | new).",
              "The export has changed, mostly after an update of the PBX, or the file is in the wrong "
              "folder (call_list, line_list).",
              "Check the folder; else switch the named columns on again, or report them."),
    ),
    Message(
        "IA-220",
        Words("{file}: wird noch geschrieben.",
              "Die Datei änderte sich beim Lesen.",
              "Nichts tun: der nächste Lauf liest sie."),
        Words("{file}: is still being written.",
              "It changed while it was read.",
              "Nothing to do: the next run reads it."),
    ),
    Message(
        "IA-221",
        Words("{file}: wird nicht beachtet.",
              "Gelesen werden nur Dateien, deren Name auf .csv oder .csv.gz endet.",
              "Exporte umbenennen, anderes aus dem Ordner nehmen."),
        Words("{file}: is passed over.",
              "Only files whose name ends in .csv or .csv.gz are read.",
              "Rename exports, and take anything else out of the folder."),
    ),
)  # fmt: skip

_ROWS = (
    Message(
        "IA-301",
        Words("Die Zeile enthält Zeichen, die sich nicht lesen lassen.",
              "Ein NUL-Byte, oder ein Byte, das weder UTF-8 noch Windows-1252 kennt.",
              "Den Export noch einmal erzeugen; bleibt es so, die Zeile in der Anlage ansehen."),
        Words("The line has characters that cannot be read.",
              "A NUL byte, or a byte that is neither UTF-8 nor Windows-1252.",
              "Make the export again; if it stays, look at the entry in the PBX."),
    ),
    Message(
        "IA-302",
        Words("Die Zeile ist länger als erlaubt.",
              "Mehr Bytes als limits.line_bytes, oft durch ein verlorenes Zeilenende.",
              "Die Zeile ansehen; die Grenze nur erhöhen, wenn sie stimmt."),
        Words("The line is longer than allowed.",
              "More bytes than limits.line_bytes, often by a lost line break.",
              "Look at the line; raise the limit only if it is right."),
    ),
    Message(
        "IA-303",
        Words("Die Zeile hat eine andere Zahl von Feldern als die Kopfzeile.",
              "Ein Semikolon ohne Anführungszeichen, oder die Datei ist abgeschnitten.",
              "Den Export noch einmal erzeugen."),
        Words("The line has another number of fields than the header.",
              "A semicolon without quotes, or the file is cut off.",
              "Make the export again."),
    ),
    Message(
        "IA-304",
        Words("Ein Pflichtwert fehlt.",
              "Ohne ihn ist der Eintrag keinem Anruf zuzuordnen.",
              "Den Eintrag in der Anlage ansehen."),
        Words("A required value is missing.",
              "Without it the entry belongs to no call.",
              "Look at the entry in the PBX."),
    ),
    Message(
        "IA-305",
        Words("Ein Wert ist keine ganze Zahl.",
              "Erlaubt sind Ziffern mit Minuszeichen, höchstens 18.",
              "Den Export unverändert ablegen; Excel schreibt Zahlen um."),
        Words("A value is no whole number.",
              "Digits with a minus are allowed, at most 18.",
              "Put the export there unchanged; Excel rewrites numbers."),
    ),
    Message(
        "IA-306",
        Words("Ein Wert ist weder ja noch nein.",
              "Erlaubt sind true, false, t, f, 1, 0, yes, no und leer.",
              "Den Export unverändert ablegen."),
        Words("A value is neither yes nor no.",
              "Allowed are true, false, t, f, 1, 0, yes, no and empty.",
              "Put the export there unchanged."),
    ),
    Message(
        "IA-307",
        Words("Ein Zeitpunkt lässt sich nicht lesen.",
              "Erwartet wird TT.MM.JJJJ hh:mm:ss oder eine 13-stellige Zahl, von 2000 bis 2099.",
              "Den Export unverändert ablegen; Excel schreibt Zeiten um."),
        Words("A time cannot be read.",
              "Expected is dd.MM.yyyy HH:mm:ss or a number of 13 digits, from 2000 to 2099.",
              "Put the export there unchanged; Excel rewrites times."),
    ),
    Message(
        "IA-308",
        Words("Ein Zeitpunkt liegt in der Stunde, die im Frühjahr ausfällt.",
              "Diese Uhrzeit gab es an dem Tag nicht; meist ist die Zeitzone falsch eingestellt.",
              "timezone der Installation und die Uhr der Anlage prüfen."),
        Words("A time lies in the hour that spring skips.",
              "That time did not exist on that day; mostly the time zone is set wrongly.",
              "Check the installation's timezone and the clock of the PBX."),
    ),
    Message(
        "IA-309",
        Words("Das Ergebnis des Anrufs ist unbekannt.",
              "Bekannt sind CONNECTED, NOT_CONNECTED und ANSWERED_ELSEWHERE.",
              "Nach einem Update der Anlage melden, welcher Wert neu ist."),
        Words("The call's result is unknown.",
              "Known are CONNECTED, NOT_CONNECTED and ANSWERED_ELSEWHERE.",
              "After an update of the PBX report which value is new."),
    ),
    Message(
        "IA-310",
        Words("Das Ende liegt vor dem Anfang.",
              "Die Uhr der Anlage wurde verstellt, oder der Eintrag ist fehlerhaft.",
              "Die Uhr der Anlage prüfen."),
        Words("The end lies before the start.",
              "The clock of the PBX was set, or the entry is wrong.",
              "Check the clock of the PBX."),
    ),
    Message(
        "IA-311",
        Words("Der Anruf gilt als verbunden, hat aber keine Annahmezeit.",
              "Der Eintrag ist unvollständig.",
              "Den Eintrag in der Anlage ansehen."),
        Words("The call counts as connected and has no time of answer.",
              "The entry is incomplete.",
              "Look at the entry in the PBX."),
    ),
    Message(
        "IA-312",
        Words("Die Annahme liegt nicht zwischen Anfang und Ende.",
              "Die Uhr der Anlage wurde verstellt, oder der Eintrag ist fehlerhaft.",
              "Die Uhr der Anlage prüfen."),
        Words("The answer does not lie between start and end.",
              "The clock of the PBX was set, or the entry is wrong.",
              "Check the clock of the PBX."),
    ),
    Message(
        "IA-313",
        Words("Der Eintrag gehört einer fremden Warteschlange (cqueue).",
              "Ausgewertet werden nur Gruppen, Benutzer und iQueues der Anlage selbst.",
              "Nichts zu tun; ist das Konto eine Gruppe, kind in accounts.csv berichtigen."),
        Words("The entry belongs to a third-party queue (cqueue).",
              "Only the PBX's own groups, users and iQueues are evaluated.",
              "Nothing to do; if the account is a group, correct its kind in accounts.csv."),
    ),
    Message(
        "IA-351",
        Words("{file}, Zeile {line}: die Nummer {detail} ist keine Kontonummer.",
              "Die Zeile wurde ausgelassen.",
              "Die Spalte accountid oder serviceid berichtigen."),
        Words("{file}, line {line}: {detail} is no account number.",
              "The row was left out.",
              "Correct the column accountid or serviceid."),
    ),
    Message(
        "IA-352",
        Words("{file}, Zeile {line}: die Art {detail} ist unbekannt.",
              "Die Zeile wurde ausgelassen.",
              "Eine der Arten user, group, iqueue, module, voicemailbox, cqueue eintragen."),
        Words("{file}, line {line}: the kind {detail} is unknown.",
              "The row was left out.",
              "Enter one of user, group, iqueue, module, voicemailbox, cqueue."),
    ),
    Message(
        "IA-353",
        Words("{file}, Zeile {line}: der Wert {detail} ist nicht lesbar.",
              "Er zählt als leer; die Zeile gilt sonst.",
              "Den Wert berichtigen."),
        Words("{file}, line {line}: the value {detail} cannot be read.",
              "It counts as empty; the rest of the row holds.",
              "Correct the value."),
    ),
)  # fmt: skip

_RUNS = (
    Message(
        "IA-401",
        Words("{first} bis {last} liegt nicht im Zeitraum von {installation} ({start} bis {end}).",
              "Geladen werden Tage vom Startdatum der Installation bis heute.",
              "Andere Tage wählen oder start_date der Installation ändern."),
        Words("{first} to {last} is not within the period of {installation} ({start} to {end}).",
              "Days are loaded from the installation's start date to today.",
              "Choose other days, or change the installation's start_date."),
    ),
    Message(
        "IA-410",
        Words("{date}: {identity} geht nicht auf, {expected} gegen {actual}.",
              "Eine Datei kam während des Laufs hinzu, oder die Auswertung hat einen Fehler.",
              "Den Tag noch einmal laden; bleibt es so, bitte melden."),
        Words("{date}: {identity} does not add up, {expected} against {actual}.",
              "A file arrived during the run, or the evaluation has an error.",
              "Load the day again; if it stays, please report it."),
    ),
    Message(
        "IA-411",
        Words("{installation}, {first} bis {last}: nicht geladen, weil Prüfungen fehlschlugen: {checks}.",
              "Was nicht aufgeht, verlässt die Auswertung nicht; die Datenbank behält den alten Stand.",
              "Die Prüfung in der Oberfläche öffnen (make ui): sie nennt Tag und Zeilen."),
        Words("{installation}, {first} to {last}: not loaded, since checks failed: {checks}.",
              "What does not add up does not leave the pipeline; the database keeps its old state.",
              "Open the check in the UI (make ui): it names day and rows."),
    ),
    Message(
        "IA-412",
        Words("{installation}, {first} bis {last}: der Lauf ist fehlgeschlagen bei {steps}: {detail}",
              "Der Lauf {run_id} steht mit allen Einzelheiten in der Oberfläche.",
              "Die Ursache beheben und denselben Befehl noch einmal geben; nichts wird doppelt gezählt."),
        Words("{installation}, {first} to {last}: the run failed at {steps}: {detail}",
              "The run {run_id} stands in the UI with all details.",
              "Remove the cause and give the same command again; nothing is counted twice."),
    ),
    Message(
        "IA-413",
        Words("Einen Anruf {call_id} gibt es nicht.",
              "Die Anrufnummer steht in der Spalte call_id, etwa demo:51429.",
              "Nummer prüfen; der Export mit diesem Anruf muss eingelesen sein (insight run)."),
        Words("There is no call {call_id}.",
              "The call's number stands in the column call_id, such as demo:51429.",
              "Check the number; the export with this call must have been read (insight run)."),
    ),
    Message(
        "IA-420",
        Words("Die Datenbankart {database} wird in dieser Version noch nicht beschrieben.",
              "Diese Version schreibt SQLite und den Parquet-Datenspeicher.",
              'url = "sqlite:///..." setzen.'),
        Words("The database kind {database} is not written in this version yet.",
              "This version writes SQLite and the Parquet lake.",
              'Set url = "sqlite:///...".'),
    ),
    Message(
        "IA-421",
        Words("Die Datenbank {database} ist nicht erreichbar: {detail}.",
              "Sie ist gesperrt, der Datenträger voll, oder es fehlt das Schreibrecht.",
              "Ursache beheben und den Lauf wiederholen; die Datenbank hat ihren alten Stand."),
        Words("The database {database} cannot be reached: {detail}.",
              "It is locked, the disk is full, or the right to write is missing.",
              "Remove the cause and run again; the database keeps its old state."),
    ),
)  # fmt: skip

CATALOGUE: dict[str, Message] = {m.code: m for m in (*_SETTINGS, *_FILES, *_ROWS, *_RUNS)}
REFUSAL_CODES: dict[str, str] = {r: f"IA-20{n}" for n, r in enumerate(Refusal, start=1)}
QUARANTINE_CODES: dict[str, str] = {r: f"IA-3{n:02d}" for n, r in enumerate(Reason, start=1)}
DIRECTORY_CODES = {
    "bad_id": "IA-351",
    "unknown_kind": "IA-352",
    "bad_value": "IA-353",
    "still_written": "IA-220",
}


class _Fields(dict[str, object]):
    """Fields of a text; one that is not given reads as its own name."""

    def __missing__(self, key: str) -> str:
        return "{" + key + "}"


def message(code: str) -> Message:
    """The message of a code; KeyError if the catalogue has none."""
    return CATALOGUE[code]


def filled(text: str, **fields: object) -> str:
    """A text with its fields."""
    return text.format_map(_Fields(fields))


def localised(fields: dict[str, object], locale: str) -> dict[str, object]:
    """The fields with their terms in a language."""
    return {n: v.text(locale) if isinstance(v, Term) else v for n, v in fields.items()}


def render(code: str, locale: str, **fields: object) -> str:
    """What happened, with its fields, in a language."""
    return filled(message(code).text(locale), **localised(fields, locale))
