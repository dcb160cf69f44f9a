"""What leaves the machine is encrypted, and the other side is verified unless someone decided otherwise."""

from __future__ import annotations

import pytest

from insight_pipeline.model.tls import postgresql_tls


def test_a_remote_server_is_verified_by_the_authorities_of_the_system() -> None:
    assert postgresql_tls("pbx.example", {}) == {
        "sslmode": "verify-full",
        "sslrootcert": "system",
        "ssl_min_protocol_version": "TLSv1.2",
    }


def test_an_authority_of_ones_own_takes_the_place_of_the_systems() -> None:
    found = postgresql_tls("pbx.example", {"sslrootcert": "/etc/pbx.crt"})
    assert (found["sslmode"], found["sslrootcert"]) == ("verify-full", "/etc/pbx.crt")


@pytest.mark.parametrize("mode", ["require", "verify-ca"])
def test_a_chosen_mode_stays_and_old_protocols_do_not(mode: str) -> None:
    found = postgresql_tls("pbx.example", {"sslmode": mode})
    assert found == {"sslmode": mode, "ssl_min_protocol_version": "TLSv1.2"}


@pytest.mark.parametrize("host", ["localhost", "127.0.0.1", "127.8.8.8", "::1"])
def test_a_server_on_the_machine_may_do_without(host: str) -> None:
    assert postgresql_tls(host, {})["sslmode"] == "prefer"
