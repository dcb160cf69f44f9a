"""R 14: lost calls, and the call by which each of them was recovered.

A lost call waits for the next call with the same external number that came through, in either direction.
That call may lie in a later partition, so calls of the days after are asked too. Which days those are, and
whose callbacks a day's calls may change in turn, is composed in `orchestration`.
"""

from __future__ import annotations

from functools import lru_cache

import numpy as np
import numpy.typing as npt
import pandas as pd
import phonenumbers
import pyarrow as pa
import pyarrow.compute as pc

from insight_pipeline.model.columns import coded, flags, instants, ints, is_text, table_of
from insight_pipeline.model.tables import FACT_CALLBACK

Ints = npt.NDArray[np.int64]
Flags = npt.NDArray[np.bool_]

RECOVERED_BY = ("customer", "us")
_TAIL_DIGITS = 6
_REMEMBERED_NUMBERS = 1 << 20


def callbacks(calls: pa.Table, later: pa.Table, region: str, window_seconds: int) -> pa.Table:
    """`fact_callback` of whole partitions of `fact_call` of one installation.

    `later` holds calls of other partitions that may recover them. `region` is that of numbers without a
    country code, such as DE or DE-BW. Both ends of the window are included.
    """
    lost = lost_calls(calls)
    lost = lost.take(pa.array(np.argsort(_call_numbers(lost), kind="stable")))
    recovering = _recovering(pa.concat_tables([calls, later]))
    place = _earliest(lost, recovering, region.partition("-")[0], window_seconds)
    found = recovering.reindex(place)
    is_found, lost_utc = place >= 0, instants(lost, "end_utc")
    return table_of(
        FACT_CALLBACK,
        {
            "lost_call_id": lost["call_id"],
            "installation": lost["installation"],
            "local_date": lost["local_date"],
            "queue_id": ints(lost, "last_queue_id"),
            "lost_utc": lost_utc,
            "recovered_call_id": pa.array(found["call_id"], pa.string(), from_pandas=True),
            "recovered_by": coded(np.where(is_found, found["by"].fillna(-1), -1), RECOVERED_BY),
            "recovered_utc": pa.array(found["start"], pa.int64(), from_pandas=True),
            "delay_seconds": pa.array(found["start"] - lost_utc, pa.int64(), from_pandas=True),
            "is_recovered": is_found,
        },
    )


def lost_calls(calls: pa.Table) -> pa.Table:
    """Those of `fact_call` that are lost: inbound, abandoned or missed, with a number, not private."""
    is_over = is_text(calls, "outcome", "abandoned") | is_text(calls, "outcome", "missed")
    has_number = np.asarray(calls["caller_number"].is_valid())
    is_lost = is_over & is_text(calls, "direction", "inbound") & has_number
    return calls.filter(pa.array(is_lost & ~flags(calls, "is_private")))


def _recovering(calls: pa.Table) -> pd.DataFrame:
    """Calls that came through, by start and callid: start, by (place in RECOVERED_BY), number, call_id."""
    is_from = is_text(calls, "direction", "inbound") & is_text(calls, "outcome", "answered")
    is_to = is_text(calls, "direction", "outbound") & is_text(calls, "outcome", "connected")
    parts = []
    for by, (is_one, column) in enumerate([(is_from, "caller_number"), (is_to, "called_number")]):
        is_open = ~flags(calls, "is_private") & np.asarray(calls[column].is_valid())
        chosen = calls.filter(pa.array(is_one & is_open))
        columns = {
            "start": instants(chosen, "start_utc"),
            "callid": _call_numbers(chosen),
            "by": np.full(len(chosen), by),
            "number": chosen[column].cast(pa.string()).to_pandas(),
            "call_id": chosen["call_id"].to_pandas(),
        }
        parts.append(pd.DataFrame(columns))
    found = pd.concat(parts, ignore_index=True)
    return found.sort_values(["start", "callid"], kind="stable", ignore_index=True)


def _call_numbers(calls: pa.Table) -> Ints:
    """The PBX's `callid` of each call."""
    ids = calls["call_id"]
    begin = len(calls["installation"][0].as_py()) + 1 if len(calls) else 0
    numbers: Ints = pc.utf8_slice_codeunits(ids, begin).cast(pa.int64()).to_numpy()
    return numbers


def _earliest(lost: pa.Table, recovering: pd.DataFrame, country: str, window: int) -> Ints:
    """The row of the recovering call of each lost call; -1 where there is none."""
    if not len(lost) or recovering.empty:
        return np.full(len(lost), -1, dtype=np.int64)
    wanted, number = _matched(
        lost["caller_number"].cast(pa.string()).to_pandas(), recovering["number"], country
    )
    start, end = recovering["start"].to_numpy(), instants(lost, "end_utc")
    order = np.argsort(number, kind="stable")  # within a number they stay by start and callid
    span = int(max(start.max(), end.max())) + 1
    place = np.searchsorted((number * span + start)[order], wanted * span + end)
    found = order[np.minimum(place, len(order) - 1)]
    is_found = (place < len(order)) & (number[found] == wanted) & (start[found] <= end + window)
    return np.where(is_found, found, -1)


def _matched(lost: pd.Series, others: pd.Series, country: str) -> tuple[Ints, Ints]:
    """Codes of numbers: equal where the numbers are the same, -1 where no lost call has the number.

    Spellings of a number end alike, so that most others need not be parsed. A number has three digits or
    more (R 6).
    """
    spelling, spellings = pd.factorize(lost)
    numbers = [_number(text, country) for text in spellings]
    codes = {identity: code for code, identity in enumerate(dict.fromkeys(n for n, _ in numbers))}
    digits = min(_TAIL_DIGITS, *(digits for _, digits in numbers))
    tails = {identity[-digits:] for identity in codes}
    other, other_spellings = pd.factorize(others)
    known = [
        codes.get(_number(text, country)[0], -1) if text[-digits:] in tails else -1
        for text in other_spellings
    ]
    own = np.array([codes[identity] for identity, _ in numbers], np.int64)
    return own[spelling], np.array(known, np.int64)[other]


@lru_cache(maxsize=_REMEMBERED_NUMBERS)
def _number(text: str, country: str) -> tuple[str, int]:
    """A number in E.164 form, else its digits; and how many of its last digits every spelling has."""
    try:
        parsed = phonenumbers.parse(text, country)
    except phonenumbers.NumberParseException:
        digits = text.lstrip("+")
        return digits, len(digits)
    significant = phonenumbers.national_significant_number(parsed)
    return f"+{parsed.country_code}{significant}", len(significant)
