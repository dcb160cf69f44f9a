"""What the rooms log with: `logger(__name__).info("file_read", file=..., rows=...)`.

An event is a stable word of `model.log_words` with fields. Fields that belong to everything that happens
meanwhile (run, installation, day) are bound by `bound`. Whatever is logged is filtered of secrets and phone
numbers here, in this one place; until `writing.start` was called, nothing is written anywhere.
"""

from __future__ import annotations

import logging
import math
import os
import traceback
from collections.abc import Mapping
from contextlib import AbstractContextManager
from datetime import UTC, datetime
from typing import Any

import structlog
from structlog.contextvars import bound_contextvars, merge_contextvars
from structlog.typing import EventDict

from insight_pipeline.model.hiding import without_secrets

ROOT = "insight_pipeline"
TRACE = 5
_NUMBERS = {
    "error": logging.ERROR,
    "warning": logging.WARNING,
    "info": logging.INFO,
    "debug": logging.DEBUG,
    "trace": TRACE,
}
_FIRST = ("time", "level", "event", "installation", "run_id", "partition", "asset", "code")
_process: dict[str, object] = {}
"""Fields that hold for the whole process, such as its command."""

logging.addLevelName(TRACE, "TRACE")
logging.getLogger(ROOT).addHandler(logging.NullHandler())


class _Target:
    """A logger of the standard library, with a method for each of our levels."""

    def __init__(self, name: str) -> None:
        self._logger = logging.getLogger(name)

    def takes(self, level: str) -> bool:
        return self._logger.isEnabledFor(_NUMBERS[level])

    def __getattr__(self, level: str) -> Any:  # noqa: ANN401 - as structlog calls it
        number = _NUMBERS[level]
        return lambda line: self._logger.log(number, "%s", line)


def logger(name: str) -> structlog.BoundLogger:
    """The logger of a module: `error`, `warning`, `info`, `debug` and `trace` take an event and fields."""
    found: structlog.BoundLogger = structlog.wrap_logger(
        _Target(name),
        processors=[
            _wanted,
            merge_contextvars,
            _with_trace,
            _hidden,
            _complete,
            structlog.processors.JSONRenderer(default=str, ensure_ascii=False),
        ],
        wrapper_class=structlog.BoundLogger,
        context_class=dict,
    )
    return found


def bound(**fields: object) -> AbstractContextManager[None]:
    """Fields of every event until the context ends; those without a value are left out."""
    return bound_contextvars(**{name: value for name, value in fields.items() if value})


def number_of(level: str) -> int:
    """A level as the standard library counts it."""
    return _NUMBERS[level]


def is_logged(level: str) -> bool:
    """Whether events of a level are written."""
    return logging.getLogger(ROOT).isEnabledFor(_NUMBERS[level])


def set_process(**fields: object) -> None:
    """What holds for every event of this process."""
    _process.clear()
    _process.update(fields)


def _wanted(target: _Target, level: str, event: EventDict) -> EventDict:
    if not target.takes(level):
        raise structlog.DropEvent
    return event


def _with_trace(_: object, __: str, event: EventDict) -> EventDict:
    """The stack trace of `error`, where an exception is given."""
    error = event.get("error")
    if isinstance(error, BaseException):
        event["error"] = f"{type(error).__name__}: {error}"
        event["trace"] = "".join(traceback.format_exception(error))
    return event


def _hidden(_: object, __: str, event: EventDict) -> EventDict:
    """Nothing that a caller gives is written as it is."""
    return {_text(name): _harmless(value) for name, value in event.items()}


def _harmless(value: object) -> object:
    if value is None or isinstance(value, bool | int):
        return value
    if isinstance(value, float):
        return value if math.isfinite(value) else str(value)
    if isinstance(value, Mapping):
        return {_text(key): _harmless(one) for key, one in value.items()}
    if isinstance(value, list | tuple | set | frozenset):
        return [_harmless(one) for one in value]
    return _text(value)


def _text(value: object) -> str:
    """Filtered, and without halves of letters, which names of files may hold."""
    return without_secrets(str(value)).encode("utf-8", "backslashreplace").decode()


def _complete(_: object, level: str, event: EventDict) -> EventDict:
    """Time, level and process around the fields, the most important ones first."""
    time = datetime.now(UTC).isoformat(timespec="milliseconds").replace("+00:00", "Z")
    given = {"time": time, "level": level, **event}
    first = {name: given.pop(name) for name in _FIRST if name in given}
    return {**first, **given, **_process, "pid": os.getpid()}
