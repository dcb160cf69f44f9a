"""Errors that a user meets: one root, permanent and transient below it.

An error carries a code of the message catalogue and the fields that its text names; what it says in
which language stands in `messages`. How Dagster reacts to it is decided in `orchestration`.
"""

from __future__ import annotations

from collections.abc import Sequence

from insight_pipeline.model.messages import filled, localised, message, render


class InsightError(Exception):
    """Something the user can understand and act on; `code` is a code of the catalogue."""

    def __init__(self, code: str, **fields: object) -> None:
        """Keep the code and the fields that its text names."""
        super().__init__(code, fields)
        self.code = code
        self.fields = fields

    def __reduce__(self) -> tuple[object, ...]:
        """Errors cross process borders with their fields."""
        return _restored, (type(self), self.args, self.__dict__)

    def message(self, locale: str) -> str:
        """What happened."""
        return render(self.code, locale, **self.fields)

    def cause(self, locale: str) -> str:
        """Why it happens."""
        return filled(message(self.code).cause(locale), **localised(self.fields, locale))

    def next_step(self, locale: str) -> str:
        """What to do now."""
        return filled(message(self.code).next_step(locale), **localised(self.fields, locale))

    def __str__(self) -> str:
        """Code, text and next step in English."""
        return f"{self.code} {self.message('en')} {self.next_step('en')}"


def _restored(
    kind: type[InsightError], args: tuple[object, ...], state: dict[str, object]
) -> object:
    error = kind.__new__(kind)
    error.args = args
    error.__dict__.update(state)
    return error


class PermanentError(InsightError):
    """Trying again changes nothing."""


class TransientError(InsightError):
    """Trying again later may help."""


class DataError(PermanentError):
    """Input that cannot be used as it is."""


class SettingsError(PermanentError):
    """Settings that are refused at start-up; `problems` holds each of them."""

    def __init__(self, problems: Sequence[InsightError], locale: str = "de") -> None:
        """All problems found in the settings, at least one, and the language that was asked for."""
        super().__init__(problems[0].code, **problems[0].fields)
        self.problems = tuple(problems)
        self.locale = locale

    def __str__(self) -> str:
        """Every problem on its own line."""
        return "\n".join(str(problem) for problem in self.problems)
