"""R 11: agent contacts. One per leg with an agent, and one for an answer that only a visit shows."""

from __future__ import annotations

import numpy as np
import numpy.typing as npt
import pandas as pd
import pyarrow as pa
import pyarrow.compute as pc

from insight_pipeline.facts.view import LegView, first_by, pick, view, visit_legs
from insight_pipeline.model.columns import NO_ID, NO_TIME, coded, instants, ints, is_text, table_of
from insight_pipeline.model.tables import FACT_AGENT_CONTACT

Ints = npt.NDArray[np.int64]
Flags = npt.NDArray[np.bool_]

RESULTS = ("placed", "answered", "answered_elsewhere", "missed")
PLACED, ANSWERED, ELSEWHERE, MISSED = range(4)
VISIT_SUFFIX = "/v"


def agent_contacts(legs: pa.Table, visits: pa.Table) -> pa.Table:
    """`fact_agent_contact` of a set of whole calls, from their legs and visits."""
    v = view(legs)
    visit_leg = visit_legs(v, visits)
    contacts = pa.concat_tables([_of_legs(v, visit_leg), _of_visits(v, visits, visit_leg)])
    return contacts.combine_chunks()


def _of_legs(v: LegView, visit_leg: Ints) -> pa.Table:
    at = np.flatnonzero(v.agent != NO_ID)
    is_placed = v.is_outbound | v.is_own_entry
    result = np.select(
        [is_placed, v.is_connected, v.is_elsewhere | _is_taken_by_another(v, is_placed)],
        [PLACED, ANSWERED, ELSEWHERE],
        MISSED,
    )[at]
    first_visit = _first_visit(v, visit_leg)[v.step[at]]
    queue = np.where(result == PLACED, NO_ID, pick(v.queue[visit_leg], first_visit, NO_ID))
    visit_end = pick(v.end[visit_leg], first_visit, NO_TIME)
    source = v.table.take(pa.array(at))
    has_rung = instants(source, "ring_utc") != NO_TIME
    is_rona = (result == MISSED) & has_rung & (queue != NO_ID) & (v.end[at] < visit_end)
    keys = ("installation", "local_date", "call_id", "agent_id", "direction", "call_step")
    same = (
        *keys,
        "start_utc",
        "link_utc",
        "end_utc",
        "ring_seconds",
        "talk_seconds",
        "no_user_reason",
    )
    return table_of(
        FACT_AGENT_CONTACT,
        {
            "contact_id": source["leg_id"],
            **{name: source[name] for name in same},
            "queue_id": queue,
            "result": coded(result, RESULTS),
            "is_connected": v.is_connected[at],
            "is_rona": is_rona,
        },
    )


def _is_taken_by_another(v: LegView, is_placed: Flags) -> Flags:
    """Another leg of the same step, not placed and of a user, was linked by this leg's end."""
    rows = np.flatnonzero(~is_placed & (v.agent > 0) & v.is_connected)
    earliest = np.full(v.steps, np.iinfo(np.int64).max)
    np.minimum.at(earliest, v.step[rows], v.link[rows])
    return ~v.is_connected & (earliest[v.step] <= v.end)


def _first_visit(v: LegView, visit_leg: Ints) -> Ints:
    """The first visit of each (call, step); -1 where none."""
    step = v.step[visit_leg]
    rows = np.arange(len(visit_leg))
    return first_by(step, v.steps, (visit_leg,), rows)


def _of_visits(v: LegView, visits: pa.Table, visit_leg: Ints) -> pa.Table:
    """Contacts for visits left as answered or no_user whose agent has no connected leg in the step."""
    agent = ints(visits, "agent_id")
    is_served = is_text(visits, "exit_reason", "answered") | is_text(
        visits, "exit_reason", "no_user"
    )
    connected = np.flatnonzero(v.is_connected & (v.agent != NO_ID))
    have = pd.MultiIndex.from_arrays([v.step[connected], v.agent[connected]])
    want = pd.MultiIndex.from_arrays([v.step[visit_leg], agent])
    at = np.flatnonzero(is_served & ~want.isin(have))
    frame = pd.DataFrame({"step": v.step[visit_leg[at]], "agent": agent[at], "leg": visit_leg[at]})
    at = at[~frame.sort_values("leg").duplicated(["step", "agent"]).sort_index().to_numpy()]
    source = visits.take(pa.array(at))
    enter, link = instants(source, "enter_utc"), instants(source, "link_utc")
    leave = instants(source, "leave_utc")
    same = ("installation", "local_date", "call_id", "agent_id", "queue_id", "call_step")
    return table_of(
        FACT_AGENT_CONTACT,
        {
            "contact_id": pc.binary_join_element_wise(source["visit_id"], VISIT_SUFFIX, ""),
            **{name: source[name] for name in (*same, "no_user_reason")},
            "direction": v.table["direction"].combine_chunks().take(pa.array(visit_leg[at])),
            "result": "answered",
            "is_connected": np.ones(len(at), dtype=bool),
            "start_utc": enter,
            "link_utc": link,
            "end_utc": leave,
            "ring_seconds": link - enter,
            "talk_seconds": leave - link,
            "is_rona": np.zeros(len(at), dtype=bool),
        },
    )
