"""Report views: labels in the language of the settings, names beside ids, and the rows of the tables."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from contextlib import ExitStack
from dataclasses import replace
from pathlib import Path

import pytest
import sqlalchemy as sa

from insight_pipeline.sinks.relational.connecting import Database, make_engine
from insight_pipeline.sinks.relational.views import VIEWS
from insight_pipeline.sinks.relational.writer import RelationalSink
from tests.pipeline import Pipeline
from tests.relational import Rows, load_lake
from tests.servers import fresh_database, url_of

KINDS = ("sqlite", "postgresql", "mariadb")
LABELS = {
    "v_queue_day": (["Anlage", "Datum", "Warteschlange"], ["Installation", "Date", "Queue"]),
    "v_agent_day": (["Agent", "Klingeldauer (s)"], ["Agent", "Ring time (s)"]),
    "v_calls": (["Richtung", "Angenommen von"], ["Direction", "Answered by"]),
    "v_lost_calls": (["Rufnummer Anrufer", "Wartezeit (s)"], ["Caller number", "Waiting time (s)"]),
}


@pytest.fixture(scope="module")
def databases(
    week: Pipeline, tmp_path_factory: pytest.TempPathFactory
) -> Iterator[Mapping[str, Database]]:
    """The golden week in a database of each kind."""
    file: Path = tmp_path_factory.mktemp("views") / "insight.db"
    with ExitStack() as stack:
        urls = {k: stack.enter_context(fresh_database(url_of(k))) for k in KINDS[1:]}
        found = {k: Database(url) for k, url in {"sqlite": f"sqlite:///{file}", **urls}.items()}
        for database in found.values():
            sink = RelationalSink(database)
            sink.create()
            load_lake(sink, week)
            sink.close()
        yield found


def _rows(database: Database, query: str) -> tuple[list[str], Rows]:
    engine = make_engine(database)
    with engine.connect() as connection:
        found = connection.execute(sa.text(query))
        names, rows = list(found.keys()), [tuple(row) for row in found]
    engine.dispose()
    return names, rows


@pytest.mark.parametrize("view", VIEWS)
def test_a_view_shows_the_same_on_every_database(
    view: str, databases: Mapping[str, Database]
) -> None:
    shown = {}
    for kind, database in databases.items():
        names, rows = _rows(database, f"SELECT * FROM {view}")
        assert rows
        shown[kind] = (names, sorted([str(value) for value in _plain(row)] for row in rows))
    assert shown["postgresql"] == shown["sqlite"]
    assert shown["mariadb"] == shown["sqlite"]


def _plain(row: tuple[object, ...]) -> list[object]:
    """Raw queries of SQLite give dates and instants as their texts, and like MariaDB flags as numbers."""
    flags = [int(value) if isinstance(value, bool) else value for value in row]
    return [str(value) if hasattr(value, "isoformat") else value for value in flags]


@pytest.mark.parametrize("kind", KINDS)
@pytest.mark.parametrize("view", VIEWS)
def test_labels_are_in_the_language_of_the_settings(
    view: str, kind: str, databases: Mapping[str, Database]
) -> None:
    for locale, wanted in zip(("de", "en", "de"), (*LABELS[view], LABELS[view][0]), strict=True):
        sink = RelationalSink(replace(databases[kind], locale=locale))
        sink.create()
        sink.close()
        names, _ = _rows(databases[kind], f"SELECT * FROM {view}")
        assert set(wanted) <= set(names)


@pytest.mark.parametrize("kind", KINDS)
def test_every_call_stands_in_its_view_once(kind: str, databases: Mapping[str, Database]) -> None:
    for view, table in (
        ("v_calls", "fact_call"),
        ("v_queue_day", "kpi_queue_day"),
        ("v_agent_day", "kpi_agent_day"),
    ):
        counts = [_rows(databases[kind], f"SELECT count(*) FROM {n}")[1] for n in (view, table)]
        assert counts[0] == counts[1]


def test_lost_calls_are_inbound_calls_with_a_number_that_nobody_took(
    databases: Mapping[str, Database],
) -> None:
    _, expected = _rows(
        databases["sqlite"],
        "SELECT call_id FROM fact_call WHERE direction = 'inbound' AND is_private = 0 "
        "AND outcome IN ('abandoned', 'missed') AND caller_number IS NOT NULL",
    )
    _, shown = _rows(databases["sqlite"], 'SELECT "Anruf" FROM v_lost_calls')
    assert expected
    assert sorted(shown) == sorted(expected)


def test_codes_are_shown_in_words(databases: Mapping[str, Database]) -> None:
    _, rows = _rows(databases["sqlite"], 'SELECT DISTINCT "Ergebnis" FROM v_calls')
    assert {"angenommen", "verpasst"} <= {row[0] for row in rows}
