"""Settling: what a look at the service proves, and what it does not."""

from __future__ import annotations

import pytest

from insight_pipeline.sinks.powerbi.settling import Look, Verdict, verdict

# look (number, rows), is the time over; the batch has number 7 and 10 rows, 6 was confirmed before.
CASES = [
    ((7, None), False, Verdict.ARRIVED),
    ((9, 0), False, Verdict.ARRIVED),
    ((None, 10), False, Verdict.ARRIVED),
    ((6, 10), False, Verdict.ARRIVED),
    ((6, 0), False, Verdict.WAIT),
    ((6, 0), True, Verdict.NOT_ARRIVED),
    ((6, None), True, Verdict.NOT_ARRIVED),
    ((None, 0), True, Verdict.NOT_ARRIVED),
    ((None, None), False, Verdict.WAIT),
    ((None, None), True, Verdict.HOLD_UNKNOWN),
    ((0, None), True, Verdict.HOLD_UNKNOWN),
    ((None, 3), False, Verdict.WAIT),
    ((None, 20), True, Verdict.HOLD_DIFFERENT),
    ((6, 3), True, Verdict.HOLD_DIFFERENT),
]


@pytest.mark.parametrize(("look", "is_time_over", "expected"), CASES)
def test_a_batch_is_settled_by_proof_alone(
    look: tuple[int | None, int | None], is_time_over: bool, expected: Verdict
) -> None:
    assert verdict(Look(*look), 7, 10, 6, is_time_over=is_time_over) is expected


def test_what_could_not_be_had_now_is_asked_for_again() -> None:
    look = Look(None, None, may_tell_later=True)
    assert verdict(look, 7, 10, 6, is_time_over=True) is Verdict.WAIT


def test_before_anything_is_confirmed_a_number_of_zero_counts() -> None:
    assert verdict(Look(0, None), 1, 10, 0, is_time_over=True) is Verdict.NOT_ARRIVED
