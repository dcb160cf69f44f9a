"""The same input gives equal tables on every database, value by value."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from contextlib import ExitStack
from pathlib import Path

import pytest

from insight_pipeline.model.tables import TABLES
from insight_pipeline.orchestration.assets.sinks import WHOLE
from insight_pipeline.orchestration.publishing import PARTITIONED
from insight_pipeline.sinks.relational.connecting import Database
from insight_pipeline.sinks.relational.writer import RelationalSink
from tests.pipeline import Pipeline
from tests.relational import FRIDAY, held, load_lake, odd_rows, rows_of
from tests.servers import fresh_database, url_of

SEED = 20260327
SERVERS = ("postgresql", "mariadb")


@pytest.fixture(scope="module")
def databases(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Mapping[str, Database]]:
    """One database of each kind, side by side."""
    folder: Path = tmp_path_factory.mktemp("equal")
    with ExitStack() as stack:
        urls = {kind: stack.enter_context(fresh_database(url_of(kind))) for kind in SERVERS}
        urls["sqlite"] = f"sqlite:///{folder / 'insight.db'}"
        yield {kind: Database(url) for kind, url in urls.items()}


def test_a_week_of_calls_gives_equal_tables(
    week: Pipeline, databases: Mapping[str, Database]
) -> None:
    for database in databases.values():
        sink = RelationalSink(database)
        sink.create()
        load_lake(sink, week)
        sink.close()
    for name in TABLES:
        expected = held(databases["sqlite"], name)
        assert expected, name
        for kind in SERVERS:
            assert held(databases[kind], name) == expected, (kind, name)


@pytest.mark.parametrize("name", [*PARTITIONED, *WHOLE])
def test_odd_values_come_back_as_they_were(name: str, databases: Mapping[str, Database]) -> None:
    print(f"seed {SEED}")
    is_one_a_day = set(TABLES[name].key) == {"installation", "local_date"}
    rows = odd_rows(TABLES[name], FRIDAY, 1 if is_one_a_day else 60, SEED)
    for kind, database in databases.items():
        sink = RelationalSink(database)
        sink.create()
        if name in PARTITIONED:
            sink.replace_partition({name: rows}, "demo", FRIDAY)
        else:
            sink.replace_tables({name: rows}, "demo")
        sink.close()
        found = [row for row in held(database, name) if "demo" in row]
        place = rows.schema.get_field_index("local_date")
        found = [row for row in found if place < 0 or row[place] == FRIDAY]
        assert found == rows_of(rows), kind
