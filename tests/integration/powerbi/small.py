"""A small dataset and its uploader, for tests that kill it: one fact, one dimension, wanted rows as JSON.

Everything is the real thing but the tables: ledger, planning, client, delivery, and the emulated service.
"""

from __future__ import annotations

import json
from collections import Counter
from collections.abc import Sequence
from dataclasses import replace
from pathlib import Path

import pyarrow as pa

from insight_pipeline.emulator import Emulator
from insight_pipeline.model.tables import Kind
from insight_pipeline.sinks.powerbi.datasets import (
    Copied,
    Delivered,
    PushColumn,
    PushDataset,
    PushTable,
    PushType,
)
from insight_pipeline.sinks.powerbi.delivery import Delivered as Delivery
from insight_pipeline.sinks.powerbi.delivery import Options
from insight_pipeline.sinks.powerbi.ledger import Ledger
from insight_pipeline.sinks.powerbi.quota import Limits
from insight_pipeline.sinks.powerbi.service import Service, Tokens
from insight_pipeline.sinks.powerbi.upload import Partition, Uploader

SETTLE_SECONDS = 0.25
OPTIONS = Options(
    limits=Limits(requests_a_minute=10_000, margin_seconds=0.0),
    settle_seconds=SETTLE_SECONDS,
    patience_seconds=20.0,
)
Wanted = dict[str, dict[str, str]]
"""Partition -> id -> text; the partition `names` is the dimension."""


def _copied(name: str, kind: Kind, data_type: PushType) -> PushColumn:
    return PushColumn(name, data_type, Copied(name), kind)


FACT = PushTable(
    "fact_x",
    "A fact",
    (
        _copied("id", Kind.INTEGER, PushType.INT64),
        _copied("text", Kind.TEXT, PushType.STRING),
        PushColumn("sign", PushType.INT64, Delivered(), Kind.INTEGER),
        PushColumn("partition_key", PushType.STRING, Delivered(), Kind.TEXT),
        PushColumn("batch_id", PushType.STRING, Delivered(), Kind.TEXT),
    ),
    is_fact=True,
)
DIMENSION = replace(FACT, name="dim_x", columns=FACT.columns[:2], is_fact=False)
DATASET = PushDataset("small", (FACT, DIMENSION), ())


class FixedToken:
    """A token that the emulator gave without a login."""

    def __init__(self, token: str) -> None:
        self._token = token

    def access_token(self, *, renew: bool = False) -> str:  # noqa: ARG002 - it cannot be renewed
        return self._token


def table_of(rows: dict[str, str]) -> pa.Table:
    """Rows of the fact or the dimension."""
    ids = pa.array([int(number) for number in rows], pa.int64())
    return pa.table([ids, pa.array(list(rows.values()), pa.string())], ["id", "text"])


def upload(
    folder: Path,
    url: str,
    token: str | Tokens,
    options: Options = OPTIONS,
    rebuild: Sequence[str] = (),
) -> list[Delivery]:
    """Plan what `folder`/wanted.json wants and deliver it; raises what ended a delivery early."""
    found = deliveries(folder, url, token, options, rebuild)
    for delivery in found:
        if delivery.problem:
            raise delivery.problem
    return found


def deliveries(
    folder: Path,
    url: str,
    token: str | Tokens,
    options: Options = OPTIONS,
    rebuild: Sequence[str] = (),
) -> list[Delivery]:
    """What became of each table, a problem included."""
    wanted: Wanted = json.loads((folder / "wanted.json").read_text(encoding="utf-8"))
    ledger = Ledger(folder / "ledger.db")
    service = Service(url, "", FixedToken(token) if isinstance(token, str) else token)
    uploader = Uploader(ledger, service, DATASET, options)
    with uploader.alone():
        dataset_id = uploader.create()
        for table in rebuild:
            ledger.new_epoch(DATASET.name, table)
        partitions = [
            Partition(key, json.dumps(rows), lambda rows=rows: table_of(rows))  # type: ignore[misc]
            for key, rows in wanted.items()
            if key != "names"
        ]
        uploader.plan_fact(FACT, partitions)
        uploader.plan_dimension(DIMENSION, table_of(wanted["names"]))
        found = [uploader.deliver(dataset_id, table) for table in DATASET.tables]
    service.close()
    return found


def write_wanted(folder: Path, wanted: Wanted) -> None:
    """Put what is wanted in place in one step."""
    file = folder / "wanted.json"
    file.with_suffix(".tmp").write_text(json.dumps(wanted), encoding="utf-8")
    file.with_suffix(".tmp").replace(file)


def assert_held_once(emulator: Emulator, wanted: Wanted) -> None:
    """The fact's rows, summed over `sign`, and the dimension's rows are those that are wanted, each once."""
    sums: Counter[tuple[object, ...]] = Counter()
    for row in emulator.rows(DATASET.name, FACT.name):
        assert isinstance(row["sign"], int)
        sums[row["partition_key"], str(row["id"]), row["text"]] += row["sign"]
    assert {key: count for key, count in sums.items() if count} == {
        (key, *row): 1 for key, rows in wanted.items() if key != "names" for row in rows.items()
    }
    names = [(str(row["id"]), row["text"]) for row in emulator.rows(DATASET.name, DIMENSION.name)]
    assert sorted(names) == sorted(wanted["names"].items())


def put_back(folder: Path, backup: bytes) -> None:
    """The ledger as it was, as restored from a backup."""
    for file in folder.glob("ledger.db*"):
        file.unlink()
    (folder / "ledger.db").write_bytes(backup)
