"""What a connection to a server must satisfy: TLS 1.2 or 1.3, and whom it trusts.

A connection that leaves the machine is encrypted, and the server's certificate is verified unless the URL
says otherwise. Facts only; opening connections is for `sources` and `sinks`, each for its own.
"""

from __future__ import annotations

import re
from collections.abc import Mapping
from ipaddress import ip_address
from urllib.parse import urlsplit

TLS_OPTIONS = ("sslmode", "sslrootcert", "sslcert", "sslkey")
"""What a URL may say about TLS, in libpq's words."""

ENCRYPTED_MODES = ("require", "verify-ca", "verify-full")
_PLAIN_MODES = ("disable", "allow", "prefer")
_DISTRUST = re.compile(
    r"certificate|SSL|TLS|self.signed|host ?name mismatch|does not match host", re.IGNORECASE
)
_LOST = re.compile(r"closed|reset|timed out|EOF", re.IGNORECASE)


def is_loopback(host: str) -> bool:
    """Whether a connection to this host stays on the machine."""
    try:
        return host == "localhost" or ip_address(host).is_loopback
    except ValueError:
        return False


def is_safe_address(url: str) -> bool:
    """Whether secrets may be sent there: https, or plain http that does not leave the machine."""
    try:
        parts = urlsplit(url)
        host = parts.hostname or ""
        _ = parts.port
    except ValueError:
        return False
    if not host or "@" in parts.netloc:
        return False
    return parts.scheme == "https" or (parts.scheme == "http" and is_loopback(host))


def is_allowed_mode(host: str, mode: str) -> bool:
    """Whether `sslmode` may have this value: without encryption nothing leaves the machine."""
    return mode in ENCRYPTED_MODES or (mode in _PLAIN_MODES and is_loopback(host))


def is_distrust(text: str) -> bool:
    """Whether a driver's words mean that a server cannot be trusted; a reset while greeting does not."""
    return bool(_DISTRUST.search(text)) and not _LOST.search(text)


def postgresql_tls(host: str, chosen: Mapping[str, str], authorities: str) -> dict[str, str]:
    """Arguments of libpq about TLS: what the URL chose, and the safe way for the rest.

    `authorities` is the file of those that the system trusts, for whom the URL names none.
    """
    mode = chosen.get("sslmode") or ("prefer" if is_loopback(host) else "verify-full")
    named = chosen.get("sslrootcert") or "system"
    found = {"sslrootcert": authorities} if named == "system" and mode.startswith("verify") else {}
    return {
        **chosen,
        **found,
        "sslmode": mode,
        "ssl_min_protocol_version": "TLSv1.2",
    }
