"""How an event of the log is told on the terminal: local time, words, figures, the text of errors.

One event takes a line, and more where it has fields, a text or a stack trace. What events are called stands
in `model.log_words`.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from typing import Any

from insight_pipeline.cli.layout import paragraph
from insight_pipeline.logs.reading import Entry
from insight_pipeline.model.log_words import EVENTS, FIELDS, LEVEL_WORDS
from insight_pipeline.model.terms import Term, grouped

_INDENT = "    "
_TIMES = {"de": "%d.%m.%Y %H:%M:%S", "en": "%Y-%m-%d %H:%M:%S"}
_LEVEL_WIDTH, _RUN_LETTERS = 7, 8
_APART = frozenset({"text", "code", "trace", "pid", "command", "figures"})
"""Fields that have a place of their own, or say nothing to a reader."""
_MARKS = " ^~"
"""What points at a place in the line above, in stack traces."""
_RUN = Term("Lauf", "run")


def told(entry: Entry, locale: str, width: int | None) -> Iterator[str]:
    """The lines of an event, below the time of this machine."""
    known = EVENTS.get(entry.event)
    words = known.words.text(locale) if known else entry.event
    subject = known.subject if known else ""
    what = entry.fields.get(subject, entry.fields.get("command", "")) if subject else ""
    about = f": {_plain(what)}" if what else ""
    time = entry.time.astimezone().strftime(_TIMES[locale])
    level = f"{LEVEL_WORDS[entry.level].text(locale):<{_LEVEL_WIDTH}}"
    yield from paragraph(f"{time} {level} {words}{about}", width, rest=_INDENT)
    if details := ", ".join(_details(entry, what, locale)):
        yield from paragraph(details, width, _INDENT, _INDENT)
    code, text = (_plain(entry.fields.get(name) or "") for name in ("code", "text"))
    if code or text:
        said = text if text.startswith(code) else f"{code} {text}".strip()
        yield from paragraph(said, width, _INDENT, _INDENT)
    for line in str(entry.fields.get("trace", "")).splitlines():
        if line.strip(_MARKS):
            yield _INDENT + _plain(line)


def _details(entry: Entry, what: object, locale: str) -> Iterator[str]:
    """Where it happened, then every figure with its label."""
    fields = {name: value for name, value in entry.fields.items() if value != what}
    for name in ("installation", "partition"):
        if name in fields:
            yield _plain(fields[name])
    if "run_id" in fields:
        yield f"{_RUN.text(locale)} {_plain(fields['run_id'])[:_RUN_LETTERS]}"
    shown = {"installation", "partition", "run_id", *_APART}
    rest = {name: value for name, value in fields.items() if name not in shown}
    figures = fields.get("figures")
    yield from _labelled({**rest, **figures} if isinstance(figures, dict) else rest, locale)


def _labelled(fields: Mapping[str, Any], locale: str) -> Iterator[str]:
    for name, value in fields.items():
        if name == "seconds":
            yield f"{_value(value, locale)} s"
            continue
        label = FIELDS[name].text(locale) if name in FIELDS else name
        yield f"{label} {_value(value, locale)}"


def _value(value: object, locale: str) -> str:
    if isinstance(value, bool):
        words = Term("ja", "yes") if value else Term("nein", "no")
        return words.text(locale)
    if isinstance(value, int):
        return grouped(value, locale)
    if isinstance(value, float):
        return str(value).replace(".", ",") if locale == "de" else str(value)
    return _plain((", ".join(map(str, value)) or "-") if isinstance(value, list) else value)


def _plain(value: object) -> str:
    """A value on one line, without control characters."""
    return "".join(sign if sign.isprintable() else "\ufffd" for sign in str(value).strip("\n"))
