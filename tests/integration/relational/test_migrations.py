"""Tables come by migrations: from nothing, from an earlier version's file, and by two programs at once."""

from __future__ import annotations

import json
from dataclasses import replace
from pathlib import Path
from threading import Thread
from uuid import uuid4

import pytest
import sqlalchemy as sa
from alembic.autogenerate import compare_metadata
from alembic.runtime.migration import MigrationContext
from alembic.script import ScriptDirectory

from insight_pipeline.model.errors import PermanentError
from insight_pipeline.model.tables import MODEL_VERSION, TABLES
from insight_pipeline.sinks.relational import migrations
from insight_pipeline.sinks.relational.connecting import Database, make_engine
from insight_pipeline.sinks.relational.migrations.frozen import (
    NEWEST,
    file_of,
    freeze,
    frozen_tables,
)
from insight_pipeline.sinks.relational.schema import MARKER, metadata
from insight_pipeline.sinks.relational.views import VIEWS
from insight_pipeline.sinks.relational.writer import RelationalSink
from tests.relational import FRIDAY, held, legs
from tests.servers import fresh_database, url_of


def _differences(database: Database) -> list[object]:
    schema = database.schema or None
    engine = make_engine(database)
    options = {
        "include_schemas": schema is not None,
        "include_name": lambda name, kind, _: kind != "schema" or name == schema,
        "include_object": lambda _, name, *__: name != "alembic_version",
        "compare_type": True,
    }
    with engine.connect() as connection:
        context = MigrationContext.configure(connection, opts=options)
        found: list[object] = compare_metadata(context, metadata(schema))
    engine.dispose()
    return found


def _create(database: Database) -> None:
    sink = RelationalSink(database)
    sink.create()
    sink.close()


def test_the_frozen_model_is_the_present_one() -> None:
    """Fails when a column is added without a migration; before a release, freeze the model anew."""
    frozen = json.loads(file_of(NEWEST).read_text(encoding="utf-8"))
    assert frozen == json.loads(json.dumps(freeze()))


def test_migrations_end_at_the_declared_tables(sink: RelationalSink, database: Database) -> None:
    assert _differences(database) == []
    assert held(database, "pipeline_meta") == [("model_version", str(MODEL_VERSION))]


def test_a_database_that_is_up_to_date_is_left_alone(
    sink: RelationalSink, database: Database
) -> None:
    sink.replace_partition({"fact_call_leg": legs(FRIDAY, 1)}, "demo", FRIDAY)
    _create(database)
    assert held(database, "fact_call_leg", ["leg_id"]) == [("demo:1",)]


@pytest.mark.services
@pytest.mark.parametrize("kind", ["postgresql", "mariadb"])
def test_tables_lie_in_the_schema_that_is_named(kind: str) -> None:
    with fresh_database(url_of(kind)) as url:
        schema = f'own "{uuid4().hex[:8]}'  # a name that must be quoted
        database = Database(url, schema)
        engine = make_engine(database)
        try:
            _create(database)
            sink = RelationalSink(database)
            sink.replace_partition({"fact_call_leg": legs(FRIDAY, 1)}, "demo", FRIDAY)
            sink.replace_partition({"fact_call_leg": legs(FRIDAY, 2)}, "demo", FRIDAY)
            sink.close()
            assert held(database, "fact_call_leg", ["leg_id"]) == [("demo:2",)]
            assert _differences(database) == []
            assert set(sa.inspect(engine).get_view_names(schema)) == set(VIEWS)
            assert "fact_call" not in sa.inspect(engine).get_table_names()
        finally:
            with engine.begin() as connection:
                connection.execute(sa.schema.DropSchema(schema, cascade=kind == "postgresql"))
            engine.dispose()


@pytest.mark.services
@pytest.mark.parametrize("kind", ["postgresql", "mariadb"])
def test_tables_and_columns_say_what_they_hold(kind: str) -> None:
    with fresh_database(url_of(kind)) as url:
        _create(Database(url))
        engine = make_engine(Database(url))
        inspector = sa.inspect(engine)
        for table in TABLES.values():
            assert inspector.get_table_comment(table.name)["text"] == table.description
            said = {c["name"]: c["comment"] for c in inspector.get_columns(table.name)}
            assert said == {column.name: column.description for column in table.columns}
        engine.dispose()


def test_two_programs_that_start_at_once_make_the_tables_once(database: Database) -> None:
    errors: list[Exception] = []

    def create() -> None:
        try:
            _create(database)
        except Exception as error:  # noqa: BLE001 - told by the test's own thread
            errors.append(error)

    threads = [Thread(target=create) for _ in range(3)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    assert errors == []
    assert _differences(database) == []


@pytest.fixture
def at_model_1(database: Database) -> Database:
    """A database as the first version with migrations left it, with rows and views."""
    engine = make_engine(database)
    tables = {table.name: table for table in frozen_tables("model_1", None)}
    with engine.begin() as connection:
        for table in tables.values():
            table.create(connection)
        script = ScriptDirectory(str(Path(migrations.__file__).parent))
        MigrationContext.configure(connection).stamp(script, "model_1")
        meta = sa.insert(tables["pipeline_meta"]).values(key="model_version", value="1")
        connection.execute(meta)
        rows = legs(FRIDAY, 1).select(tables["fact_call_leg"].columns.keys())
        connection.execute(sa.insert(tables["fact_call_leg"]), rows.to_pylist())
        connection.execute(sa.insert(tables[MARKER]).values(scope="views", load_id="earlier"))
        connection.exec_driver_sql("CREATE VIEW v_lost_calls AS SELECT call_id FROM fact_call")
    engine.dispose()
    return database


def test_a_database_at_model_1_comes_to_the_present_model_with_its_rows(
    at_model_1: Database,
) -> None:
    _create(at_model_1)
    assert _differences(at_model_1) == []
    assert held(at_model_1, "fact_call_leg", ["leg_id"]) == [("demo:1",)]
    assert held(at_model_1, "pipeline_meta") == [("model_version", "1")]
    sink = RelationalSink(at_model_1)
    sink.replace_partition({"fact_call_leg": legs(FRIDAY, 1, 2)}, "demo", FRIDAY)
    sink.close()
    assert held(at_model_1, "fact_call_leg", ["leg_id"]) == [("demo:1",), ("demo:2",)]


def test_a_migration_that_was_stopped_halfway_goes_on(at_model_1: Database) -> None:
    """MySQL and MariaDB commit each change of a table by itself."""
    engine = make_engine(at_model_1)
    one, _ = (table for table in frozen_tables(NEWEST, None) if table.name in _ADDED)
    with engine.begin() as connection:
        one.create(connection)
    engine.dispose()
    _create(at_model_1)
    assert _differences(at_model_1) == []


_ADDED = ("fact_callback", "fact_line_interval")


def _made_from_an_earlier_file(database: Database, *statements: str) -> None:
    """The newest revision, as it was before something was added to it."""
    _create(database)
    engine = make_engine(database)
    with engine.begin() as connection:
        for statement in statements:
            connection.exec_driver_sql(statement)
        connection.exec_driver_sql("UPDATE load_marker SET load_id = 'x' WHERE scope = 'tables'")
    engine.dispose()


def test_what_was_added_to_the_newest_revision_is_made_up_for(database: Database) -> None:
    of_table = " ON fact_call_leg" if "mysql" in database.url else ""
    _made_from_an_earlier_file(
        database,
        "ALTER TABLE fact_call_leg DROP COLUMN service_kind",
        "DROP TABLE fact_line_interval",
        f"DROP INDEX ix_fact_call_leg_call_id{of_table}",
        *_OTHER_COMMENTS.get(sa.make_url(database.url).get_backend_name(), ()),
    )
    assert _differences(database)
    _create(database)
    assert _differences(database) == []


_OTHER_COMMENTS = {
    "postgresql": (
        "COMMENT ON TABLE fact_call IS 'Something else'",
        "COMMENT ON COLUMN fact_call.outcome IS 'Something else'",
    ),
    "mysql": (
        "ALTER TABLE fact_call COMMENT 'Something else'",
        "ALTER TABLE fact_call MODIFY outcome VARCHAR(64) NOT NULL COMMENT 'Something else'",
    ),
}


def test_a_column_that_needs_a_value_is_not_added_to_rows_that_have_none(
    database: Database,
) -> None:
    _made_from_an_earlier_file(database, "ALTER TABLE fact_call_leg DROP COLUMN direction")
    with pytest.raises(PermanentError) as caught:
        _create(database)
    assert caught.value.code == "IA-428"
    assert caught.value.fields == {"table": "fact_call_leg", "columns": "direction"}


@pytest.fixture
def earlier(tmp_path: Path) -> Database:
    """A file as the program made it before there were migrations, with a row in it."""
    database = Database(f"sqlite:///{tmp_path / 'earlier.db'}")
    engine = make_engine(database)
    tables = metadata().tables
    with engine.begin() as connection:
        for name, table in tables.items():
            if name == MARKER:
                continue
            bare = sa.Table(name, sa.MetaData(), *(c._copy() for c in table.columns))
            if TABLES[name].is_partitioned:
                sa.Index(f"ix_{name}_partition", bare.c.installation, bare.c.local_date)
            bare.create(connection)
        connection.execute(
            sa.insert(tables["pipeline_meta"]).values(key="model_version", value="1")
        )
        connection.execute(sa.insert(tables["fact_call_leg"]), legs(FRIDAY, 1).to_pylist())
    engine.dispose()
    return database


def test_a_file_of_an_earlier_version_is_taken_over_with_its_rows(earlier: Database) -> None:
    _create(earlier)
    assert held(earlier, "fact_call_leg", ["leg_id"]) == [("demo:1",)]
    assert held(earlier, "pipeline_meta") == [("model_version", "1")]
    left = [change[0] for change in _differences(earlier)]  # type: ignore[index]
    assert set(left) <= {"remove_index"}  # of the earlier version, which does no harm


def test_a_table_of_another_program_is_not_touched(earlier: Database) -> None:
    engine = make_engine(earlier)
    with engine.begin() as connection:
        connection.exec_driver_sql("ALTER TABLE fact_call RENAME COLUMN outcome TO something")
    engine.dispose()
    with pytest.raises(PermanentError) as caught:
        _create(earlier)
    assert caught.value.code == "IA-428"
    assert caught.value.fields["columns"] == "outcome"


def test_a_database_of_a_newer_version_is_not_touched(
    sink: RelationalSink, database: Database
) -> None:
    engine = make_engine(database)
    with engine.begin() as connection:
        connection.exec_driver_sql("UPDATE alembic_version SET version_num = 'model_99'")
    engine.dispose()
    with pytest.raises(PermanentError) as caught:
        sink.create()
    assert caught.value.code == "IA-429"


def test_views_follow_the_language_of_the_settings(
    sink: RelationalSink, database: Database
) -> None:
    for locale, label in (("en", "Queue"), ("de", "Warteschlange")):
        _create(replace(database, locale=locale))
        engine = make_engine(database)
        names = [column["name"] for column in sa.inspect(engine).get_columns("v_queue_day")]
        engine.dispose()
        assert label in names
