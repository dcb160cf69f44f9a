"""What the search for canaries finds: a planted text in every kind of storage that the program uses."""

from __future__ import annotations

import base64
import gzip
import pickle
import sqlite3
import zipfile
import zlib
from collections.abc import Callable
from pathlib import Path

import dagster as dg
import pyarrow as pa
import pyarrow.parquet as pq
import pytest

from insight_pipeline.sinks.powerbi.ledger import Ledger
from tests.integration.canaries.searching import planted_in

CANARY = "Canary-4971155500123-planted"
PLANTED = {"canary": CANARY}


def _found(folder: Path) -> set[str]:
    return {where for _, where in planted_in(folder, PLANTED)}


def _column(value: object, folder: Path) -> None:
    with sqlite3.connect(folder / "file.db") as connection:
        connection.execute("CREATE TABLE t (a, b)")
        connection.execute("INSERT INTO t VALUES (1, ?)", (value,))


def _parquet(folder: Path) -> None:
    rows = pa.table({"id": [1], "text": [CANARY]})
    pq.write_table(rows, folder / "file.parquet", compression="zstd", write_statistics=False)


def _zstd(folder: Path) -> None:
    with pa.output_stream(folder / "file.zst", compression="zstd") as stream:
        stream.write(CANARY.encode() * 100)


def _zip(folder: Path) -> None:
    with zipfile.ZipFile(folder / "file.zip", "w", zipfile.ZIP_DEFLATED) as packed:
        packed.writestr("inner.txt", CANARY * 100)


PLACES: dict[str, Callable[[Path], object]] = {
    "text": lambda folder: (folder / "said").write_text(f"x{CANARY}x"),
    "name": lambda folder: (folder / CANARY).touch(),
    "pickle": lambda folder: (folder / "file.pkl").write_bytes(pickle.dumps({"a": [CANARY]})),
    "zlib": lambda folder: (folder / "file").write_bytes(zlib.compress(CANARY.encode())),
    "gzip": lambda folder: (folder / "file.gz").write_bytes(gzip.compress(CANARY.encode())),
    "zstd": _zstd,
    "parquet": _parquet,
    "zip": _zip,
    "column": lambda folder: _column(CANARY, folder),
    "blob": lambda folder: _column(zlib.compress(CANARY.encode()), folder),
    "base64": lambda folder: _column(base64.b64encode(zlib.compress(CANARY.encode())), folder),
}


@pytest.mark.parametrize("place", PLACES)
def test_a_text_is_found_however_it_is_packed(tmp_path: Path, place: str) -> None:
    assert _found(tmp_path) == set()
    PLACES[place](tmp_path)
    assert _found(tmp_path)


def test_rows_of_the_ledger_are_found_and_named(tmp_path: Path) -> None:
    ledger = Ledger(tmp_path / "powerbi.db")
    rows = pa.table({"text": [CANARY, "other"], "sign": [1, 1], "partition_key": ["a", "b"]})
    ledger.plan(ledger.table("dataset", "fact_x"), [rows], {"a": "1"})
    assert "powerbi.db:batch.content" in _found(tmp_path)
    ledger.set_table("dataset", "fact_x", hold="IA-551", hold_detail=CANARY)
    assert "powerbi.db:push_table.hold_detail" in _found(tmp_path)


@dg.op(description=f"op {CANARY}")
def described() -> None:
    """An op whose description is planted."""


@dg.op
def failing() -> None:
    print(f"printed {CANARY}")
    raise ValueError(CANARY)


@dg.job
def planted_job() -> None:
    described()


@dg.job
def failing_job() -> None:
    failing()


def _snapshot(instance: dg.DagsterInstance) -> None:
    planted_job.execute_in_process(instance=instance)


def _failure(instance: dg.DagsterInstance) -> None:
    failing_job.execute_in_process(instance=instance, raise_on_error=False)


def _tagged(instance: dg.DagsterInstance) -> None:
    failing_job.execute_in_process(instance=instance, raise_on_error=False, tags={"a": CANARY})


def _observation(instance: dg.DagsterInstance) -> None:
    metadata = {"state": dg.MetadataValue.text(CANARY)}
    instance.report_runless_asset_event(dg.AssetObservation("a", metadata=metadata))


def _cursor(instance: dg.DagsterInstance) -> None:
    storage = instance.daemon_cursor_storage
    storage.set_cursor_values({"cursor": CANARY})


@pytest.mark.parametrize(
    ("plant", "kinds"),
    [
        (_snapshot, {"snapshots.snapshot_body"}),
        (_failure, {"event_logs.event"}),
        (_tagged, {"runs.run_body", "run_tags.value"}),
        (_observation, {"event_logs.event"}),
        (_cursor, {"kvs.value"}),
    ],
)
def test_what_dagster_keeps_is_found(
    tmp_path: Path, plant: Callable[[dg.DagsterInstance], None], kinds: set[str]
) -> None:
    with dg.DagsterInstance.local_temp(str(tmp_path)) as instance:
        plant(instance)
    columns = {where.rpartition(":")[2] for where in _found(tmp_path)}
    assert kinds <= columns


def test_what_a_step_prints_is_found_in_its_log(tmp_path: Path) -> None:
    with dg.DagsterInstance.local_temp(str(tmp_path)) as instance:
        _failure(instance)
    assert any(where.endswith((".out", ".err")) for where in _found(tmp_path))
