r"""From lake to commit, against each database's own bulk loader on the same rows and the same table.

The loaders (`\\copy`, LOAD DATA, `.import`) read a text file that lies ready; the pipeline reads the lake's
Parquet. Both meet the constraints and indexes as shipped, an empty table, and take turns. A second
measurement loads a year of small partitions, and the same rows as one partition.
"""

from __future__ import annotations

import statistics
import subprocess
import time
from collections.abc import Callable, Iterator, Mapping
from contextlib import contextmanager
from dataclasses import dataclass
from datetime import date, timedelta
from pathlib import Path

import pyarrow as pa
import pyarrow.compute as pc
import pyarrow.csv
import sqlalchemy as sa

from insight_pipeline.model.tables import FACT_CALL_LEG, TABLES
from insight_pipeline.orchestration.publishing import PARTITIONED
from insight_pipeline.orchestration.site import Site
from insight_pipeline.sinks.lake import Lake
from insight_pipeline.sinks.relational.connecting import Database, make_engine
from insight_pipeline.sinks.relational.text_rows import text_blocks
from insight_pipeline.sinks.relational.writer import RelationalSink
from tests.servers import fresh_database, url_of

RUNS = 5
KINDS = ("postgresql", "mariadb", "sqlite")
_LEGS = FACT_CALL_LEG.name
_DAY_MS = 1000


@dataclass(frozen=True)
class Files:
    """The rows as the databases' own loaders read them."""

    text: Path
    csv: Path


def measure(site: Site, day: date, folder: Path, days: int) -> None:
    """Print the ratios for the lake's one day, and what a partition of a year costs."""
    rows = site.lake.read_days(_LEGS, [day], FACT_CALL_LEG.arrow_schema())
    files = _write_files(rows, folder)
    print(f"{len(rows)} legs, lake to commit, seconds (medians of {RUNS}):")
    for kind in KINDS:
        with _database(kind, folder) as database:
            own, loader = _take_turns(database, site.lake, day, files)
        print(f"  {kind:11} {own:6.2f}, its own loader {loader:6.2f}, ratio {own / loader:.2f}")
    small = {
        name: site.lake.read_days(name, [day], TABLES[name].arrow_schema()) for name in PARTITIONED
    }
    small = _share_of(small, 2_000)
    size = sum(len(table) for table in small.values())
    print(f"{days} partitions of 2,000 legs ({size} rows in {len(small)} tables), ms a partition:")
    for kind in KINDS:
        with _database(kind, folder) as database:
            each, bulk = _year(database, small, days)
        print(
            f"  {kind:11} {each:6.1f}, of which {each - bulk:6.1f} for being a partition of its own"
        )


@contextmanager
def _database(kind: str, folder: Path) -> Iterator[Database]:
    if kind == "sqlite":
        file = folder / "bench.db"
        yield Database(f"sqlite:///{file}")
        for path in folder.glob("bench.db*"):
            path.unlink()
        return
    with fresh_database(url_of(kind)) as url:
        yield Database(url)


def _write_files(rows: pa.Table, folder: Path) -> Files:
    files = Files(folder / "legs.txt", folder / "legs.csv")
    with files.text.open("wb") as file:
        file.writelines(text_blocks(rows))
    flags = [c.cast(pa.int8()) if pa.types.is_boolean(c.type) else c for c in rows.columns]
    plain = pa.table(flags, names=rows.column_names)
    pyarrow.csv.write_csv(plain, files.csv, pyarrow.csv.WriteOptions(include_header=False))
    return files


def _take_turns(database: Database, lake: Lake, day: date, files: Files) -> tuple[float, float]:
    """Medians of the pipeline and of the database's loader."""
    sink = RelationalSink(database)
    sink.create()

    def load() -> None:
        rows = lake.read_days(_LEGS, [day], FACT_CALL_LEG.arrow_schema())
        sink.replace_partition({_LEGS: rows}, "demo", day)

    engine = make_engine(database)
    own, loader = [], []
    for _ in range(RUNS):
        emptied(engine)
        loader.append(seconds(lambda: _load_by_its_own(engine.url, files)))
        emptied(engine)
        own.append(seconds(load))
    engine.dispose()
    sink.close()
    return statistics.median(own), statistics.median(loader)


def emptied(engine: sa.Engine) -> None:
    """An empty table, and nothing left to write of what was there."""
    backend = engine.dialect.name
    with engine.execution_options(isolation_level="AUTOCOMMIT").connect() as connection:
        word = "DELETE FROM" if backend == "sqlite" else "TRUNCATE TABLE"
        connection.exec_driver_sql(f"{word} {_LEGS}")
        after = {
            "postgresql": "CHECKPOINT",
            "mysql": "FLUSH TABLES",
            "sqlite": "PRAGMA wal_checkpoint(TRUNCATE)",
        }
        connection.exec_driver_sql(after[backend])


def _load_by_its_own(url: sa.URL, files: Files) -> None:
    names = ", ".join(FACT_CALL_LEG.names)
    if url.get_backend_name() == "postgresql":
        plain = url.set(drivername="postgresql").render_as_string(hide_password=False)
        copy = f"\\copy {_LEGS} ({names}) from '{files.text}'"
        _run(["psql", plain, "-q", "-v", "ON_ERROR_STOP=1", "-c", copy])
    elif url.get_backend_name() == "mysql":
        server = [f"--host={url.host}", f"--port={url.port or 3306}", f"--user={url.username}"]
        load = f"LOAD DATA LOCAL INFILE '{files.text}' INTO TABLE {_LEGS} CHARACTER SET utf8mb4"
        sql = f"SET time_zone = '+00:00'; {load} ({names})"
        _run(["mariadb", *server, "--local-infile=1", str(url.database), "-e", sql])
    else:
        _run(["sqlite3", str(url.database), f".import --csv {files.csv} {_LEGS}"])


def _run(command: list[str]) -> None:
    subprocess.run(command, check=True, stdout=subprocess.DEVNULL)


def seconds(action: Callable[[], None]) -> float:
    """How long it takes."""
    begin = time.perf_counter()
    action()
    return time.perf_counter() - begin


def _share_of(tables: Mapping[str, pa.Table], legs: int) -> dict[str, pa.Table]:
    """The rows of the first calls, and of the other tables as many as go with them."""
    whole = len(tables[_LEGS])
    return {n: t.slice(0, max(1, len(t) * legs // whole)) for n, t in tables.items()}


def _year(database: Database, tables: Mapping[str, pa.Table], days: int) -> tuple[float, float]:
    """Milliseconds a partition: each loaded by itself, and all of them as one."""
    first = date(2025, 1, 1)
    dates = [first + timedelta(days=number) for number in range(days)]
    moved = [{n: _on(t, day) for n, t in tables.items()} for day in dates]
    sink = RelationalSink(database)
    sink.create()

    def one_by_one() -> None:
        for day, partition in zip(dates, moved, strict=True):
            sink.replace_partition(partition, "demo", day)

    each = seconds(one_by_one)
    for day in dates:
        sink.replace_partition({n: t.slice(0, 0) for n, t in tables.items()}, "demo", day)
    whole = {n: pa.concat_tables([p[n] for p in moved]) for n in tables}
    bulk = seconds(lambda: sink.replace_partition(whole, "demo", first))
    sink.close()
    return each * _DAY_MS / days, bulk * _DAY_MS / days


def _on(table: pa.Table, day: date) -> pa.Table:
    """The rows on another day, under ids of their own."""
    for place, field in enumerate(table.schema):
        if field.name == "local_date":
            table = table.set_column(place, field, pa.repeat(pa.scalar(day), len(table)))
        elif field.name.endswith("_id") and pa.types.is_string(field.type):
            ids = pc.binary_join_element_wise(table[field.name], f"{day:%y%m%d}", "")
            table = table.set_column(place, field, ids)
    return table
