"""A PBX's database for tests: its table on a real server, its rows, and an installation that reads it."""

from __future__ import annotations

import time
from collections.abc import Iterable
from pathlib import Path

import psycopg
import pyarrow as pa
import sqlalchemy as sa
from psycopg import sql

from insight_pipeline.model.rows import CALL_LIST, Field, RowState
from insight_pipeline.orchestration.site import Site
from insight_pipeline.settings import load_settings
from insight_pipeline.sources.cdrdata.reading import PbxTable
from insight_pipeline.sources.duplicates import classify

Values = dict[str, object]

TYPES = {
    Field.INTEGER: "bigint",
    Field.FLAG: "boolean",
    Field.TIME: "bigint",
    Field.RESULT: "text",
    Field.TEXT: "text",
}
SPELT = {"answeredelswhere": "answeredelsewhere"}
"""Names of the table that are not the export's."""


class Pbx:
    """The database of a PBX: what the PBX does to it, apart from what reads it."""

    def __init__(self, url: sa.URL) -> None:
        self.url = url
        self.connection = self.connect()
        columns = ", ".join(
            f"{SPELT.get(name, name)} {TYPES[kind]}{' PRIMARY KEY' if name == 'id' else ''}"
            for name, kind in CALL_LIST.fields.items()
        )
        self.run(f"CREATE TABLE cdrdata ({columns})")

    def connect(self) -> psycopg.Connection:
        """Another session of the PBX itself."""
        return psycopg.connect(self.url.render_as_string(hide_password=False), autocommit=True)

    def run(self, statement: str, *values: object) -> None:
        """Change something."""
        self.connection.execute(statement.encode(), values or None)

    def put(self, rows: Iterable[Values], connection: psycopg.Connection | None = None) -> None:
        """Insert rows, or replace those that are there."""
        for row in rows:
            names = [SPELT.get(name, name) for name in row]
            (connection or self.connection).execute(
                sql.SQL(
                    "INSERT INTO cdrdata ({}) VALUES ({}) ON CONFLICT (id) DO UPDATE SET {}"
                ).format(
                    sql.SQL(", ").join(map(sql.Identifier, names)),
                    sql.SQL(", ").join(sql.Placeholder() * len(names)),
                    sql.SQL(", ").join(
                        sql.SQL("{0} = excluded.{0}").format(sql.Identifier(name)) for name in names
                    ),
                ),
                list(row.values()),
            )

    def contents(self) -> set[tuple[int, int | None, str | None]]:
        """Id, end in seconds and login of every row: enough to tell each state of a row apart."""
        rows = self.connection.execute("SELECT id, callresulttime / 1000, login FROM cdrdata")
        return set(rows.fetchall())


def row(
    number: int, *, start: int | None = None, seconds: int | None = 30, **more: object
) -> Values:
    """An internal call that nobody took; without `seconds` it is still running."""
    begin = int(time.time()) - 600 if start is None else start
    return {
        "id": number,
        "callid": number,
        "cdraccountid": 1001,
        "calleraccountid": 0,
        "calledaccountid": 1001,
        "starttime": begin * 1000,
        "callresulttime": None if seconds is None else (begin + seconds) * 1000,
        "callresult": "NOT_CONNECTED",
        "login": "anna",
        **more,
    }


def site_of(folder: Path, url: sa.URL, more: str = "") -> Site:
    """An installation that reads this database and no landing folder; a password has a file of its own."""
    file = folder / "insight.toml"
    text = url.render_as_string(hide_password=False)
    named = f'url = "{text}"'
    if url.password is not None:
        secret = folder / "pbx_url"
        secret.touch(0o600)
        secret.write_text(text, encoding="utf-8")
        named = f'url_file = "{secret}"'
    file.write_text(
        f'landing_dir = "{folder / "landing"}"\n'
        'data_dir = "data"\n'
        "[installations.demo]\n"
        'timezone = "Europe/Berlin"\n'
        "start_date = 2026-03-01\n"
        "[installations.demo.cdrdata]\n"
        f"{named}\n{more}"
        "[sinks.relational]\n"
        'url = "sqlite:///data/insight.db"\n',
        encoding="utf-8",
    )
    return Site("demo", load_settings(file, {}))


def table_of(site: Site) -> PbxTable:
    """The table that the installation reads."""
    table = site.pbx_table
    assert table is not None
    return table


def surviving(site: Site) -> pa.Table:
    """Rows of the raw store that R 2 and R 3 leave: one an id, open ones included."""
    days = site.raw.index.parts(CALL_LIST.name).days.tolist()
    raw = site.raw.gather(CALL_LIST.name, days)
    state = classify(raw, CALL_LIST)
    return raw.rows.filter(pa.array((state == RowState.KEPT) | (state == RowState.OPEN)))


def stored(site: Site) -> set[tuple[int, int | None, str | None]]:
    """What is kept in the raw store, in the form of `Pbx.contents`."""
    rows = surviving(site).select(["id", "callresulttime", "login"])
    found = [tuple(item.values()) for item in rows.to_pylist()]
    assert len(found) == len(set(found)) == len({item[0] for item in found})
    return set(found)


def rows_read(site: Site) -> int:
    """Rows that were ever taken in, whatever became of them."""
    return sum(part.rows for part in site.raw.index.parts(CALL_LIST.name).entries)
