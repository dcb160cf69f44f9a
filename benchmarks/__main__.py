"""`python -m benchmarks [--quick]`: a day of a million legs to every sink, and a year by backfill."""

from __future__ import annotations

import json
import statistics
import subprocess
import sys
import tempfile
import time
from datetime import date
from pathlib import Path

from benchmarks.databases import measure
from benchmarks.day import DAY
from benchmarks.exports import days_from, write_days
from insight_pipeline.orchestration.site import Site
from insight_pipeline.settings import load_settings

RUNS = 3
ROWS_AN_HOUR = 1_000_000
"""What the service takes of a dataset."""
_UPLOAD_PARTS = {
    "plan": "plan (what differs, in batches)",
    "serialise": "serialise (rows to JSON)",
    "ledger": "ledger (rows and states, synced to disk)",
    "request": "requests (waiting for the service)",
    "rest": "rest",
}


def main() -> None:
    """Run every benchmark and print its medians."""
    scale = 20 if "--quick" in sys.argv else 1
    _large_day(1_000_000 // scale)
    _databases(1_000_000 // scale, 365 // scale)
    _year(365 // scale, 2_000)
    _upload(1_000_000 // scale)


def settings_file(folder: Path, start: date) -> Path:
    """The settings of an installation `demo` that keeps everything below `folder`."""
    config = folder / "insight.toml"
    config.write_text(
        'landing_dir = "landing"\ndata_dir = "data"\n[installations.demo]\n'
        f'timezone = "Europe/Berlin"\nstart_date = {start}\n'
        '[sinks.relational]\nurl = "sqlite:///data/insight.db"\n',
        encoding="utf-8",
    )
    return config


def _large_day(legs: int) -> None:
    """CPU seconds from landing file to lake, median of several processes."""
    results = []
    for _ in range(RUNS):
        with tempfile.TemporaryDirectory() as folder:
            config = settings_file(Path(folder), date(2026, 3, 1))
            write_days(Path(folder) / "landing", [DAY], legs)
            command = [sys.executable, "-m", "benchmarks.day", str(config)]
            done = subprocess.run(command, capture_output=True, text=True, check=True)
            results.append(json.loads(done.stdout))
    total = statistics.median(sum(r["cpu_seconds"].values()) for r in results)
    print(f"one day, {results[0]['legs']} legs, landing file to lake, median of {RUNS}:")
    for name in results[0]["cpu_seconds"]:
        print(
            f"  {name:22} {statistics.median(r['cpu_seconds'][name] for r in results):6.2f} CPU-s"
        )
    print(
        f"  {'total':22} {total:6.2f} CPU-s, {results[0]['legs'] / total:,.0f} legs a second and core"
    )
    print(f"  peak memory {max(r['peak_mb'] for r in results)} MB")


def _databases(legs: int, days: int) -> None:
    """Lake to commit, beside what the databases' own loaders take."""
    with tempfile.TemporaryDirectory() as folder:
        config = settings_file(Path(folder), date(2026, 3, 1))
        write_days(Path(folder) / "landing", [DAY], legs)
        command = [sys.executable, "-m", "benchmarks.day", str(config)]
        subprocess.run(command, check=True, stdout=subprocess.DEVNULL)
        measure(Site("demo", load_settings(config, {})), DAY, Path(folder), days)


def _year(days: int, legs: int) -> None:
    """Wall seconds of one `insight backfill` to lake and SQLite, checks included."""
    with tempfile.TemporaryDirectory() as folder:
        first = date(2025, 1, 1)
        config = settings_file(Path(folder), first)
        wanted = days_from(first, days)
        rows = write_days(Path(folder) / "landing", wanted, legs)
        command = [sys.executable, "-m", "insight_pipeline.cli.main", "--config", str(config)]
        command += ["backfill", "--from", str(wanted[0]), "--to", str(wanted[-1])]
        begin = time.perf_counter()
        subprocess.run(command, check=True, stdout=subprocess.DEVNULL)
        print(f"backfill of {days} days, {rows} legs: {time.perf_counter() - begin:.0f} s")


def _upload(rows: int) -> None:
    """Wall seconds of an upload to a service that answers at once, by part; median of several processes."""
    results = []
    for _ in range(RUNS):
        command = [sys.executable, "-m", "benchmarks.upload", str(rows)]
        done = subprocess.run(command, capture_output=True, text=True, check=True)
        results.append(json.loads(done.stdout))
    pushed, requests = results[0]["rows"], results[0]["requests"]
    print(f"{pushed} calls to Power BI in {requests} requests, median of {RUNS}:")
    wall, cpu = (
        {part: statistics.median(r[clock][part] for r in results) for part in results[0][clock]}
        for clock in ("wall", "cpu")
    )
    for part, what in _UPLOAD_PARTS.items():
        print(f"  {what:40} {wall[part]:6.2f} s, {cpu[part]:6.2f} CPU-s")
    total = statistics.median(sum(r["wall"].values()) for r in results)
    own = statistics.median(sum(r["wall"].values()) - r["wall"]["request"] for r in results)
    quota = pushed / ROWS_AN_HOUR * 3600
    print(f"  {'total':40} {total:6.2f} s, {pushed / total:,.0f} rows a second")
    print(
        f"  own work where the service answers at once (no network, no service): {own / total:.0%}"
    )
    print(f"  own work in the {quota:,.0f} s that the service's own limit takes: {own / quota:.1%}")


if __name__ == "__main__":
    main()
