"""The log, and errors that nobody foresaw (IA-7nn)."""

from insight_pipeline.model.messages.message import Message, Words

LOGS = (
    Message(
        "IA-700",
        Words("{command} ist an einem unvorhergesehenen Fehler gescheitert: {kind} ({detail}).",
              "Dafür gibt es keine eigene Meldung: Wahrscheinlich ist das Programm schuld. Was genau "
              "geschah, steht im Protokoll {log}; insight logs --code IA-700 zeigt es.",
              "Den Befehl noch einmal geben; scheitert er wieder, mit insight support-bundle Protokoll, "
              "Stand und Einstellungen für eine Supportanfrage packen."),
        Words("{command} failed with an error that nobody foresaw: {kind} ({detail}).",
              "There is no message of its own for it: the program is probably at fault. What exactly "
              "happened stands in the log {log}; insight logs --code IA-700 shows it.",
              "Give the command again; if it fails again, pack log, status and settings for a support case "
              "with insight support-bundle."),
    ),
    Message(
        "IA-701",
        Words("{asset} ist an einem unvorhergesehenen Fehler gescheitert: {kind} ({detail}).",
              "Dafür gibt es keine eigene Meldung: Wahrscheinlich ist das Programm schuld. Was genau "
              "geschah, steht im Protokoll {log}; insight logs --code IA-701 zeigt es.",
              "Den Lauf noch einmal starten; scheitert er wieder, mit insight support-bundle Protokoll, "
              "Stand und Einstellungen für eine Supportanfrage packen."),
        Words("{asset} failed with an error that nobody foresaw: {kind} ({detail}).",
              "There is no message of its own for it: the program is probably at fault. What exactly "
              "happened stands in the log {log}; insight logs --code IA-701 shows it.",
              "Start the run again; if it fails again, pack log, status and settings for a support case "
              "with insight support-bundle."),
    ),
    Message(
        "IA-702",
        Words("Das Protokoll {file} lässt sich nicht schreiben: {detail}.",
              "Es fehlt das Schreibrecht, der Datenträger ist voll, oder ein anderer Prozess hält die Datei "
              "fest. Das Programm arbeitet ohne Protokoll weiter.",
              "Rechte und Platz von data_dir prüfen. Gearbeitet wird trotzdem, nur ohne Protokoll."),
        Words("The log {file} cannot be written: {detail}.",
              "The right to write is missing, the disk is full, or another process holds the file. The "
              "program goes on without a log.",
              "Check permissions and space of data_dir. Work goes on, only without a log."),
    ),
    Message(
        "IA-703",
        Words("Übersprungen, weil unlesbar: {lines} Zeilen des Protokolls.",
              "Ein Prozess wurde beim Schreiben abgebrochen, oder die Datei wurde von Hand geändert.",
              "Nichts tun; alle anderen Zeilen sind vollständig."),
        Words("Skipped because they cannot be read: {lines} lines of the log.",
              "A process was stopped while it wrote, or the file was changed by hand.",
              "Nothing to do; all other lines are whole."),
    ),
    Message(
        "IA-704",
        Words("Unverständlich: --since {since}.",
              "Verstanden werden eine Dauer wie 90m, 2h oder 3d und ein Zeitpunkt wie 2026-03-12 oder "
              '"2026-03-12 14:30" nach der Uhr dieses Rechners.',
              "Eine dieser Angaben machen, etwa insight logs --since 2h."),
        Words("Not understood: --since {since}.",
              "Understood are a duration such as 90m, 2h or 3d, and a time such as 2026-03-12 or "
              '"2026-03-12 14:30" by the clock of this machine.',
              "Give one of these, for instance insight logs --since 2h."),
    ),
    Message(
        "IA-705",
        Words("Nicht im Paket: {part} ({detail}).",
              "Dieser Teil ließ sich nicht ermitteln; alles andere ist enthalten.",
              "Das Paket trotzdem schicken: Auch dass dieser Teil fehlt, hilft bei der Suche."),
        Words("Not in the bundle: {part} ({detail}).",
              "This part could not be found out; everything else is in it.",
              "Send the bundle all the same: that this part is missing helps too."),
    ),
)  # fmt: skip
