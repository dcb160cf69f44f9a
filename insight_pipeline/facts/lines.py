"""R 15: the use of provider lines by quarter hour, from the line list.

A use counts where it begins, and its seconds and the peak wherever it runs: a use over midnight lies in
both days. Which rows count as uses (R 1 to R 4) is decided before.
"""

from __future__ import annotations

import numpy as np
import numpy.typing as npt
import pandas as pd
import pyarrow as pa

from insight_pipeline.facts.intervals import quarter_hour, split_at_quarters
from insight_pipeline.model.calendar import DAY_SECONDS
from insight_pipeline.model.columns import days, flags, instants, ints, table_of
from insight_pipeline.model.tables import FACT_LINE_INTERVAL
from insight_pipeline.model.zone import Zone

Ints = npt.NDArray[np.int64]

_ABOUT_SECONDS = 36 * 3600
"""From noon UTC of a date to beyond its ends in every time zone."""
KEYS = ["local_date", "line_id", "interval_start_utc"]


def line_intervals(uses: pa.Table, zone: Zone, installation: str) -> pa.Table:
    """`fact_line_interval` from uses of lines, each given once for every local date that it touches.

    `uses` has the columns local_date, lineid, start_utc, end_utc and incoming.
    """
    frame = pd.DataFrame(
        {
            "local_date": days(uses, "local_date"),
            "line_id": ints(uses, "lineid"),
            "start": instants(uses, "start_utc"),
            "end": instants(uses, "end_utc"),
            "incoming": flags(uses, "incoming"),
        }
    )
    begun = frame.assign(interval_start_utc=quarter_hour(frame["start"].to_numpy()))
    begun = begun.assign(uses=1, incoming_uses=begun["incoming"].astype("int64"))
    begun, running = _of_their_date(begun, zone), _of_their_date(_running(frame), zone)
    counters = ["uses", "incoming_uses", "busy_seconds"]
    both = pd.concat([begun, running.rename(columns={"seconds": "busy_seconds"})])
    summed = both.groupby(KEYS, sort=True)[counters].sum().astype("int64")
    peak = _peaks(running)
    found = summed.assign(peak_uses=peak.reindex(summed.index).fillna(0).astype("int64"))
    columns = {name: found.reset_index()[name].to_numpy() for name in [*KEYS, *counters]}
    return table_of(
        FACT_LINE_INTERVAL,
        {**columns, "peak_uses": found["peak_uses"].to_numpy(), "installation": installation},
    )


def _running(uses: pd.DataFrame) -> pd.DataFrame:
    """The uses by quarter hour, cut to about their date first: a use may have run for years."""
    noon = uses["local_date"].to_numpy() * DAY_SECONDS + DAY_SECONDS // 2
    start = np.maximum(uses["start"].to_numpy(), noon - _ABOUT_SECONDS)
    end = np.minimum(uses["end"].to_numpy(), noon + _ABOUT_SECONDS)
    return split_at_quarters(uses.assign(start=start), start, end)


def _of_their_date(pieces: pd.DataFrame, zone: Zone) -> pd.DataFrame:
    """Those that lie in the date under which their use is given."""
    day = zone.local_day(pieces["interval_start_utc"].to_numpy())
    return pieces[day == pieces["local_date"].to_numpy()]


def _peaks(pieces: pd.DataFrame) -> pd.Series:
    """The most pieces at one moment of each quarter hour; one that ends makes room first."""
    begin = np.maximum(pieces["start"].to_numpy(), pieces["interval_start_utc"].to_numpy())
    group = pieces.groupby(KEYS, sort=True).ngroup().to_numpy()
    moment = np.concatenate([begin, begin + pieces["seconds"].to_numpy()])
    change = np.repeat([1, -1], len(pieces))
    group = np.tile(group, 2)
    order = np.lexsort((change, moment, group))
    level = np.cumsum(change[order])  # every piece that begins ends too, so each group starts at 0
    keys = pieces[KEYS].drop_duplicates().sort_values(KEYS)
    most = pd.Series(level).groupby(group[order]).max()
    return pd.Series(most.to_numpy(), index=pd.MultiIndex.from_frame(keys))
