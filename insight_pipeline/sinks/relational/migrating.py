"""Bringing a database to the present version of the model, by Alembic, over the program's own connection.

Nothing is done, and no right to change tables is needed, where the database is up to date already. Two
programs that start at once wait for each other. A database at the newest revision whose tables came from
an earlier state of that revision's file gets what was added since: before a release the file grows.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from pathlib import Path
from typing import Any

import sqlalchemy as sa
from alembic.config import Config
from alembic.runtime.environment import EnvironmentContext
from alembic.runtime.migration import MigrationContext, RevisionStep
from alembic.script import ScriptDirectory
from alembic.util import CommandError

from insight_pipeline.model.errors import PermanentError, TransientError
from insight_pipeline.sinks.relational.migrations.additions import make_additions
from insight_pipeline.sinks.relational.migrations.frozen import NEWEST, digest_of, frozen_tables
from insight_pipeline.sinks.relational.schema import MARKER
from insight_pipeline.sinks.relational.views import VIEWS, digest, report_views, view_statements

_VIEWS, _TABLES = "views", "tables"
_SCRIPTS = Path(__file__).with_name("migrations")
_LOCK = 4_110_427
_LOCK_SECONDS = 60


_READERS = sa.text(
    "SELECT table_name, grantee FROM information_schema.role_table_grants "
    "WHERE table_schema = coalesce(:schema, current_schema()) AND table_name IN :views "
    "AND privilege_type = 'SELECT' AND grantee <> current_user"
).bindparams(sa.bindparam("views", expanding=True))


def migrate(engine: sa.Engine, tables: Mapping[str, sa.Table], locale: str) -> None:
    """Bring the database to the newest version, whatever it holds, and its views to the language."""
    script, schema = ScriptDirectory(str(_SCRIPTS)), tables[MARKER].schema
    if (named := engine.url.database) and engine.dialect.name == "sqlite":
        Path(named).parent.mkdir(parents=True, exist_ok=True)
    with engine.connect() as connection:
        statements = view_statements(report_views(tables, locale), schema, connection.dialect)
        wanted = {_TABLES: digest_of(NEWEST), _VIEWS: digest(statements)}
        is_newest = _version(connection, schema) == script.get_current_head()
        if is_newest and _noted(connection, tables[MARKER]) == wanted:
            return
        connection.rollback()
        with _locked(connection):
            _make_schema(connection, schema)
            _upgrade(connection, script, schema)
            noted = _noted(connection, tables[MARKER])
            if is_newest and noted.get(_TABLES) != wanted[_TABLES]:
                make_additions(connection, frozen_tables(NEWEST, schema))
            _make_views(connection, schema, statements)
            _note(connection, tables[MARKER], wanted)


def _version(connection: sa.Connection, schema: str | None) -> str | None:
    return MigrationContext.configure(
        connection, opts={"version_table_schema": schema}
    ).get_current_revision()


def _noted(connection: sa.Connection, markers: sa.Table) -> dict[str, str]:
    """What tables and views were made from; noted beside the loads."""
    noted = sa.select(markers.c.scope, markers.c.load_id)
    found = connection.execute(noted.where(markers.c.scope.in_((_TABLES, _VIEWS))))
    return {row.scope: row.load_id for row in found}


def _note(connection: sa.Connection, markers: sa.Table, made_from: Mapping[str, str]) -> None:
    connection.execute(sa.delete(markers).where(markers.c.scope.in_(made_from)))
    rows = [{"scope": scope, "load_id": digest} for scope, digest in made_from.items()]
    connection.execute(sa.insert(markers), rows)


def _make_views(connection: sa.Connection, schema: str | None, statements: list[str]) -> None:
    """PostgreSQL alone drops views whose columns change; who might read them may read them again."""
    quote = connection.dialect.identifier_preparer
    readers = (
        connection.execute(_READERS, {"schema": schema, "views": VIEWS}).all()
        if (connection.dialect.name == "postgresql")
        else []
    )
    for statement in statements:
        connection.exec_driver_sql(statement.replace("%", "%%"))
    for view, reader in readers:
        named = quote.format_table(sa.table(view, schema=schema))
        role = "PUBLIC" if reader == "PUBLIC" else quote.quote(reader)
        connection.exec_driver_sql(f"GRANT SELECT ON {named} TO {role}".replace("%", "%%"))


def _make_schema(connection: sa.Connection, schema: str | None) -> None:
    if schema is not None and schema not in sa.inspect(connection).get_schema_names():
        connection.execute(sa.schema.CreateSchema(schema))


def _upgrade(connection: sa.Connection, script: ScriptDirectory, schema: str | None) -> None:
    config = Config()
    config.attributes["schema"] = schema

    def steps(revision: tuple[str, ...], _: MigrationContext) -> list[RevisionStep]:
        return script._upgrade_revs("head", revision)  # type: ignore[arg-type] # noqa: SLF001 - as documented

    with EnvironmentContext(config, script, fn=steps) as environment:
        environment.configure(connection=connection, version_table_schema=schema)
        try:
            environment.run_migrations()
        except CommandError as error:
            raise PermanentError("IA-429", detail=error) from error


@contextmanager
def _locked(connection: sa.Connection) -> Iterator[None]:
    """One transaction in which nobody else migrates. MySQL commits with every change of a table."""
    backend = connection.dialect.name
    statement = {
        "sqlite": "BEGIN IMMEDIATE",
        "postgresql": f"SELECT pg_advisory_xact_lock({_LOCK})",
        "mysql": f"SELECT GET_LOCK('insight_pipeline', {_LOCK_SECONDS})",
        "mssql": "EXEC sp_getapplock @Resource = 'insight_pipeline', @LockMode = 'Exclusive', "
        f"@LockTimeout = {_LOCK_SECONDS * 1000}",
    }[backend]
    try:
        with connection.begin():
            _check(connection, connection.exec_driver_sql(statement))
            yield
        if backend == "mysql":
            connection.exec_driver_sql("SELECT RELEASE_LOCK('insight_pipeline')")
            connection.commit()
    except BaseException:
        connection.invalidate()  # a lock of MySQL lasts as long as its session
        raise


def _check(connection: sa.Connection, got: sa.CursorResult[Any]) -> None:
    """MySQL answers 0 where the lock was not to be had; the others raise an error."""
    if connection.dialect.name == "mysql" and not got.scalar():
        shown = connection.engine.url.render_as_string(hide_password=True)
        raise TransientError("IA-421", database=shown, detail=f"GET_LOCK, {_LOCK_SECONDS} s")
