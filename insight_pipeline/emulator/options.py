"""What an emulator can be told before it starts: limits, login, sequence numbers, workspaces.

Belongs here: plain values with the service's documented figures as defaults, so that a test names only what
it makes smaller. Does not: what is switched while it runs (faults.py, control.py).
"""

from __future__ import annotations

from dataclasses import dataclass, field
from enum import StrEnum

MEGABYTE = 1024 * 1024


class ThrottleBody(StrEnum):
    """The two bodies that a 429 has been seen with."""

    ALTERNATE = "alternate"
    ODATA = "odata"
    BARE = "bare"


class SequenceMode(StrEnum):
    """How the table answers about sequence numbers."""

    SINGLE = "single"
    UNSUPPORTED = "unsupported"
    """The address is unknown (404) and the header is ignored."""
    SEVERAL = "several"
    """Another client, unknown to the asker, is listed too."""


class RepeatedNumber(StrEnum):
    """What a push does whose sequence number the table has already seen."""

    APPEND = "append"
    IGNORE = "ignore"
    REFUSE = "refuse"


@dataclass(frozen=True)
class Limits:
    """The service's documented limits."""

    rows_an_hour: int = 1_000_000
    posts_a_minute: int = 120
    posts_an_hour_when_large: int = 120
    large_table_rows: int = 250_000
    pending_posts: int = 5
    rows_a_post: int = 10_000
    payload_bytes: int = 16 * MEGABYTE
    stored_rows: int = 5_000_000
    fifo_rows: int = 200_000
    fifo_slack_rows: int = 10_000
    """Rows above `fifo_rows` before the oldest are dropped, as the service does it in batches."""
    text_characters: int = 4_000
    tables: int = 75
    columns: int = 75
    relationships: int = 75
    queries_a_minute: int = 120
    rows_a_query: int = 100_000


@dataclass(frozen=True)
class LoginOptions:
    """The tenant, its one user, and how long what is issued lasts."""

    authority_host: str = "login.microsoftonline.com"
    tenant_id: str = "8d9f2a51-6c1e-4d0a-9b57-0c3f5f1f7a10"
    user_name: str = "anna.beispiel@example.com"
    access_token_seconds: int = 3600
    device_code_seconds: int = 900
    poll_interval_seconds: int = 5
    refresh_inactivity_seconds: int = 90 * 86_400
    is_replaced_refresh_token_accepted: bool = True
    """Microsoft does not revoke a refresh token when it hands out the next one."""
    is_approved_at_once: bool = False
    client_ids: tuple[str, ...] = ()
    """Applications of the tenant; empty: any."""


@dataclass(frozen=True)
class Workspace:
    """A workspace that the user may write to."""

    id: str
    name: str


DEMO_WORKSPACE = Workspace("3d2f4c1a-58f0-4b0e-8a35-6f6c1f0f2b77", "Insight")


@dataclass(frozen=True)
class EmulatorOptions:
    """Everything that is fixed when an emulator starts."""

    limits: Limits = field(default_factory=Limits)
    login: LoginOptions = field(default_factory=LoginOptions)
    workspaces: tuple[Workspace, ...] = (DEMO_WORKSPACE,)
    throttle_body: ThrottleBody = ThrottleBody.ALTERNATE
    sequence_mode: SequenceMode = SequenceMode.SINGLE
    repeated_number: RepeatedNumber = RepeatedNumber.APPEND
    are_columns_listed: bool = False
    """GET tables names the tables alone, against Microsoft's own description of a table."""
    log_entries: int = 10_000
