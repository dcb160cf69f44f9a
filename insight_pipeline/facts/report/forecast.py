"""What an ordinary week is expected to bring, by queue, from `forecast_queue_interval`."""

from __future__ import annotations

import numpy as np
import pandas as pd
import pyarrow.compute as pc

from insight_pipeline.facts.report.summing import names_of
from insight_pipeline.model.calendar import DAYS_A_WEEK, HOURS_A_DAY, QUARTERS_A_DAY
from insight_pipeline.model.report.forecast import Expected, ExpectedRow
from insight_pipeline.model.report.given import Given

_QUARTERS_AN_HOUR = QUARTERS_A_DAY // HOURS_A_DAY


def expected(given: Given) -> Expected:
    """Queues by the calls of a week, within their hours where these are known."""
    table = given.tables["forecast_queue_interval"]
    table = table.filter(pc.fill_null(table["is_open"], True))  # noqa: FBT003 - a value, not a switch
    if not len(table):
        return Expected((), None, None, None)
    names = names_of(given.tables["dim_queue"], "queue_id")
    rows = [
        _row(int(queue), names.get(int(queue), str(queue)), cells)
        for queue, cells in table.to_pandas().groupby("queue_id")
    ]
    rows.sort(key=lambda row: (-row.week_offered, row.queue_id))
    first, last = pc.min(table["first_date"]).as_py(), pc.max(table["last_date"]).as_py()
    return Expected(tuple(rows), first, last, table["target_service_level"][0].as_py())


def _row(queue: int, name: str, cells: pd.DataFrame) -> ExpectedRow:
    busiest = cells.sort_values("expected_offered", ascending=False, kind="stable").iloc[0]
    needed = busiest["agents_needed"]
    return ExpectedRow(
        queue,
        name,
        float(cells["expected_offered"].sum()),
        int(busiest["weekday"]),
        int(busiest["interval_of_day"]),
        float(busiest["expected_offered"]),
        float(busiest["low_offered"]),
        float(busiest["high_offered"]),
        None if pd.isna(needed) else int(needed),
        _by_hour(cells),
    )


def _by_hour(cells: pd.DataFrame) -> tuple[tuple[int, ...], ...]:
    grid = np.zeros((DAYS_A_WEEK, HOURS_A_DAY), dtype=np.int64)
    place = (
        cells["weekday"].to_numpy() - 1,
        cells["interval_of_day"].to_numpy() // _QUARTERS_AN_HOUR,
    )
    np.maximum.at(grid, place, cells["agents_needed"].fillna(0).to_numpy(np.int64))
    return tuple(map(tuple, grid.tolist()))
