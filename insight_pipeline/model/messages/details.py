"""What is noted in short English beside a refused file or a held table, in both languages.

Here it becomes a field of the message, as does what the operating system and SQLite say most often; the
rest of that stays as it is.
"""

from __future__ import annotations

import errno
import os
import re

from insight_pipeline.model.terms import Term

_KNOWN = {
    "link": Term("Verknüpfung", "link"),
    "pipe": Term("Pipe", "pipe"),
    "folder": Term("Ordner", "folder"),
    "device or socket": Term("Gerät oder Socket", "device or socket"),
    "end is missing": Term("das Ende fehlt", "end is missing"),
    "NUL in line 1": Term("NUL-Byte in Zeile 1", "NUL in line 1"),
}
_SYSTEM = {
    os.strerror(number): Term(german, os.strerror(number))
    for number, german in {
        errno.ENOENT: "Datei oder Ordner nicht gefunden",
        errno.EACCES: "keine Berechtigung",
        errno.EPERM: "nicht erlaubt",
        errno.EROFS: "nur lesbares Dateisystem",
        errno.ENOSPC: "kein Platz auf dem Datenträger",
        errno.EDQUOT: "Speicherkontingent erschöpft",
        errno.EISDIR: "ist ein Ordner",
        errno.ENOTDIR: "kein Ordner",
        errno.EEXIST: "gibt es schon",
        errno.EIO: "Ein-/Ausgabefehler",
        errno.ENAMETOOLONG: "Name zu lang",
        errno.EMFILE: "zu viele offene Dateien",
    }.items()
}
_DATABASE = {
    "database or disk is full": Term("kein Platz auf dem Datenträger", "no space left on device"),
    "database is locked": Term(
        "ein anderer Vorgang hat die Datei gesperrt", "another process has locked the file"
    ),
    "attempt to write a readonly database": Term("keine Berechtigung", "no permission to write"),
    "unable to open database file": Term(
        "die Datei lässt sich nicht öffnen", "the file cannot be opened"
    ),
    "disk I/O error": Term("Ein-/Ausgabefehler", "input/output error"),
    "file is not a database": Term("die Datei ist keine Datenbank", "the file is no database"),
    "database disk image is malformed": Term(
        "ihr Inhalt ist nicht lesbar", "its contents cannot be read"
    ),
}
_TWO_COUNTS = re.compile(r"(number )?(\d+) \| (\d+)")
_BATCH = re.compile(r"batch (\w+)")
_LINE = re.compile(r"line (\d+)")
_LIMIT = re.compile(r"> (\d+) bytes")


def detail_in_words(detail: str) -> Term | str:
    """The note of a refusal as a field of its message."""
    if found := _LINE.fullmatch(detail):
        return Term(f"Zeile {found[1]}", detail)
    if found := _LIMIT.fullmatch(detail):
        return Term(f"mehr als {found[1]} Bytes", f"more than {found[1]} bytes")
    return _KNOWN.get(detail) or system_in_words(detail)


def system_in_words(detail: str) -> Term | str:
    """What the operating system or SQLite says, or what two counts or numbers hold a table."""
    if found := _TWO_COUNTS.fullmatch(detail):
        number, here, there = found.groups()
        german, english = ("laufende Nummer ", "sequence number ") if number else ("", "")
        return Term(
            f"{german}hier {here}, im Dienst {there}",
            f"{english}here {here}, in the service {there}",
        )
    if found := _BATCH.fullmatch(detail):
        return Term(f"Sendung {found[1]}", detail)
    return _SYSTEM.get(detail) or _DATABASE.get(detail) or detail


def columns_in_words(detail: str) -> Term:
    """`missing | new` as the readers of lists note it; the directory's notes what is missing alone."""
    missing, _, new = (part.strip() for part in detail.partition("|"))
    german = [f"es fehlen: {missing}"] if missing else []
    english = [f"missing: {missing}"] if missing else []
    if new:
        german.append(f"neu sind: {new}")
        english.append(f"new: {new}")
    return Term("; ".join(german), "; ".join(english))
