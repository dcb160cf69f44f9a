"""What tests of the relational sink have in common: small tables, and reading a database back."""

from __future__ import annotations

import random
from collections.abc import Iterable, Sequence
from datetime import date, datetime, timedelta
from typing import Any

import pyarrow as pa
import sqlalchemy as sa

from insight_pipeline.model.tables import FACT_CALL_LEG, TABLES, Column, Kind, Table
from insight_pipeline.orchestration.assets.sinks import SHARED, WHOLE
from insight_pipeline.orchestration.publishing import PARTITIONED
from insight_pipeline.orchestration.site import Site
from insight_pipeline.sinks.lake import Lake
from insight_pipeline.sinks.relational.connecting import Database, make_engine
from insight_pipeline.sinks.relational.schema import metadata
from insight_pipeline.sinks.relational.writer import RelationalSink
from tests.pipeline import Pipeline

FRIDAY, SATURDAY = date(2026, 3, 27), date(2026, 3, 28)
Rows = list[tuple[Any, ...]]
_FILL: dict[Kind, object] = {
    Kind.TEXT: "x",
    Kind.INTEGER: 1,
    Kind.FLAG: False,
    Kind.INSTANT: datetime(2026, 3, 27, 9),
}
_ODD_TEXTS = (
    "",
    " ",
    " x ",
    "\\N",
    "\\",
    "a\\tb",
    "tab\there",
    "line\nend\r\nand\rmore",
    "quote \" and ' and `",
    "NULL",
    "0",
    "%s %(x)s :y ?",
    "Müller-Lüdenscheidt ẞ",
    "日本語 🤷‍♀️ 👍🏽",
    "e\u0301 \u00e9",
    "\u200f\ufeff",
    "\x01\x1a\x7f",
    "; DROP TABLE fact_call; --",
    "x" * 70_000,
)


def legs(day: date, *ids: int, call: str = "x") -> pa.Table:
    """Legs of one call on one day."""
    rows = [
        {
            **{c.name: _FILL.get(c.kind) for c in FACT_CALL_LEG.columns},
            "leg_id": f"demo:{number}",
            "installation": "demo",
            "local_date": day,
            "call_id": call,
        }
        for number in ids
    ]
    return pa.Table.from_pylist(rows, FACT_CALL_LEG.arrow_schema())


def odd_rows(table: Table, day: date, size: int, seed: int) -> pa.Table:
    """Rows of one partition with every value that a database may take amiss."""
    chance = random.Random(seed)
    rows = [{c.name: _odd(c, table, n, chance) for c in table.columns} for n in range(size)]
    fixed = {"installation": "demo", "local_date": day}
    rows = [{**row, **{k: v for k, v in fixed.items() if k in row}} for row in rows]
    return pa.Table.from_pylist(rows, table.arrow_schema())


def _odd(column: Column, table: Table, number: int, chance: random.Random) -> object:
    is_key = column.name in table.key
    if column.nullable and not is_key and chance.random() < 0.3:
        return None
    match column.kind:
        case Kind.TEXT if column.values:
            return chance.choice(column.values)
        case Kind.TEXT if is_key or column.name.endswith("_id"):
            return f"demo:{number}/Ä{chance.choice('aAäÄ')}"
        case Kind.TEXT:
            return chance.choice(_ODD_TEXTS)
        case Kind.INTEGER:
            bounds = (0, 1, -1, 2**63 - 1, -(2**63), 2**53 + 1)
            return number if is_key else chance.choice(bounds)
        case Kind.RATIO:
            ratios = (0.0, 1 / 3, 0.1 + 0.2, 1e-300, 1.7976931348623157e308, 123456789.123456789)
            return chance.choice((*ratios, chance.random()))
        case Kind.FLAG:
            return chance.random() < 0.5
        case Kind.DAY:
            return date(2026, 1, 1) + timedelta(days=number)
        case Kind.INSTANT:
            start = datetime(2026, 3, 29, 0, 30)
            spread = (timedelta(), timedelta(seconds=59), timedelta(days=-20_000))
            return (
                start
                + timedelta(minutes=15 * number)
                + (timedelta() if is_key else chance.choice(spread))
            )


def held(database: Database, name: str, columns: Sequence[str] = ()) -> Rows:
    """The rows of a table as Python values, in the order of their key."""
    engine = make_engine(database)
    tables = metadata(database.schema or None).tables.values()
    table = next(table for table in tables if table.name == name)
    wanted = [table.c[column] for column in columns] or list(table.columns)
    with engine.connect() as connection:
        rows = connection.execute(sa.select(*wanted)).all()
    engine.dispose()
    return _sorted(tuple(row) for row in rows)


def rows_of(table: pa.Table) -> Rows:
    """The rows of an Arrow table, likewise."""
    return _sorted(zip(*(column.to_pylist() for column in table.columns), strict=True))


def _sorted(rows: Iterable[tuple[Any, ...]]) -> Rows:
    return sorted(rows, key=lambda row: [(value is None, str(value)) for value in row])


def load_lake(sink: RelationalSink, pipeline: Pipeline) -> None:
    """Everything in the lake, as the assets load it: partitions, then whole tables."""
    for name in pipeline.settings.installations:
        site = Site(name, pipeline.settings)
        for day in site.lake.dates("fact_call"):
            days = {n: site.lake.read_days(n, [day], _schema(n)) for n in PARTITIONED}
            sink.replace_partition(days, name, day)
        sink.replace_tables({n: site.lake.read(n, _schema(n)) for n in WHOLE}, name)
        shared = Lake(site.settings.data_dir / "lake")
        sink.replace_tables({n: shared.read(n, _schema(n)) for n in SHARED}, None)


def _schema(name: str) -> pa.Schema:
    return TABLES[name].arrow_schema()
