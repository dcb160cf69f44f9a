"""R 6 and dim_line: the newest name that rows give to an account or line, by local date of the row.

Every row that R 3 keeps counts, also those that are no legs. Which ids are in a dimension, and which
have a name of their own in the directory, is for `facts.dimensions`.
"""

from __future__ import annotations

import numpy as np
import numpy.typing as npt
import pandas as pd
import pyarrow as pa

from insight_pipeline.legs.parties import split_column
from insight_pipeline.model.columns import NO_ID, ints

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
        _newest(rows, row_days, f"{end}accountid", f"{end}callerid", is_caller_id=True)
        for end in ("called", "caller")  # where a row names both, the caller's name stands
    ]
    lines = _newest(rows, row_days, "lineid", "linename", is_caller_id=False)
    accounts = pa.concat_tables(ends)
    return pa.concat_tables([_in_role(accounts, "account_name"), _in_role(lines, "line_name")])


def _newest(
    rows: pa.Table, row_days: Ints, id_column: str, text_column: str, *, is_caller_id: bool
) -> pa.Table:
    """For each day and id the name on the row with the highest id that has one.

    Accounts are ids above 0; the name is a part of the text where that is a caller id.
    """
    ids = ints(rows, id_column)
    at = np.flatnonzero(ids > 0 if is_caller_id else ids != NO_ID)
    texts = rows[text_column].combine_chunks().take(pa.array(at)).cast(pa.string())
    names = split_column(texts)[1] if is_caller_id else texts
    named = np.flatnonzero(np.asarray(names.is_valid()))
    at, names = at[named], names.take(pa.array(named))
    frame = pd.DataFrame({"day": row_days[at], "id": ids[at], "cdr_id": ints(rows, "id")[at]})
    newest = frame.groupby(["day", "id"], sort=False)["cdr_id"].idxmax().to_numpy(np.int64)
    chosen = frame.iloc[newest]
    return pa.table(
        {
            "local_date": pa.array(chosen["day"].to_numpy(np.int32), pa.int32()).cast(pa.date32()),
            "id": chosen["id"].to_numpy(np.int64),
            "cdr_id": chosen["cdr_id"].to_numpy(np.int64),
            "name": names.take(pa.array(newest)),
        }
    )


def _in_role(names: pa.Table, role: str) -> pa.Table:
    roles = pa.repeat(pa.scalar(role), len(names))
    return names.append_column("role", roles).select(NAME_SCHEMA.names).cast(NAME_SCHEMA)
