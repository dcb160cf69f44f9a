"""Lakes of invented rows for every table of the model, for tests that only read them."""

from __future__ import annotations

import random
from datetime import date, datetime, timedelta
from pathlib import Path

import pyarrow as pa

from insight_pipeline.model.settings import Settings
from insight_pipeline.model.tables import TABLES, Column, Kind, Table
from insight_pipeline.settings import load_settings
from insight_pipeline.sinks.lake import Lake

NASTY = (
    "=1+1",
    '=HYPERLINK("http://x";"y")',
    "+49711123456",
    "+49 711/1-2",
    "-Müller",
    "@SUM(A1)",
    '"=1+1',
    "\t=1",
    "\r=1",
    "\uff1d1",
    "Müller; =1",
    "Zeile\nzwei",
    'O\'Neil "Jim", 3',
    "0711123456",
    "https://example.org",
    "TRUE",
    "1e5",
    "\x07\ufffe",
    " rund ",
)
ZONES = {"hq": "Europe/Berlin", "branch-2": "America/New_York", "alt": "Asia/Kolkata"}


def settings_of(folder: Path, locale: str = "de") -> Settings:
    """Three installations in three time zones, out of order, below `folder`."""
    return load_settings(config_of(folder, locale), environ={})


def config_of(folder: Path, locale: str = "de") -> Path:
    """Their settings file."""
    lines = [f'locale = "{locale}"', 'data_dir = "data"']
    for name, zone in ZONES.items():
        lines += [
            f"[installations.{name}]",
            f'timezone = "{zone}"',
            "start_date = 2026-03-01",
        ]
    file = folder / "insight.toml"
    file.write_text("\n".join(lines) + "\n", encoding="utf-8")
    return file


def fill(settings: Settings, days: list[date], rows: int, seed: int) -> dict[str, pa.Table]:
    """Rows for every table, installation and day; gives each table in the order of an export."""
    chance = random.Random(seed)
    found: dict[str, pa.Table] = {}
    shared = Lake(settings.data_dir / "lake")
    for name, table in TABLES.items():
        parts = []
        if "installation" not in table.names:
            parts = [invented(table, chance, rows, "", None)]
            shared.write(name, _shuffled(parts[0], chance))
        for installation in sorted(ZONES) if not parts else ():
            lake = Lake(settings.data_dir / "lake" / installation)
            if table.is_partitioned:
                for day in days:
                    part = invented(table, chance, rows, installation, day)
                    lake.write_days(name, _shuffled(part, chance), [day])
                    parts.append(part)
            else:
                parts.append(invented(table, chance, rows, installation, None))
                lake.write(name, _shuffled(parts[-1], chance))
        found[name] = pa.concat_tables(parts)
    return found


def invented(
    table: Table, chance: random.Random, rows: int, installation: str, day: date | None
) -> pa.Table:
    """Rows in the order of time and key, each with another key."""
    columns = {}
    rows = 1 if day is not None and table.key == ("installation", "local_date") else rows
    for column in table.columns:
        values = [_value(column, chance, n) for n in range(rows)]
        if column.name in table.key:
            values = [_key(column, installation, day, n) for n in range(rows)]
        if column.name == "installation":
            values = [installation] * rows
        elif column.name == "local_date" and day is not None:
            values = [day] * rows
        elif column.kind is Kind.INSTANT and not column.nullable:
            values = [datetime(2026, 3, 2) + timedelta(seconds=61 * n) for n in range(rows)]
        columns[column.name] = values
    return pa.table(columns, schema=table.arrow_schema())


def _key(column: Column, installation: str, day: date | None, number: int) -> object:
    match column.kind:
        case Kind.TEXT:
            return f"{installation}:{day}:{number:06d}"
        case Kind.DAY:
            return date(2026, 1, 1) + timedelta(days=number)
        case _:
            return number


def _value(column: Column, chance: random.Random, number: int) -> object:
    if column.nullable and chance.random() < 0.2:
        return None
    match column.kind:
        case Kind.TEXT:
            return chance.choice(column.values or NASTY)
        case Kind.INTEGER:
            return chance.choice([0, number, 10**15 - 1, 10**17 + number])
        case Kind.RATIO:
            return chance.choice([0.0, 1.0, 1 / 3, 1e-7, chance.random() * 1e4])
        case Kind.FLAG:
            return chance.random() < 0.5
        case Kind.DAY:
            return date(2026, 1, 1) + timedelta(days=chance.randrange(700))
        case Kind.INSTANT:
            return datetime(2026, 1, 1) + timedelta(seconds=chance.randrange(60_000_000))


def _shuffled(table: pa.Table, chance: random.Random) -> pa.Table:
    order = list(range(len(table)))
    chance.shuffle(order)
    return table.take(order)


def numbered(table: Table, rows: int, installation: str, day: date) -> pa.Table:
    """Many rows of a table without free texts, made at once."""
    numbers = pa.array(range(rows), pa.int64())
    columns = []
    for field in table.arrow_schema():
        if field.name == "installation":
            columns.append(pa.repeat(installation, rows))
        elif field.name == "local_date":
            columns.append(pa.repeat(pa.scalar(day), rows))
        else:
            columns.append(numbers.cast(field.type))
    return pa.table(columns, schema=table.arrow_schema())
