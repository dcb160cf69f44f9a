"""Finding database servers for tests: a database of its own for each, dropped afterwards.

A server that is not there skips the test with the reason, or fails it with INSIGHT_REQUIRE_SERVICES=1.
"""

from __future__ import annotations

import os
import secrets
from collections.abc import Iterator
from contextlib import contextmanager
from typing import NoReturn

import psycopg
import pytest
import sqlalchemy as sa

POSTGRESQL = sa.make_url("postgresql://postgres@127.0.0.1:5432/postgres")


def missing(reason: str) -> NoReturn:
    """The service is not there."""
    if os.environ.get("INSIGHT_REQUIRE_SERVICES") == "1":
        pytest.fail(reason)
    pytest.skip(reason)


@contextmanager
def postgresql_database() -> Iterator[sa.URL]:
    """An empty database of a random name on the local PostgreSQL server."""
    try:
        server = psycopg.connect(POSTGRESQL.render_as_string(hide_password=False), autocommit=True)
    except psycopg.OperationalError as error:
        missing(f"PostgreSQL: {error}")
    name = f"insight_test_{secrets.token_hex(6)}"
    with server:
        server.execute(f"CREATE DATABASE {name} ENCODING 'UTF8' TEMPLATE template0")
        try:
            yield POSTGRESQL.set(database=name)
        finally:
            server.execute(f"DROP DATABASE {name} WITH (FORCE)")
