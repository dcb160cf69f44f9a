"""The way to a PBX's database that speaks TLS: whom it trusts, whom it refuses, and what is said of it."""

from __future__ import annotations

import logging
import socket
from collections.abc import Iterator
from contextlib import closing, contextmanager
from pathlib import Path

import pytest
import sqlalchemy as sa

from insight_pipeline.model.errors import InsightError, PermanentError
from insight_pipeline.orchestration.site import Site
from tests.certificates import Authority
from tests.integration.pbx.database import Pbx, row, site_of, stored, table_of
from tests.pipeline import Pipeline
from tests.servers import own_server

pytestmark = pytest.mark.services
USER, PASSWORD = "insight", "Canary-Pa55word-of-the-PBX"
NEW = ("ssl_min_protocol_version=TLSv1.2",)
OLD = ("ssl_min_protocol_version=TLSv1", "ssl_max_protocol_version=TLSv1.1")
_RULES = b"""local all all trust
hostssl all insight all scram-sha-256
hostnossl all insight all reject
host all postgres 127.0.0.1/32 trust
"""


@pytest.fixture(scope="module")
def authority() -> Authority:
    return Authority()


def _own_address() -> str:
    """An address of this machine that stands for another one: it is not loopback."""
    with socket.socket(socket.AF_INET, socket.SOCK_DGRAM) as probe:
        try:
            probe.connect(("192.0.2.1", 9))  # nothing is sent: this asks for the route alone
        except OSError:
            pytest.skip("this machine has no address but loopback")
        address: str = probe.getsockname()[0]
        return address


@contextmanager
def _secure(authority: Authority, name: str, *options: str) -> Iterator[Pbx]:
    """A PBX whose database shows a certificate for `name`, and lets its reader in by TLS and password."""
    server = own_server("postgresql", ("listen_addresses=*", "ssl=on", *options))
    certificate, key = authority.server(name)
    paths = [server.put("cert.pem", certificate), server.put("key.pem", key)]
    rules = server.put("pg_hba.conf", _RULES)
    server.options += [f"ssl_cert_file={paths[0]}", f"ssl_key_file={paths[1]}", f"hba_file={rules}"]
    with closing(server):
        server.start()
        pbx = Pbx(sa.make_url(server.url))
        with pbx.connection:
            pbx.run(f"CREATE ROLE {USER} LOGIN PASSWORD '{PASSWORD}'")
            pbx.run(f"GRANT SELECT ON cdrdata TO {USER}")
            pbx.put(row(number) for number in range(1, 4))
            yield pbx


@pytest.fixture(scope="module")
def pbx(authority: Authority) -> Iterator[Pbx]:
    """A PBX with a certificate for the address under which it is reached."""
    with _secure(authority, _own_address(), *NEW) as found:
        yield found


@pytest.fixture
def ca_file(authority: Authority, tmp_path: Path) -> Path:
    path = tmp_path / "pbx.pem"
    path.write_bytes(authority.certificate)
    return path


def _remote(pbx: Pbx, **options: object) -> sa.URL:
    """The PBX as another machine would reach it."""
    url = pbx.url.set(host=_own_address(), username=USER, password=PASSWORD)
    return url.update_query_dict({name: str(value) for name, value in options.items()})


def _refusal(site: Site) -> InsightError:
    with pytest.raises(InsightError) as caught:
        table_of(site).read()
    assert stored(site) == set()
    for locale in ("de", "en"):
        assert PASSWORD not in caught.value.message(locale) + caught.value.next_step(locale)
    assert PASSWORD not in repr(caught.value)
    return caught.value


def test_a_certificate_of_the_named_authority_is_trusted_and_rows_are_read(
    pbx: Pbx, ca_file: Path, tmp_path: Path
) -> None:
    site = site_of(tmp_path, _remote(pbx, sslrootcert=ca_file.name))  # relative to the settings
    table_of(site).read()
    assert stored(site) == pbx.contents()
    assert stored(site)


def test_a_certificate_of_an_authority_that_the_system_trusts_is_trusted(
    pbx: Pbx, ca_file: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    """Nothing about TLS stands in the URL."""
    monkeypatch.setenv("SSL_CERT_FILE", str(ca_file))
    site = site_of(tmp_path, _remote(pbx))
    table_of(site).read()
    assert stored(site) == pbx.contents()


def test_an_unknown_authority_is_refused_without_a_word_about_tls_in_the_url(
    pbx: Pbx, tmp_path: Path
) -> None:
    error = _refusal(site_of(tmp_path, _remote(pbx)))
    assert (type(error), error.code) == (PermanentError, "IA-251")
    assert "certificate verify failed" in error.message("de")
    assert "sslrootcert" in error.next_step("de")


def test_another_authority_than_the_named_one_is_refused(pbx: Pbx, tmp_path: Path) -> None:
    other = tmp_path / "other.pem"
    other.write_bytes(Authority().certificate)
    error = _refusal(site_of(tmp_path, _remote(pbx, sslrootcert=other)))
    assert (type(error), error.code) == (PermanentError, "IA-251")


def test_an_authority_file_that_is_not_there_is_told(pbx: Pbx, tmp_path: Path) -> None:
    error = _refusal(site_of(tmp_path, _remote(pbx, sslrootcert="missing.pem")))
    assert error.code == "IA-251"
    assert "missing.pem" in error.message("de")


def test_a_certificate_for_another_host_is_refused(
    authority: Authority, ca_file: Path, tmp_path: Path
) -> None:
    with _secure(authority, "pbx.example", *NEW) as other:
        error = _refusal(site_of(tmp_path, _remote(other, sslrootcert=ca_file)))
    assert (type(error), error.code) == (PermanentError, "IA-251")
    assert "does not match host name" in error.message("en")


def test_a_server_that_speaks_tls_1_1_alone_is_refused(
    authority: Authority, ca_file: Path, tmp_path: Path
) -> None:
    with _secure(authority, _own_address(), *OLD) as old:
        for options in ({"sslrootcert": ca_file}, {"sslmode": "require"}):
            error = _refusal(site_of(tmp_path, _remote(old, **options)))
            assert (type(error), error.code) == (PermanentError, "IA-251")


def test_a_wrong_password_is_told_at_once_and_not_shown(
    pbx: Pbx, ca_file: Path, tmp_path: Path
) -> None:
    url = _remote(pbx, sslrootcert=ca_file).set(password=PASSWORD + "x")
    error = _refusal(site_of(tmp_path, url))
    assert (type(error), error.code) == (PermanentError, "IA-250")


def test_a_database_that_does_not_exist_is_told(pbx: Pbx, ca_file: Path, tmp_path: Path) -> None:
    url = _remote(pbx, sslrootcert=ca_file).set(database="calls")
    error = _refusal(site_of(tmp_path, url))
    assert (type(error), error.code) == (PermanentError, "IA-250")


def test_the_password_stands_in_no_log_and_no_event_of_a_run_that_was_refused(
    pbx: Pbx, tmp_path: Path, caplog: pytest.LogCaptureFixture
) -> None:
    caplog.set_level(logging.DEBUG)
    site_of(tmp_path, _remote(pbx))
    pipeline = Pipeline(tmp_path / "insight.toml")
    outcome = pipeline.load("demo", "2026-03-12", "2026-03-12")
    assert [said[:6] for said in outcome.held_back] == ["IA-251"]
    events = [str(entry) for entry in pipeline.instance.all_logs(outcome.run_id)]
    assert any("IA-251" in event for event in events)
    kept = [file.read_bytes() for file in (tmp_path / "data").rglob("*") if file.is_file()]
    for text in (*events, caplog.text, repr(outcome), repr(pipeline.settings)):
        assert PASSWORD not in text
    assert not [content for content in kept if PASSWORD.encode() in content]
