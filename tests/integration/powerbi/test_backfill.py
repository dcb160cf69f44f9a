"""A backfill of years drains at the rate that the service allows, and ends when it was said to.

Time is simulated: the upload's clock is the emulator's, and waiting moves it ahead. Rows and the limits that
count rows are a hundredth of the real ones, requests are as they are.
"""

from __future__ import annotations

import json
from datetime import date, timedelta
from pathlib import Path

import pytest

from insight_pipeline.emulator import Emulator, EmulatorOptions, running_emulator
from insight_pipeline.emulator import Limits as ServiceLimits
from insight_pipeline.sinks.powerbi import changes
from insight_pipeline.sinks.powerbi.delivery import Options
from insight_pipeline.sinks.powerbi.ledger import Ledger
from insight_pipeline.sinks.powerbi.quota import HOUR_SECONDS, Limits, drained_at
from insight_pipeline.sinks.powerbi.service import Service
from insight_pipeline.sinks.powerbi.upload import Partition, Uploader
from tests.integration.powerbi.small import DATASET, FACT, table_of

DAYS, ROWS_A_DAY, ROWS_A_BATCH = 3 * 365, 27, 100
ROWS = DAYS * ROWS_A_DAY


class FreshTokens:
    """A token that is valid however far the clock was moved."""

    def __init__(self, emulator: Emulator) -> None:
        self._emulator = emulator

    def access_token(self, *, renew: bool = False) -> str:  # noqa: ARG002 - always a new one
        return self._emulator.issue_token()


def _history() -> list[Partition]:
    found = []
    for place in range(DAYS):
        day = date(2023, 1, 1) + timedelta(days=place)
        rows = {str(place * ROWS_A_DAY + number): "x" for number in range(ROWS_A_DAY)}
        found.append(
            Partition(f"demo|{day}", json.dumps(list(rows)), lambda rows=rows: table_of(rows))  # type: ignore[misc]
        )
    return found


@pytest.mark.parametrize("rows_an_hour", [10_000, 100_000], ids=["by rows", "by requests"])
def test_three_years_drain_within_the_limits_and_end_when_expected(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, rows_an_hour: int
) -> None:
    monkeypatch.setattr(changes, "MAX_ROWS", ROWS_A_BATCH)
    served = ServiceLimits(rows_an_hour=rows_an_hour, large_table_rows=2_500, rows_a_post=100)
    limits = Limits(rows_an_hour=rows_an_hour, large_table_rows=2_500)
    with running_emulator(EmulatorOptions(limits=served)) as emulator:
        now = emulator.world.now
        ledger = Ledger(tmp_path / "ledger.db")
        options = Options(limits, patience_seconds=float("inf"), now=now, sleep=emulator.advance)
        service = Service(emulator.url, "", FreshTokens(emulator))
        uploader = Uploader(ledger, service, DATASET, options)
        dataset_id = uploader.create()
        assert uploader.plan_fact(FACT, _history()) == ROWS
        waiting = [(FACT.name, rows) for rows in ledger.waiting(DATASET.name, FACT.name)]
        assert len(waiting) == -(-ROWS // ROWS_A_BATCH), "batches are filled"
        started = now()
        expected = drained_at(ledger.usage(DATASET.name), limits, waiting, started) - started
        done = uploader.deliver(dataset_id, FACT)
        taken = now() - started
        service.close()
        assert (done.rows, done.rest_rows, done.hold) == (ROWS, 0, None)
        assert len(emulator.rows(DATASET.name, FACT.name)) == ROWS
        assert {entry.status for entry in emulator.log()} == {200, 201}
        assert taken == pytest.approx(expected, rel=0.1)
        assert expected > HOUR_SECONDS
