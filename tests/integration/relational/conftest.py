"""Databases for the tests of the relational sink."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path

import pytest

from insight_pipeline.sinks.relational.connecting import Database
from insight_pipeline.sinks.relational.writer import RelationalSink
from tests.servers import fresh_database, stop_own_servers, url_of

KINDS = ("sqlite", "postgresql", "mariadb", "mssql")


@pytest.fixture(scope="session", autouse=True)
def own_servers() -> Iterator[None]:
    """Servers that were started for the tests end with them."""
    yield
    stop_own_servers()


@pytest.fixture(params=KINDS)
def database(request: pytest.FixtureRequest, tmp_path: Path) -> Iterator[Database]:
    """An empty database of each kind."""
    if request.param == "sqlite":
        yield Database(f"sqlite:///{tmp_path / 'insight.db'}")
        return
    with fresh_database(url_of(request.param)) as url:
        yield Database(url)


@pytest.fixture
def sink(database: Database) -> Iterator[RelationalSink]:
    """A sink with its tables."""
    found = RelationalSink(database)
    found.create()
    yield found
    found.close()
