"""Connections: which driver, when TLS is asked for, and what errors mean; nothing is connected."""

from __future__ import annotations

import sqlite3
import ssl
from pathlib import Path
from typing import Any

import psycopg
import pymysql
import pytest
import sqlalchemy as sa

from insight_pipeline.model.errors import PermanentError, TransientError
from insight_pipeline.sinks.relational.connecting import (
    SESSION,
    TIME_ZONE,
    Database,
    _prepare,
    connect_options,
    driver_url,
    make_engine,
    needs_tls,
)
from insight_pipeline.sinks.relational.failing import Meaning, meaning, told


def _options(url: str, **more: Any) -> dict[str, Any]:
    database = Database(url, **more)
    return connect_options(driver_url(database), database)


@pytest.mark.parametrize(
    ("url", "expected"),
    [
        ("postgresql://u@db.example/d", True),
        ("postgresql://u@192.0.2.7/d", True),
        ("postgresql://u@localhost/d", False),
        ("postgresql://u@127.0.0.2/d", False),
        ("postgresql://u@[::1]/d", False),
        ("postgresql:///d", False),
        ("postgresql:///d?host=/run/postgresql", False),
        ("postgresql:///d?host=db.example", True),
        ("postgresql:///d?host=localhost,db.example", True),
        ("postgresql://localhost/d?hostaddr=192.0.2.7", True),
        ("mysql://u@db.example/d", True),
        ("mariadb://u@127.0.0.1/d", False),
        ("mysql://u@/d?unix_socket=/run/mysqld/mysqld.sock", False),
        ("mssql://u@db.example/d", True),
        ("sqlite:////srv/x.db", False),
    ],
)
def test_whatever_leaves_the_machine_is_encrypted(url: str, *, expected: bool) -> None:
    database = Database(url)
    assert needs_tls(driver_url(database), database) is expected
    off = Database(url, tls="off")
    assert not needs_tls(driver_url(off), off)


def test_postgresql_verifies_certificate_and_host_from_tls_1_2() -> None:
    found = _options("postgresql://u@db.example/d")
    assert found["sslmode"] == "verify-full"
    assert found["ssl_min_protocol_version"] == "TLSv1.2"
    assert found["sslrootcert"] == "system" or Path(found["sslrootcert"]).is_file()
    assert _options("postgresql://u@h/d", ca_file="/ca.pem")["sslrootcert"] == "/ca.pem"
    assert _options("postgresql://u@h/d", tls="off")["sslmode"] == "disable"


def test_mysql_verifies_certificate_and_host_from_tls_1_2() -> None:
    context: ssl.SSLContext = _options("mysql://u@db.example/d")["ssl"]
    assert context.verify_mode is ssl.CERT_REQUIRED
    assert context.check_hostname
    assert context.minimum_version is ssl.TLSVersion.TLSv1_2
    assert _options("mysql://u@h/d", tls="off")["ssl_disabled"]
    assert "ssl" not in _options("mysql://u@localhost/d")


@pytest.mark.parametrize("url", ["postgresql://u@h/d", "mysql://u@h/d"])
def test_texts_are_utf_8_and_nothing_waits_for_ever(url: str) -> None:
    found = _options(url)
    assert "UTF8" in str(found.get("client_encoding")) or found["charset"] == "utf8mb4"
    assert found["connect_timeout"] > 0
    assert "tcp_user_timeout" in found or "read_timeout" in found


@pytest.mark.parametrize(
    ("url", "driver"),
    [
        ("postgresql+psycopg2://u@h/d", "postgresql+psycopg"),
        ("mariadb://u@h/d", "mysql+pymysql"),
        ("mysql+mysqldb://u@h/d", "mysql+pymysql"),
    ],
)
def test_the_driver_is_the_one_that_was_tested(url: str, driver: str) -> None:
    assert driver_url(Database(url)).drivername == driver


def test_other_databases_are_refused() -> None:
    with pytest.raises(PermanentError) as caught:
        make_engine(Database("oracle://u@h/d"))
    assert caught.value.code == "IA-420"


def test_a_driver_that_is_not_installed_is_named(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setitem(__import__("sys").modules, "mssql_python", None)
    with pytest.raises(PermanentError) as caught:
        make_engine(Database("mssql://u@localhost/d"))
    assert caught.value.code == "IA-426"
    assert "insight-pipeline[mssql]" in caught.value.next_step("de")


class _Refusing:
    """A session that does not take the time zone, as behind a proxy that forbids SET."""

    def cursor(self) -> _Refusing:
        return self

    def execute(self, statement: str) -> None:
        raise pymysql.err.OperationalError(1298, f"Unknown or incorrect time zone: {statement}")


@pytest.mark.parametrize("kind", TIME_ZONE)
def test_a_server_that_refuses_utc_is_named(kind: str) -> None:
    session: Any = _Refusing()
    with pytest.raises(PermanentError) as caught:
        _prepare(session, driver_url(Database(f"{kind}://u@db.example/d")), lambda _: False)
    assert caught.value.code == "IA-425"
    assert "db.example" in caught.value.message("de")
    assert TIME_ZONE[kind] in caught.value.message("de")


@pytest.mark.parametrize("kind", TIME_ZONE)
def test_a_connection_that_is_lost_while_its_session_opens_is_no_refusal(kind: str) -> None:
    session: Any = _Refusing()
    with pytest.raises(sa.exc.OperationalError):
        _prepare(session, driver_url(Database(f"{kind}://u@db.example/d")), lambda _: True)


def test_every_database_has_its_session() -> None:
    assert set(SESSION) == {"sqlite", "postgresql", "mysql", "mssql"}


def _wrapped(orig: BaseException, kind: type[sa.exc.DBAPIError]) -> sa.exc.DBAPIError:
    return kind("SELECT 1", None, orig)


@pytest.mark.parametrize(
    ("backend", "orig", "kind", "expected"),
    [
        ("postgresql", psycopg.errors.DeadlockDetected("x"), "Operational", Meaning.PASSES),
        ("postgresql", psycopg.errors.SerializationFailure("x"), "Operational", Meaning.PASSES),
        ("postgresql", psycopg.errors.LockNotAvailable("x"), "Operational", Meaning.PASSES),
        ("postgresql", psycopg.errors.AdminShutdown("x"), "Operational", Meaning.PASSES),
        ("postgresql", psycopg.errors.DiskFull("x"), "Operational", Meaning.PASSES),
        ("postgresql", psycopg.errors.TooManyConnections("x"), "Operational", Meaning.PASSES),
        ("postgresql", psycopg.errors.InsufficientPrivilege("x"), "Programming", Meaning.REFUSED),
        ("postgresql", psycopg.errors.ReadOnlySqlTransaction("x"), "Internal", Meaning.REFUSED),
        ("postgresql", psycopg.errors.UniqueViolation("x"), "Integrity", Meaning.TAKEN),
        ("postgresql", psycopg.errors.NotNullViolation("x"), "Integrity", Meaning.OTHER),
        ("postgresql", psycopg.errors.InvalidTextRepresentation("x"), "Data", Meaning.OTHER),
        (
            "postgresql",
            psycopg.OperationalError("FATAL: the database system is starting up"),
            "Operational",
            Meaning.PASSES,
        ),
        (
            "postgresql",
            psycopg.OperationalError("FATAL: sorry, too many clients already"),
            "Operational",
            Meaning.PASSES,
        ),
        (
            "postgresql",
            psycopg.OperationalError('FATAL: password authentication failed for user "u"'),
            "Operational",
            Meaning.REFUSED,
        ),
        (
            "postgresql",
            psycopg.OperationalError("SSL error: certificate verify failed"),
            "Operational",
            Meaning.NOT_TRUSTED,
        ),
        (
            "postgresql",
            psycopg.OperationalError("SSL connection has been closed unexpectedly"),
            "Operational",
            Meaning.PASSES,
        ),
        ("mysql", pymysql.err.OperationalError(1213, "x"), "Operational", Meaning.PASSES),
        ("mysql", pymysql.err.OperationalError(1205, "x"), "Operational", Meaning.PASSES),
        ("mysql", pymysql.err.OperationalError(2013, "x"), "Operational", Meaning.PASSES),
        ("mysql", pymysql.err.InterfaceError(0, ""), "Interface", Meaning.PASSES),
        ("mysql", pymysql.err.OperationalError(1045, "x"), "Operational", Meaning.REFUSED),
        ("mysql", pymysql.err.OperationalError(1142, "x"), "Operational", Meaning.REFUSED),
        ("mysql", pymysql.err.IntegrityError(1062, "x"), "Integrity", Meaning.TAKEN),
        ("mysql", pymysql.err.DataError(1406, "x"), "Data", Meaning.OTHER),
        (
            "mysql",
            pymysql.err.OperationalError(2003, "(certificate verify failed)"),
            "Operational",
            Meaning.NOT_TRUSTED,
        ),
        ("mssql", Exception("deadlock victim"), "Operational", Meaning.PASSES),
        ("mssql", Exception("Login failed for user 'u'"), "Operational", Meaning.REFUSED),
        ("mssql", Exception("Cannot insert duplicate key"), "Integrity", Meaning.TAKEN),
        ("mssql", Exception("certificate chain was issued"), "Operational", Meaning.NOT_TRUSTED),
        ("mssql", Exception("String or binary data"), "Data", Meaning.OTHER),
        ("sqlite", sqlite3.OperationalError("locked"), "Operational", Meaning.PASSES),
        ("sqlite", sqlite3.IntegrityError("x"), "Integrity", Meaning.OTHER),
    ],
)
def test_only_what_passes_is_tried_again(
    backend: str, orig: BaseException, kind: str, expected: Meaning
) -> None:
    error = _wrapped(orig, getattr(sa.exc, f"{kind}Error"))
    assert meaning(error, backend) is expected


def test_a_message_names_the_server_and_never_the_password() -> None:
    url = driver_url(Database("mysql://u:geheim@db.example/d"))
    error = told(
        _wrapped(pymysql.err.OperationalError(1045, "Denied."), sa.exc.OperationalError), url
    )
    assert isinstance(error, PermanentError)
    assert "db.example" in str(error)
    assert "Denied. " in str(error)
    assert "geheim" not in str(error)
    away = told(_wrapped(pymysql.err.OperationalError(2003, "x"), sa.exc.OperationalError), url)
    assert isinstance(away, TransientError)


def test_an_error_in_the_rows_stays_what_it_is() -> None:
    url = driver_url(Database("mysql://u@h/d"))
    assert told(_wrapped(pymysql.err.DataError(1406, "x"), sa.exc.DataError), url) is None
