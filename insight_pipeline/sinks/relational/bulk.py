"""What the bulk paths share: the driver's own cursor, and its errors as SQLAlchemy's.

A bulk path is one small function a database: load an Arrow table into a table, within the transaction of
the connection. Which one is taken stands in `backends`.
"""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager
from typing import Any

import sqlalchemy as sa


@contextmanager
def driver_cursor(connection: sa.Connection, statement: str) -> Iterator[Any]:
    """A cursor of the driver; a connection that it loses is lost to the pool too."""
    raw = connection.connection.dbapi_connection
    cursor: Any = raw.cursor() if raw is not None else None
    errors = connection.dialect.loaded_dbapi.Error
    try:
        yield cursor
    except errors as error:
        is_lost = connection.dialect.is_disconnect(error, raw, cursor)
        if is_lost:
            connection.invalidate(error)
        raise sa.exc.DBAPIError.instance(
            statement,
            None,
            error,
            errors,
            connection_invalidated=is_lost,
            dialect=connection.dialect,
        ) from error
    else:
        cursor.close()


def into(connection: sa.Connection, target: sa.Table, names: list[str]) -> str:
    """The table and the columns to load, quoted."""
    quote = connection.dialect.identifier_preparer
    columns = ", ".join(quote.quote(name) for name in names)
    return f"{quote.format_table(target)} ({columns})"
