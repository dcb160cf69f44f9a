"""How everything stands (IA-76n)."""

from insight_pipeline.model.messages.message import Message, Words

STATUS = (
    Message(
        "IA-760",
        Words("Auf dem Datenträger von {folder} sind nur noch {free} frei.",
              "Unter {least} (limits.free_bytes) kann ein Lauf mittendrin am vollen Datenträger scheitern; "
              "was geladen ist, bleibt dabei heil.",
              "Platz schaffen, etwa in reports und backups, oder den Datenträger vergrößern."),
        Words("The disk of {folder} has only {free} left.",
              "Below {least} (limits.free_bytes) a run may fail halfway on a full disk; what is loaded stays "
              "whole.",
              "Make room, for instance in reports and backups, or enlarge the disk."),
    ),
    Message(
        "IA-761",
        Words("{installation}: seit {newest} kamen keine Anrufe mehr (Arbeitstage ohne Anruf: {days}).",
              "Es liegt kein neuer Export im Eingangsordner {folder}, oder die Anlage wird nicht gelesen.",
              "Prüfen, ob die Anlage ihre Exporte noch schreibt und ob sie dort ankommen. War geschlossen, "
              "nichts tun: die nächsten Anrufe beenden die Meldung; silent_days = 0 schaltet sie ab."),
        Words("{installation}: no calls have come since {newest} (working days without one: {days}).",
              "There is no new export in the landing folder {folder}, or the PBX is not read.",
              "See whether the PBX still writes its exports, and whether they arrive there. If it was "
              "closed, do nothing: the next calls end this message; silent_days = 0 switches it off."),
    ),
    Message(
        "IA-762",
        Words("Von selbst wird nichts geladen: die Dienste sind noch nie gelaufen.",
              "Nur insight run lädt, und nur, wenn es jemand aufruft.",
              "make ui starten oder die Dienste einrichten (docs/install.md); wer insight run regelmäßig "
              "selbst aufruft, kann es so lassen."),
        Words("Nothing is loaded by itself: the services have never run.",
              "Only insight run loads, and only when somebody calls it.",
              "Start make ui, or set up the services (docs/install.md); whoever calls insight run regularly "
              "may leave it so."),
    ),
    Message(
        "IA-763",
        Words("Seit {at} wird nichts mehr von selbst geladen.",
              "Die Dienste, die nach neuen Dateien sehen und nachts laden, laufen nicht.",
              "make ui oder die Dienste wieder starten (docs/install.md)."),
        Words("Nothing has been loaded by itself since {at}.",
              "The services that look for new files and load by night are not running.",
              "Start make ui or the services again (docs/install.md)."),
    ),
    Message(
        "IA-764",
        Words("{installation}: {files} Dateien sind noch nicht eingelesen ({names}).",
              "Sie kamen nach dem letzten Lauf, wurden währenddessen noch geschrieben, oder seither kopiert.",
              "Nichts tun, wenn die Dienste laufen; sonst insight run mit den betroffenen Tagen aufrufen."),
        Words("{installation}: {files} files are not read yet ({names}).",
              "They came after the last run, were still being written then, or have been copied since.",
              "Do nothing if the services run; else call insight run with the days that they concern."),
    ),
    Message(
        "IA-765",
        Words("{installation}: im Datenspeicher, aber nicht in der Datenbank {database}: {days}.",
              "Die Datenbank war beim Laden nicht zu erreichen, oder sie ist neu oder eine andere.",
              "insight run --installation {installation} --from {first} --to {last} lädt die Tage dorthin."),
        Words("{installation}: in the lake, but not in the database {database}: {days}.",
              "The database could not be reached when they were loaded, or it is new, or another one.",
              "insight run --installation {installation} --from {first} --to {last} loads the days there."),
    ),
    Message(
        "IA-766",
        Words("{count} weitere Meldungen {like}.",
              "Sie sagen dasselbe von anderen Dateien oder Tagen.",
              "insight status --json nennt alle."),
        Words("{count} further messages {like}.",
              "They say the same of other files or days.",
              "insight status --json lists them all."),
    ),
    Message(
        "IA-768",
        Words("{installation}: im Datenspeicher, aber noch nicht in Power BI: {days}.",
              "Sie wurden geladen, als das Hochladen aus war oder jemand angemeldet werden musste, oder das "
              "Hochladen steht noch aus.",
              "insight powerbi push überträgt sie; solange die Dienste laufen, geschieht es von selbst."),
        Words("{installation}: in the lake, but not in Power BI yet: {days}.",
              "They were loaded while uploading was off or somebody had to log in, or the upload is still to "
              "come.",
              "insight powerbi push pushes them; while the services run it happens by itself."),
    ),
    Message(
        "IA-769",
        Words("Das zuletzt gelesene Verzeichnis {file} ist beschädigt.",
              "Der Strom fiel beim Schreiben aus, oder die Datei wurde verändert.",
              "Die Datei aus der Sicherung holen (insight settings restore) oder löschen: dann wird das "
              "Verzeichnis neu gelesen, ohne Konten, die es nicht mehr nennt."),
        Words("The directory read last, {file}, is damaged.",
              "The power failed while it was written, or the file was changed.",
              "Restore the file from a backup (insight settings restore), or delete it: then the directory "
              "is read anew, without accounts that it does not name any more."),
    ),
    Message(
        "IA-767",
        Words("Der Lauf {run} wurde beendet: seinen Prozess gibt es nicht mehr.",
              "Der Rechner ging aus, oder der Prozess wurde abgebrochen.",
              "Nichts tun: der Dienst startet den Lauf noch einmal; was davor geladen war, ist heil."),
        Words("The run {run} was ended: its process is gone.",
              "The machine went off, or the process was killed.",
              "Do nothing: the service starts the run again; what was loaded before is whole."),
    ),
)  # fmt: skip
