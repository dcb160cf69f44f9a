"""The message catalogue: every message a user may meet, with its code, cause and next step.

Texts are German and English; the code stays the same. Fields in braces are filled in by whoever raises
the message. Which message fits is decided where the problem is found.
"""

from __future__ import annotations

import re

from insight_pipeline.model.messages.alerts import ALERTS
from insight_pipeline.model.messages.details import (
    columns_in_words,
    detail_in_words,
    system_in_words,
)
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
from insight_pipeline.model.rows import Reason, Refusal
from insight_pipeline.model.terms import Term, grouped

CATALOGUE: dict[str, Message] = {
    m.code: m
    for m in (
        *(*SETTINGS, *FILES, *PBX, *ROWS, *RUNS, *LOGIN, *POWERBI),
        *(*REPORTS, *EXPORTS, *ALERTS, *STATUS, *KEEPING, *LOGS),
    )
}
REFUSAL_CODES: dict[str, str] = {r: f"IA-20{n}" for n, r in enumerate(Refusal, start=1)}
QUARANTINE_CODES: dict[str, str] = {r: f"IA-3{n:02d}" for n, r in enumerate(Reason, start=1)}
DIRECTORY_CODES = {
    "bad_id": "IA-351",
    "unknown_kind": "IA-352",
    "bad_value": "IA-353",
    "still_written": "IA-220",
}


_COUNTS = frozenset({"rows", "lines", "files", "parts", "expected", "actual", "runs", "notices"})
"""Fields that count something, unlike codes and line numbers."""


class _Fields(dict[str, object]):
    """Fields of a text; one that is not given reads as its own name."""

    def __missing__(self, key: str) -> str:
        return "{" + key + "}"


def message(code: str) -> Message:
    """The message of a code; KeyError if the catalogue has none."""
    return CATALOGUE[code]


def filled(text: str, **fields: object) -> str:
    """A text with its fields; a bracket or an end after a colon goes with a field that is empty."""
    for name in (name for name, value in fields.items() if not str(value)):
        place = re.escape("{" + name + "}")
        text = re.sub(rf" \([^()]*{place}[^()]*\)|: {place}(?=\.?$)", "", text)
    return text.format_map(_Fields(fields))


def refusal_fields(code: str, file: object, detail: str) -> dict[str, object]:
    """Fields of the message about a refused file, its note in words."""
    is_columns = code == REFUSAL_CODES[Refusal.MISSING_COLUMN]
    return {
        "file": file,
        "detail": columns_in_words(detail) if is_columns else detail_in_words(detail),
    }


def localised(fields: dict[str, object], locale: str) -> dict[str, object]:
    """The fields with their terms and counts in a language."""
    return {name: _localised(name, value, locale) for name, value in fields.items()}


def _localised(name: str, value: object, locale: str) -> object:
    if name == "detail" and isinstance(value, str):
        value = system_in_words(value)
    if isinstance(value, Term):
        return value.text(locale)
    return grouped(value, locale) if name in _COUNTS and isinstance(value, int) else value


def render(code: str, locale: str, **fields: object) -> str:
    """What happened, with its fields, in a language."""
    return filled(message(code).text(locale), **localised(fields, locale))
