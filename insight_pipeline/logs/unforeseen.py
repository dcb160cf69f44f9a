"""Errors that nobody foresaw: the stack trace goes into the log, and a message into the error's place.

Which code it has is its finder's to say: IA-700 for a command, IA-701 for what Dagster runs.
"""

from __future__ import annotations

from insight_pipeline.logs.events import logger
from insight_pipeline.logs.writing import shown_file
from insight_pipeline.model.errors import PermanentError
from insight_pipeline.model.hiding import without_secrets

_SHOWN_CHARACTERS = 400
_log = logger(__name__)


def unforeseen(code: str, error: Exception, **what: str) -> PermanentError:
    """Log the error; gives the message about it, whose field `what` names that which failed."""
    _log.error("failed_unforeseen", code=code, at=" ".join(what.values()), error=error)
    detail = without_secrets(str(error)).strip().partition("\n")[0][:_SHOWN_CHARACTERS]
    fields = {"kind": type(error).__name__, "detail": detail, "log": shown_file()}
    return PermanentError(code, **what, **fields)
