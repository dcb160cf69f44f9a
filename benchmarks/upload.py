"""A million rows to Power BI, as the upload plans and sends them; run as a process of its own.

The service answers at once and the limits are lifted, so that what is left is our own work. Parts of the
product are timed from outside, by subclasses and wrappers; nothing in it knows of the clock.
"""

from __future__ import annotations

import json
import sys
import tempfile
import time
from collections import defaultdict, deque
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from datetime import date, timedelta
from functools import partial
from pathlib import Path
from typing import Any

import pyarrow as pa
import pyarrow.compute as pc

from benchmarks.day import DAY, stages
from benchmarks.exports import write_days
from benchmarks.instant_service import instant_service
from insight_pipeline.model.tables import TABLES
from insight_pipeline.orchestration.site import Site
from insight_pipeline.settings import load_settings
from insight_pipeline.sinks.powerbi import delivery
from insight_pipeline.sinks.powerbi.datasets import PushDataset, historical
from insight_pipeline.sinks.powerbi.delivery import Options
from insight_pipeline.sinks.powerbi.ledger import Ledger
from insight_pipeline.sinks.powerbi.quota import Limits
from insight_pipeline.sinks.powerbi.service import Service
from insight_pipeline.sinks.powerbi.upload import Partition, Uploader

FACT = "fact_call"
LEGS_A_DAY = 40_000
LIFTED = Limits(
    rows_an_hour=10**9,
    requests_a_minute=10**9,
    requests_an_hour_when_large=10**9,
    stored_rows=10**9,
)


class Watch:
    """Wall and CPU seconds by part; what a part calls that is a part itself does not count in it."""

    def __init__(self) -> None:
        """Start with what belongs to no part."""
        self.wall: defaultdict[str, float] = defaultdict(float)
        self.cpu: defaultdict[str, float] = defaultdict(float)
        self._parts = ["rest"]
        self._at = time.perf_counter(), time.process_time()

    @contextmanager
    def part(self, name: str) -> Iterator[None]:
        """Count what is done in the context as this part."""
        self._lap()
        self._parts.append(name)
        try:
            yield
        finally:
            self._lap()
            self._parts.pop()

    def timed(self, name: str, function: Callable[..., Any]) -> Callable[..., Any]:
        """The function, counted as a part."""

        def call(*arguments: Any, **named: Any) -> Any:  # noqa: ANN401 - whatever it takes
            with self.part(name):
                return function(*arguments, **named)

        return call

    def _lap(self) -> None:
        now = time.perf_counter(), time.process_time()
        self.wall[self._parts[-1]] += now[0] - self._at[0]
        self.cpu[self._parts[-1]] += now[1] - self._at[1]
        self._at = now


class _Token:
    """A token that nobody checks."""

    def access_token(self, *, renew: bool = False) -> str:  # noqa: ARG002 - it lasts for ever
        return "benchmark"


def main(rows: int) -> None:
    """Upload so many rows, and print the seconds of each part as JSON."""
    with tempfile.TemporaryDirectory() as folder, instant_service() as url:
        calls = _calls(Path(folder))
        dataset = historical("call", "de", {"demo": "Europe/Berlin"})
        partitions = list(_partitions(calls, rows))
        watch = Watch()
        uploader = _uploader(Path(folder) / "ledger.db", url, dataset, watch)
        done = _upload(uploader, dataset, partitions, watch)
    found = {"rows": done.rows, "requests": done.requests, "wall": watch.wall, "cpu": watch.cpu}
    print(json.dumps(found))


def _uploader(file: Path, url: str, dataset: PushDataset, watch: Watch) -> Uploader:
    names = [name for name, value in vars(Ledger).items() if name[0] != "_" and callable(value)]
    timed = {name: watch.timed("ledger", getattr(Ledger, name)) for name in names}
    ledger: Ledger = type("TimedLedger", (Ledger,), timed)(file)
    once = {"_once": watch.timed("request", vars(Service)["_once"])}
    service: Service = type("TimedService", (Service,), once)(url, "", _Token())
    delivery.body = watch.timed("serialise", delivery.body)  # type: ignore[attr-defined]
    return Uploader(ledger, service, dataset, Options(limits=LIFTED))


def _upload(
    uploader: Uploader, dataset: PushDataset, partitions: list[Partition], watch: Watch
) -> delivery.Delivered:
    with uploader.alone():
        dataset_id = uploader.create()
        table = dataset.table(FACT)
        with watch.part("plan"):
            uploader.plan_fact(table, partitions)
        with watch.part("rest"):
            return uploader.deliver(dataset_id, table)


def _calls(folder: Path) -> pa.Table:
    """The calls of a day, as the pipeline makes them."""
    config = folder / "insight.toml"
    config.write_text(
        'landing_dir = "landing"\ndata_dir = "data"\n[installations.demo]\n'
        'timezone = "Europe/Berlin"\nstart_date = 2026-03-01\n',
        encoding="utf-8",
    )
    write_days(folder / "landing", [DAY], LEGS_A_DAY)
    site = Site("demo", load_settings(config, {}))
    deque(stages(site), maxlen=0)
    return site.lake.read_days(FACT, [DAY], TABLES[FACT].arrow_schema())


def _partitions(calls: pa.Table, rows: int) -> Iterator[Partition]:
    """The day over and over, each time with another date and ids of its own, until the rows are enough."""
    for number in range(-(-rows // len(calls))):
        day = DAY + timedelta(days=number)
        most = rows - number * len(calls)
        yield Partition(f"demo|{day}", str(number), partial(_copy, calls.slice(0, most), day))


def _copy(calls: pa.Table, day: date) -> pa.Table:
    for name, values in (
        ("call_id", pc.binary_join_element_wise(calls["call_id"], str(day), "-")),
        ("local_date", pa.repeat(pa.scalar(day), len(calls))),
    ):
        place = calls.schema.get_field_index(name)
        calls = calls.set_column(place, calls.schema.field(name), values)
    return calls


if __name__ == "__main__":
    main(int(sys.argv[1]))
