"""R 6: the two ends of a row. Number and name of a caller id text; the kind of an account in a call."""

from __future__ import annotations

from dataclasses import dataclass
from enum import IntEnum

import numpy as np
import numpy.typing as npt
import pandas as pd
import pyarrow as pa
import pyarrow.compute as pc

from insight_pipeline.model.directory import Directory

Ints = npt.NDArray[np.int64]
Flags = npt.NDArray[np.bool_]

_BRACKETS = r"(?s)^(?P<before>.*)<(?P<inside>[^>]*)>(?P<after>.*)$"
_TRAILING = r"(?s)^(?P<name>.*?)(?P<number>[0-9+ \-/()]*)$"
_NOBODY = r"(?i)^(unknown|anonymous|unbekannt|anonym)?$"
MIN_DIGITS = 3


class OwnerKind(IntEnum):
    """Kind of an account as the rules tell kinds apart; the words of `fact_call_leg.owner_kind`."""

    USER = 0
    QUEUE = 1
    MODULE = 2
    VOICEMAIL = 3
    NONE = 4
    OTHER = 5
    """A third-party queue: never owns a leg, but may be an end of one."""


_DIRECTORY_KINDS = {
    "user": OwnerKind.USER,
    "group": OwnerKind.QUEUE,
    "iqueue": OwnerKind.QUEUE,
    "module": OwnerKind.MODULE,
    "voicemailbox": OwnerKind.VOICEMAIL,
    "cqueue": OwnerKind.OTHER,
}


def split_texts(texts: pa.Array) -> tuple[pa.Array, pa.Array]:
    """Number and name of each distinct caller id text (R 6), NULL where there is none."""
    texts = pc.utf8_trim_whitespace(pc.fill_null(texts, ""))
    in_brackets = pc.extract_regex(texts, _BRACKETS)
    trailing = pc.extract_regex(texts, _TRAILING)
    has_brackets = in_brackets.is_valid()
    run = pc.struct_field(trailing, "number")
    is_number = pc.greater_equal(pc.binary_length(_digits(run)), MIN_DIGITS)
    rest = pc.binary_join_element_wise(
        pc.struct_field(in_brackets, "before"), pc.struct_field(in_brackets, "after"), ""
    )
    number = pc.if_else(
        has_brackets, pc.struct_field(in_brackets, "inside"), pc.if_else(is_number, run, "")
    )
    name = pc.if_else(
        has_brackets, rest, pc.if_else(is_number, pc.struct_field(trailing, "name"), texts)
    )
    is_nobody = pc.match_substring_regex(texts, _NOBODY)
    name = pc.utf8_trim_whitespace(pc.if_else(is_nobody, "", name))
    return _or_null(_kept_digits(number)), _or_null(name)


def split_column(column: pa.ChunkedArray | pa.Array) -> tuple[pa.Array, pa.Array]:
    """Number and name of every text of a column; each distinct text is split once."""
    texts = column.combine_chunks() if isinstance(column, pa.ChunkedArray) else column
    encoded = texts if pa.types.is_dictionary(texts.type) else texts.dictionary_encode()
    numbers, names = split_texts(encoded.dictionary)
    return numbers.take(encoded.indices), names.take(encoded.indices)


def _digits(texts: pa.Array) -> pa.Array:
    return pc.replace_substring_regex(pc.fill_null(texts, ""), r"[^0-9]", "")


def _kept_digits(texts: pa.Array) -> pa.Array:
    """Digits, with a leading plus where one stands before the first digit."""
    digits = _digits(texts)
    has_plus = pc.match_substring_regex(pc.fill_null(texts, ""), r"^[^0-9]*\+[^0-9]*[0-9]")
    return pc.if_else(has_plus, pc.binary_join_element_wise("+", digits, ""), digits)


def _or_null(texts: pa.Array) -> pa.Array:
    return pc.if_else(pc.equal(texts, ""), pa.scalar(None, pa.string()), texts)


@dataclass(frozen=True)
class Parties:
    """The kinds of accounts, of the directory and, call by call, of accounts that it does not list."""

    listed: Ints
    kinds: npt.NDArray[np.int8]
    unlisted: pd.Series
    """Kind of an unlisted owner by (call, account)."""

    def kinds_of(self, calls: Ints, accounts: Ints) -> npt.NDArray[np.int8]:
        """The kind of each account in its call."""
        kind = np.full(len(accounts), OwnerKind.NONE, dtype=np.int8)
        place, is_listed = _find(self.listed, accounts)
        kind[is_listed] = self.kinds[place[is_listed]]
        is_unlisted = ~is_listed & (accounts > 0)
        if is_unlisted.any():
            keys = pd.MultiIndex.from_arrays([calls[is_unlisted], accounts[is_unlisted]])
            found = self.unlisted.reindex(keys, fill_value=int(OwnerKind.USER))
            kind[is_unlisted] = found.to_numpy()
        return kind


def _find(sorted_ids: Ints, wanted: Ints) -> tuple[Ints, Flags]:
    if not len(sorted_ids):
        return np.zeros(len(wanted), dtype=np.int64), np.zeros(len(wanted), dtype=bool)
    place = np.minimum(np.searchsorted(sorted_ids, wanted), len(sorted_ids) - 1)
    return place, sorted_ids[place] == wanted


def know_parties(
    directory: Directory,
    calls: Ints,
    owners: Ints,
    service_kinds: npt.NDArray[np.int8],
    has_login: Flags,
) -> Parties:
    """Kinds from the directory; of an unlisted owner from the rows it owns in each call.

    `service_kinds` has OwnerKind.VOICEMAIL or MODULE where the row's function is of that kind.
    """
    listed = np.array(sorted(directory.accounts), dtype=np.int64)
    kinds = np.array(
        [_DIRECTORY_KINDS[directory.accounts[i].kind] for i in listed.tolist()], dtype=np.int8
    )
    unlisted = (owners > 0) & ~_find(listed, owners)[1]
    frame = pd.DataFrame(
        {
            "call": calls[unlisted],
            "owner": owners[unlisted],
            "voicemail": service_kinds[unlisted] == OwnerKind.VOICEMAIL,
            "module": service_kinds[unlisted] == OwnerKind.MODULE,
            "login": has_login[unlisted],
        }
    )
    seen = frame.groupby(["call", "owner"]).any()
    kind = np.select(
        [seen["voicemail"], seen["module"], ~seen["login"]],
        [OwnerKind.VOICEMAIL, OwnerKind.MODULE, OwnerKind.QUEUE],
        OwnerKind.USER,
    )
    return Parties(listed, kinds, pd.Series(kind, index=seen.index, dtype="int8"))
