"""How Dagster reacts to the project's errors: the one place where they become failures and retries.

A transient error (a locked database, a service that is away) is tried again a few times; a permanent one
fails at once and says in the run what happened, why, and what to do. Errors that nobody foresaw pass, but
without what their texts may hold: Dagster keeps them.
"""

from collections.abc import Callable, Iterator
from contextlib import contextmanager
from functools import wraps
from inspect import isgeneratorfunction
from typing import Any

import dagster as dg

from insight_pipeline.model.errors import InsightError, TransientError
from insight_pipeline.model.hiding import without_secrets

RETRIES = 2
RETRY_SECONDS = 5
_SHOWN_CHARACTERS = 400
_Function = Callable[..., Any]


class UnforeseenError(Exception):
    """In place of an error whose text held what must not be kept; the stack trace is the error's own."""


def told(locale: str) -> Callable[[_Function], _Function]:
    """Wrap an asset's function so that its errors are told in the language of the settings."""

    def wrap(function: _Function) -> _Function:
        @wraps(function)
        def run(*args: Any, **kwargs: Any) -> Any:  # noqa: ANN401 - whatever Dagster passes
            with _discreetly():
                try:
                    return function(*args, **kwargs)
                except InsightError as error:
                    raise reaction(error, locale) from error

        return run

    return wrap


def guarded(function: _Function) -> _Function:
    """Wrap the function of a sensor, schedule or check so that no error of it gives anything away."""

    @wraps(function)
    def call(*args: Any, **kwargs: Any) -> Any:  # noqa: ANN401 - whatever Dagster passes
        with _discreetly():
            return function(*args, **kwargs)

    @wraps(function)
    def iterate(*args: Any, **kwargs: Any) -> Iterator[Any]:  # noqa: ANN401 - whatever Dagster passes
        with _discreetly():
            yield from function(*args, **kwargs)

    return iterate if isgeneratorfunction(function) else call


@contextmanager
def _discreetly() -> Iterator[None]:
    try:
        yield
    except (dg.Failure, dg.RetryRequested) as error:
        if error.__cause__ is not None:
            error.__cause__ = discreet(error.__cause__)
        raise
    except Exception as error:  # noqa: BLE001 - whatever it is, its text may hold a number
        raise discreet(error)  # noqa: B904 - it brings its own cause


def discreet(error: BaseException) -> BaseException:
    """The error itself where its texts and those of its causes are harmless, else a copy without them."""
    before = error.__cause__ or (None if error.__suppress_context__ else error.__context__)
    cause = discreet(before) if before is not None else None
    text = without_secrets(str(error))
    if text == str(error) and cause is before:
        return error
    found = UnforeseenError(f"{type(error).__name__}: {text}").with_traceback(error.__traceback__)
    found.__cause__ = cause
    return found


def reaction(error: InsightError, locale: str) -> dg.RetryRequested | dg.Failure:
    """Another try for what may pass, a failure in words for what will not."""
    if isinstance(error, TransientError):
        return dg.RetryRequested(max_retries=RETRIES, seconds_to_wait=RETRY_SECONDS)
    words = (error.message(locale), error.cause(locale), error.next_step(locale))
    return dg.Failure(
        description=f"{error.code} {' '.join(words)}",
        metadata={"code": error.code, "next_step": words[-1]},
        allow_retries=False,
    )


def failure_text(data: Any) -> str:  # noqa: ANN401 - Dagster has no public name for it
    """What a failed step said, without its stack trace; empty where it said nothing."""
    if data.user_failure_data and data.user_failure_data.description:
        return str(data.user_failure_data.description)
    error = data.error
    while error is not None and error.cause is not None:
        error = error.cause
    lines = error.message.strip().splitlines() if error is not None else []
    return lines[0][:_SHOWN_CHARACTERS] if lines else ""
