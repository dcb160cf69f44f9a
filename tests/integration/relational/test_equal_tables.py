"""The same input gives equal tables on every database, value by value."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from contextlib import ExitStack
from datetime import date
from pathlib import Path

import pyarrow as pa
import pytest

from insight_pipeline.model.tables import TABLES
from insight_pipeline.orchestration.assets.sinks import PARTITIONED, SHARED, WHOLE
from insight_pipeline.orchestration.site import Site
from insight_pipeline.sinks.lake import Lake
from insight_pipeline.sinks.relational.connecting import Database
from insight_pipeline.sinks.relational.writer import RelationalSink
from tests.pipeline import Pipeline
from tests.relational import FRIDAY, held, odd_rows, rows_of
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


def _tables_of(
    pipeline: Pipeline, name: str
) -> Iterator[tuple[str | None, date | None, str, pa.Table]]:
    site = Site(name, pipeline.settings)
    for table in PARTITIONED:
        for day in site.lake.dates(table):
            yield name, day, table, site.lake.read_days(table, [day], TABLES[table].arrow_schema())
    for table in WHOLE:
        yield name, None, table, site.lake.read(table, TABLES[table].arrow_schema())
    shared = Lake(site.settings.data_dir / "lake")
    for table in SHARED:
        yield None, None, table, shared.read(table, TABLES[table].arrow_schema())


def _load(sink: RelationalSink, pipeline: Pipeline) -> None:
    """The lake as the assets load it: partitions, then whole tables."""
    for name in pipeline.settings.installations:
        partitions: dict[date, dict[str, pa.Table]] = {}
        for installation, day, table, rows in _tables_of(pipeline, name):
            if day is None:
                sink.replace_tables({table: rows}, installation)
            else:
                partitions.setdefault(day, {})[table] = rows
        for day, tables in partitions.items():
            sink.replace_partition(tables, name, day)


def test_a_week_of_calls_gives_equal_tables(
    week: Pipeline, databases: Mapping[str, Database]
) -> None:
    for database in databases.values():
        sink = RelationalSink(database)
        sink.create()
        _load(sink, week)
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
