"""R 6 and dim_line: the newest name that rows give to an account or line, by local date of the row.

Every row that R 3 keeps counts, also those that are no legs. Which ids are in a dimension, and which
have a name of their own in the directory, is for `facts.dimensions`.
"""

from __future__ import annotations

import numpy as np
import numpy.typing as npt
import pandas as pd
import pyarrow as pa
import pyarrow.compute as pc

from insight_pipeline.legs.parties import split_column
from insight_pipeline.model.columns import ints

Ints = npt.NDArray[np.int64]

NAME_SCHEMA = pa.schema(
    [
        ("local_date", pa.date32()),
        ("role", pa.string()),
        ("id", pa.int64()),
        ("cdr_id", pa.int64()),
        ("name", pa.string()),
    ]
)


def names_in_rows(rows: pa.Table, row_days: Ints) -> pa.Table:
    """Names of accounts (role account_name) and lines (line_name) in kept call list rows."""
    ends = [
        _newest(rows, row_days, f"{end}accountid", split_column(rows[f"{end}callerid"])[1])
        for end in ("caller", "called")
    ]
    both = pa.concat_tables(ends)
    accounts = both.filter(pc.greater(both["id"], 0))
    lines = _newest(rows, row_days, "lineid", rows["linename"].cast(pa.string()))
    return pa.concat_tables([_in_role(accounts, "account_name"), _in_role(lines, "line_name")])


def _newest(rows: pa.Table, row_days: Ints, id_column: str, names: pa.Array) -> pa.Table:
    """For each day and id the name on the row with the highest id that has one."""
    named = pc.and_(pc.is_valid(names), pc.is_valid(rows[id_column]))
    at = np.flatnonzero(np.asarray(named))
    frame = pd.DataFrame(
        {"day": row_days[at], "id": ints(rows, id_column)[at], "cdr_id": ints(rows, "id")[at]}
    )
    newest = frame.groupby(["day", "id"], sort=False)["cdr_id"].idxmax().to_numpy(np.int64)
    chosen = frame.iloc[newest]
    return pa.table(
        {
            "local_date": pa.array(chosen["day"].to_numpy(np.int32), pa.int32()).cast(pa.date32()),
            "id": chosen["id"].to_numpy(np.int64),
            "cdr_id": chosen["cdr_id"].to_numpy(np.int64),
            "name": names.take(pa.array(at[newest])),
        }
    )


def _in_role(names: pa.Table, role: str) -> pa.Table:
    roles = pa.repeat(pa.scalar(role), len(names))
    return names.append_column("role", roles).select(NAME_SCHEMA.names).cast(NAME_SCHEMA)
