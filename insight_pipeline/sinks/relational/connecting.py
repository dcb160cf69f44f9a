"""Connections: which driver, TLS, timeouts, pool, and what every session is set to.

A remote server is spoken to by TLS 1.2 or 1.3 only, its certificate and host name verified. A loopback
address or a Unix socket needs none, and gets the same as soon as an authority is named. Every session
runs in UTC with UTF-8, whatever the server or the user's account is set to. Options are worked out by
pure functions; what a failure means stands in `failing`.
"""

from __future__ import annotations

import ssl
from collections.abc import Callable, Sequence
from dataclasses import dataclass
from typing import Any

import sqlalchemy as sa
from sqlalchemy.engine.interfaces import DBAPIConnection
from sqlalchemy.pool import ConnectionPoolEntry

from insight_pipeline.authorities import system_authorities
from insight_pipeline.model.errors import PermanentError
from insight_pipeline.model.tls import is_loopback

DRIVERS = {
    "sqlite": "sqlite+pysqlite",
    "postgresql": "postgresql+psycopg",
    "mysql": "mysql+pymysql",
    "mariadb": "mysql+pymysql",
    "mssql": "mssql+mssqlpython",
}
CONNECT_SECONDS = 10
LOCK_SECONDS = 60
SILENCE_SECONDS = 900


@dataclass(frozen=True)
class Database:
    """A database as the settings name it."""

    url: str
    schema: str = ""
    tls: str = "verify"
    """`verify`, or `off` for a network that protects the connection itself."""
    ca_file: str = ""
    """Authorities that signed the server's certificate; empty: those of this machine."""
    locale: str = "de"
    """Language of the views."""
    silence_seconds: int = SILENCE_SECONDS
    """How long a statement may say nothing before its connection counts as lost."""


def backend_of(url: str) -> str:
    """The kind of database that a URL names."""
    return sa.make_url(url).get_backend_name()


def driver_url(database: Database) -> sa.URL:
    """The URL with the driver that is used here, whichever it names."""
    url, backend = sa.make_url(database.url), backend_of(database.url)
    if backend not in DRIVERS:
        raise PermanentError("IA-420", database=backend)
    return url.set(drivername=DRIVERS[backend])


def needs_tls(url: sa.URL, database: Database) -> bool:
    """Whether the connection leaves this machine, or is to be verified all the same."""
    if url.get_backend_name() == "sqlite" or database.tls == "off":
        return False
    hosts = _hosts(url)
    return bool(database.ca_file) or not all(_is_local(host) for host in hosts)


def _hosts(url: sa.URL) -> Sequence[str]:
    """Where it goes: the URL's host, and hosts or sockets among its options."""
    found = [url.host or ""]
    for name in ("host", "hostaddr"):
        given = url.query.get(name, ())
        found += [given] if isinstance(given, str) else list(given)
    return [host for text in found for host in text.split(",")]


def _is_local(host: str) -> bool:
    """A socket's path, no host at all, or a loopback address."""
    return not host or host.startswith(("/", "@")) or is_loopback(host)


def connect_options(url: sa.URL, database: Database) -> dict[str, Any]:
    """Options of the driver: TLS, timeouts, character set."""
    is_tls = needs_tls(url, database)
    match url.get_backend_name():
        case "sqlite":
            return {"timeout": LOCK_SECONDS}
        case "postgresql":
            return _postgresql_options(database, is_tls=is_tls)
        case "mysql":
            return _mysql_options(database, is_tls=is_tls)
        case _:
            return {"timeout": CONNECT_SECONDS}


def _postgresql_options(database: Database, *, is_tls: bool) -> dict[str, Any]:
    options: dict[str, Any] = {
        "connect_timeout": CONNECT_SECONDS,
        "client_encoding": "UTF8",
        "application_name": "insight-pipeline",
        "keepalives_idle": LOCK_SECONDS,
        "tcp_user_timeout": database.silence_seconds * 1000,
        "ssl_min_protocol_version": "TLSv1.2",
    }
    if is_tls:
        authorities = database.ca_file or system_authorities()
        options |= {"sslmode": "verify-full", "sslrootcert": authorities}
    elif database.tls == "off":
        options["sslmode"] = "disable"
    return options


def _mysql_options(database: Database, *, is_tls: bool) -> dict[str, Any]:
    options: dict[str, Any] = {
        "charset": "utf8mb4",
        "connect_timeout": CONNECT_SECONDS,
        "read_timeout": database.silence_seconds,
        "write_timeout": database.silence_seconds,
        "local_infile": True,
    }
    if is_tls:
        context = ssl.create_default_context(cafile=database.ca_file or None)
        context.minimum_version = ssl.TLSVersion.TLSv1_2
        options["ssl"] = context
    elif database.tls == "off":
        options["ssl_disabled"] = True
    return options


def encrypted(url: sa.URL, database: Database) -> sa.URL:
    """The URL with what it must say itself: SQL Server's driver reads TLS from there."""
    if url.get_backend_name() != "mssql":
        return url
    if not needs_tls(url, database):
        return url.update_query_dict({"Encrypt": "no"} if database.tls == "off" else {})
    named = {"ServerCertificate": database.ca_file} if database.ca_file else {}
    return url.update_query_dict({"Encrypt": "yes", "TrustServerCertificate": "no", **named})


TIME_ZONE = {
    "postgresql": "SET TIME ZONE 'UTC'",
    "mysql": "SET SESSION time_zone = '+00:00'",
}
"""SQLite and SQL Server know no time zone of a session."""
SESSION: dict[str, tuple[str, ...]] = {
    "sqlite": ("PRAGMA journal_mode=WAL",),  # readers are never held up by a load
    "postgresql": (f"SET lock_timeout = '{LOCK_SECONDS}s'",),
    "mysql": (
        "SET SESSION sql_mode = 'STRICT_ALL_TABLES,NO_ENGINE_SUBSTITUTION'",
        f"SET SESSION innodb_lock_wait_timeout = {LOCK_SECONDS}",
    ),
    "mssql": ("SET XACT_ABORT ON", f"SET LOCK_TIMEOUT {LOCK_SECONDS * 1000}"),
}


def make_engine(database: Database) -> sa.Engine:
    """An engine; nothing is connected yet."""
    url = driver_url(database)
    backend = url.get_backend_name()
    options: dict[str, Any] = {
        "connect_args": connect_options(url, database),
        "hide_parameters": True,  # rows, and so phone numbers: errors go into Dagster's storage
    }
    if backend != "sqlite":
        options |= {
            "pool_pre_ping": True,
            "pool_size": 2,
            "pool_timeout": LOCK_SECONDS,
            "pool_recycle": 1800,
            "isolation_level": "READ COMMITTED",
        }
    try:
        engine = sa.create_engine(encrypted(url, database), **options)
    except ModuleNotFoundError as error:
        raise PermanentError("IA-426", database=backend, module=error.name or "") from error

    def prepare(connection: DBAPIConnection, _: ConnectionPoolEntry) -> None:
        _prepare(
            connection, url, lambda error: engine.dialect.is_disconnect(error, connection, None)
        )

    sa.event.listen(engine, "connect", prepare)
    return engine


def _prepare(connection: DBAPIConnection, url: sa.URL, is_lost: Callable[[Any], bool]) -> None:
    """Open a session: in UTC, or not at all. A connection that is lost meanwhile refuses nothing."""
    backend, cursor = url.get_backend_name(), connection.cursor()
    zone = TIME_ZONE.get(backend)
    for statement in (*([zone] if zone else []), *SESSION[backend]):
        try:
            cursor.execute(statement)
        except Exception as error:
            if is_lost(error):  # what SQLAlchemy itself makes of it everywhere else
                raise sa.exc.OperationalError(statement, None, error) from error
            if statement != zone:
                raise
            raise PermanentError(
                "IA-425", database=url.host or "", statement=statement, detail=error
            ) from error
    cursor.close()
    if backend != "sqlite":
        connection.commit()
