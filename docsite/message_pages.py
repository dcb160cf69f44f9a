"""`docs/messages.md` and `docs/meldungen.md`: the whole catalogue, by area, a heading for each code.

A heading is the code alone, so that `messages.md#ia-203` links to one message and stays valid when its
text is improved. What messages say is decided in `insight_pipeline/model/messages`.
"""

from __future__ import annotations

import re
from collections.abc import Iterator
from dataclasses import dataclass

from docsite.field_names import FIELD_NAMES
from docsite.markdown import GENERATED, plain
from docsite.places import DOCS
from insight_pipeline.model.messages.alerts import ALERTS
from insight_pipeline.model.messages.exports import EXPORTS
from insight_pipeline.model.messages.files import FILES
from insight_pipeline.model.messages.keeping import KEEPING
from insight_pipeline.model.messages.login import LOGIN
from insight_pipeline.model.messages.logs import LOGS
from insight_pipeline.model.messages.message import Message
from insight_pipeline.model.messages.pbx import PBX
from insight_pipeline.model.messages.powerbi import POWERBI
from insight_pipeline.model.messages.reports import REPORTS
from insight_pipeline.model.messages.rows import ROWS
from insight_pipeline.model.messages.runs import RUNS
from insight_pipeline.model.messages.settings import SETTINGS
from insight_pipeline.model.messages.status import STATUS
from insight_pipeline.model.terms import Term

_NAMED = re.compile(r"(\{\w+\}|docs/\w+\.md)")
"""A field, or a page of the documentation."""


@dataclass(frozen=True)
class Area:
    """Messages about one thing: its heading, what the section says first, and the messages."""

    title: Term
    opening: Term
    messages: tuple[Message, ...]


AREAS = (
    Area(
        Term("Einstellungen", "Settings"),
        Term(
            "Beim Start geprüft; alle Fehler werden auf einmal genannt, und nichts läuft an.",
            "Checked at start-up; all that is wrong is named at once, and nothing is started.",
        ),
        SETTINGS,
    ),
    Area(
        Term("Sichern und Aktualisieren", "Backup and updates"),
        Term(
            "Sicherungen, und Stände anderer Versionen: [Sichern und Aktualisieren](backup.md).",
            "Backups, and states of other versions: [backup and updates](backup.md).",
        ),
        KEEPING,
    ),
    Area(
        Term("Protokoll", "Log"),
        Term(
            "Fehler, mit denen niemand gerechnet hat, und das Protokoll selbst: [Protokoll](logs.md).",
            "Errors that nobody foresaw, and the log itself: [the log](logs.md).",
        ),
        LOGS,
    ),
    Area(
        Term("Exporte und Verzeichnis", "Exports and directory"),
        Term(
            "Dateien im Eingangsordner, die als Ganzes abgelehnt werden. Die anderen werden geladen.",
            "Files of the landing folder that are refused as a whole. The others are loaded.",
        ),
        FILES,
    ),
    Area(
        Term("Datenbank der Anlage", "The PBX's database"),
        Term(
            "Wenn die Rufliste aus der Datenbank der Anlage gelesen wird: "
            "[Einrichtung und Grenzen](pbx_database.md).",
            "Where the call list is read from the PBX's database: "
            "[setting it up, and limits](pbx_database.md).",
        ),
        PBX,
    ),
    Area(
        Term("Zeilen in Quarantäne", "Lines in quarantine"),
        Term(
            "`insight quarantine list` nennt Datei, Zeile und Grund. Die übrigen Zeilen der Datei "
            "werden geladen.",
            "`insight quarantine list` names file, line and reason. The other lines of the file are "
            "loaded.",
        ),
        ROWS,
    ),
    Area(
        Term("Läufe, Prüfungen und Datenbank", "Runs, checks and the database"),
        Term(
            "Was beim Laden geschieht; `insight status` nennt, was davon noch gilt.",
            "What happens when days are loaded; `insight status` names what of it still holds.",
        ),
        RUNS,
    ),
    Area(
        Term("Stand", "Status"),
        Term(
            "Was `insight status` außerdem sagt: [Warum sind meine Daten nicht aktuell?](nicht_aktuell.md)",
            "What `insight status` says besides: [Why is my data not up to date?](status.md)",
        ),
        STATUS,
    ),
    Area(
        Term("Anmeldung bei Microsoft", "Login to Microsoft"),
        Term(
            "Datenbank und Datenspeicher werden auch ohne Anmeldung geladen.",
            "Database and lake are loaded without a login, too.",
        ),
        LOGIN,
    ),
    Area(
        Term("Hochladen nach Power BI", "Uploading to Power BI"),
        Term(
            "Jede Zeile kommt einmal an; was wartet, geht von selbst weiter, wo nichts anderes "
            "dasteht: [Power BI](powerbi.md).",
            "Every row arrives once; what waits goes on by itself where nothing else is said: "
            "[Power BI](powerbi.md).",
        ),
        POWERBI,
    ),
    Area(
        Term("Ausgabe von Tabellen, Benutzer und Editionen", "Exported tables, users and editions"),
        Term(
            "Zu [Tabellen als Dateien](export.md) und [Editionen](editions.md).",
            "About [tables as files](export.md) and [editions](editions.md).",
        ),
        EXPORTS,
    ),
    Area(
        Term("Mail, Webhooks und Schwellenwerte", "Mail, webhooks and thresholds"),
        Term(
            "Was sie senden und wann: [Benachrichtigungen](alerts.md). `insight alerts test` prüft die "
            "Empfänger.",
            "What they send, and when: [alerts](alerts.md). `insight alerts test` tries the receivers.",
        ),
        ALERTS,
    ),
    Area(
        Term("Bericht", "Report"),
        Term(
            "Zum [Bericht](report.md) als HTML-Seite.", "About the [report](report.md) as a page."
        ),
        REPORTS,
    ),
)
"""The catalogue by what a message is about, in the order in which an installation meets it."""

_HEADS = {
    "de": (
        "Meldungen",
        (
            "Jede Meldung hat einen Code, der sich nicht ändert, und sagt, was geschehen ist, warum, "
            "und was zu tun ist. Was *&lt;so&gt;* steht, füllt das Programm aus. Dieselbe Liste auf "
            "Englisch: [Messages](messages.md)."
        ),
        ("Ursache", "Abhilfe"),
    ),
    "en": (
        "Messages",
        (
            "Every message has a code that stays the same, and says what happened, why, and what to "
            "do. The program fills in what stands *&lt;like this&gt;*. The same list in German: "
            "[Meldungen](meldungen.md)."
        ),
        ("Cause", "What to do"),
    ),
}


def message_page(locale: str) -> str:
    """The catalogue as Markdown in a language (`de` or `en`)."""
    title, opening, labels = _HEADS[locale]
    front = ["---", "lang: de", "---", ""] if locale == "de" else []
    start = [*front, f"# {title}", "", GENERATED, "", opening]
    return "\n".join([*start, *_areas(locale, labels), ""])


def _areas(locale: str, labels: tuple[str, str]) -> Iterator[str]:
    for area in AREAS:
        yield from ("", f"## {area.title.text(locale)}", "", area.opening.text(locale))
        for message in area.messages:
            yield from _entry(message, locale, labels)


def _entry(message: Message, locale: str, labels: tuple[str, str]) -> Iterator[str]:
    words = message.words(locale)
    yield from ("", f"### {message.code}", "", f"**{_readable(words.text, locale, '')}**", "")
    yield from (f"{labels[0]}: {_readable(words.cause, locale)}", "")
    yield f"{labels[1]}: {_readable(words.next_step, locale)}"


def _readable(text: str, locale: str, mark: str = "*") -> str:
    """A text with its fields in words; one that the list of names lacks raises KeyError."""
    return "".join(_piece(piece, locale, mark) for piece in _NAMED.split(text))


def _piece(piece: str, locale: str, mark: str) -> str:
    if piece.startswith("{"):
        return f"{mark}&lt;{FIELD_NAMES[piece.strip('{}')].text(locale)}&gt;{mark}"
    page = piece.removeprefix("docs/")
    if _NAMED.fullmatch(piece) and (DOCS / page).exists():
        return f"[{plain(piece)}]({page})"
    return plain(piece)
