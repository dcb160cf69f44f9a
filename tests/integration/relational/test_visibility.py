"""Roles and restricted readers on real servers: nobody sees or changes more than the scripts allow."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass, replace
from uuid import uuid4

import pyarrow as pa
import pytest
import sqlalchemy as sa

from insight_pipeline.model.errors import PermanentError
from insight_pipeline.model.tables import TABLES
from insight_pipeline.sinks.relational.connecting import Database, make_engine
from insight_pipeline.sinks.relational.views import VIEWS
from insight_pipeline.sinks.relational.visibility import (
    GRANTS,
    VISIBLE,
    Rule,
    roles_script,
    rule_of,
    visibility_script,
)
from insight_pipeline.sinks.relational.writer import RelationalSink
from tests.relational import FRIDAY, odd_rows
from tests.servers import fresh_database, url_of

pytestmark = pytest.mark.services
OWN, OTHER = 11, 12
PASSWORD = "Test-0-" + uuid4().hex


@dataclass(frozen=True)
class Roles:
    """A database in which the scripts were run, with the names of its users."""

    kind: str
    owner: Database
    prefix: str

    def of(self, role: str) -> Database:
        """The database as a role sees it."""
        url = sa.make_url(self.owner.url).set(username=f"{self.prefix}_{role}", password=PASSWORD)
        if self.kind == "mariadb" and role == "group_reader":
            url = url.set(database=f"{url.database}{VISIBLE}")
        return replace(self.owner, url=url.render_as_string(hide_password=False))

    def restrict(self) -> None:
        """Run the script that restricts readers."""
        engine = make_engine(self.owner)
        named = sa.make_url(self.owner.url).database or ""
        schema = "public" if self.kind == "postgresql" else named
        _run(self.owner, visibility_script(engine.dialect, schema, "de", self.prefix))
        engine.dispose()

    def rows(self, role: str, query: str) -> list[tuple[object, ...]]:
        """What a role gets for a query."""
        engine = make_engine(self.of(role))
        try:
            with engine.connect() as connection:
                return [tuple(row) for row in connection.exec_driver_sql(query)]
        finally:
            engine.dispose()


def _run(database: Database, script: str) -> None:
    engine = make_engine(database)
    lines = [line for line in script.splitlines() if not line.startswith("--")]
    with engine.begin() as connection:
        for statement in "\n".join(lines).split(";\n"):
            if statement.strip():
                connection.exec_driver_sql(statement.replace("%", "%%"))
    engine.dispose()


@contextmanager
def _prepared(kind: str) -> Iterator[Roles]:
    with fresh_database(url_of(kind)) as url:
        prefix = f"i{uuid4().hex[:12]}"
        roles = Roles(kind, Database(url), prefix)
        named = sa.make_url(url).database or ""
        backend = {"mariadb": "mysql"}.get(kind, kind)
        schema = "public" if kind == "postgresql" else named
        try:
            _run(roles.owner, roles_script(backend, schema, named, prefix))
            for role in ("migrator", "loader", "reader"):
                _let_in(roles, role)
            sink = RelationalSink(roles.of("migrator"))
            sink.create()
            sink.close()
            roles.restrict()
            _let_in(roles, "group_reader")
            yield roles
        finally:
            _remove(roles, named)


def _let_in(roles: Roles, role: str) -> None:
    name = f"{roles.prefix}_{role}"
    if roles.kind == "postgresql":
        _run(roles.owner, f"ALTER ROLE {name} LOGIN PASSWORD '{PASSWORD}'")
    else:
        _run(roles.owner, f"ALTER USER {name} IDENTIFIED BY '{PASSWORD}' ACCOUNT UNLOCK")


def _remove(roles: Roles, named: str) -> None:
    names = [f"{roles.prefix}_{r}" for r in ("migrator", "loader", "reader", "group_reader")]
    if roles.kind == "postgresql":
        for name in names:
            _run(roles.owner, f"DROP OWNED BY {name} CASCADE;\nDROP ROLE {name}")
    else:
        _run(roles.owner, f"DROP DATABASE IF EXISTS {named}{VISIBLE}")
        _run(roles.owner, f"DROP USER IF EXISTS {', '.join(names)}")


@pytest.fixture(scope="module", params=("postgresql", "mariadb"))
def roles(request: pytest.FixtureRequest) -> Iterator[Roles]:
    """A loaded database: calls of two groups, of which the restricted reader may see one."""
    with _prepared(request.param) as found:
        sink = RelationalSink(found.of("loader"))
        sink.create()
        sink.replace_partition(
            {name: _rows(name) for name, table in TABLES.items() if table.is_partitioned},
            "demo",
            FRIDAY,
        )
        sink.replace_tables({name: _rows(name) for name in OWN_TABLES}, "demo")
        sink.close()
        reader = f"{found.prefix}_group_reader"
        _run(found.owner, f"INSERT INTO {GRANTS} VALUES ('{reader}', 'demo', {OWN})")
        yield found


def _rows(name: str) -> pa.Table:
    """Two rows: the first of the reader's own group and its agent, the second of the other's."""
    table = TABLES[name]
    rows = odd_rows(table, FRIDAY, 1 if name == "reconciliation" else 2, 1).to_pylist()
    told = {
        "queue_id": (OWN, OTHER),
        "first_queue_id": (OWN, OTHER),
        "last_queue_id": (OWN, OTHER),
        "agent_id": (111, 112),
        "answering_agent_id": (111, 112),
        "call_id": ("demo:1", "demo:2"),
        "lost_call_id": ("demo:1", "demo:2"),
        "name": ("own", "other"),
        "direction": ("inbound", "inbound"),
        "outcome": ("abandoned", "missed"),
        "caller_number": ("+491", "+492"),
        "is_private": (False, False),
    }
    for place, row in enumerate(rows):
        row.update({column: values[place] for column, values in told.items() if column in row})
    return pa.Table.from_pylist(rows, table.arrow_schema())


OWN_TABLES = ("dim_queue", "dim_agent", "forecast_queue_interval")
GROUPED = [n for n, t in TABLES.items() if rule_of(t) in {Rule.QUEUE, Rule.CALL}]
HIDDEN = [n for n, t in TABLES.items() if rule_of(t) is Rule.NOBODY]


@pytest.mark.parametrize("table", GROUPED)
def test_a_restricted_reader_sees_rows_of_his_own_groups_alone(roles: Roles, table: str) -> None:
    column = "queue_id" if "queue_id" in TABLES[table].names else "first_queue_id"
    query = f"SELECT {column} FROM {table}"
    assert roles.rows("group_reader", query) == [(OWN,)]
    assert sorted(roles.rows("reader", query)) == [(OWN,), (OTHER,)]


@pytest.mark.parametrize("table", HIDDEN)
def test_a_restricted_reader_sees_nothing_of_tables_that_sum_over_groups(
    roles: Roles, table: str
) -> None:
    assert roles.rows("group_reader", f"SELECT * FROM {table}") == []


def test_a_restricted_reader_sees_the_names_of_agents_of_his_groups(roles: Roles) -> None:
    assert roles.rows("group_reader", "SELECT name FROM dim_agent") == [("own",)]


@pytest.mark.parametrize("view", ["v_queue_day", "v_calls", "v_lost_calls"])
def test_views_show_a_restricted_reader_no_other_group(roles: Roles, view: str) -> None:
    assert len(roles.rows("reader", f"SELECT * FROM {view}")) == 2
    shown = roles.rows("group_reader", f"SELECT * FROM {view}")
    assert len(shown) == 1
    assert "own" in shown[0]
    assert "other" not in shown[0]


def test_a_restricted_reader_without_a_group_sees_no_call(roles: Roles) -> None:
    reader = f"{roles.prefix}_group_reader"
    _run(roles.owner, f"UPDATE {GRANTS} SET installation = 'other' WHERE reader = '{reader}'")
    try:
        for view in VIEWS:
            assert roles.rows("group_reader", f"SELECT * FROM {view}") == []
    finally:
        _run(roles.owner, f"UPDATE {GRANTS} SET installation = 'demo' WHERE reader = '{reader}'")


def test_the_script_may_be_run_again_and_tables_that_came_since_are_shown_by_group(
    roles: Roles,
) -> None:
    """As after an update: the table is there, and neither policy nor right nor view of it."""
    shown = sa.make_url(roles.of("group_reader").url).database
    lost = {
        "postgresql": "ALTER TABLE fact_callback DISABLE ROW LEVEL SECURITY;\n"
        "DROP POLICY own_groups ON fact_callback;\n"
        f"REVOKE SELECT ON fact_callback FROM {roles.prefix}_group_reader",
        "mariadb": f"DROP VIEW {shown}.fact_callback",
    }
    _run(roles.owner, lost[roles.kind])
    with pytest.raises(sa.exc.DBAPIError):
        roles.rows("group_reader", "SELECT queue_id FROM fact_callback")
    roles.restrict()
    assert roles.rows("group_reader", "SELECT queue_id FROM fact_callback") == [(OWN,)]
    assert len(roles.rows("group_reader", "SELECT * FROM v_lost_calls")) == 1


def test_views_that_are_made_anew_can_be_read_by_whoever_could_before(roles: Roles) -> None:
    for locale in ("en", "de"):
        sink = RelationalSink(replace(roles.of("migrator"), locale=locale))
        sink.create()
        sink.close()
        for role in ("reader", "group_reader"):
            assert roles.rows(role, "SELECT * FROM v_calls")


def test_the_use_of_lines_is_shown_to_nobody_and_lost_calls_by_their_queue() -> None:
    assert rule_of(TABLES["fact_line_interval"]) is Rule.NOBODY
    assert rule_of(TABLES["fact_callback"]) is Rule.QUEUE


@pytest.mark.parametrize(
    ("role", "statement"),
    [
        ("reader", "DELETE FROM fact_call"),
        ("reader", "CREATE TABLE mine (x integer)"),
        ("group_reader", "DELETE FROM fact_call"),
        ("group_reader", f"INSERT INTO {GRANTS} VALUES ('x', 'demo', 1)"),
        ("loader", "DROP TABLE fact_call"),
        ("loader", "CREATE TABLE mine (x integer)"),
    ],
)
def test_no_role_may_do_more_than_its_own(roles: Roles, role: str, statement: str) -> None:
    with pytest.raises(sa.exc.DBAPIError) as caught:
        _run(roles.of(role), statement)
    assert "denied" in str(caught.value.orig) or "must be owner" in str(caught.value.orig)


def test_a_loader_that_would_have_to_migrate_is_told_which_right_it_lacks(roles: Roles) -> None:
    other = replace(roles.of("loader"), locale="en")
    sink = RelationalSink(other)
    with pytest.raises(PermanentError) as caught:
        sink.create()
    sink.close()
    assert caught.value.code == "IA-423"
