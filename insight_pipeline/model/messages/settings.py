"""The settings: what is refused at start-up (IA-1nn)."""

from insight_pipeline.model.messages.message import Message, Words

SETTINGS = (
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
