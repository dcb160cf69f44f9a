"""Exports and licensed users (IA-6nn)."""

from insight_pipeline.model.messages.message import Message, Words

EXPORTS = (
    Message(
        "IA-600",
        Words("Eine Tabelle {table} gibt es nicht.",
              "Ausgegeben werden die Tabellen des Modells: {known}.",
              "Eine davon angeben."),
        Words("There is no table {table}.",
              "Exported are the tables of the model: {known}.",
              "Name one of them."),
    ),
    Message(
        "IA-601",
        Words("Aus {file} geht kein Format hervor.",
              "Das Format ergibt sich aus der Endung des Dateinamens: {known}.",
              "Einen Namen mit einer dieser Endungen wählen oder --format angeben."),
        Words("{file} tells no format.",
              "The ending of the file's name tells the format: {known}.",
              "Choose a name with one of these endings, or give --format."),
    ),
    Message(
        "IA-602",
        Words("Auf die Standardausgabe geht nur CSV, und kein --json daneben.",
              "Excel und Parquet sind keine Formate für einen Datenstrom, und JSON stünde mitten im CSV.",
              "-o mit einem Dateinamen angeben, oder --format csv ohne --json."),
        Words("Standard output takes CSV alone, and no --json beside it.",
              "Excel and Parquet cannot be streamed, and JSON would stand in the midst of the CSV.",
              "Give -o the name of a file, or --format csv without --json."),
    ),
    Message(
        "IA-603",
        Words("Für {table} fehlt der Zeitraum.",
              "Die Tabelle wird nach Tagen geführt.",
              "--from JJJJ-MM-TT und, für mehr als einen Tag, --to JJJJ-MM-TT angeben."),
        Words("{table} needs a period.",
              "The table is kept by days.",
              "Give --from YYYY-MM-DD and, for more than one day, --to YYYY-MM-DD."),
    ),
    Message(
        "IA-604",
        Words("{table} hat keine Tage.",
              "Diese Tabelle wird immer als Ganzes ausgegeben.",
              "--from und --to weglassen."),
        Words("{table} has no days.",
              "This table is always exported as a whole.",
              "Leave out --from and --to."),
    ),
    Message(
        "IA-605",
        Words("Von {table} ist nichts geladen ({period}).",
              "Ausgegeben wird, was im Datenspeicher steht; von dieser Tabelle ist das: {loaded}.",
              "Die Tage mit insight run --from laden oder einen anderen Zeitraum wählen; insight status "
              "zeigt, was geladen ist."),
        Words("Nothing of {table} is loaded ({period}).",
              "Exported is what the lake holds; of this table that is: {loaded}.",
              "Load the days with insight run --from, or choose another period; insight status shows what is "
              "loaded."),
    ),
    Message(
        "IA-606",
        Words("{file} lässt sich nicht schreiben: {detail}.",
              "Der Ordner fehlt oder ist schreibgeschützt, der Datenträger ist voll, oder dort liegt etwas, "
              "das keine Datei ist. Eine vorhandene Datei blieb, wie sie war.",
              "Einen anderen Namen wählen, den Ordner anlegen oder Platz schaffen."),
        Words("{file} cannot be written: {detail}.",
              "The folder is missing or write-protected, the disk is full, or what lies there is no file. A "
              "file that was there has been left as it was.",
              "Choose another name, make the folder, or make room."),
    ),
    Message(
        "IA-607",
        Words("{installation}: nicht geladen und darum nicht in der Datei: {parts} Tage ({days}).",
              "Ausgegeben wird, was im Datenspeicher steht; diese Tage von {table} stehen nicht darin.",
              "Sollen sie hinein, die Tage mit insight run laden und die Tabelle noch einmal ausgeben."),
        Words("{installation}: not loaded, and so not in the file: {parts} days ({days}).",
              "Exported is what the lake holds; it does not hold these days of {table}.",
              "If they shall be in it, load the days with insight run and export the table again."),
    ),
    Message(
        "IA-608",
        Words("{file}: {parts} Texte stehen gekürzt darin und enden auf „…“.",
              "Eine Zelle fasst in Excel 32.767 Zeichen.",
              "Wer sie ganz braucht, gibt die Tabelle als CSV oder Parquet aus."),
        Words('{file}: {parts} texts are shortened and end in "…".',
              "A cell of Excel holds 32,767 characters.",
              "Whoever needs them whole exports the table as CSV or Parquet."),
    ),
    Message(
        "IA-610",
        Words("{installation}: {users} lizenzierte Benutzer; die Stufe {tier} endet bei {most}.",
              "Gezählt wird wie in der eingestellten Edition: aktive Lizenzen (PBX User und User Light), in "
              "lite aktive Agenten der Gruppe.",
              "Nichts ist gesperrt. Vor weiteren Benutzern die nächste Stufe bedenken; insight users zeigt "
              "die Zählung."),
        Words("{installation}: {users} licensed users; the tier {tier} ends at {most}.",
              "Counted as the edition in the settings counts: active licences (PBX user and User light), in "
              "lite active agents of the group.",
              "Nothing is locked. Think of the next tier before users are added; insight users shows the "
              "count."),
    ),
    Message(
        "IA-611",
        Words("{installation}: ohne Benutzerverzeichnis lassen sich keine Lizenzen zählen.",
              "directory/accounts.csv fehlt im Eingangsordner oder nennt keine aktiven Benutzer.",
              "accounts.csv ablegen, mit kind, licence und groups der Benutzer."),
        Words("{installation}: without a directory of users no licences can be counted.",
              "directory/accounts.csv is missing in the landing folder, or lists no active users.",
              "Lay accounts.csv down, with kind, licence and groups of the users."),
    ),
    Message(
        "IA-612",
        Words("{installation}: keiner der {users} aktiven Benutzer hat eine Lizenz.",
              "In accounts.csv fehlt die Spalte licence oder ist leer; gezählt werden pbx_user, user_light.",
              "Die Spalte licence aus der Anlage mit ausgeben."),
        Words("{installation}: none of the {users} active users has a licence.",
              "The column licence of accounts.csv is empty or missing; counted are pbx_user and user_light.",
              "Export the column licence from the PBX too."),
    ),
    Message(
        "IA-613",
        Words("{installation}: die Gruppe {group} hat im Verzeichnis keine aktiven Agenten.",
              "In lite wird die Gruppe aus groups der Installation ausgewertet; in accounts.csv nennt sie "
              "kein aktiver Benutzer unter groups.",
              "Kontonummer der Gruppe in den Einstellungen und Spalte groups in accounts.csv prüfen."),
        Words("{installation}: the group {group} has no active agents in the directory.",
              "In lite the group that groups of the installation names is evaluated; no active user of "
              "accounts.csv names it under groups.",
              "Check the group's account id in the settings and the column groups in accounts.csv."),
    ),
    Message(
        "IA-614",
        Words("{installation}: Was die Auswertung bestimmt, hat sich seit dem Laden der Tage geändert.",
              "Edition, Gruppe, [kpi], region oder Öffnungszeiten sind andere als beim Laden.",
              "insight backfill --installation {installation} --from {first} --to {last} lädt sie neu; der "
              "Sensor in der Oberfläche tut es nach ihrem Neustart von selbst."),
        Words("{installation}: what decides the figures has changed since the days were loaded.",
              "Edition, group, [kpi], region or opening hours are others than when they were loaded.",
              "insight backfill --installation {installation} --from {first} --to {last} loads them anew; "
              "the sensor in the UI does it by itself once the UI has been started again."),
    ),
)  # fmt: skip
