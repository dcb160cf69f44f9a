"""Where a process that sends is killed: each point patches it so that it SIGKILLs itself there."""

from __future__ import annotations

import os
import signal
from collections.abc import Callable
from pathlib import Path
from typing import Any

from insight_pipeline.settings import load_settings
from insight_pipeline.sinks.notify import sending
from insight_pipeline.sinks.notify.outbox import Outbox
from tests.integration.notify.place import Clock, alerting_of, site_of

POINTS: dict[str, tuple[Any, str, bool]] = {
    "before_the_crossing_is_noted": (Outbox, "change", False),
    "noted": (Outbox, "change", True),
    "before_it_is_claimed": (Outbox, "claim", False),
    "claimed": (Outbox, "claim", True),
    "sent_and_not_noted": (Outbox, "end", False),
    "sent_and_noted": (Outbox, "end", True),
    "before_the_request": (sending, "send_webhook", False),
}


def work_and_die(folder: Path, at: float, point: str) -> None:
    """One pass of the sensor, ended by SIGKILL at a point."""
    owner, name, is_after = POINTS[point]
    real: Callable[..., Any] = getattr(owner, name)

    def patched(*arguments: Any, **named: Any) -> Any:
        result = real(*arguments, **named) if is_after else None
        os.kill(os.getpid(), signal.SIGKILL)
        return result

    setattr(owner, name, patched)
    settings = load_settings(folder / "insight.toml", environ={})
    alerting_of(settings, Clock(at)).work([site_of(settings)])
