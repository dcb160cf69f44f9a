"""What PostgreSQL's server says through libpq when connecting fails: then there is no code, only words.

The server speaks the language that it is set to, so German words are known beside English ones.
"""

from __future__ import annotations

import re

_BUSY = re.compile(
    r"starting up|shutting down|recovery|too many|reserved"
    r"|startet|heruntergefahren|fährt herunter|Wiederherstellung|zu viele|reserviert",
    re.IGNORECASE,
)


def is_refusal(text: str) -> bool:
    """Whether the server answers and lets this user or this machine not in; busy, it would later."""
    return "FATAL" in text and not _BUSY.search(text)
