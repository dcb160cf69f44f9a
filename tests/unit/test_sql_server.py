"""SQL Server: its SQL against golden files, since no server ran here. `WRITE_GOLDEN=1` writes them."""

from __future__ import annotations

import os
from contextlib import nullcontext
from pathlib import Path
from typing import Any

import pyarrow as pa
import pytest
import sqlalchemy as sa
from sqlalchemy.dialects.mssql.mssqlpython import MSDialect_mssqlpython

from insight_pipeline.model.tables import TABLES
from insight_pipeline.sinks.relational import bulk_mssql
from insight_pipeline.sinks.relational.connecting import (
    SESSION,
    Database,
    driver_url,
    encrypted,
)
from insight_pipeline.sinks.relational.replacing import (
    Scope,
    can_move,
    delete_moved,
    delete_scope,
    insert_staged,
    lock,
    mark,
    moved_partitions,
    prepare_row_staging,
    row_staging,
)
from insight_pipeline.sinks.relational.schema import MARKER, metadata
from insight_pipeline.sinks.relational.views import report_views, view_statements
from insight_pipeline.sinks.relational.visibility import roles_script, visibility_script
from tests.relational import FRIDAY, legs

GOLDEN = Path(__file__).parents[1] / "golden" / "sql_server"
SCHEMA = "insight"


@pytest.fixture
def dialect() -> sa.Dialect:
    made: Any = MSDialect_mssqlpython
    found: Any = made()
    found.server_version_info = (16, 0)  # SQL Server 2022
    return found


@pytest.fixture
def tables() -> dict[str, sa.Table]:
    return {table.name: table for table in metadata(SCHEMA).tables.values()}


def _golden(name: str, text: str) -> None:
    file = GOLDEN / f"{name}.sql"
    if os.environ.get("WRITE_GOLDEN") == "1":
        file.parent.mkdir(exist_ok=True)
        file.write_text(text, encoding="utf-8")
    assert text == file.read_text(encoding="utf-8")


def _script(dialect: sa.Dialect, *statements: Any) -> str:
    compiled = (str(statement.compile(dialect=dialect)).strip() for statement in statements)
    lines = ("\n".join(line.rstrip() for line in text.splitlines()) for text in compiled)
    return "".join(f"{text};\n" for text in lines)


def test_tables(dialect: sa.Dialect, tables: dict[str, sa.Table]) -> None:
    made: list[Any] = []
    for table in tables.values():
        indexes = sorted(table.indexes, key=lambda index: str(index.name))
        made += [sa.schema.CreateTable(table), *(sa.schema.CreateIndex(i) for i in indexes)]
    _golden("tables", _script(dialect, *made))


def test_replacing_a_partition(dialect: sa.Dialect, tables: dict[str, sa.Table]) -> None:
    scope, markers = Scope("demo", FRIDAY), tables[MARKER]
    target = tables["fact_call"]
    stage = row_staging(target, "0")
    staged = prepare_row_staging(stage, target, dialect) + ";\n"
    rest = _script(
        dialect,
        moved_partitions(target, stage, scope),
        mark(markers, scope, "1"),
        lock(markers, Scope("demo")),
        delete_scope(target, scope, dialect),
        delete_moved(target, stage, scope, dialect),
        insert_staged(target, stage),
    )
    _golden("replacing", staged + rest)


def test_views(dialect: sa.Dialect, tables: dict[str, sa.Table]) -> None:
    statements = view_statements(report_views(tables, "de"), SCHEMA, dialect)
    text = "\nGO\n".join("\n".join(line.rstrip() for line in s.splitlines()) for s in statements)
    _golden("views", text + "\nGO\n")


def test_roles_and_visibility(dialect: sa.Dialect) -> None:
    _golden("roles", roles_script("mssql", SCHEMA, "calls"))
    _golden("visibility", visibility_script(dialect, SCHEMA, "de"))


def test_nothing_merges() -> None:
    assert not [file for file in GOLDEN.glob("*.sql") if "MERGE" in file.read_text()]


def test_every_moving_table_is_looked_up_by_its_one_key(tables: dict[str, sa.Table]) -> None:
    moving = [name for name in TABLES if can_move(tables[name])]
    assert "fact_call_leg" in moving
    assert all(len(tables[name].primary_key.columns) == 1 for name in moving)


@pytest.mark.parametrize(
    ("database", "expected"),
    [
        (Database("mssql://u@db.example/d"), {"Encrypt": "yes", "TrustServerCertificate": "no"}),
        (
            Database("mssql+pyodbc://u@db.example/d", ca_file="/ca.pem"),
            {"Encrypt": "yes", "TrustServerCertificate": "no", "ServerCertificate": "/ca.pem"},
        ),
        (Database("mssql://u@db.example/d", tls="off"), {"Encrypt": "no"}),
        (Database("mssql://u@localhost/d"), {}),
    ],
)
def test_the_driver_is_told_to_encrypt_and_verify(
    database: Database, expected: dict[str, str]
) -> None:
    url = encrypted(driver_url(database), database)
    assert url.drivername == "mssql+mssqlpython"
    assert dict(url.query) == expected


def test_a_session_gives_up_whole_transactions_and_long_waits() -> None:
    assert SESSION["mssql"] == ("SET XACT_ABORT ON", "SET LOCK_TIMEOUT 60000")


class _Cursor:
    """Notes what the driver is asked for."""

    def __init__(self) -> None:
        self.calls: list[tuple[str, int, dict[str, Any]]] = []

    def bulkcopy_arrow(self, name: str, table: pa.Table, **options: Any) -> None:
        self.calls.append((name, len(table), options))

    def close(self) -> None:
        """Nothing to close."""


def test_bulk_copy_gets_the_arrow_table_and_maps_columns_by_name(
    dialect: sa.Dialect, tables: dict[str, sa.Table], monkeypatch: pytest.MonkeyPatch
) -> None:
    cursor, rows = _Cursor(), legs(FRIDAY, 1, 2)
    monkeypatch.setattr(bulk_mssql, "driver_cursor", lambda *_: _given(cursor))

    class Connection:
        """As much of a connection as is used."""

    connection: Any = Connection()
    connection.dialect = dialect
    bulk_mssql.bulk_load(connection, row_staging(tables["fact_call_leg"], "0"), rows)
    name, size, options = cursor.calls[0]
    assert (name, size) == ("[##fact_call_leg_0]", 2)
    assert options["column_mappings"] == rows.column_names
    assert options["keep_nulls"]


def _given(cursor: _Cursor) -> Any:
    return nullcontext(cursor)
