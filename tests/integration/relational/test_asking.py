"""Asking a database which days it holds: one that does not answer is not waited for as a load would."""

from __future__ import annotations

import socket
import threading

import pytest
import sqlalchemy as sa

from insight_pipeline.model.errors import InsightError
from insight_pipeline.sinks.relational import loaded
from insight_pipeline.sinks.relational.connecting import Database, make_engine
from insight_pipeline.sinks.relational.writer import RelationalSink
from tests.relational import FRIDAY, legs


def test_the_days_that_were_loaded_are_told(sink: RelationalSink, database: Database) -> None:
    assert loaded.loaded_days(database) == {}
    sink.replace_partition({"fact_call_leg": legs(FRIDAY, 1)}, "demo", FRIDAY)
    assert loaded.loaded_days(database) == {"demo": {FRIDAY}}


@pytest.mark.parametrize("database", ["postgresql"], indirect=True)
def test_a_table_that_somebody_has_locked_is_not_waited_for(
    sink: RelationalSink, database: Database, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(loaded, "_PATIENCE_SECONDS", 1)
    engine = make_engine(database)
    with engine.begin() as connection:
        connection.execute(sa.text("LOCK TABLE load_marker IN ACCESS EXCLUSIVE MODE"))
        with pytest.raises(InsightError, match="IA-421"):
            loaded.loaded_days(database)
    engine.dispose()


@pytest.mark.parametrize("scheme", ["postgresql", "mysql"])
def test_a_server_that_takes_a_connection_and_says_nothing_is_not_waited_for(
    scheme: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(loaded, "_PATIENCE_SECONDS", 1)
    monkeypatch.setattr("insight_pipeline.sinks.relational.connecting.CONNECT_SECONDS", 2)
    with socket.create_server(("127.0.0.1", 0)) as server:
        url = f"{scheme}://insight@127.0.0.1:{server.getsockname()[1]}/insight"
        found: list[InsightError] = []
        asking = threading.Thread(target=_ask, args=(Database(url), found), daemon=True)
        asking.start()
        asking.join(60)
    assert [error.code for error in found] == ["IA-421"]


def _ask(database: Database, found: list[InsightError]) -> None:
    try:
        loaded.loaded_days(database)
    except InsightError as error:
        found.append(error)
