"""A model as it was released: `model_<version>.json`, from which its migration makes the tables.

Once released, a frozen file never changes; what comes after is a migration of its own. Until then
`python -m insight_pipeline.sinks.relational.migrations.frozen` writes the newest anew, and databases that
were made from it before get what it has more (`additions`). A database that an earlier version of this
program made without migrations is taken over: its tables stay, and get what they lack.
"""

from __future__ import annotations

import json
import re
from hashlib import sha256
from pathlib import Path
from typing import Any

import sqlalchemy as sa

from insight_pipeline.model.errors import PermanentError
from insight_pipeline.sinks.relational.schema import TABLE_OPTIONS, metadata, sql_type, type_names

Frozen = dict[str, dict[str, Any]]

NEWEST = "model_1_1"
"""The latest revision, whose file the present model is."""


def freeze() -> Frozen:
    """The present model as a frozen file holds it."""
    return {
        table.name: {
            "comment": table.comment,
            "key": [column.name for column in table.primary_key.columns],
            "indexes": {str(index.name): list(index.columns.keys()) for index in _sorted(table)},
            "columns": [
                [column.name, type_names(table.name)[column.name], column.nullable, column.comment]
                for column in table.columns
            ],
        }
        for table in metadata().tables.values()
    }


def _sorted(table: sa.Table) -> list[sa.Index]:
    return sorted(table.indexes, key=lambda index: str(index.name))


def file_of(revision: str) -> Path:
    """The file of a revision."""
    return Path(__file__).with_name(f"{revision}.json")


def digest_of(revision: str) -> str:
    """What tells one state of a revision's file from the next."""
    return sha256(file_of(revision).read_bytes()).hexdigest()


def frozen_tables(revision: str, schema: str | None) -> list[sa.Table]:
    """The tables of a revision."""
    frozen: Frozen = json.loads(file_of(revision).read_text(encoding="utf-8"))
    found = sa.MetaData(schema=schema)
    return [_table(name, told, found) for name, told in frozen.items()]


def _table(name: str, told: dict[str, Any], found: sa.MetaData) -> sa.Table:
    columns = [
        sa.Column(
            column,
            sql_type(kind),
            primary_key=column in told["key"],
            autoincrement=False,
            nullable=is_nullable,
            comment=comment,
        )
        for column, kind, is_nullable, comment in told["columns"]
    ]
    indexes = [sa.Index(index, *names) for index, names in told["indexes"].items()]
    return sa.Table(name, found, *columns, *indexes, comment=told["comment"], **TABLE_OPTIONS)


def create_or_take_over(connection: sa.Connection, table: sa.Table) -> None:
    """Make a table, or take over one that is there with the same columns."""
    inspector = sa.inspect(connection)
    if not inspector.has_table(table.name, schema=table.schema):
        table.create(connection)
        return
    there = {column["name"] for column in inspector.get_columns(table.name, schema=table.schema)}
    if lacking := [column.name for column in table.columns if column.name not in there]:
        raise PermanentError("IA-428", table=table.name, columns=", ".join(lacking))
    known = {index["name"] for index in inspector.get_indexes(table.name, schema=table.schema)}
    for index in table.indexes:
        if index.name not in known:
            index.create(connection)


if __name__ == "__main__":
    text = json.dumps(freeze(), ensure_ascii=False, indent=1)
    lists = re.compile(r"\[\n[^\[\]]*\]")  # one line a column
    text = lists.sub(lambda found: " ".join(found[0].split()), text)
    file_of(NEWEST).write_text(text + "\n", encoding="utf-8")
