"""Uses of provider lines: rows of the line list that R 3 keeps, in UTC (R 4), under the dates they touch.

A use over midnight is given for both days, so that a partition of lines needs no other one. What is
counted of the uses belongs to `facts.lines`.
"""

from __future__ import annotations

import numpy as np
import numpy.typing as npt
import pyarrow as pa

from insight_pipeline.legs.time import decide, row_times
from insight_pipeline.model.rows import LINE_LIST
from insight_pipeline.model.zone import Zone

Ints = npt.NDArray[np.int64]

LINE_USE_SCHEMA = pa.schema(
    [
        ("local_date", pa.date32()),
        ("lineid", pa.int64()),
        ("linename", pa.string()),
        ("id", pa.int64()),
        ("start_utc", pa.timestamp("s")),
        ("end_utc", pa.timestamp("s")),
        ("incoming", pa.bool_()),
    ]
)


def line_uses(rows: pa.Table, zone: Zone, days: Ints) -> pa.Table:
    """Ended rows as uses (LINE_USE_SCHEMA), once for each of `days` (ascending) that they touch."""
    times = decide(row_times(rows, LINE_LIST.end), zone)
    first = zone.local_day(times.start)
    last = np.maximum(first, zone.local_day(times.end - 1))
    begin, end = np.searchsorted(days, first), np.searchsorted(days, last, side="right")
    row = np.repeat(np.arange(len(rows)), end - begin)
    place = np.arange(len(row)) - np.repeat(np.cumsum(end - begin) - end, end - begin)
    used = rows.select(["lineid", "linename", "id", "incoming"]).take(pa.array(row))
    columns = {
        **{name: used[name] for name in used.column_names},
        "local_date": pa.array(days[place].astype(np.int32)),
        "start_utc": pa.array(times.start[row]),
        "end_utc": pa.array(times.end[row]),
    }
    return pa.table(
        [columns[field.name].cast(field.type) for field in LINE_USE_SCHEMA], LINE_USE_SCHEMA
    )
