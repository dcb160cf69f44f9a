"""What leaves the machine is encrypted, and the other side is verified unless someone decided otherwise."""

from __future__ import annotations

from pathlib import Path

import pytest

from insight_pipeline.authorities import system_authorities
from insight_pipeline.model.tls import postgresql_tls

SYSTEM = "/etc/authorities.pem"


def test_a_remote_server_is_verified_by_the_authorities_of_the_system() -> None:
    assert postgresql_tls("pbx.example", {}, SYSTEM) == {
        "sslmode": "verify-full",
        "sslrootcert": SYSTEM,
        "ssl_min_protocol_version": "TLSv1.2",
    }


def test_an_authority_of_ones_own_takes_the_place_of_the_systems() -> None:
    found = postgresql_tls("pbx.example", {"sslrootcert": "/etc/pbx.crt"}, SYSTEM)
    assert (found["sslmode"], found["sslrootcert"]) == ("verify-full", "/etc/pbx.crt")


def test_the_authorities_of_the_system_are_a_file_also_where_they_are_asked_for_by_name() -> None:
    """The driver brings an OpenSSL that looks for them elsewhere."""
    assert postgresql_tls("pbx.example", {"sslrootcert": "system"}, SYSTEM)["sslrootcert"] == SYSTEM


def test_a_chosen_mode_stays_and_old_protocols_do_not() -> None:
    found = postgresql_tls("pbx.example", {"sslmode": "require"}, SYSTEM)
    assert found == {"sslmode": "require", "ssl_min_protocol_version": "TLSv1.2"}


def test_a_mode_that_verifies_has_authorities() -> None:
    found = postgresql_tls("pbx.example", {"sslmode": "verify-ca"}, SYSTEM)
    assert (found["sslmode"], found["sslrootcert"]) == ("verify-ca", SYSTEM)


@pytest.mark.parametrize("host", ["localhost", "127.0.0.1", "127.8.8.8", "::1"])
def test_a_server_on_the_machine_may_do_without(host: str) -> None:
    assert postgresql_tls(host, {}, SYSTEM)["sslmode"] == "prefer"


def test_the_authorities_of_a_machine_are_a_file_where_it_has_one() -> None:
    usual = Path("/etc/ssl/certs/ca-certificates.crt")
    if not usual.exists():
        pytest.skip("this machine keeps them elsewhere")
    assert Path(system_authorities()).is_file()
