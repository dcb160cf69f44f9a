"""Whether a batch without an answer arrived: by sequence numbers, else by counting its rows back.

A look that finds the batch settles at once. One that does not settles only after the settling time, since
the service may apply late; and only where the look can be trusted. Never is a batch sent again to find out.
"""

from __future__ import annotations

from dataclasses import dataclass
from enum import StrEnum


class Verdict(StrEnum):
    """What is known of an uncertain batch."""

    ARRIVED = "arrived"
    NOT_ARRIVED = "not_arrived"
    WAIT = "wait"
    HOLD_UNKNOWN = "hold_unknown"
    """Nothing can tell: a person must decide."""
    HOLD_DIFFERENT = "hold_different"
    """The service holds another number of rows than any answer would explain."""


@dataclass(frozen=True)
class Look:
    """What a look at the service showed; None where it could not be had."""

    sequence: int | None
    """The table's sequence number."""
    rows: int | None
    """Rows of the batch, or beyond those confirmed before where rows do not name their batch."""
    may_tell_later: bool = False
    """Something that could not be had now may be had later."""


def verdict(
    look: Look, number: int, rows: int, confirmed_number: int, *, is_time_over: bool
) -> Verdict:
    """What a look says of the batch with this number and so many rows.

    `confirmed_number` is the highest number known to have arrived before: a service that shows less
    does not keep count, and its number says nothing.
    """
    counts = look.sequence is not None and look.sequence >= confirmed_number
    if counts and look.sequence is not None and look.sequence >= number:
        return Verdict.ARRIVED
    if look.rows is not None and look.rows == rows:
        return Verdict.ARRIVED
    if not is_time_over:
        return Verdict.WAIT
    if look.rows is not None and look.rows != 0:
        return Verdict.HOLD_DIFFERENT
    if counts or look.rows == 0:
        return Verdict.NOT_ARRIVED
    return Verdict.WAIT if look.may_tell_later else Verdict.HOLD_UNKNOWN
