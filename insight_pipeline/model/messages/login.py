"""Login to Microsoft for Power BI: what is in its way, and what to do (IA-501 to IA-549).

`AADSTS_CODES` chooses the text for a number of Microsoft's; how the login reacts hangs on the error's
kind and is decided in `sinks.powerbi`. Uploads and datasets have messages of their own.
"""

from insight_pipeline.model.messages.message import Message, Words

_STORED = (
    Message(
        "IA-501",
        Words("Es ist keine Anmeldung bei Microsoft gespeichert.",
              "Es hat sich noch niemand angemeldet, oder insight logout hat die Anmeldung gelöscht. Wer nur "
              "in eine Datenbank lädt, braucht keine: dann ist das harmlos.",
              "Für Power BI: insight login. Sonst nichts tun."),
        Words("No login to Microsoft is stored.",
              "Nobody has logged in yet, or someone logged out. Loading into a database alone needs none: "
              "then this is harmless.",
              "For Power BI: insight login. Otherwise nothing."),
    ),
    Message(
        "IA-502",
        Words("Die gespeicherte Anmeldung ist verloren ({detail}): bitte neu anmelden.",
              "Ihre Datei ist beschädigt, nicht lesbar oder mit einem anderen Schlüssel verschlüsselt. Wer "
              "nur in eine Datenbank lädt, braucht sie nicht: dann ist das harmlos.",
              "Für Power BI: insight login. Sonst nichts tun."),
        Words("The stored login was lost ({detail}): log in again.",
              "Its file is damaged, cannot be read, or was encrypted with another key. Loading into a "
              "database alone does not need it: then this is harmless.",
              "For Power BI: insight login. Otherwise nothing."),
    ),
    Message(
        "IA-503",
        Words("Der Schlüssel der Anmeldung aus {source} ist nicht brauchbar.",
              "Ein Schlüssel besteht aus 32 zufälligen Bytes in URL-sicherem Base64 (44 Zeichen).",
              "Einen neuen erzeugen: python -c 'from cryptography.fernet import Fernet; "
              "print(Fernet.generate_key().decode())'. Danach insight login."),
        Words("The login's key from {source} cannot be used.",
              "A key is 32 random bytes in URL-safe Base64, 44 characters.",
              "Make a new one: python -c 'from cryptography.fernet import Fernet; "
              "print(Fernet.generate_key().decode())'. Then insight login."),
    ),
    Message(
        "IA-504",
        Words("Der Schlüssel der Anmeldung fehlt: {source}.",
              "Eine Anmeldung ist gespeichert, aber ohne ihren Schlüssel nicht zu lesen.",
              "Schlüsseldatei zurücklegen oder INSIGHT_TOKEN_KEY setzen; sonst insight login."),
        Words("The login's key is missing: {source}.",
              "A login is stored and cannot be read without its key.",
              "Put the key file back or set INSIGHT_TOKEN_KEY; otherwise insight login."),
    ),
    Message(
        "IA-532",
        Words("Die Anmeldung lässt sich nicht speichern: {detail}.",
              "Der Datenträger ist voll, oder im Ordner {folder} fehlt das Schreibrecht.",
              "Ursache beheben; die zuvor gespeicherte Anmeldung ist unverändert."),
        Words("The login cannot be stored: {detail}.",
              "The disk is full, or the right to write to {folder} is missing.",
              "Remove the cause; the login stored before is unchanged."),
    ),
    Message(
        "IA-533",
        Words("Die Anmeldung ist seit {seconds} s von einem anderen Vorgang belegt.",
              "Ein anderer Lauf erneuert sie gerade und bekommt keine Antwort.",
              "Nichts tun: der nächste Versuch kommt von selbst."),
        Words("Another process has held the login for {seconds} s.",
              "Another run is renewing it and gets no answer.",
              "Nothing to do: the next attempt follows by itself."),
    ),
)  # fmt: skip

_SETTINGS = (
    Message(
        "IA-505",
        Words("sinks.powerbi.client_id fehlt in den Einstellungen.",
              "Die Anmeldung läuft über eine Anwendung, die in Microsoft Entra registriert ist.",
              "Anwendung in Entra registrieren, „Öffentliche Clientflows zulassen“ einschalten und ihre "
              "Anwendungs-ID als client_id eintragen."),
        Words("sinks.powerbi.client_id is missing in the settings.",
              "The login goes through an application that is registered in Microsoft Entra.",
              'Register an application in Entra, switch on "Allow public client flows", and enter its '
              "application id as client_id."),
    ),
    Message(
        "IA-507",
        Words("Eine Anfrage der Anmeldung an {host} wurde verweigert; erlaubt ist {authority}.",
              "Die Antwort des Anmeldedienstes nennt einen fremden Rechner; Anmeldedaten gehen nur an den "
              "Dienst der gewählten Cloud.",
              "cloud und login_url in den Einstellungen prüfen; hilft das nicht, den Fehler bitte melden."),
        Words("A request of the login to {host} was refused; {authority} is allowed.",
              "The login service's answer names a foreign host; credentials go to the chosen cloud's "
              "service only.",
              "Check cloud and login_url in the settings; if that does not help, please report it."),
    ),
    Message(
        "IA-523",
        Words("Den Mandanten {tenant} kennt der Anmeldedienst {authority} nicht.",
              "sinks.powerbi.tenant ist falsch geschrieben oder gehört zu einer anderen Cloud.",
              "tenant (Verzeichnis-ID oder Domäne, sonst organizations) und cloud prüfen."),
        Words("The login service {authority} does not know the tenant {tenant}.",
              "sinks.powerbi.tenant is misspelt or belongs to another cloud.",
              "Check tenant (directory id or domain, otherwise organizations) and cloud."),
    ),
)  # fmt: skip

_SERVICE = (
    Message(
        "IA-508",
        Words("Der Anmeldedienst {authority} ist nicht erreichbar: {detail}.",
              "Netz, Firewall oder der Dienst selbst sind gestört. Die Anmeldung bleibt erhalten.",
              "Nichts tun, wenn es vorübergeht; sonst Netz und Firewall (Port 443) prüfen."),
        Words("The login service {authority} cannot be reached: {detail}.",
              "Network, firewall or the service itself have a problem. The login is kept.",
              "Nothing to do if it passes; otherwise check network and firewall (port 443)."),
    ),
    Message(
        "IA-509",
        Words("Die Antwort des Anmeldedienstes {authority} ist unverständlich ({detail}).",
              "Ein Proxy antwortet an seiner Stelle, oder der Dienst ist gestört. Die Anmeldung bleibt "
              "erhalten.",
              "Später noch einmal versuchen; hilft das nicht, das Netz prüfen oder den Fehler melden."),
        Words("The answer of the login service {authority} makes no sense ({detail}).",
              "A proxy answers in its place, or the service has a problem. The login is kept.",
              "Try again later; if that does not help, check the network or report it."),
    ),
)  # fmt: skip

_DEVICE = (
    Message(
        "IA-510",
        Words("Die Anmeldung im Browser ist noch nicht abgeschlossen.",
              "Microsoft wartet auf die Eingabe des Codes (AADSTS70016).",
              "Die Anmeldung im Browser abschließen, dann noch einmal versuchen."),
        Words("The login in the browser is not finished yet.",
              "Microsoft waits for the code to be entered (AADSTS70016).",
              "Finish the login in the browser, then try again."),
    ),
    Message(
        "IA-511",
        Words("Der Anmeldecode ist abgelaufen oder ungültig.",
              "Ein Code gilt 15 Minuten und nur einmal.",
              "insight login noch einmal aufrufen und den neuen Code eingeben."),
        Words("The login code has expired or is not valid.",
              "A code can be used once, within 15 minutes.",
              "Call insight login again and enter the new code."),
    ),
    Message(
        "IA-524",
        Words("Die Anmeldung wurde im Browser abgelehnt.",
              "Auf der Seite von Microsoft wurde abgebrochen oder die Zustimmung verweigert.",
              "insight login noch einmal aufrufen und zustimmen."),
        Words("The login was declined in the browser.",
              "Somebody cancelled on Microsoft's page or refused consent.",
              "Call insight login again and consent."),
    ),
)  # fmt: skip

_ENDED = (
    Message(
        "IA-512",
        Words("Die Anmeldung wurde widerrufen (AADSTS{number}).",
              "Das Kennwort wurde geändert, oder ein Administrator hat die Anmeldung beendet.",
              "Neu anmelden: insight login. Was wartet, wird danach hochgeladen."),
        Words("The login was revoked (AADSTS{number}).",
              "The password was changed, or an administrator ended the login.",
              "Log in again: insight login. What waits is uploaded afterwards."),
    ),
    Message(
        "IA-513",
        Words("Die Anmeldung ist abgelaufen, weil sie zu lange nicht benutzt wurde (AADSTS{number}).",
              "Nach 90 Tagen ohne Erneuerung verfällt eine Anmeldung.",
              "Neu anmelden: insight login. Läuft Dagster, erneuert es sie von selbst."),
        Words("The login has expired since it was not used for too long (AADSTS{number}).",
              "A login ends after 90 days without renewal.",
              "Log in again: insight login. While Dagster runs, it renews it by itself."),
    ),
    Message(
        "IA-514",
        Words("Die Organisation verlangt eine neue Anmeldung (AADSTS{number}).",
              "Eine Richtlinie begrenzt, wie lange eine Anmeldung gilt (Anmeldehäufigkeit).",
              "Neu anmelden: insight login. Kommt es oft vor, den Administrator um eine Ausnahme bitten."),
        Words("The organisation asks for a new login (AADSTS{number}).",
              "A policy limits how long a login is valid (sign-in frequency).",
              "Log in again: insight login. If it is frequent, ask the administrator for an exception."),
    ),
    Message(
        "IA-515",
        Words("Microsoft verlangt einen zweiten Faktor (AADSTS{number}).",
              "Für dieses Konto gilt die mehrstufige Authentifizierung.",
              "Neu anmelden: insight login, und den zweiten Faktor im Browser bestätigen."),
        Words("Microsoft asks for a second factor (AADSTS{number}).",
              "Multi-factor authentication is required for this account.",
              "Log in again: insight login, and confirm the second factor in the browser."),
    ),
    Message(
        "IA-526",
        Words("Microsoft nimmt die gespeicherte Anmeldung nicht mehr an ({detail}).",
              "Sie wurde beendet oder genügt einer Richtlinie nicht mehr.",
              "Neu anmelden: insight login. Was wartet, wird danach hochgeladen."),
        Words("Microsoft no longer accepts the stored login ({detail}).",
              "It was ended, or a policy is no longer satisfied with it.",
              "Log in again: insight login. What waits is uploaded afterwards."),
    ),
    Message(
        "IA-531",
        Words("Die Anmeldung verfällt in {days} Tagen, wenn sie nicht benutzt wird.",
              "Sie wurde zuletzt am {renewed} erneuert; nach 90 Tagen ohne Erneuerung verfällt sie.",
              "Dagster laufen lassen oder insight run aufrufen; das Hochladen erneuert sie."),
        Words("The login ends in {days} days if it is not used.",
              "It was last renewed on {renewed}; after 90 days without renewal it ends.",
              "Let Dagster run or call insight run; uploading renews it."),
    ),
)  # fmt: skip

_REFUSED = (
    Message(
        "IA-516",
        Words("Eine Richtlinie der Organisation blockiert die Anmeldung (AADSTS{number}).",
              "Der bedingte Zugriff lässt die Anmeldung mit Gerätecode nicht zu.",
              "Den Administrator bitten, sie für diese Anwendung zu erlauben; dann insight login."),
        Words("A policy of the organisation blocks the login (AADSTS{number}).",
              "Conditional access does not allow the login with a device code.",
              "Ask the administrator to allow it for this application; then insight login."),
    ),
    Message(
        "IA-517",
        Words("Der Anwendung wurde noch nicht zugestimmt (AADSTS{number}).",
              "Sie braucht die Berechtigung Dataset.ReadWrite.All; dürfen Benutzer nicht selbst zustimmen, "
              "muss es ein Administrator tun.",
              "Neu anmelden (insight login) und zustimmen, oder den Administrator zustimmen lassen."),
        Words("Nobody has consented to the application yet (AADSTS{number}).",
              "It needs the permission Dataset.ReadWrite.All; where users may not consent themselves, an "
              "administrator must.",
              "Log in again (insight login) and consent, or let the administrator consent."),
    ),
    Message(
        "IA-518",
        Words("Die Organisation hat Power BI nicht abonniert oder nicht freigegeben (AADSTS{number}).",
              "Es fehlt eine Lizenz (Power BI Pro), oder die Cloud in den Einstellungen ist falsch.",
              "Lizenz des Kontos und sinks.powerbi.cloud prüfen."),
        Words("The organisation has no subscription to Power BI, or has not enabled it (AADSTS{number}).",
              "A licence (Power BI Pro) is missing, or the cloud in the settings is wrong.",
              "Check the account's licence and sinks.powerbi.cloud."),
    ),
    Message(
        "IA-519",
        Words("Die Anwendung gibt es im Mandanten nicht (AADSTS{number}).",
              "client_id, tenant oder cloud passen nicht zueinander.",
              "sinks.powerbi.client_id, tenant und cloud mit der Registrierung in Entra vergleichen."),
        Words("The application does not exist in the tenant (AADSTS{number}).",
              "client_id, tenant or cloud do not fit together.",
              "Compare sinks.powerbi.client_id, tenant and cloud with the registration in Entra."),
    ),
    Message(
        "IA-520",
        Words("Microsoft verlangt ein Anwendungskennwort (AADSTS{number}).",
              "Bei der Anwendung in Entra ist „Öffentliche Clientflows zulassen“ ausgeschaltet.",
              "In Entra unter „Authentifizierung“ einschalten, dann insight login."),
        Words("Microsoft asks for a client secret (AADSTS{number}).",
              'The application in Entra has "Allow public client flows" switched off.',
              'Switch it on in Entra under "Authentication", then insight login.'),
    ),
    Message(
        "IA-521",
        Words("Kein Konto mit diesem Benutzernamen gefunden (AADSTS{number}).",
              "Das Konto gehört zu einem anderen Mandanten oder einer anderen Cloud.",
              "sinks.powerbi.cloud und tenant prüfen, oder mit einem anderen Konto anmelden."),
        Words("No account with this user name was found (AADSTS{number}).",
              "The account belongs to another tenant or another cloud.",
              "Check sinks.powerbi.cloud and tenant, or log in with another account."),
    ),
    Message(
        "IA-522",
        Words("Microsoft kennt die angefragte nationale Cloud nicht (AADSTS{number}).",
              "Das Konto gehört zu einer anderen Cloud als in den Einstellungen.",
              "sinks.powerbi.cloud ändern, meist auf public."),
        Words("Microsoft does not know the national cloud asked for (AADSTS{number}).",
              "The account belongs to another cloud than the one in the settings.",
              "Change sinks.powerbi.cloud, mostly to public."),
    ),
    Message(
        "IA-525",
        Words("Microsoft hat die Anmeldung abgelehnt ({detail}).",
              "Meist passen client_id, tenant, cloud oder die Rechte der Anwendung nicht.",
              "Diese Einstellungen prüfen; die Nummer erklärt https://login.microsoftonline.com/error."),
        Words("Microsoft refused the login ({detail}).",
              "Mostly client_id, tenant, cloud or the application's permissions do not fit.",
              "Check these settings; https://login.microsoftonline.com/error explains the number."),
    ),
)  # fmt: skip

LOGIN = (*_STORED, *_SETTINGS, *_SERVICE, *_DEVICE, *_ENDED, *_REFUSED)

AADSTS_CODES: dict[int, str] = {
    70016: "IA-510",
    70018: "IA-511",
    70019: "IA-511",
    50173: "IA-512",
    70082: "IA-513",
    700082: "IA-513",
    70043: "IA-514",
    50076: "IA-515",
    53003: "IA-516",
    530036: "IA-516",
    65001: "IA-517",
    650052: "IA-518",
    700016: "IA-519",
    7000218: "IA-520",
    50034: "IA-521",
    90051: "IA-522",
    90002: "IA-523",
}
