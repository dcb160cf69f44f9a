"""What an error of a database means: try again, ask for another login, or leave it as it is.

Only what passes by itself is tried again. A refused login, a missing right or a certificate that is not
trusted is told at once; an error in the rows is no matter of the database and stays what it is.
"""

from __future__ import annotations

import re
import sqlite3
from enum import Enum

import sqlalchemy as sa

from insight_pipeline.model.errors import InsightError, PermanentError, TransientError
from insight_pipeline.model.libpq import is_refusal
from insight_pipeline.model.tls import is_distrust


class Meaning(Enum):
    """What to do about an error of a database."""

    PASSES = "IA-421"
    """Connection lost, server away, deadlock, lock held too long, disk full."""
    DAMAGED = "IA-422"
    REFUSED = "IA-423"
    """Login, right or database that is not there."""
    NOT_TRUSTED = "IA-424"
    """No TLS, or a certificate that cannot be verified."""
    TAKEN = "taken"
    """A row with this key is there: another load put it there meanwhile."""
    OTHER = "other"


_POSTGRESQL_REFUSED = ("28", "3D", "3F", "42501", "25006")
_POSTGRESQL_PASSES = ("08", "40", "53", "55P03", "57", "58", "XX")
_MYSQL_REFUSED = frozenset(
    {1044, 1045, 1046, 1049, 1130, 1142, 1143, 1227, 1370, 1698, 1820, 3118, 4151}
)
_MYSQL_PASSES = frozenset(
    {1021, 1040, 1053, 1079, 1114, 1158, 1159, 1160, 1161, 1180, 1203, 1205, 1213, 1290, 1317}
    | {1836, 1927, 2002, 2003, 2006, 2013, 2014, 2055, 3024, 4031}
)
_MYSQL_TAKEN = 1062
_SQLSERVER_REFUSED = re.compile(
    r"Login failed|permission was denied|Cannot open database", re.IGNORECASE
)
_SQLSERVER_PASSES = re.compile(
    r"deadlock|timeout|Communication link|Unable to (?:complete|establish)|transport-level|"
    r"Lock request|not currently available|is full",
    re.IGNORECASE,
)
_SQLSERVER_TAKEN = re.compile(r"duplicate key", re.IGNORECASE)


def meaning(error: sa.exc.DBAPIError, backend: str) -> Meaning:
    """What an error means, by the codes of its database."""
    if error.connection_invalidated:
        return Meaning.PASSES
    match backend:
        case "sqlite":
            return _of_sqlite(error)
        case "postgresql":
            return _of_postgresql(error)
        case "mysql":
            return _of_mysql(error)
        case _:
            return _of_sql_server(error)


def told(error: sa.exc.DBAPIError, url: sa.URL) -> InsightError | None:
    """The message of an error; None where it is not one about the database."""
    found = meaning(error, url.get_backend_name())
    if found in {Meaning.OTHER, Meaning.TAKEN}:
        return None
    kind = TransientError if found is Meaning.PASSES else PermanentError
    return kind(found.value, database=shown(url), detail=_in_one_line(error))


def shown(url: sa.URL) -> str:
    """The URL without driver and password, and without its options, which may hold another."""
    plain = url.set(drivername=url.get_backend_name(), query={})
    return plain.render_as_string(hide_password=True)


def _in_one_line(error: sa.exc.DBAPIError) -> str:
    """What the driver says first, without its number, hints and the full stop."""
    arguments: tuple[object, ...] = getattr(error.orig, "args", ())
    text = str(arguments[1] if len(arguments) > 1 else error.orig)
    lines = text.removeprefix("connection failed: ").strip().splitlines()
    return " ".join(lines[0].split()).rstrip(".") if lines else type(error.orig).__name__


def _of_sqlite(error: sa.exc.DBAPIError) -> Meaning:
    code = getattr(error.orig, "sqlite_errorcode", None)
    if code in {sqlite3.SQLITE_NOTADB, sqlite3.SQLITE_CORRUPT}:
        return Meaning.DAMAGED
    is_passing = isinstance(error, sa.exc.OperationalError)
    return Meaning.PASSES if is_passing else Meaning.OTHER


def _of_postgresql(error: sa.exc.DBAPIError) -> Meaning:
    state, text = getattr(error.orig, "sqlstate", None) or "", str(error.orig)
    if state == "23505":
        return Meaning.TAKEN
    if state.startswith(_POSTGRESQL_REFUSED):
        return Meaning.REFUSED
    if state.startswith(_POSTGRESQL_PASSES):
        return Meaning.PASSES
    if state or not isinstance(error, sa.exc.OperationalError):
        return Meaning.OTHER
    if is_refusal(text):  # libpq gives no code when connecting fails
        return Meaning.REFUSED
    return Meaning.NOT_TRUSTED if is_distrust(text) else Meaning.PASSES


def _of_mysql(error: sa.exc.DBAPIError) -> Meaning:
    code, text = next(iter(getattr(error.orig, "args", ())), 0), str(error.orig)
    if code in {2003, 2026} and is_distrust(text):
        return Meaning.NOT_TRUSTED
    if code == _MYSQL_TAKEN:
        return Meaning.TAKEN
    if code in _MYSQL_REFUSED:
        return Meaning.REFUSED
    is_passing = code in _MYSQL_PASSES or isinstance(error, sa.exc.InterfaceError)
    return Meaning.PASSES if is_passing else Meaning.OTHER


def _of_sql_server(error: sa.exc.DBAPIError) -> Meaning:
    text = str(error.orig)
    if _SQLSERVER_TAKEN.search(text):
        return Meaning.TAKEN
    if _SQLSERVER_REFUSED.search(text):
        return Meaning.REFUSED
    if is_distrust(text):
        return Meaning.NOT_TRUSTED
    return Meaning.PASSES if _SQLSERVER_PASSES.search(text) else Meaning.OTHER
