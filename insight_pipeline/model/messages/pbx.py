"""The PBX's own database as a source (IA-24n, IA-250, IA-251)."""

from insight_pipeline.model.messages.message import Message, Words

PBX = (
    Message(
        "IA-240",
        Words("Die Datenbank der Anlage, {database}, ist nicht erreichbar: {detail}.",
              "Die Anlage ist aus oder startet gerade, das Netz lässt die Verbindung nicht durch, oder die "
              "Adresse stimmt nicht.",
              "Nichts geht verloren: sobald sie erreichbar ist, wird weitergelesen. Sonst Adresse und Netz "
              "prüfen (docs/pbx_database.md)."),
        Words("The PBX's database, {database}, cannot be reached: {detail}.",
              "The PBX is off or starting, the network does not let the connection through, or the address "
              "is wrong.",
              "Nothing is lost: reading goes on as soon as it can be reached. Else check address and network "
              "(docs/pbx_database.md)."),
    ),
    Message(
        "IA-241",
        Words("Die Datenbank der Anlage, {database}, antwortet nicht innerhalb von {seconds} Sekunden: "
              "{detail}.",
              "Die Anlage ist ausgelastet, die Tabelle {table} gesperrt, oder ihr fehlt ein Index auf id.",
              "Nichts geht verloren: der nächste Lauf liest weiter. Kommt es oft vor, batch_rows verkleinern "
              "oder timeout_seconds erhöhen."),
        Words("The PBX's database, {database}, does not answer within {seconds} seconds: {detail}.",
              "The PBX is busy, the table {table} is locked, or it has no index on id.",
              "Nothing is lost: the next run goes on. If it happens often, lower batch_rows or raise "
              "timeout_seconds."),
    ),
    Message(
        "IA-242",
        Words("Die Verbindung zur Datenbank der Anlage, {database}, brach beim Lesen ab: {detail}.",
              "Die Anlage wurde neu gestartet, oder das Netz war unterbrochen.",
              "Nichts geht verloren: der nächste Lauf liest weiter, wo dieser aufhörte."),
        Words("The connection to the PBX's database, {database}, broke off while reading: {detail}.",
              "The PBX was restarted, or the network was interrupted.",
              "Nothing is lost: the next run goes on where this one stopped."),
    ),
    Message(
        "IA-243",
        Words("Der Datenbankbenutzer darf {table} in {database} nicht lesen: {detail}.",
              "Ihm fehlt das Recht SELECT auf die Tabelle oder USAGE auf das Schema.",
              "Auf der Anlage GRANT SELECT ON {table} TO <Benutzer> ausführen (docs/pbx_database.md)."),
        Words("The database user may not read {table} in {database}: {detail}.",
              "It lacks SELECT on the table or USAGE on the schema.",
              "Run GRANT SELECT ON {table} TO <user> on the PBX (docs/pbx_database.md)."),
    ),
    Message(
        "IA-244",
        Words("In {database} gibt es keine Tabelle {table}.",
              "Die Datenbank ist eine andere, oder ein Update der Anlage hat die Tabelle umbenannt.",
              "url, schema und table unter [installations.NAME.cdrdata] prüfen."),
        Words("There is no table {table} in {database}.",
              "It is another database, or an update of the PBX has renamed the table.",
              "Check url, schema and table in [installations.NAME.cdrdata]."),
    ),
    Message(
        "IA-245",
        Words("Die Spalten der Tabelle {table} passen nicht ({detail}).",
              "Die Tabelle hat sich geändert, meist durch ein Update der Anlage. Gelesen wurde daraus nichts "
              "und ausgelassen auch nichts.",
              'Die genannten Spalten melden; mit einer Sicht, die die alten Namen hat (table = "..."), geht '
              "es schon vorher weiter."),
        Words("The columns of the table {table} do not fit ({detail}).",
              "The table has changed, mostly after an update of the PBX. Nothing was read from it, and "
              "nothing passed over.",
              'Report the named columns; a view with the old names (table = "...") lets reading go on '
              "before."),
    ),
    Message(
        "IA-246",
        Words("Spalten der Tabelle {table} haben einen anderen Typ ({detail}).",
              "Die Tabelle hat sich geändert, meist durch ein Update der Anlage. Gelesen wurde daraus nichts "
              "und ausgelassen auch nichts.",
              'Die genannten Spalten melden; mit einer Sicht, die die alten Typen hat (table = "..."), geht '
              "es schon vorher weiter."),
        Words("Columns of the table {table} have another type ({detail}).",
              "The table has changed, mostly after an update of the PBX. Nothing was read from it, and "
              "nothing passed over.",
              'Report the named columns; a view with the old types (table = "...") lets reading go on '
              "before."),
    ),
    Message(
        "IA-247",
        Words("Die Datenbank der Anlage, {database}, meldet einen Fehler: {detail}.",
              "Die Tabelle {table} ließ sich nicht lesen.",
              "Die Meldung der Datenbank beheben; der nächste Lauf liest weiter, wo dieser aufhörte."),
        Words("The PBX's database, {database}, reports an error: {detail}.",
              "The table {table} could not be read.",
              "Remove what the database names; the next run goes on where this one stopped."),
    ),
    Message(
        "IA-248",
        Words("In {database} ist {table} nicht mehr die Tabelle, die gelesen wurde ({detail}).",
              "Sie wurde geleert, ersetzt oder aus einer älteren Sicherung zurückgespielt, etwa bei einem "
              "Tausch der Anlage: ihre ids meinen andere Anrufe.",
              "Für die neue Tabelle eine Installation mit eigenem Namen anlegen; die alte behält ihre Daten "
              "ohne den Abschnitt cdrdata."),
        Words("In {database}, {table} is no longer the table that was read ({detail}).",
              "It was emptied, replaced, or restored from an older backup, as when a PBX is exchanged: its "
              "ids mean other calls.",
              "Add an installation with a name of its own for the new table; the old one keeps its data "
              "without the section cdrdata."),
    ),
    Message(
        "IA-249",
        Words("{installation}: die Datenbank der Anlage, {database}, wurde noch nicht gelesen.",
              "Gelesen wird sie beim Laden und vom Sensor in der Oberfläche.",
              "insight run --installation {installation} --from JJJJ-MM-TT"),
        Words("{installation}: the PBX's database, {database}, has not been read yet.",
              "It is read when days are loaded, and by the sensor in the UI.",
              "insight run --installation {installation} --from YYYY-MM-DD"),
    ),
    Message(
        "IA-250",
        Words("Die Datenbank der Anlage, {database}, lässt den Benutzer nicht ein: {detail}.",
              "Benutzer oder Kennwort stimmen nicht, die Datenbank gibt es nicht, oder pg_hba.conf lässt ihn "
              "von diesem Rechner nicht ein.",
              "url unter [installations.NAME.cdrdata] und pg_hba.conf der Anlage prüfen "
              "(docs/pbx_database.md). Nichts geht verloren: danach wird weitergelesen."),
        Words("The PBX's database, {database}, does not let the user in: {detail}.",
              "User or password are wrong, there is no such database, or pg_hba.conf keeps this machine out.",
              "Check url in [installations.NAME.cdrdata] and the PBX's pg_hba.conf (docs/pbx_database.md). "
              "Nothing is lost: reading goes on afterwards."),
    ),
    Message(
        "IA-251",
        Words("Keine vertrauenswürdige TLS-Verbindung zur Datenbank der Anlage, {database}: {detail}.",
              "Die Anlage bietet kein TLS 1.2 oder 1.3 an, ihr Zertifikat ist nicht von einer bekannten "
              "Stelle, oder es gilt für einen anderen Namen.",
              "Ein eigenes Zertifikat der Anlage mit ?sslrootcert=DATEI hinter url angeben und die Anlage "
              "unter dem Namen im Zertifikat ansprechen (docs/pbx_database.md). Nichts geht verloren."),
        Words("No trustworthy TLS connection to the PBX's database, {database}: {detail}.",
              "The PBX does not offer TLS 1.2 or 1.3, its certificate is not signed by a known authority, or "
              "it is valid for another name.",
              "Name a certificate of the PBX's own by ?sslrootcert=FILE behind the url, and address the PBX "
              "by the name in the certificate (docs/pbx_database.md). Nothing is lost."),
    ),
)  # fmt: skip
