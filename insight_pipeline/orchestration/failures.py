"""How Dagster reacts to the project's errors: the one place where they become failures and retries.

A transient error (a locked database, a service that is away) is tried again a few times; a permanent one
fails at once and says in the run what happened, why, and what to do. One that nobody foresaw says where it
is logged. No error keeps what its text may hold: Dagster keeps them. What the log tells of Dagster's calls,
their ends and figures, is told from here too.
"""

import contextvars
import time
from collections.abc import Callable, Generator, Iterator, Mapping
from contextlib import contextmanager
from functools import wraps
from inspect import isgeneratorfunction
from typing import Any

import dagster as dg

from insight_pipeline.logs.events import bound, logger
from insight_pipeline.logs.unforeseen import unforeseen
from insight_pipeline.model.errors import InsightError, TransientError
from insight_pipeline.model.hiding import without_secrets
from insight_pipeline.orchestration.occasions import (
    checked,
    counted,
    data_dir_of,
    locale_of,
    looking,
    requested,
    running,
)
from insight_pipeline.orchestration.orphans import keep_alive

RETRIES = 2
RETRY_SECONDS = 5
UNFORESEEN = "IA-701"
_SHOWN_CHARACTERS = 400
_Function = Callable[..., Any]
_log = logger(__name__)


class UnforeseenError(Exception):
    """In place of an error whose text held what must not be kept, or around one that nobody foresaw."""


def told(locale: str) -> Callable[[_Function], _Function]:
    """Wrap an asset's function so that its errors are told in the language of the settings."""

    def wrap(function: _Function) -> _Function:
        @wraps(function)
        def run(*args: Any, **kwargs: Any) -> Any:  # noqa: ANN401 - whatever Dagster passes
            fields = running()
            with bound(**fields), _discreetly():
                _show_alive(fields, (*args, *kwargs.values()))
                _log.debug("asset_started")
                begun = time.monotonic()
                try:
                    result = function(*args, **kwargs)
                except InsightError as error:
                    failure = reaction(error, locale)
                    _log_failure(error, failure, locale)
                    raise failure from error
                except (dg.Failure, dg.RetryRequested):
                    raise
                except Exception as error:
                    asset = str(fields.get("asset") or function.__name__)
                    problem = unforeseen(UNFORESEEN, error, asset=asset)
                    raise reaction(problem, locale) from error
                _log.info("asset_ended", seconds=_since(begun), figures=counted(result))
                for check in checked(result):
                    _note_check(check, function.__name__)
                return result

        return run

    return wrap


def guarded(function: _Function) -> _Function:
    """Wrap the function of a sensor, schedule or check so that no error of it gives anything away."""

    @wraps(function)
    def call(*args: Any, **kwargs: Any) -> Any:  # noqa: ANN401 - whatever Dagster passes
        with _watched(function, (*args, *kwargs.values())) as note:
            return note(function(*args, **kwargs))

    @wraps(function)
    def iterate(*args: Any, **kwargs: Any) -> Iterator[Any]:  # noqa: ANN401 - whatever Dagster passes
        steps = _steps(function, args, kwargs)
        context = contextvars.copy_context()  # what is bound while it works is not bound for others
        try:
            while (found := context.run(next, steps, None)) is not None:
                yield found
        finally:
            context.run(steps.close)

    return iterate if isgeneratorfunction(function) else call


def _steps(function: _Function, args: Any, kwargs: Any) -> Generator[Any]:  # noqa: ANN401 - likewise
    with _watched(function, (*args, *kwargs.values())) as note:
        for result in function(*args, **kwargs):
            yield note(result)


@contextmanager
def _watched(function: _Function, arguments: tuple[object, ...]) -> Iterator[_Function]:
    """Log how a tick or check ends; gives the function that notes what came of it."""
    tick = looking(arguments, function.__name__)
    fields = {"tick": tick} if tick else running()

    def note(result: Any) -> Any:  # noqa: ANN401 - whatever Dagster is to get
        if runs := requested(result):
            _log.info("runs_requested", runs=runs)
        for check in checked(result):
            _note_check(check, function.__name__)
        return result

    with bound(**fields), _discreetly():
        begun = time.monotonic()
        try:
            yield note
        except InsightError as error:
            _log.error("failed", code=error.code, text=error.message(locale_of(arguments)))
            raise discreet(error)  # noqa: B904 - it brings its own cause
        except Exception as error:
            place = tick or str(fields.get("asset") or function.__name__)
            words = _words(unforeseen(UNFORESEEN, error, asset=place), locale_of(arguments))
            said = " ".join((UNFORESEEN, *words))
            raise UnforeseenError(said) from error
        _log.debug("tick_ended" if tick else "check_ended", seconds=_since(begun))


def _note_check(check: dg.AssetCheckResult, name: str) -> None:
    if not check.passed:
        _log.warning("check_failed", check=check.check_name or name, text=check.description)


def _show_alive(fields: Mapping[str, object], arguments: tuple[object, ...]) -> None:
    data_dir, run_id = data_dir_of(arguments), fields.get("run_id")
    if data_dir is not None and run_id:
        keep_alive(data_dir, str(run_id))


def _since(begun: float) -> float:
    return round(time.monotonic() - begun, 3)


def _log_failure(error: InsightError, failure: dg.Failure | dg.RetryRequested, locale: str) -> None:
    fields = {"code": error.code, "text": error.message(locale)}
    if isinstance(failure, dg.RetryRequested):
        _log.warning("retried", **fields)
    else:
        _log.error("failed", **fields)


@contextmanager
def _discreetly() -> Iterator[None]:
    try:
        yield
    except (dg.Failure, dg.RetryRequested, UnforeseenError) as error:
        if error.__cause__ is not None:
            error.__cause__ = discreet(error.__cause__)
        raise


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
    words = _words(error, locale)
    return dg.Failure(
        description=f"{error.code} {' '.join(words)}",
        metadata={"code": error.code, "next_step": words[-1]},
        allow_retries=False,
    )


def _words(error: InsightError, locale: str) -> tuple[str, str, str]:
    return error.message(locale), error.cause(locale), error.next_step(locale)


def failure_text(data: Any) -> str:  # noqa: ANN401 - Dagster has no public name for it
    """What a failed step said, without its stack trace; empty where it said nothing."""
    if data.user_failure_data and data.user_failure_data.description:
        return str(data.user_failure_data.description)
    error = data.error
    while error is not None and error.cause is not None:
        error = error.cause
    lines = error.message.strip().splitlines() if error is not None else []
    return lines[0][:_SHOWN_CHARACTERS] if lines else ""
