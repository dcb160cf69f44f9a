"""Vocabulary of the outbox: how the delivery of a notice stands, and runs whose failure is to be told."""

from __future__ import annotations

from dataclasses import dataclass
from enum import StrEnum

from insight_pipeline.model.notices import Channel


class DeliveryState(StrEnum):
    """How a notice stands with one receiver."""

    WAITING = "waiting"
    SENDING = "sending"
    """On its way; after a kill it is not known whether it has arrived, and it is sent again."""
    SENT = "sent"
    GIVEN_UP = "given_up"


@dataclass(frozen=True)
class Delivery:
    """One notice on its way to one receiver."""

    notice_id: str
    channel: Channel
    state: DeliveryState
    attempts: int
    next_at: float
    """Not before then; of one on its way, when it counts as lost."""
    code: str = ""
    """Of the last error."""
    detail: str = ""
    """What the last error said, in the language of the settings."""


@dataclass(frozen=True)
class FailedRun:
    """A run whose failure is to be told once."""

    run_id: str
    at: float
    job: str
    days: str
    """Its partitions, or empty."""
    detail: str
    """What the first failed step said."""
