"""How Dagster reacts to the project's errors: the one place where they become failures and retries.

A transient error (a locked database, a service that is away) is tried again a few times; a permanent one
fails at once and says in the run what happened, why, and what to do. Errors that nobody foresaw pass.
"""

from collections.abc import Callable
from functools import wraps
from typing import Any

import dagster as dg

from insight_pipeline.model.errors import InsightError, TransientError

RETRIES = 2
RETRY_SECONDS = 5
_SHOWN_CHARACTERS = 400


def told(locale: str) -> Callable[[Callable[..., Any]], Callable[..., Any]]:
    """Wrap an asset's function so that its errors are told in the language of the settings."""

    def wrap(function: Callable[..., Any]) -> Callable[..., Any]:
        @wraps(function)
        def run(*args: Any, **kwargs: Any) -> Any:  # noqa: ANN401 - whatever Dagster passes
            try:
                return function(*args, **kwargs)
            except InsightError as error:
                raise reaction(error, locale) from error

        return run

    return wrap


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
