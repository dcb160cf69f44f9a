"""From rows to legs: which rows are legs (R 2 to R 5, R 9), in what order, and who they belong to (R 8).

`build_legs` takes every row that concerns some calls, with what R 3 made of it, and gives the legs of
those calls and the fate of every row, so that none is unaccounted for (R 17).
"""

from __future__ import annotations

from dataclasses import dataclass
from enum import IntEnum

import numpy as np
import numpy.typing as npt
import pandas as pd
import pyarrow as pa
import pyarrow.compute as pc

from insight_pipeline.legs.parties import OwnerKind, Parties, know_parties, split_column
from insight_pipeline.legs.time import DecidedTimes, decide, row_times
from insight_pipeline.model.columns import (
    NO_ID,
    NO_TIME,
    arranged,
    coded,
    flags,
    ints,
    is_text,
    table_of,
)
from insight_pipeline.model.columns import kept as kept_rows
from insight_pipeline.model.directory import Directory
from insight_pipeline.model.rows import CALL_LIST, CONNECTED, RowState
from insight_pipeline.model.tables import FACT_CALL_LEG, NO_USER_REASONS, OWNER_KINDS
from insight_pipeline.model.zone import Zone

Ints = npt.NDArray[np.int64]
Codes = npt.NDArray[np.int8]
Flags = npt.NDArray[np.bool_]

DIRECTIONS = ("inbound", "outbound", "internal")
ANSWERED_BY = ("queue", "voicemail", "module", "user", "unknown")
_INBOUND, _OUTBOUND, _INTERNAL = range(3)
_BY_QUEUE, _BY_VOICEMAIL, _BY_MODULE, _BY_USER, _BY_UNKNOWN = range(5)
_NO_REASON = -1
WINDOW_DAYS = 1
MOST_DIGITS = 18
"""Longer ones are no account id."""


class RowFate(IntEnum):
    """Where an accepted row ends (R 17)."""

    LEG = 0
    SUMMARY_LEFT_OUT = 1
    DUPLICATE = 2
    SUPERSEDED = 3
    OPEN = 4
    OUT_OF_WINDOW = 5


KEPT_FATES = (RowFate.LEG, RowFate.SUMMARY_LEFT_OUT, RowFate.OUT_OF_WINDOW)
"""Fates of the ended rows that R 3 keeps."""


@dataclass(frozen=True)
class Legs:
    """Legs in the order of call and leg_seq, and the fate (RowFate) of every row given."""

    table: pa.Table
    fate: Codes
    row_of_leg: Ints
    private_calls: Ints
    """Calls of which any row is private, ascending."""
    is_private: Flags
    """Which legs are of such a call."""


def build_legs(
    rows: pa.Table, state: Codes, directory: Directory, zone: Zone, installation: str
) -> Legs:
    """The legs of all calls in `rows` (model.rows.CALL_LIST), which hold every row of those calls."""
    fate = np.array([RowFate.LEG, RowFate.DUPLICATE, RowFate.SUPERSEDED, RowFate.OPEN], np.int8)[
        state
    ]
    kept = np.flatnonzero(state == RowState.KEPT)
    rows = arranged(rows, kept)
    times = decide(row_times(rows, CALL_LIST.end), zone)
    fate[kept] = _fates(rows, times, zone)
    is_leg = fate[kept] == RowFate.LEG
    private_calls = np.unique(ints(rows, "callid")[flags(rows, "privatecall")])
    parties = _parties(kept_rows(rows, fate[kept] != RowFate.OUT_OF_WINDOW), directory)
    order = np.flatnonzero(is_leg)
    order = order[_leg_order(rows, times, order)]
    rows = arranged(rows, order)
    table = _leg_table(rows, _taken(times, order), parties, directory, zone, installation)
    is_private = np.isin(ints(rows, "callid"), private_calls)
    return Legs(table, fate, kept[order], private_calls, is_private)


def _parties(rows: pa.Table, directory: Directory) -> Parties:
    """Kinds of accounts from the rows within their calls' windows, summaries included (R 6)."""
    service, _, _ = _service_kinds(ints(rows, "serviceid"), directory)
    has_login = np.asarray(rows["login"].is_valid())
    return know_parties(
        directory, ints(rows, "callid"), ints(rows, "cdraccountid"), service, has_login
    )


def _taken(times: DecidedTimes, order: Ints) -> DecidedTimes:
    return DecidedTimes(
        times.start[order],
        times.ring[order],
        times.link[order],
        times.end[order],
        times.is_ambiguous[order],
    )


def _fates(rows: pa.Table, times: DecidedTimes, zone: Zone) -> Codes:
    """Window (R 9) and summaries (R 5) over ended rows that R 3 kept."""
    calls, owners = ints(rows, "callid"), ints(rows, "cdraccountid")
    call, distinct = pd.factorize(calls)
    first = np.full(len(distinct), np.iinfo(np.int64).max)
    np.minimum.at(first, call, times.start)
    is_late = zone.local_day(times.start) > zone.local_day(first)[call] + WINDOW_DAYS
    fate = np.where(is_late, RowFate.OUT_OF_WINDOW, RowFate.LEG).astype(np.int8)
    is_summary = flags(rows, "summarystep") & ~is_late
    if is_summary.any():
        steps = pd.MultiIndex.from_arrays([calls, owners])
        is_step = ~is_late & ~flags(rows, "summarystep")
        beside = np.zeros(len(calls), dtype=bool)
        beside[is_summary] = steps[is_summary].isin(steps[is_step])
        fate[beside] = RowFate.SUMMARY_LEFT_OUT
    return fate


def _leg_order(rows: pa.Table, times: DecidedTimes, legs: Ints) -> Ints:
    ids, steps, calls = ints(rows, "id"), ints(rows, "callstepid"), ints(rows, "callid")
    return np.lexsort((ids[legs], steps[legs], times.start[legs], calls[legs]))


def _directions(caller: Ints, called: Ints, incoming: Flags) -> Codes:
    """R 7."""
    return np.select(
        [(caller <= 0) & (called > 0), (caller > 0) & (called <= 0), (caller > 0) & (called > 0)],
        [_INBOUND, _OUTBOUND, _INTERNAL],
        np.where(incoming, _INBOUND, _OUTBOUND),
    ).astype(np.int8)


def _service_kinds(service: Ints, directory: Directory) -> tuple[Codes, pa.Array, Ints]:
    """OwnerKind of voicemail and module functions (-1 else), and the kinds' words with their places."""
    distinct, place = np.unique(service, return_inverse=True)
    words = [directory.services.get(i) for i in distinct.tolist()]
    by_word = {"voicemail": int(OwnerKind.VOICEMAIL), "module": int(OwnerKind.MODULE)}
    kinds = np.array([by_word.get(word or "", -1) for word in words], dtype=np.int8)
    return kinds[place], pa.array(words, pa.string()), place.astype(np.int64)


def _answered_by(
    owner: Ints, caller: Ints, kind: Codes, service: Codes, has_voicemail: Flags
) -> Codes:
    """R 8's first sentence, as if every leg were connected."""
    is_voicemail = has_voicemail & ~((owner > 0) & (owner == caller))
    is_voicemail |= kind == OwnerKind.VOICEMAIL
    is_voicemail |= (kind == OwnerKind.NONE) & (service == OwnerKind.VOICEMAIL)
    is_module = (kind == OwnerKind.MODULE) | (
        (kind == OwnerKind.NONE) & (service == OwnerKind.MODULE)
    )
    return np.select(
        [kind == OwnerKind.QUEUE, is_voicemail, is_module, kind == OwnerKind.USER],
        [_BY_QUEUE, _BY_VOICEMAIL, _BY_MODULE, _BY_USER],
        _BY_UNKNOWN,
    ).astype(np.int8)


def _agents(
    direction: Codes,
    caller_kind: Codes,
    owner: Ints,
    kind: Codes,
    answered_by: Codes,
    connected: Flags,
) -> tuple[Ints, Codes]:
    """R 8's list: agent (NO_ID = none) and the reason of "Kein Benutzer" (-1 = none)."""
    by_module = (direction == _OUTBOUND) & (caller_kind != OwnerKind.USER)
    no_user = connected & np.isin(answered_by, (_BY_VOICEMAIL, _BY_MODULE, _BY_UNKNOWN))
    agent = np.select([by_module | no_user, kind == OwnerKind.USER], [0, owner], NO_ID)
    of_answer = np.array([_NO_REASON, 0, 1, _NO_REASON, 2], dtype=np.int8)
    reason = np.select([by_module, no_user], [1, of_answer[answered_by]], _NO_REASON)
    return agent.astype(np.int64), reason.astype(np.int8)


def taken_by(texts: pa.ChunkedArray, directory: Directory) -> Ints:
    """The directory user that `answeredelswhere` names by account id, else by login (R 10)."""
    users = frozenset(directory.of_kind("user"))
    logins = directory.users_by_login()

    def user_of(text: str | None) -> int:
        if text and len(text) <= MOST_DIGITS and text.isascii() and text.isdigit():
            account = int(text)
            if account in users:
                return account
        return logins.get(text.lower(), NO_ID) if text else NO_ID

    column = texts.combine_chunks()
    encoded = column if pa.types.is_dictionary(column.type) else column.dictionary_encode()
    found = np.array([user_of(t) for t in encoded.dictionary.to_pylist()] + [NO_ID], dtype=np.int64)
    return found[np.asarray(encoded.indices.fill_null(len(found) - 1))]


def _leg_table(
    rows: pa.Table,
    times: DecidedTimes,
    parties: Parties,
    directory: Directory,
    zone: Zone,
    installation: str,
) -> pa.Table:
    calls, owner = ints(rows, "callid"), ints(rows, "cdraccountid")
    caller, called = ints(rows, "calleraccountid"), ints(rows, "calledaccountid")
    connected = is_text(rows, "callresult", CONNECTED)
    service, service_words, service_place = _service_kinds(ints(rows, "serviceid"), directory)
    kind = parties.kinds_of(calls, owner)
    direction = _directions(caller, called, flags(rows, "incoming"))
    answered_by = _answered_by(owner, caller, kind, service, flags(rows, "hasvoicemail"))
    caller_kind = parties.kinds_of(calls, caller)
    agent, reason = _agents(direction, caller_kind, owner, kind, answered_by, connected)
    seq, first_start = _sequence(calls, times.start)
    ringing_from = np.where(times.ring != NO_TIME, times.ring, times.start)
    ringing_to = np.where(connected, times.link, times.end)
    caller_number, caller_name = split_column(rows["callercallerid"])
    called_number, called_name = split_column(rows["calledcallerid"])
    return table_of(
        FACT_CALL_LEG,
        {
            "leg_id": _prefixed(installation, rows["id"]),
            "installation": installation,
            "local_date": zone.local_day(first_start),
            "call_id": _prefixed(installation, rows["callid"]),
            "leg_seq": seq,
            "call_step": rows["callstepid"],
            "cdr_id": rows["id"],
            "leg_uuid": rows["callleguuid"],
            "direction": coded(direction, DIRECTIONS),
            "owner_account_id": owner,
            "owner_kind": _kind_words(kind),
            "caller_account_id": caller,
            "called_account_id": called,
            "caller_number": caller_number,
            "caller_name": caller_name,
            "called_number": called_number,
            "called_name": called_name,
            "agent_id": agent,
            "queue_id": np.where(kind == OwnerKind.QUEUE, owner, NO_ID),
            "answered_by": coded(np.where(connected, answered_by, -1), ANSWERED_BY),
            "no_user_reason": coded(reason, NO_USER_REASONS),
            "result": rows["callresult"],
            "start_utc": times.start,
            "ring_utc": times.ring,
            "link_utc": times.link,
            "end_utc": times.end,
            "ring_seconds": ringing_to - ringing_from,
            "talk_seconds": np.where(connected, times.end - times.link, 0),
            "total_seconds": times.end - times.start,
            "line_id": rows["lineid"],
            "line_name": rows["linename"],
            "service_id": rows["serviceid"],
            "service_kind": service_words.take(pa.array(service_place)),
            "is_private": rows["privatecall"],
            "has_voicemail": rows["hasvoicemail"],
            "has_recording": rows["hasmonitor"],
            "has_fax": rows["hasfax"],
            "is_deleted": rows["deleted"],
            "is_summary": rows["summarystep"],
            "is_time_ambiguous": times.is_ambiguous,
            "taken_by_agent_id": taken_by(rows["answeredelswhere"], directory),
            "caller_kind": _kind_words(caller_kind),
        },
    )


def _sequence(calls: Ints, start: Ints) -> tuple[Ints, Ints]:
    """leg_seq of legs ordered by call, and the start of each leg's call."""
    if not len(calls):
        return calls, start
    first = np.flatnonzero(np.append(True, calls[1:] != calls[:-1]))
    lengths = np.diff(np.append(first, len(calls)))
    seq = np.arange(len(calls)) - np.repeat(first, lengths) + 1
    return seq, np.repeat(start[first], lengths)


def _kind_words(kind: Codes) -> pa.Array:
    return coded(np.minimum(kind, OwnerKind.NONE), OWNER_KINDS)


def _prefixed(installation: str, ids: pa.ChunkedArray) -> pa.ChunkedArray:
    return pc.binary_join_element_wise(installation, ids.cast(pa.string()), ":")
