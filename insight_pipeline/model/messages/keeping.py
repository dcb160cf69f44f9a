"""Messages about checking, backing up, restoring and migrating settings and state: IA-720 to IA-739.

When they are told is decided in `orchestration` and `cli`.
"""

from insight_pipeline.model.messages.message import Message, Words

KEEPING = (
    Message(
        "IA-720",
        Words("{file} stammt von einer neueren Version des Programms (Stand {found}, bekannt bis {known}).",
              "Diese Version könnte die Datei falsch lesen und zurückschreiben; verändert wurde nichts.",
              "Die neuere Version installieren, oder mit insight settings restore --replace eine Sicherung "
              "dieser Version zurückholen."),
        Words("{file} was written by a newer version of this program (state {found}, known up to {known}).",
              "This version might read the file wrongly and write it back wrongly; it has changed nothing.",
              "Install the newer version, or bring back a backup of this one with "
              "insight settings restore --replace."),
    ),
    Message(
        "IA-722",
        Words("Ohne die Zeilen lässt sich {installation} nicht sichern. Im Eingangsordner fehlende Exporte: "
              "{files}; Zeilen aus der Datenbank der Anlage: {rows}.",
              "Diese Zeilen gibt es vielleicht nur noch im Rohdatenspeicher; nach einer Wiederherstellung "
              "fehlten sie.",
              "insight settings backup ohne --without-rows aufrufen, oder die Exporte zurücklegen."),
        Words("{installation} cannot be backed up without its rows. Exports missing in the landing folder: "
              "{files}; rows of the PBX's database: {rows}.",
              "The raw store may hold the only copy of these rows; after restoring they would be missing.",
              "Run insight settings backup without --without-rows, or put the exports back."),
    ),
    Message(
        "IA-724",
        Words("{file} ist keine Sicherung oder beschädigt ({detail}).",
              "Der Inhalt stimmt nicht mit den Prüfsummen überein, die beim Sichern notiert wurden. "
              "Geschrieben wurde nichts.",
              "Die Datei noch einmal kopieren oder eine andere Sicherung nehmen."),
        Words("{file} is no backup, or is damaged ({detail}).",
              "Its contents do not match the digests that were noted when it was made. Nothing was written.",
              "Copy the file again, or take another backup."),
    ),
    Message(
        "IA-725",
        Words("Die Sicherung {file} stammt von der neueren Version {found}.",
              "Diese Version kennt ihren Aufbau nicht. Geschrieben wurde nichts.",
              "Mindestens Version {found} installieren und dann zurückholen."),
        Words("The backup {file} was made by the newer version {found}.",
              "This version does not know its make-up. Nothing was written.",
              "Install at least version {found}, then restore."),
    ),
    Message(
        "IA-726",
        Words("{folder} gibt es schon, mit anderem Inhalt.",
              "Eine Wiederherstellung tritt an diese Stelle. Geschrieben wurde nichts.",
              "Mit --replace zurückholen: das Alte bleibt daneben liegen, unter before-..."),
        Words("{folder} is there already, with other contents.",
              "Restoring takes its place. Nothing was written.",
              "Restore with --replace: what is old stays beside it, under before-..."),
    ),
    Message(
        "IA-727",
        Words("Auf {folder} arbeitet noch ein anderer Vorgang.",
              "Ein Befehl insight, die Oberfläche oder der Dienst im Hintergrund (dagster) läuft. "
              "Geschrieben wurde nichts.",
              "Sein Ende abwarten oder ihn beenden, dann noch einmal zurückholen."),
        Words("Another process is still at work on {folder}.",
              "A command insight, the UI or the service in the background (dagster) is running. Nothing was "
              "written.",
              "Wait for its end or stop it, then restore again."),
    ),
    Message(
        "IA-728",
        Words("In {folder} ist eine Wiederherstellung nicht zu Ende geführt.",
              "Sie wurde unterbrochen, als der neue Stand an die Stelle des alten trat; beide sind noch da.",
              "insight settings restore mit derselben Datei noch einmal aufrufen: es führt sie zu Ende."),
        Words("Restoring was not finished in {folder}.",
              "It was stopped while the new state took the place of the old one; both are still there.",
              "Run insight settings restore with the same file again: it finishes."),
    ),
    Message(
        "IA-729",
        Words("Unter {folder} fehlen {files} Exporte: {names}.",
              "Die Sicherung enthält ihre Zeilen nicht; sie sollen von dort wieder eingelesen werden. "
              "Geschrieben wurde nichts.",
              "Die Exporte unter denselben Namen dorthin legen. Gibt es sie nicht mehr: mit --incomplete "
              "zurückholen; ihre Zeilen fehlen dann, und ihre Tage sind nicht neu zu laden."),
        Words("{files} exports are missing below {folder}: {names}.",
              "Their rows are not in the backup; they are to be read again from there. Nothing was written.",
              "Put the exports there under the same names. If they no longer exist: restore with "
              "--incomplete; their rows will be missing, and their days must not be loaded again."),
    ),
    Message(
        "IA-730",
        Words("Die Datei {file} unter {key} ist auch für andere Benutzerkonten lesbar.",
              "Sie enthält ein Geheimnis.",
              "Mit chmod 600 {file} auf das eigene Konto beschränken."),
        Words("The file {file} of {key} can be read by other users too.",
              "It holds a secret.",
              "Restrict it to its owner with chmod 600 {file}."),
    ),
    Message(
        "IA-731",
        Words("Der Ordner {folder} unter {key} ist nicht benutzbar ({detail}).",
              "Aus dem Eingangsordner wird gelesen, in data_dir geschrieben.",
              "Den Ordner anlegen oder die Rechte ändern."),
        Words("The folder {folder} of {key} cannot be used ({detail}).",
              "The landing folder is read, data_dir is written to.",
              "Make the folder, or change its permissions."),
    ),
    Message(
        "IA-732",
        Words("Nicht in der Sicherung: die Dateien unter {keys}.",
              "Geheimnisse werden nur mit --with-secrets gesichert, und nur aus dem Ordner der "
              "Einstellungsdatei.",
              "Diese Dateien selbst aufbewahren und nach dem Zurückholen wieder an ihren Platz legen."),
        Words("Not in the backup: the files of {keys}.",
              "Secrets are backed up with --with-secrets alone, and from the settings file's folder alone.",
              "Keep these files yourself, and put them into their place again after restoring."),
    ),
    Message(
        "IA-733",
        Words("Die Einstellung {old} heißt jetzt {new}; beide stehen in der Datei.",
              "Welche gelten soll, lässt sich nicht entscheiden. Geschrieben wurde nichts.",
              "Eine der beiden löschen und den Befehl wiederholen."),
        Words("The setting {old} is now called {new}; the file has both.",
              "Which one is meant cannot be told. Nothing was written.",
              "Delete one of them and run the command again."),
    ),
    Message(
        "IA-734",
        Words("{installation}: die Tage {first} bis {last} sind neu zu laden.",
              "Der Datenspeicher ist nicht in der Sicherung; er entsteht aus den Zeilen.",
              "Neu laden mit insight backfill --from {first} --to {last} --installation {installation}"),
        Words("{installation}: the days {first} to {last} are to be loaded again.",
              "The lake is not in the backup; it is made from the rows.",
              "Load them with insight backfill --from {first} --to {last} --installation {installation}"),
    ),
    Message(
        "IA-735",
        Words("Die Umgebungsvariable {old} heißt jetzt {new}.",
              "Die alte wird als unbekannte Einstellung zurückgewiesen.",
              "Die Variable umbenennen, wo sie gesetzt wird."),
        Words("The environment variable {old} is now called {new}.",
              "The old one is refused as an unknown setting.",
              "Rename the variable where it is set."),
    ),
    Message(
        "IA-736",
        Words("{folder} ändert sich fortlaufend und ließ sich nicht in einem Stück sichern.",
              "Es werden gerade Dateien eingelesen. Eine Sicherung wurde nicht geschrieben.",
              "Später noch einmal sichern."),
        Words("{folder} goes on changing and could not be backed up in one piece.",
              "Files are being read just now. No backup was written.",
              "Back up again later."),
    ),
    Message(
        "IA-737",
        Words("In {folder} wird gerade eine Sicherung zurückgeholt.",
              "So lange arbeitet sonst niemand darauf.",
              "Das Ende abwarten und den Befehl wiederholen."),
        Words("A backup is being restored in {folder}.",
              "Nobody else works on it meanwhile.",
              "Wait for its end and run the command again."),
    ),
)  # fmt: skip
