"""TLS of what is sent: version 1.2 or later, the server's certificate and name verified. No exceptions."""

from __future__ import annotations

import ssl

from insight_pipeline.model.terms import Term

_BROKEN_OFF = (ssl.SSLEOFError, ssl.SSLZeroReturnError, ssl.SSLSyscallError)
_NO_TLS = Term("kein TLS-Handschlag", "no TLS handshake")
_NO_FILE = Term("ca_file ist keine Datei mit Zertifikaten", "ca_file is no file of certificates")


def context_of(ca_file: str) -> ssl.SSLContext:
    """What a client trusts: the authorities of a file, else those of this machine."""
    context = ssl.create_default_context(cafile=ca_file or None)
    context.minimum_version = ssl.TLSVersion.TLSv1_2
    return context


def is_broken_off(error: ssl.SSLError) -> bool:
    """Whether the connection just ended, which says nothing of certificates."""
    return isinstance(error, (*_BROKEN_OFF, TimeoutError))


def why_untrusted(error: ssl.SSLError) -> Term:
    """What is wrong with the certificate or the handshake, in few words."""
    if isinstance(error, ssl.SSLCertVerificationError):
        said = str(error.verify_message or "").rstrip(".")
        return Term(
            f"Zertifikat nicht vertrauenswürdig ({said})", f"certificate not trusted ({said})"
        )
    is_file = error.reason in ("NO_CERTIFICATE_OR_CRL_FOUND", "NO_START_LINE")
    return _NO_FILE if is_file else _NO_TLS
