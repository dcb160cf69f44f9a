"""What is noted in short English beside a refused file or a held table, in both languages.

Here it becomes a field of the message, as does what the operating system says most often; the rest of that
stays as it is.
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
_TWO_COUNTS = re.compile(r"(\d+) \| (\d+)")
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
    """What the operating system says, or the two counts for which a table is held."""
    if found := _TWO_COUNTS.fullmatch(detail):
        here, there = found.groups()
        return Term(f"hier {here}, im Dienst {there}", f"here {here}, in the service {there}")
    return _SYSTEM.get(detail, detail)


def columns_in_words(detail: str) -> Term:
    """`missing | new` as the readers of lists note it; the directory's notes what is missing alone."""
    missing, _, new = (part.strip() for part in detail.partition("|"))
    german = [f"es fehlen: {missing}"] if missing else []
    english = [f"missing: {missing}"] if missing else []
    if new:
        german.append(f"neu sind: {new}")
        english.append(f"new: {new}")
    return Term("; ".join(german), "; ".join(english))
