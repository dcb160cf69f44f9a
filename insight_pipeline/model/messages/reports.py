"""Reports (IA-65n)."""

from insight_pipeline.model.messages.message import Message, Words

REPORTS = (
    Message(
        "IA-650",
        Words("Eine Datei für mehrere Anlagen: {installations}.",
              "Jede Anlage bekommt einen Bericht für sich.",
              "Mit --installation eine Anlage nennen, oder -o weglassen: dann bekommt jede ihre Datei."),
        Words("One file for several installations: {installations}.",
              "Every installation gets a report of its own.",
              "Name one with --installation, or leave out -o: then each gets its file."),
    ),
    Message(
        "IA-651",
        Words("{installation}: nicht geladen und deshalb nicht im Bericht: {days}.",
              "Der Bericht zeigt, was im Datenspeicher steht.",
              "insight run --installation {installation} --from {first} --to {last} lädt die Tage; danach "
              "den Bericht noch einmal erstellen."),
        Words("{installation}: not loaded and therefore not in the report: {days}.",
              "The report shows what is in the lake.",
              "insight run --installation {installation} --from {first} --to {last} loads the days; make the "
              "report again after that."),
    ),
    Message(
        "IA-652",
        Words("{installation}: im Bericht veraltet: {days}.",
              "Neue Dateien oder ein geändertes Verzeichnis betreffen diese Tage, seit sie geladen wurden.",
              "insight run --installation {installation} --from {first} --to {last} lädt sie; danach den "
              "Bericht noch einmal erstellen."),
        Words("{installation}: out of date in the report: {days}.",
              "New files or a changed directory concern these days since they were loaded.",
              "insight run --installation {installation} --from {first} --to {last} loads them; make the "
              "report again after that."),
    ),
)  # fmt: skip
