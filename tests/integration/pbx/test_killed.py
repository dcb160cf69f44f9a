"""A reading killed at any point: the next one goes on, and every row is there once."""

from __future__ import annotations

import random
import signal
import subprocess
import sys
import time
from pathlib import Path

import pytest

from insight_pipeline.model.rows import CALL_LIST
from tests.integration.pbx.database import Pbx, row, rows_read, site_of, stored, table_of

pytestmark = [pytest.mark.services, pytest.mark.slow]
_ROWS, _ROUNDS = 4000, 12
_READ = """
import sys
from pathlib import Path
from insight_pipeline.orchestration.site import Site
from insight_pipeline.settings import load_settings
site = Site("demo", load_settings(Path(sys.argv[1]), {}))
print("ready", flush=True)
site.pbx_table.read()
"""


def test_readings_that_are_killed_lose_nothing_and_double_nothing(tmp_path: Path, pbx: Pbx) -> None:
    seed = random.SystemRandom().randrange(1 << 30)
    print("seed", seed)
    chance = random.Random(seed)
    begin = int(time.time()) - _ROWS
    with pbx.connection.transaction():
        pbx.put(row(number, start=begin + number) for number in range(1, _ROWS + 1))
    site = site_of(tmp_path, pbx.url, "batch_rows = 100\n")
    progress = []
    for _ in range(_ROUNDS):
        _read_and_kill(tmp_path / "insight.toml", chance.uniform(0, 0.25))
        progress.append(table_of(site).progress.newest)
    print("read to", progress)
    table_of(site).read()
    assert stored(site) == pbx.contents()
    assert rows_read(site) == _ROWS
    site.refresh_reports()
    reports = site.raw.index.reports(CALL_LIST.name).values()
    assert sum(report.accepted for report in reports) == _ROWS


def _read_and_kill(config: Path, seconds: float) -> None:
    """Start a reading in a process of its own, and kill it so long after it began."""
    process = subprocess.Popen([sys.executable, "-c", _READ, str(config)], stdout=subprocess.PIPE)
    assert process.stdout is not None
    with process.stdout:
        assert process.stdout.readline() == b"ready\n"
        time.sleep(seconds)
        process.send_signal(signal.SIGKILL)
        process.wait()
