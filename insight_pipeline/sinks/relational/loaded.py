"""Which days a database holds, as its markers tell: a question that changes nothing.

Loading stands in `writer`. A database that was never loaded is not made by asking.
"""

from __future__ import annotations

from collections import defaultdict
from dataclasses import replace
from datetime import date
from pathlib import Path

import sqlalchemy as sa

from insight_pipeline.sinks.relational.connecting import Database, make_engine
from insight_pipeline.sinks.relational.failing import told
from insight_pipeline.sinks.relational.schema import MARKER, metadata

_PATIENCE_SECONDS = 10
"""An answer that takes longer is none: whoever asks has others to ask, too."""


def place_of(database: Database) -> Path | None:
    """The file of an SQLite database; None for a server."""
    url = sa.make_url(database.url)
    return Path(url.database or "") if url.get_backend_name() == "sqlite" else None


def loaded_days(database: Database) -> dict[str, set[date]]:
    """Days by installation; InsightError IA-42n if the database cannot be asked."""
    file = place_of(database)
    if file is not None and not file.exists():
        return {}
    engine = make_engine(replace(database, silence_seconds=_PATIENCE_SECONDS))
    try:
        return _asked(engine, database.schema or None)
    except sa.exc.DBAPIError as error:
        if message := told(error, engine.url):
            raise message from error
        raise
    finally:
        engine.dispose()


def _asked(engine: sa.Engine, schema: str | None) -> dict[str, set[date]]:
    markers = metadata(schema).tables[f"{schema}.{MARKER}" if schema else MARKER]
    found: defaultdict[str, set[date]] = defaultdict(set)
    with engine.connect() as connection:
        if engine.dialect.name == "postgresql":
            connection.execute(sa.text(f"SET statement_timeout = '{_PATIENCE_SECONDS}s'"))
        if not sa.inspect(connection).has_table(MARKER, schema):
            return {}
        wanted = sa.select(markers.c.scope).where(markers.c.load_id != "")
        for scope in connection.execute(wanted).scalars():
            installation, _, day = scope.partition("/")
            if day:
                found[installation].add(date.fromisoformat(day))
    return dict(found)
