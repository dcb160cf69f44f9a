"""Text without what nobody may keep: tokens, keys, passwords, phone numbers. Pure.

For text that others wrote: what a service answers, what an exception says. It goes by shape alone, so it
may hide too much; our own messages do not name such things in the first place.
"""

from __future__ import annotations

import re
from collections.abc import Callable

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
_DAY = r"20\d\d(?:0[1-9]|1[0-2])(?:0[1-9]|[12]\d|3[01])"
_NUMBER = re.compile(
    r"(?P<kept>\b[0-9a-fA-F]{8}(?:-[0-9a-fA-F]{4}){3}-[0-9a-fA-F]{12}\b"
    rf"|(?<=[A-Za-z][_-]){_DAY}(?!\d)|(?<!\d){_DAY}(?=[_.-][A-Za-z])"
    r"|(?<=:\d\d\.)\d{6}(?!\d))"
    r"|(?:\+|\b0)\d(?:[ /()-]{0,2}\d){7,}|\+?\d{6,}"
)
"""What may be a phone number. Kept: ids, which Microsoft's support asks for, the day in the name of a file,
microseconds of a time."""


def without_secrets(text: str) -> str:
    """The text with `***` in place of what looks like a secret or a phone number."""
    return with_numbers(without_keys(text), lambda _: HIDDEN)


def with_numbers(text: str, instead: Callable[[str], str]) -> str:
    """The text with something else in place of what looks like a phone number."""
    return _NUMBER.sub(lambda found: found["kept"] or instead(found[0]), text)


def without_keys(text: str) -> str:
    """The text with `***` in place of what looks like a secret; numbers stay."""
    text = _PASSWORD_IN_URL.sub(rf"\1:{HIDDEN}@", text)
    text = _WEBHOOK.sub(rf"\1/{HIDDEN}", text)
    text = _NAMED.sub(rf"\1{HIDDEN}", text)
    return _OPAQUE.sub(HIDDEN, text)
