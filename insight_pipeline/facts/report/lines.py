"""Use of the provider lines (R 15): uses, peaks, and Erlang, the mean number of channels in use."""

from __future__ import annotations

import numpy as np
import numpy.typing as npt
import pandas as pd
import pyarrow as pa

from insight_pipeline.facts.report.summing import instant_of, names_of, number_of
from insight_pipeline.model.calendar import DAY_SECONDS, QUARTER_SECONDS, QUARTERS_A_DAY
from insight_pipeline.model.columns import days, instants, ints, is_text
from insight_pipeline.model.report.figures import LineRow, Lines, Traffic
from insight_pipeline.model.report.given import Given
from insight_pipeline.model.zone import Zone

_COLUMNS = ("line_id", "uses", "incoming_uses", "busy_seconds", "peak_uses")


def lines(given: Given) -> Lines:
    """Lines by seconds in use, and all of them together by time of day; nothing without a line list."""
    table = given.tables["fact_line_interval"]
    if not len(table):
        return Lines((), None, None, None)
    frame = pd.DataFrame({name: ints(table, name) for name in _COLUMNS})
    frame["start"] = instants(table, "interval_start_utc")
    together = frame.groupby("start")["busy_seconds"].sum()
    busiest = int(together.index[int(together.argmax())])
    return Lines(
        _rows(frame, names_of(given.tables["dim_line"], "line_id")),
        _traffic(together, Zone.of(given.period.timezone), _days_told(given)),
        float(together.max()) / QUARTER_SECONDS,
        instant_of(busiest),
    )


def _days_told(given: Given) -> int:
    """Loaded days of which a line list tells: within one that was read, or with a use."""
    zone = Zone.of(given.period.timezone)
    table, files = given.tables["fact_line_interval"], given.tables["ingest_file"]
    files = files.filter(pa.array(is_text(files, "kind", "line_list")))
    files = files.filter(files["first_start_utc"].is_valid())
    first, last = (
        zone.local_day(instants(files, name))[:, None]
        for name in ("first_start_utc", "last_start_utc")
    )
    loaded = np.array([number_of(day) for day in given.period.loaded], dtype=np.int64)
    is_within = ((first <= loaded) & (loaded <= last)).any(axis=0)
    return int((is_within | np.isin(loaded, days(table, "local_date"))).sum())


def _rows(frame: pd.DataFrame, names: dict[int, str]) -> tuple[LineRow, ...]:
    groups = frame.groupby("line_id")
    sums = groups[["uses", "incoming_uses", "busy_seconds"]].sum()
    sums = sums.sort_values("busy_seconds", ascending=False, kind="stable")
    fullest = frame.loc[groups["peak_uses"].idxmax()].set_index("line_id").loc[sums.index]
    longest = frame.loc[groups["busy_seconds"].idxmax()].set_index("line_id").loc[sums.index]
    columns = (
        sums.index,
        *(sums[name] for name in ("uses", "incoming_uses", "busy_seconds")),
        *(fullest["peak_uses"], fullest["start"]),
        *(longest["busy_seconds"], longest["start"]),
    )
    return tuple(
        LineRow(
            line,
            names.get(line),
            uses,
            incoming,
            busy_seconds,
            peak_uses,
            instant_of(fullest_at),
            busy / QUARTER_SECONDS,
            instant_of(busiest_at),
        )
        for line, uses, incoming, busy_seconds, peak_uses, fullest_at, busy, busiest_at in zip(
            *(column.tolist() for column in columns), strict=True
        )
    )


def _traffic(together: pd.Series, zone: Zone, days: int) -> Traffic:
    """Quarter hours without any use count as zero in the mean."""
    starts = together.index.to_numpy(np.int64)
    quarter = zone.wall(starts) % DAY_SECONDS // QUARTER_SECONDS
    busy: npt.NDArray[np.int64] = together.to_numpy(np.int64)
    sums = np.bincount(quarter, weights=busy, minlength=QUARTERS_A_DAY)
    peaks = np.zeros(QUARTERS_A_DAY)
    np.maximum.at(peaks, quarter, busy)
    return Traffic(
        tuple((sums / (QUARTER_SECONDS * days)).tolist()),
        tuple((peaks / QUARTER_SECONDS).tolist()),
    )
