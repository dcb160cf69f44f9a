"""Runs, checks and sinks (IA-4nn)."""

from insight_pipeline.model.messages.message import Message, Words

RUNS = (
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
