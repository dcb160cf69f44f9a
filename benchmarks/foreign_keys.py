"""What foreign keys to dimensions would cost: `python -m benchmarks.foreign_keys [legs]`.

The same day of legs is loaded into two databases of a server, of which one has keys from `fact_call_leg`
to `dim_agent`, `dim_queue` and `dim_line`; both take turns. Printed are the medians of their seconds.
"""

from __future__ import annotations

import statistics
import subprocess
import sys
import tempfile
from contextlib import ExitStack
from datetime import date
from functools import partial
from pathlib import Path

import pyarrow as pa
import pyarrow.compute as pc
import sqlalchemy as sa

from benchmarks.__main__ import settings_file
from benchmarks.databases import emptied, seconds
from benchmarks.day import DAY
from benchmarks.exports import write_days
from insight_pipeline.model.tables import FACT_CALL_LEG, TABLES, Kind
from insight_pipeline.orchestration.site import Site
from insight_pipeline.settings import load_settings
from insight_pipeline.sinks.relational.connecting import Database, make_engine
from insight_pipeline.sinks.relational.writer import RelationalSink
from tests.servers import fresh_database, url_of

RUNS = 5
LEGS = 1_000_000
KEYS = {"dim_agent": "agent_id", "dim_queue": "queue_id", "dim_line": "line_id"}
_FILL = {Kind.TEXT: "x", Kind.FLAG: False, Kind.INTEGER: 1}


def main() -> None:
    """Make the legs, load them by turns, print the medians."""
    legs = int(sys.argv[1]) if len(sys.argv) > 1 else LEGS
    with tempfile.TemporaryDirectory() as folder:
        rows = _legs(Path(folder), legs)
    print(f"{len(rows)} legs, foreign keys to {', '.join(KEYS)}, seconds (medians of {RUNS}):")
    for kind in ("postgresql", "mariadb"):
        without, with_keys = _by_turns(kind, rows)
        ratio = with_keys / without
        print(f"  {kind:11} without {without:6.2f}, with {with_keys:6.2f}, ratio {ratio:.2f}")


def _legs(folder: Path, legs: int) -> pa.Table:
    config = settings_file(folder, date(2026, 3, 1))
    write_days(folder / "landing", [DAY], legs)
    command = [sys.executable, "-m", "benchmarks.day", str(config)]
    subprocess.run(command, check=True, stdout=subprocess.DEVNULL)
    site = Site("demo", load_settings(config, {}))
    return site.lake.read_days(FACT_CALL_LEG.name, [DAY], FACT_CALL_LEG.arrow_schema())


def _by_turns(kind: str, rows: pa.Table) -> tuple[float, float]:
    load = {FACT_CALL_LEG.name: rows}
    times: dict[bool, list[float]] = {False: [], True: []}
    with ExitStack() as stack:
        sinks, engines = {}, {}
        for has_keys in times:
            database = Database(stack.enter_context(fresh_database(url_of(kind))))
            sinks[has_keys], engines[has_keys] = RelationalSink(database), make_engine(database)
            sinks[has_keys].create()
            sinks[has_keys].replace_tables({n: _dimension(n, rows) for n in KEYS}, "demo")
            if has_keys:
                _declare(engines[has_keys])
        for _ in range(RUNS):
            for has_keys, sink in sinks.items():
                emptied(engines[has_keys])
                taken = seconds(partial(sink.replace_partition, load, "demo", DAY))
                times[has_keys].append(taken)
        for has_keys, sink in sinks.items():
            sink.close()
            engines[has_keys].dispose()
    return statistics.median(times[False]), statistics.median(times[True])


def _dimension(name: str, rows: pa.Table) -> pa.Table:
    """As much of a dimension as the legs refer to."""
    table = TABLES[name]
    ids = pc.unique(rows[KEYS[name]].combine_chunks()).drop_null()
    known = {"installation": "demo"}
    columns = [
        ids
        if column.name == KEYS[name]
        else pa.array([known.get(column.name, _FILL.get(column.kind))] * len(ids), field.type)
        for column, field in zip(table.columns, table.arrow_schema(), strict=True)
    ]
    return pa.table(columns, schema=table.arrow_schema())


def _declare(engine: sa.Engine) -> None:
    with engine.begin() as connection:
        for dimension, column in KEYS.items():
            connection.exec_driver_sql(
                f"ALTER TABLE {FACT_CALL_LEG.name} ADD FOREIGN KEY (installation, {column}) "
                f"REFERENCES {dimension} (installation, {column})"
            )


if __name__ == "__main__":
    main()
