"""Sequence numbers in all the ways in which the service may treat them."""

from __future__ import annotations

import pytest

from insight_pipeline.emulator import (
    EmulatorOptions,
    RepeatedNumber,
    SequenceMode,
    running_emulator,
)
from tests.integration.emulator.asking import Asker

ONE = [{"id": 1}]


def _numbers(asker: Asker, dataset: str, table: str = "calls") -> list[dict[str, object]]:
    answer = asker.ask("GET", f"/datasets/{dataset}/tables/{table}/sequenceNumbers")
    assert answer.status_code == 200
    value: list[dict[str, object]] = answer.json()["value"]
    return value


def test_the_greatest_number_of_a_client_is_kept_by_table(asker: Asker) -> None:
    dataset = asker.create()
    assert _numbers(asker, dataset) == []
    asker.push(dataset, ONE, 3)
    asker.push(dataset, ONE, 7)
    asker.push(dataset, ONE)
    (kept,) = _numbers(asker, dataset)
    assert kept["sequenceNumber"] == 7
    assert kept["clientId"]
    assert _numbers(asker, dataset, "queues") == []


def test_a_refused_push_leaves_no_number(asker: Asker) -> None:
    dataset = asker.create()
    assert asker.push(dataset, [{"nothing": 1}], 3).status_code == 400
    assert _numbers(asker, dataset) == []


@pytest.mark.parametrize(
    ("repeated", "status", "stored"),
    [
        (RepeatedNumber.APPEND, 200, 2),
        (RepeatedNumber.IGNORE, 200, 1),
        (RepeatedNumber.REFUSE, 400, 1),
    ],
)
def test_a_repeated_number_does_what_was_chosen(
    repeated: RepeatedNumber, status: int, stored: int
) -> None:
    with running_emulator(EmulatorOptions(repeated_number=repeated)) as emulator:
        asker = Asker(emulator)
        dataset = asker.create()
        asker.push(dataset, ONE, 4)
        assert asker.push(dataset, ONE, 4).status_code == status
        assert asker.stored(dataset) == stored


def test_a_service_without_numbers_ignores_them() -> None:
    with running_emulator(EmulatorOptions(sequence_mode=SequenceMode.UNSUPPORTED)) as emulator:
        asker = Asker(emulator)
        dataset = asker.create()
        assert asker.push(dataset, ONE, 4).status_code == 200
        path = f"/datasets/{dataset}/tables/calls/sequenceNumbers"
        assert asker.ask("GET", path).status_code == 404


def test_another_client_may_be_listed_with_a_greater_number() -> None:
    with running_emulator(EmulatorOptions(sequence_mode=SequenceMode.SEVERAL)) as emulator:
        asker = Asker(emulator)
        dataset = asker.create()
        asker.push(dataset, ONE, 4)
        other, own = _numbers(asker, dataset)
        assert (other["sequenceNumber"], own["sequenceNumber"]) == (11, 4)
        assert other["clientId"] != own["clientId"]
