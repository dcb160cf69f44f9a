"""Notes: messages of the catalogue as the commands show them. What there is to say is found elsewhere."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass

from insight_pipeline.cli import layout
from insight_pipeline.cli.app import App
from insight_pipeline.model.errors import InsightError
from insight_pipeline.model.messages import filled, localised, message


@dataclass(frozen=True)
class Note:
    """Something that wants attention: its code, what it is, why, and the next step."""

    code: str
    text: str
    cause: str
    next_step: str


def show_notes(app: App, notes: Iterable[Note], heading: str = "") -> None:
    """Notes on the terminal, each once; below a heading they say why, too."""
    for place, item in enumerate(dict.fromkeys(notes)):
        if not place:
            app.title(heading) if heading else app.gap()
        cause = item.cause if heading else None
        app.lines(layout.told(item.code, item.text, item.next_step, width=app.width, cause=cause))


def note(code: str, locale: str, **fields: object) -> Note:
    """A message of the catalogue as a note."""
    words, known = message(code).words(locale), localised(fields, locale)
    return Note(
        code, *(filled(text, **known) for text in (words.text, words.cause, words.next_step))
    )


def note_of(problem: InsightError, locale: str) -> Note:
    """An error as a note."""
    return note(problem.code, locale, **problem.fields)


def show_problems(app: App, problems: Iterable[InsightError]) -> None:
    """The same of errors that were found and not raised."""
    show_notes(app, [note_of(problem, app.locale) for problem in problems])
