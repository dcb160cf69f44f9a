"""R 12: quarter hours. Visits and contacts are counted where they begin, ringing and talk where they are."""

from __future__ import annotations

import numpy as np
import numpy.typing as npt
import pandas as pd
import pyarrow as pa

from insight_pipeline.facts.hours import flags_of
from insight_pipeline.model.calendar import QUARTER_SECONDS
from insight_pipeline.model.columns import days, flags, instants, ints, is_text, table_of
from insight_pipeline.model.tables import (
    AGENT_COUNTERS,
    FACT_AGENT_INTERVAL,
    FACT_QUEUE_INTERVAL,
    Table,
)

Ints = npt.NDArray[np.int64]
Counters = dict[str, npt.NDArray[np.generic]]


def queue_intervals(visits: pa.Table, contacts: pa.Table) -> pa.Table:
    """`fact_queue_interval` from visits and contacts of whole calls of one installation."""
    is_exit = {
        n: is_text(visits, "exit_reason", n)
        for n in ("answered", "no_user", "overflow", "abandoned")
    }
    wait, within = ints(visits, "wait_seconds"), flags(visits, "is_within_threshold")
    counters: Counters = {
        "offered": np.ones(len(visits), dtype=np.int64),
        **is_exit,
        "short_abandoned": flags(visits, "is_short_abandoned"),
        "missed": flags(visits, "is_missed"),
        "unanswered": flags(visits, "is_unanswered"),
        "answered_within": is_exit["answered"] & within,
        "abandoned_within": is_exit["abandoned"] & within,
        "wait_answered_seconds": np.where(is_exit["answered"], wait, 0),
        "wait_abandoned_seconds": np.where(is_exit["abandoned"], wait, 0),
        "wait_total_seconds": wait,
        "talk_seconds": _talk_of_visits(visits, contacts),
    }
    keys = {
        "local_date": days(visits, "local_date"),
        "queue_id": ints(visits, "queue_id"),
        "interval_start_utc": quarter_hour(instants(visits, "enter_utc")),
    }
    is_open = np.where(np.asarray(visits["is_open"].is_valid()), flags(visits, "is_open"), -1)
    frame = pd.DataFrame({**keys, **counters, "wait_max_seconds": wait, "is_open": is_open})
    groups = frame.groupby(list(keys), sort=True)
    summed = groups[list(counters)].sum().astype("int64")
    summed["wait_max_seconds"] = groups["wait_max_seconds"].max()
    # Hours begin and end on quarter hours: all visits of a quarter hour have the same flag.
    opened = flags_of(groups["is_open"].first().to_numpy(np.int8))
    return _table(FACT_QUEUE_INTERVAL, summed, visits, is_open=opened)


def agent_intervals(contacts: pa.Table) -> pa.Table:
    """`fact_agent_interval` from the contacts of one installation."""
    start, link = instants(contacts, "start_utc"), instants(contacts, "link_utc")
    end, talk = instants(contacts, "end_utc"), ints(contacts, "talk_seconds")
    is_connected = flags(contacts, "is_connected")
    is_result = {
        n: is_text(contacts, "result", n)
        for n in ("answered", "missed", "answered_elsewhere", "placed")
    }
    ring_end = np.where(is_connected, link, end)
    ring_start = ring_end - ints(contacts, "ring_seconds")
    keys = pd.DataFrame(
        {"local_date": days(contacts, "local_date"), "agent_id": ints(contacts, "agent_id")}
    )
    booked = keys.assign(
        interval_start_utc=quarter_hour(start),
        contacts=1,
        rona=flags(contacts, "is_rona"),
        **is_result,
    )
    rung = _spread(keys, ring_start, ring_end, "ring_seconds")
    talked = np.flatnonzero(is_connected & (talk > 0))
    spoken = _spread(keys.iloc[talked], link[talked], end[talked], "talk_seconds")
    answered = np.flatnonzero(is_result["answered"] & (talk > 0))
    served = _spread(keys.iloc[answered], link[answered], end[answered], "answered_talk_seconds")
    names = [column.name for column in AGENT_COUNTERS]
    by = ["local_date", "agent_id", "interval_start_utc"]
    parts = [part.groupby(by, sort=False).sum() for part in (booked, rung, spoken, served)]
    summed = pd.concat(parts, axis=0).fillna(0).groupby(by, sort=True)[names].sum().astype("int64")
    return _table(FACT_AGENT_INTERVAL, summed, contacts)


def quarter_hour(instant: Ints) -> Ints:
    """Start of the quarter hour of each instant, in seconds."""
    return instant // QUARTER_SECONDS * QUARTER_SECONDS


def split_at_quarters(frame: pd.DataFrame, start: Ints, end: Ints) -> pd.DataFrame:
    """The rows with each [start, end) cut at the quarter hours: interval_start_utc and seconds.

    One row for each quarter hour that holds any of it; none where it is empty.
    """
    first, last = start // QUARTER_SECONDS, (end - 1) // QUARTER_SECONDS
    pieces = np.where(end > start, last - first + 1, 0)
    row = np.repeat(np.arange(len(start)), pieces)
    begins = np.repeat(np.cumsum(pieces) - pieces, pieces)
    border = (first[row] + np.arange(len(row)) - begins) * QUARTER_SECONDS
    seconds = np.minimum(end[row], border + QUARTER_SECONDS) - np.maximum(start[row], border)
    return frame.iloc[row].assign(interval_start_utc=border, seconds=seconds)


def _spread(keys: pd.DataFrame, start: Ints, end: Ints, name: str) -> pd.DataFrame:
    return split_at_quarters(keys, start, end).rename(columns={"seconds": name})


def _talk_of_visits(visits: pa.Table, contacts: pa.Table) -> Ints:
    """Talk of the answering agents of each visit; of several visits of a queue in a step the first."""
    talk = np.zeros(len(visits), dtype=np.int64)
    is_talk = is_text(contacts, "result", "answered") & (ints(contacts, "agent_id") > 0)
    by = ["call_id", "call_step", "queue_id"]
    answered = contacts.select([*by, "talk_seconds"]).filter(pa.array(is_talk)).to_pandas()
    if answered.empty or not len(visits):
        return talk
    spoken = answered.dropna(subset=["queue_id"]).astype({"queue_id": "int64"})
    spoken = spoken.groupby(by, sort=False)["talk_seconds"].sum()
    asked = visits.select([*by, "visit_seq"]).to_pandas()
    first = asked.sort_values("visit_seq", kind="stable").drop_duplicates(by)
    found = first.join(spoken, on=by)["talk_seconds"].fillna(0).astype("int64")
    talk[found.index.to_numpy()] = found.to_numpy()
    return talk


def _table(table: Table, summed: pd.DataFrame, source: pa.Table, **more: pa.Array) -> pa.Table:
    """The counters by key as a declared table, of the installation that `source` has."""
    frame = summed.reset_index()
    installation = source["installation"][0].as_py() if len(source) else ""
    columns: dict[str, npt.NDArray[np.generic] | pa.Array | str] = {
        name: frame[name].to_numpy() for name in frame.columns
    }
    return table_of(table, {**columns, **more, "installation": installation})
