"""Where this machine keeps the authorities that it trusts, for drivers that bring an OpenSSL of their own.

Such an OpenSSL looks for them in a folder of the machine it was built on. Who is to be verified, and how,
stands in `model.tls`.
"""

from __future__ import annotations

import ssl
from pathlib import Path

_USUAL = (
    "/etc/ssl/certs/ca-certificates.crt",
    "/etc/pki/tls/certs/ca-bundle.crt",
    "/etc/ssl/ca-bundle.pem",
    "/etc/ssl/cert.pem",
)


def system_authorities() -> str:
    """The file of this machine's authorities; libpq's own way to find them where there is none."""
    own = ssl.get_default_verify_paths().cafile
    files = (own, *_USUAL)
    return next((file for file in files if file and Path(file).is_file()), "system")
