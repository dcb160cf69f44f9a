"""Who sees what: scripts that restrict readers to the groups they are entitled to.

A table `visible_group` says which reader sees which groups. Of these a restricted reader sees the visits,
contacts, key figures and calls, and the names of the agents who had contacts in them; tables that sum over
all groups he does not see at all, nor any that is not named here. PostgreSQL has policies, SQL Server a
security policy, MySQL and MariaDB views in a database beside it. The scripts are text for an
administrator: nothing is executed here. They may be run again, as after an update that brought tables:
who is entitled to what stays.
"""

from __future__ import annotations

from enum import Enum
from pathlib import Path
from string import Template

import sqlalchemy as sa

from insight_pipeline.model.errors import PermanentError
from insight_pipeline.model.tables import TABLES, Table
from insight_pipeline.sinks.relational.connecting import Database, driver_url
from insight_pipeline.sinks.relational.schema import BYTES_SQLSERVER, metadata
from insight_pipeline.sinks.relational.views import VIEWS, report_views, view_statements

SCRIPTS = ("roles", "visibility")
GRANTS = "visible_group"
VISIBLE = "_visible"
"""MySQL: the database with the restricted views is named like the other one, with this at its end."""

_PUBLIC = frozenset({"dim_date", "dim_interval", "dim_line", "pipeline_meta"})
_FOLDER = Path(__file__).with_name("sql")


class Rule(Enum):
    """By what a reader sees a row."""

    ALL = "all"
    QUEUE = "queue"
    """The row's own group."""
    CALL = "call"
    """A visit of the call to one of his groups."""
    AGENT = "agent"
    """A contact of the agent in one of his groups."""
    NOBODY = "nobody"


def rule_of(table: Table) -> Rule:
    """The rule of a table; one that says nothing of groups is not shown."""
    if table.name in _PUBLIC:
        return Rule.ALL
    if table.name == "fact_call":
        return Rule.CALL
    if table.name == "dim_agent":
        return Rule.AGENT
    return Rule.QUEUE if "queue_id" in table.names else Rule.NOBODY


def script(name: str, database: Database) -> str:
    """The script of this name for a database of the settings."""
    url, dialect = driver_url(database), driver_url(database).get_dialect()()
    if dialect.name == "sqlite":
        raise PermanentError("IA-418")
    named = url.database or ""
    own = {"postgresql": "public", "mysql": named, "mssql": "dbo"}
    schema = database.schema or own[dialect.name]
    if name == "visibility":
        return visibility_script(dialect, schema, database.locale)
    quote = dialect.identifier_preparer.quote
    return roles_script(dialect.name, quote(schema), quote(named))


def roles_script(backend: str, schema: str, database: str, prefix: str = "insight") -> str:
    """The script that makes migrator, loader and reader."""
    text = (_FOLDER / f"roles_{backend}.sql").read_text(encoding="utf-8")
    return Template(text).substitute(prefix=prefix, schema=schema, database=database)


def visibility_script(
    dialect: sa.Dialect, schema: str, locale: str, prefix: str = "insight"
) -> str:
    """The script that restricts the readers of a database, by its tables' schema."""
    quote = dialect.identifier_preparer.quote
    match dialect.name:
        case "postgresql":
            statements = _postgresql(quote(schema), prefix)
        case "mysql":
            statements = _mysql(dialect, schema, locale, prefix)
        case _:
            statements = _sql_server(quote(schema), prefix)
    end = "\nGO\n" if dialect.name == "mssql" else ";\n"
    return "".join(f"{statement}{end}" for statement in statements)


def _sees(rule: Rule, row: str, reader: str, schema: str) -> str:
    """The condition on a `row` of a table, for the present reader."""
    match rule:
        case Rule.ALL:
            return "1 = 1"
        case Rule.NOBODY:
            return "1 = 0"
        case Rule.QUEUE:
            return (
                f"EXISTS (SELECT 1 FROM {schema}.{GRANTS} AS seen WHERE seen.reader = {reader} "
                f"AND seen.installation = {row}.installation AND seen.queue_id = {row}.queue_id)"
            )
        case Rule.CALL:
            visit = _sees(Rule.QUEUE, "visit", reader, schema)
            return (
                f"EXISTS (SELECT 1 FROM {schema}.fact_queue_visit AS visit "
                f"WHERE visit.call_id = {row}.call_id AND {visit})"
            )
        case Rule.AGENT:
            contact = _sees(Rule.QUEUE, "contact", reader, schema)
            return (
                f"({row}.agent_id = 0 OR EXISTS (SELECT 1 FROM {schema}.fact_agent_contact AS contact "
                f"WHERE contact.installation = {row}.installation "
                f"AND contact.agent_id = {row}.agent_id AND {contact}))"
            )


def _postgresql(schema: str, prefix: str) -> list[str]:
    group, grants = f"{prefix}_group_reader", f"{schema}.{GRANTS}"
    found = [
        (
            f"DO $$ BEGIN CREATE ROLE {group} NOLOGIN; "
            "EXCEPTION WHEN duplicate_object THEN NULL; END $$"
        ),
        f"GRANT USAGE ON SCHEMA {schema} TO {group}",
        f"ALTER ROLE {prefix}_loader BYPASSRLS",  # COPY is not to be had otherwise
        (
            f"CREATE TABLE IF NOT EXISTS {grants} (reader text NOT NULL, installation text NOT NULL, "
            "queue_id bigint NOT NULL, PRIMARY KEY (reader, installation, queue_id))"
        ),
        f"ALTER TABLE {grants} ENABLE ROW LEVEL SECURITY",
        f"DROP POLICY IF EXISTS own_rows ON {grants}",
        f"CREATE POLICY own_rows ON {grants} FOR SELECT TO {group} USING (reader = current_user)",
        f"GRANT SELECT ON {grants} TO {group}",
    ]
    for name, table in TABLES.items():
        rule, named = rule_of(table), f"{schema}.{name}"
        found.append(f"GRANT SELECT ON {named} TO {group}")
        if rule is Rule.ALL:
            continue
        everything = f"CREATE POLICY all_rows ON {named} FOR SELECT TO {prefix}_reader"
        own = f"CREATE POLICY own_groups ON {named} FOR SELECT TO {group}"
        found += [
            f"ALTER TABLE {named} ENABLE ROW LEVEL SECURITY",
            f"DROP POLICY IF EXISTS all_rows ON {named}",
            f"{everything} USING (true)",
            f"DROP POLICY IF EXISTS own_groups ON {named}",
            f"{own} USING ({_sees(rule, name, 'current_user', schema)})",
        ]
    found += [f"GRANT SELECT ON {schema}.{view} TO {group}" for view in VIEWS]
    return found


def _mysql(dialect: sa.Dialect, schema: str, locale: str, prefix: str) -> list[str]:
    quote = dialect.identifier_preparer.quote
    own, shown, group = quote(schema), quote(schema + VISIBLE), f"{prefix}_group_reader"
    reader = "CONVERT(SUBSTRING_INDEX(USER(), '@', 1) USING utf8mb4) COLLATE utf8mb4_bin"
    found = [
        f"CREATE USER IF NOT EXISTS {group} ACCOUNT LOCK",
        f"CREATE DATABASE IF NOT EXISTS {shown}",
        (
            f"CREATE TABLE IF NOT EXISTS {own}.{GRANTS} (reader VARCHAR(80) NOT NULL, "
            "installation VARCHAR(40) NOT NULL, queue_id BIGINT NOT NULL, "
            "PRIMARY KEY (reader, installation, queue_id)) CHARACTER SET utf8mb4 COLLATE utf8mb4_bin"
        ),
    ]
    for name, table in TABLES.items():
        columns = ", ".join(f"held.{quote(column)}" for column in table.names)
        rows = f"SELECT {columns} FROM {own}.{quote(name)} AS held"
        sees = _sees(rule_of(table), "held", reader, own)
        view = f"CREATE OR REPLACE SQL SECURITY DEFINER VIEW {shown}.{quote(name)}"
        found.append(f"{view} AS {rows} WHERE {sees}")
    declared = metadata(schema + VISIBLE).tables.values()
    views = report_views({table.name: table for table in declared}, locale)
    found += view_statements(views, schema + VISIBLE, dialect)
    found.append(f"GRANT SELECT, SHOW VIEW ON {shown}.* TO {group}")
    return found


_PREDICATES = {
    Rule.QUEUE: "@installation nvarchar(40), @queue_id bigint",
    Rule.CALL: "@call_id nvarchar(64)",
    Rule.AGENT: "@installation nvarchar(40), @agent_id bigint",
    Rule.NOBODY: "@installation nvarchar(40)",
}
"""Functions of SQL Server's security policy, each with the columns that it looks at."""


def _sql_server(schema: str, prefix: str) -> list[str]:
    """The members of the group's role are restricted, everybody else sees all."""
    group, grants = f"{prefix}_group_reader", f"{schema}.{GRANTS}"
    found = [
        "SET XACT_ABORT ON; BEGIN TRANSACTION",  # nobody meets the tables without their policy
        f"IF DATABASE_PRINCIPAL_ID(N'{group}') IS NULL CREATE ROLE {group}",
        (
            f"IF OBJECT_ID(N'{grants}') IS NULL CREATE TABLE {grants} (reader nvarchar(128) NOT NULL, "
            f"installation nvarchar(40) COLLATE {BYTES_SQLSERVER} NOT NULL, queue_id bigint NOT NULL, "
            "PRIMARY KEY (reader, installation, queue_id))"
        ),
        f"DROP SECURITY POLICY IF EXISTS {schema}.own_groups",
        f"REVOKE SELECT ON SCHEMA::{schema} FROM {group}",  # would show tables that come later
        *(f"GRANT SELECT ON {schema}.{name} TO {group}" for name in (*TABLES, *VIEWS)),
    ]
    for rule, parameters in _PREDICATES.items():
        sees = _sees(rule, "@", "USER_NAME()", schema).replace("@.", "@")
        found.append(
            f"CREATE OR ALTER FUNCTION {schema}.sees_by_{rule.value}({parameters}) RETURNS TABLE "
            f"WITH SCHEMABINDING AS RETURN SELECT 1 AS sees "
            f"WHERE IS_ROLEMEMBER(N'{group}') = 0 OR {sees}"
        )
    filters = []
    for name, table in TABLES.items():
        if (rule := rule_of(table)) in _PREDICATES:
            columns = ", ".join(word[1:] for word in _PREDICATES[rule].split() if word[0] == "@")
            function = f"{schema}.sees_by_{rule.value}({columns})"
            filters.append(f"ADD FILTER PREDICATE {function} ON {schema}.{name}")
    policy = ",\n    ".join(filters)
    found.append(f"CREATE SECURITY POLICY {schema}.own_groups\n    {policy}\n    WITH (STATE = ON)")
    found.append("COMMIT TRANSACTION")
    return found
