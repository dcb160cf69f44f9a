"""Text without what nobody may keep: tokens, keys, passwords, phone numbers. Pure.

For text that others wrote: what a service answers, what an exception says. It goes by shape alone, so it
may hide too much; our own messages do not name such things in the first place.
"""

from __future__ import annotations

import re

HIDDEN = "***"
_PASSWORD_IN_URL = re.compile(r"(?<=://)([^\s:@/]*):[^\s@]+@")
_NAMED = re.compile(
    r"(\bbearer\s+|\b(?:password|passwd|pwd|secret|token|device_code|sig)[\"']?\s*[=:]\s*[\"']?)"
    r"[^\s&;,\"']+",
    re.IGNORECASE,
)
_WEBHOOK = re.compile(
    r"(https://(?:hooks\.slack\.com|[\w.-]+\.(?:logic\.azure|powerplatform|powerautomate|webhook\.office)"
    r"\.com)(?::\d+)?)/[^\s\"'<>]*",
    re.IGNORECASE,
)
"""Addresses of webhooks: whoever knows the rest of one may post there."""
_OPAQUE = re.compile(
    r"(?=[\w-]*[A-Z])(?=[\w-]*[a-z])(?=[\w-]*\d)[\w-]{40,}(?:\.[\w-]+)*=*", re.ASCII
)
"""Keys and tokens mix all kinds of letters; digests and names of files do not."""
_NUMBER = re.compile(
    r"(?P<id>\b[0-9a-fA-F]{8}(?:-[0-9a-fA-F]{4}){3}-[0-9a-fA-F]{12}\b)"
    r"|(?:\+|\b0)\d(?:[ /()-]{0,2}\d){7,}|\+?\d{6,}"
)
"""Ids, which Microsoft's support asks for, and what may be a phone number: a date is none."""


def without_secrets(text: str) -> str:
    """The text with `***` in place of what looks like a secret or a phone number."""
    text = _PASSWORD_IN_URL.sub(rf"\1:{HIDDEN}@", text)
    text = _WEBHOOK.sub(rf"\1/{HIDDEN}", text)
    text = _NAMED.sub(rf"\1{HIDDEN}", text)
    text = _OPAQUE.sub(HIDDEN, text)
    return _NUMBER.sub(lambda found: found["id"] or HIDDEN, text)
