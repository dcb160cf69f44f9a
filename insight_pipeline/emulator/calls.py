"""A request of the API, read as far as every operation needs it.

Belongs here: what an operation is given. Does not: HTTP, which gateway.py has taken apart by then.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import dataclass, field

import orjson

from insight_pipeline.emulator.answers import Answer, Detail, RefusedError, bad_request
from insight_pipeline.emulator.faults import Operation
from insight_pipeline.emulator.world import World


@dataclass
class Note:
    """What an operation tells the log."""

    rows: int | None = None
    sequence_number: int | None = None


@dataclass(frozen=True)
class Call:
    """One request; what it does not name is empty."""

    tenant: str = ""
    workspace_id: str = ""
    dataset_id: str = ""
    table: str = ""
    query: Mapping[str, str] = field(default_factory=dict)
    body: bytes = b""
    sequence_number: str | None = None
    authorization: str = ""
    """The header, for a fault that repeats it."""
    client_id: str = ""
    """The application that the access token was issued to."""
    base_url: str = ""
    accepted_seconds: float | None = None
    """Set by a fault: what is created appears only so much later."""
    note: Note = field(default_factory=Note)

    def json(self) -> object:
        """The body as JSON, or 400."""
        try:
            return orjson.loads(self.body)
        except orjson.JSONDecodeError as error:
            raise RefusedError(bad_request([Detail(f"No JSON: {error}", "body")])) from error


@dataclass(frozen=True)
class Endpoint:
    """An operation at an address."""

    operation: Operation
    act: Callable[[World, Call], Answer]
    scope: str = ""
    """The right that an access token needs; empty: none is asked for."""
    answer: str = ""
    """Definition of Microsoft's description that a success must satisfy."""
