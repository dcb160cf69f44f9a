"""What the readers note about a refused file, in both languages: columns, lines, kinds of file.

The note is stored beside the refusal in short English; here it becomes a field of the message. What the
operating system says stays as it is.
"""

from __future__ import annotations

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
_LINE = re.compile(r"line (\d+)")
_LIMIT = re.compile(r"> (\d+) bytes")


def detail_in_words(detail: str) -> Term | str:
    """The note of a refusal as a field of its message."""
    if found := _LINE.fullmatch(detail):
        return Term(f"Zeile {found[1]}", detail)
    if found := _LIMIT.fullmatch(detail):
        return Term(f"mehr als {found[1]} Bytes", f"more than {found[1]} bytes")
    return _KNOWN.get(detail, detail)


def columns_in_words(detail: str) -> Term:
    """`missing | new` as the readers of lists note it; the directory's notes what is missing alone."""
    missing, _, new = (part.strip() for part in detail.partition("|"))
    german = [f"es fehlen: {missing}"] if missing else []
    english = [f"missing: {missing}"] if missing else []
    if new:
        german.append(f"neu sind: {new}")
        english.append(f"new: {new}")
    return Term("; ".join(german), "; ".join(english))
