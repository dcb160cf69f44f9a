"""Erlang C against figures that others published, the formula written out, and what it must always obey.

Published figures: a service desk of 100 calls in 30 minutes of 180 s each (10 Erlang) with 14 agents, as call
centre handbooks work it through, and 360 calls in 30 minutes of 240 s (48 Erlang) with 55 agents, from Ian
Angus, "An Introduction to Erlang B and Erlang C" (Telemanagement 187, 2001) and the pages that follow it;
loads at which one call in a hundred is lost, to three digits, from the printed tables of Erlang B, from which
C is reckoned.
"""

from __future__ import annotations

import math
import random
from fractions import Fraction

import numpy as np
import pytest

from insight_pipeline.facts.erlang import (
    agents_needed,
    average_wait_seconds,
    chance_of_waiting,
    service_level,
)

SEED = random.SystemRandom().randrange(1 << 30)


def _floats(*values: float) -> np.ndarray:
    return np.array(values, dtype=np.float64)


def _exactly(load: Fraction, agents: int) -> float:
    """The formula as it stands in books, in whole fractions."""
    last = load**agents / math.factorial(agents) * agents / (agents - load)
    return float(last / (sum(load**k / math.factorial(k) for k in range(agents)) + last))


@pytest.mark.parametrize(
    ("load", "agents", "handle", "threshold", "waiting", "level", "wait"),
    [
        (10, 14, 180, 20, 0.174, 0.888, 7.8),
        (48, 55, 240, 15, 0.239, 0.846, 8.2),
    ],
)
def test_published_examples_come_out_as_published(
    load: float,
    agents: int,
    handle: float,
    threshold: float,
    waiting: float,
    level: float,
    wait: float,
) -> None:
    given = _floats(load), np.array([agents])
    assert chance_of_waiting(*given)[0] == pytest.approx(waiting, abs=0.0005)
    assert service_level(*given, _floats(handle), _floats(threshold))[0] == pytest.approx(
        level, abs=0.0005
    )
    assert average_wait_seconds(*given, _floats(handle))[0] == pytest.approx(wait, abs=0.05)


def test_fourteen_agents_are_what_ten_erlang_need_for_eighty_percent_in_twenty_seconds() -> None:
    assert agents_needed(_floats(10), _floats(180), _floats(20), 0.8).tolist() == [14]
    assert agents_needed(_floats(48), _floats(240), _floats(15), 0.8).tolist() == [55]


@pytest.mark.parametrize(
    ("agents", "load"), [(1, 0.0101), (5, 1.36), (10, 4.46), (20, 12.0), (50, 37.9), (100, 84.1)]
)
def test_the_loss_behind_it_is_one_percent_at_the_loads_of_the_tables(
    agents: int, load: float
) -> None:
    waiting = chance_of_waiting(_floats(load), np.array([agents]))[0]
    loss = waiting * (agents - load) / (agents - waiting * load)
    assert loss == pytest.approx(0.01, rel=0.03)


def test_it_is_the_formula_of_the_books() -> None:
    print(f"seed {SEED}")
    chance = random.Random(SEED)
    agents = [chance.randrange(1, 60) for _ in range(200)]
    loads = [Fraction(chance.randrange(1, 1000), 1001) * n for n in agents]
    found = chance_of_waiting(_floats(*map(float, loads)), np.array(agents))
    assert found == pytest.approx([_exactly(*pair) for pair in zip(loads, agents, strict=True)])


def test_more_agents_never_serve_worse_and_more_load_never_better() -> None:
    agents = np.arange(1, 80)
    for load in (0.2, 5.0, 33.3):
        loads = np.full(len(agents), load)
        times = np.full(len(agents), 200.0), np.full(len(agents), 20.0)
        assert (np.diff(service_level(loads, agents, *times)) >= 0).all()
    rising = np.linspace(0, 12, 200)
    ten = np.full(len(rising), 10)
    assert (np.diff(chance_of_waiting(rising, ten)) >= 0).all()


def test_a_load_that_agents_cannot_carry_lets_everybody_wait_without_end() -> None:
    load, agents = _floats(5, 5, 0), np.array([5, 4, 3])
    assert chance_of_waiting(load, agents).tolist() == [1, 1, 0]
    assert service_level(load, agents, _floats(60, 60, 60), _floats(20, 20, 20)).tolist() == [
        0,
        0,
        1,
    ]
    assert average_wait_seconds(load, agents, _floats(60, 60, 60)).tolist() == [
        math.inf,
        math.inf,
        0,
    ]


def test_the_agents_needed_are_the_fewest_that_reach_the_target() -> None:
    print(f"seed {SEED}")
    random_ = np.random.default_rng(SEED)
    load, handle = random_.uniform(0, 80, 500), random_.uniform(1, 900, 500)
    threshold = random_.choice(_floats(0, 10, 20, 60), 500)
    for target in (0.5, 0.8, 0.999):
        needed = agents_needed(load, handle, threshold, target)
        assert (load < needed).all()
        assert (service_level(load, needed, handle, threshold) >= target).all()
        fewer = needed > 1
        less = service_level(load, np.maximum(needed - 1, 1), handle, threshold)
        assert (less[fewer] < target).all()


def test_hundreds_of_erlang_do_not_overflow() -> None:
    (needed,) = agents_needed(_floats(2000), _floats(300), _floats(20), 0.8)
    assert 2000 < needed < 2100


def test_calls_of_no_length_and_no_calls_need_one_agent() -> None:
    nothing = _floats(0, 0)
    assert agents_needed(nothing, _floats(0, 60), _floats(20, 0), 0.99).tolist() == [1, 1]
    assert agents_needed(_floats(), _floats(), _floats(), 0.8).tolist() == []
