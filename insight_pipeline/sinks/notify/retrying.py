"""When a notice is tried again, and when it is given up. Pure.

A try counts from its beginning, so that a process that is killed at every try comes to an end too.
"""

from __future__ import annotations

from insight_pipeline.model.errors import InsightError, TransientError

MOST_ATTEMPTS = 10
"""With the pauses below: about four hours."""
LEASE_SECONDS = 600.0
"""When a notice on its way counts as lost; longer than any conversation may take."""
_FIRST_PAUSE_SECONDS, _LONGEST_PAUSE_SECONDS = 60.0, 3600.0


def next_try(attempts: int, error: InsightError, now: float) -> float | None:
    """When to try again after so many attempts; None: given up, since nothing would change."""
    if not isinstance(error, TransientError) or attempts >= MOST_ATTEMPTS:
        return None
    pause = min(_FIRST_PAUSE_SECONDS * 2 ** (attempts - 1), _LONGEST_PAUSE_SECONDS)
    asked = error.fields.get("retry_seconds", 0.0)
    return now + max(pause, asked if isinstance(asked, float) else 0.0)
