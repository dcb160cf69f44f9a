"""R 16: the external ends of private calls have neither number nor name outside the raw store.

Profiles that pseudonymise or mask further fields will stand beside this module.
"""

from __future__ import annotations

import numpy as np
import numpy.typing as npt
import pyarrow as pa
import pyarrow.compute as pc

from insight_pipeline.model.columns import ints

Flags = npt.NDArray[np.bool_]


def hide_private_ends(legs: pa.Table, is_private: Flags) -> pa.Table:
    """Legs with caller and called fields NULL where the call is private and that end's account <= 0.

    `is_private` says for each leg whether its call is private.
    """
    if not is_private.any():
        return legs
    for end in ("caller", "called"):
        hidden = is_private & (ints(legs, f"{end}_account_id") <= 0)
        for name in (f"{end}_number", f"{end}_name"):
            legs = _without(legs, name, hidden)
    return legs


def _without(table: pa.Table, name: str, hidden: Flags) -> pa.Table:
    place = table.schema.get_field_index(name)
    values = pc.if_else(pa.array(hidden), pa.scalar(None, pa.string()), table[name])
    return table.set_column(place, table.schema.field(name), values)
