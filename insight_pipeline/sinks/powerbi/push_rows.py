"""From a table of the model to the columns that Power BI gets, as Arrow.

`push_rows` gives every pushed column but `sign`, `partition_key` and `batch_id`, which belong to a
batch. Instants and dates become the texts that stand in a request's JSON, here and nowhere else.
Batches and their bytes are made elsewhere.
"""

from __future__ import annotations

import numpy as np
import pyarrow as pa
import pyarrow.compute as pc

from insight_pipeline.model.calendar import DAY_SECONDS, QUARTER_SECONDS
from insight_pipeline.model.tables import ARROW_TYPES, Kind
from insight_pipeline.model.zone import Zone
from insight_pipeline.sinks.powerbi.datasets import (
    Copied,
    Delivered,
    Joined,
    LocalQuarter,
    PushColumn,
    PushTable,
)

KEY_SEPARATOR = "|"
MAX_TEXT_UNITS = 4000
"""Longest text the service takes, counted in UTF-16 units as .NET does."""
ELLIPSIS = "…"
INSTANT_FORMAT = "%Y-%m-%dT%H:%M:%SZ"
DAY_FORMAT = "%Y-%m-%dT00:00:00"
_UTF_16 = "utf-16-le"
_UNIT_BYTES = 2


def push_rows(table: PushTable, data: pa.Table) -> pa.Table:
    """The pushed columns of a model table's rows, in their order; the batch's own three left out."""
    columns = {c.name: _values(c, data) for c in table.columns if c.origin != Delivered()}
    return pa.table(columns)


def cut_texts(table: PushTable, data: pa.Table) -> int:
    """How many texts of these rows `push_rows` has to cut."""
    return sum(
        len(_too_long(_as_model(column.kind, data[column.origin.column])))
        for column in table.columns
        if isinstance(column.origin, Copied) and column.kind is Kind.TEXT
    )


def joined_key(installation: pa.ChunkedArray, ids: pa.ChunkedArray) -> pa.ChunkedArray:
    """`<installation>|<id>`, NULL where there is no id."""
    texts = installation.cast(pa.string()), ids.cast(pa.string())
    return pc.binary_join_element_wise(*texts, KEY_SEPARATOR)


def _values(column: PushColumn, data: pa.Table) -> pa.Array | pa.ChunkedArray:
    match column.origin:
        case Joined(source):
            return joined_key(data["installation"], data[source])
        case LocalQuarter():
            return _local_quarter(column.origin, data)
        case Copied(source):
            return _as_json(column.kind, _as_model(column.kind, data[source]))
        case Delivered():
            raise ValueError(column.name)


def _as_model(kind: Kind, values: pa.ChunkedArray) -> pa.ChunkedArray:
    """In the model's own type, whatever the file or the coding that the rows come from."""
    return values.cast(ARROW_TYPES[kind])


def _as_json(kind: Kind, values: pa.ChunkedArray) -> pa.ChunkedArray:
    match kind:
        case Kind.INSTANT:
            return pc.strftime(values, INSTANT_FORMAT)
        case Kind.DAY:
            return pc.strftime(values, DAY_FORMAT)
        case Kind.TEXT:
            return _cut(values)
        case Kind.RATIO:
            return pc.if_else(pc.is_finite(values), values, pa.scalar(None, pa.float64()))
        case _:
            return values


def _local_quarter(origin: LocalQuarter, data: pa.Table) -> pa.Array:
    """By the clock of each row's installation; KeyError for one whose zone was not given."""
    zones = dict(origin.zones)
    starts = _as_model(Kind.INSTANT, data[origin.column]).cast(pa.int64()).to_numpy()
    installations = _as_model(Kind.TEXT, data["installation"]).combine_chunks()
    quarters = np.zeros(len(data), dtype=np.int64)
    for name in installations.unique().to_pylist():
        rows = np.asarray(pc.equal(installations, name))
        wall = Zone.of(zones[name]).wall(starts[rows])
        quarters[rows] = wall % DAY_SECONDS // QUARTER_SECONDS
    return pa.array(quarters)


def _cut(texts: pa.ChunkedArray) -> pa.ChunkedArray:
    """Too long texts cut so that they and the ellipsis fit; there are hardly ever any."""
    places = _too_long(texts)
    if not len(places):
        return texts
    mask = np.zeros(len(texts), dtype=bool)
    mask[places] = True
    short = [_shortened(text) for text in texts.take(pa.array(places)).to_pylist()]
    return pc.replace_with_mask(texts.combine_chunks(), pa.array(mask), pa.array(short))


def _shortened(text: str) -> str:
    """A character of two units is dropped rather than halved."""
    kept = text.encode(_UTF_16)[: (MAX_TEXT_UNITS - len(ELLIPSIS)) * _UNIT_BYTES]
    return kept.decode(_UTF_16, errors="ignore") + ELLIPSIS


def _too_long(texts: pa.ChunkedArray) -> list[int]:
    """Rows with texts over the limit. No text has more UTF-16 units than UTF-8 bytes."""
    candidates = np.flatnonzero(
        np.asarray(pc.fill_null(pc.greater(pc.binary_length(texts), MAX_TEXT_UNITS), False))  # noqa: FBT003
    )
    found = zip(candidates.tolist(), texts.take(pa.array(candidates)).to_pylist(), strict=True)
    limit = MAX_TEXT_UNITS * _UNIT_BYTES
    return [place for place, text in found if len(text.encode(_UTF_16)) > limit]
