"""Connections to real servers: TLS, host names, time zone, and what a refusal says."""

from __future__ import annotations

import socket
from collections.abc import Iterator
from contextlib import closing
from pathlib import Path

import pytest
import sqlalchemy as sa

from insight_pipeline.model.errors import InsightError, PermanentError, TransientError
from insight_pipeline.sinks.relational.connecting import Database, make_engine
from insight_pipeline.sinks.relational.writer import WAITS, RelationalSink
from tests.certificates import Authority
from tests.servers import OwnServer, free_port, fresh_database, own_server, url_of

pytestmark = pytest.mark.services
SERVERS = ("postgresql", "mariadb")
TLS_OPTIONS = {
    "postgresql": ("ssl=on", "ssl_cert_file={cert}", "ssl_key_file={key}"),
    "mariadb": ("ssl-cert={cert}", "ssl-key={key}"),
}
OLD_TLS = {
    "postgresql": ("ssl_min_protocol_version=TLSv1", "ssl_max_protocol_version=TLSv1.1"),
    "mariadb": ("tls-version=TLSv1.1",),
}
BERLIN = {
    "postgresql": ("timezone=Europe/Berlin",),
    "mariadb": ("default-time-zone=+02:00",),
}
EVERYWHERE = {"postgresql": ("listen_addresses=*",), "mariadb": ("bind-address=0.0.0.0",)}
CIPHER = {
    "postgresql": "SELECT version FROM pg_stat_ssl WHERE pid = pg_backend_pid()",
    "mariadb": "SELECT variable_value FROM information_schema.session_status "
    "WHERE variable_name = 'Ssl_version'",
}
NOW = {
    "postgresql": "SELECT current_setting('TimeZone')",
    "mariadb": "SELECT @@session.time_zone",
}


@pytest.fixture(scope="module")
def authority() -> Authority:
    return Authority()


@pytest.fixture(scope="module", params=SERVERS)
def secure(request: pytest.FixtureRequest, authority: Authority) -> Iterator[tuple[str, OwnServer]]:
    """A server with a certificate for 127.0.0.1, set to another time zone."""
    yield from _started(request.param, authority, "127.0.0.1", *BERLIN[request.param])


def _started(
    kind: str, authority: Authority, name: str, *options: str
) -> Iterator[tuple[str, OwnServer]]:
    server = own_server(kind)
    certificate, key = authority.server(name)
    paths = {"cert": server.put("cert.pem", certificate), "key": server.put("key.pem", key)}
    told = [option.format(**paths) for option in TLS_OPTIONS[kind]]
    server.options += [*told, *options]
    with closing(server):
        server.start()
        yield kind, server


@pytest.fixture
def ca_file(authority: Authority, tmp_path: Path) -> str:
    path = tmp_path / "ca.pem"
    path.write_bytes(authority.certificate)
    return str(path)


def _answer(database: Database, query: str) -> object:
    engine = make_engine(database)
    with engine.connect() as connection:
        found = connection.execute(sa.text(query)).scalar_one()
    engine.dispose()
    return found


def _run(database: Database, statement: str) -> None:
    engine = make_engine(database)
    with engine.begin() as connection:
        connection.exec_driver_sql(statement)
    engine.dispose()


def _refusal(database: Database) -> InsightError:
    sink = RelationalSink(database, sleep=lambda _: None)
    with pytest.raises(InsightError) as caught:
        sink.create()
    sink.close()
    return caught.value


def test_a_verified_server_is_spoken_to_by_tls(secure: tuple[str, OwnServer], ca_file: str) -> None:
    kind, server = secure
    version = _answer(Database(server.url, ca_file=ca_file), CIPHER[kind])
    assert version in {"TLSv1.2", "TLSv1.3"}


def test_the_session_is_in_utc_whatever_the_server_is_set_to(
    secure: tuple[str, OwnServer],
) -> None:
    kind, server = secure
    assert _answer(Database(server.url), NOW[kind]) in {"UTC", "+00:00"}


def test_a_certificate_of_an_unknown_authority_is_refused(
    secure: tuple[str, OwnServer], tmp_path: Path
) -> None:
    other = tmp_path / "other.pem"
    other.write_bytes(Authority().certificate)
    error = _refusal(Database(secure[1].url, ca_file=str(other)))
    assert (type(error), error.code) == (PermanentError, "IA-424")


@pytest.mark.parametrize("kind", SERVERS)
def test_a_certificate_for_another_name_is_refused(
    kind: str, authority: Authority, ca_file: str
) -> None:
    for _, server in _started(kind, authority, "database.example"):
        error = _refusal(Database(server.url, ca_file=ca_file))
        assert (type(error), error.code) == (PermanentError, "IA-424")


@pytest.mark.parametrize("kind", SERVERS)
def test_tls_before_1_2_is_refused(kind: str, authority: Authority, ca_file: str) -> None:
    for _, server in _started(kind, authority, "127.0.0.1", *OLD_TLS[kind]):
        error = _refusal(Database(server.url, ca_file=ca_file))
        assert (type(error), error.code) == (PermanentError, "IA-424")


@pytest.mark.parametrize("kind", SERVERS)
def test_a_server_elsewhere_that_shows_no_certificate_is_refused(kind: str) -> None:
    """The machine's own address stands for a server elsewhere: it is not loopback."""
    server = own_server(kind, EVERYWHERE[kind])
    with closing(server):
        server.start()
        if kind == "mariadb":  # asks for the host before it speaks of TLS
            _run(Database(server.url), "CREATE USER root@'%%'")
        elsewhere = sa.make_url(server.url).set(host=_own_address())
        error = _refusal(Database(elsewhere.render_as_string(hide_password=False)))
        assert (type(error), error.code) == (PermanentError, "IA-424")


def _own_address() -> str:
    with socket.socket(socket.AF_INET, socket.SOCK_DGRAM) as probe:
        try:
            probe.connect(("192.0.2.1", 9))  # nothing is sent: this asks for the route alone
        except OSError:
            pytest.skip("this machine has no address but loopback")
        address: str = probe.getsockname()[0]
        return address


@pytest.mark.parametrize("kind", SERVERS)
def test_an_unknown_user_is_told_at_once(kind: str) -> None:
    with fresh_database(url_of(kind)) as url:
        stranger = sa.make_url(url).set(username="nobody_known", password="geheim")  # noqa: S106 - refused anyway
        error = _refusal(Database(stranger.render_as_string(hide_password=False)))
    assert (type(error), error.code) == (PermanentError, "IA-423")
    assert "geheim" not in str(error)


@pytest.mark.parametrize("kind", SERVERS)
def test_a_database_that_does_not_exist_is_told_at_once(kind: str) -> None:
    url = sa.make_url(url_of(kind)).set(database="insight_never_made")
    error = _refusal(Database(url.render_as_string(hide_password=False)))
    assert (type(error), error.code) == (PermanentError, "IA-423")


@pytest.mark.parametrize("kind", SERVERS)
def test_a_server_that_is_away_is_tried_again_and_may_be_back_later(kind: str) -> None:
    scheme = "postgresql" if kind == "postgresql" else "mysql"
    waits: list[float] = []
    sink = RelationalSink(Database(f"{scheme}://u@127.0.0.1:{free_port()}/d"), waits.append)
    with pytest.raises(TransientError) as caught:
        sink.create()
    assert caught.value.code == "IA-421"
    assert waits == list(WAITS)
    said = caught.value.message("en")
    assert f"{scheme}://u@127.0.0.1:" in said
    assert "refused" in said
    assert "?" not in said  # libpq asks whether the server is running


@pytest.mark.parametrize("kind", SERVERS)
def test_a_server_that_comes_back_meanwhile_is_loaded(kind: str) -> None:
    server = own_server(kind)
    with closing(server):
        server.start()
        server.stop()
        sink = RelationalSink(Database(server.url), sleep=lambda _: server.start())
        sink.create()
        sink.close()
