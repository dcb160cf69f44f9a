"""Erlang C: how long callers wait for so many agents at a given load, and how many agents a target needs.

The model M/M/n: calls come by chance at an even rate, last exponentially long, wait as long as it takes and
are taken in order by agents who do nothing else. Formulas: A. K. Erlang (1917); G. Koole, "Call Center
Optimization" (2013), chapter on the Erlang C model. All functions work on whole arrays.
"""

from __future__ import annotations

import numpy as np
import numpy.typing as npt

Floats = npt.NDArray[np.float64]
Ints = npt.NDArray[np.int64]


def chance_of_waiting(load: Floats, agents: Ints) -> Floats:
    """Share of callers who find every agent busy; 1 where the load (in Erlang) is not below the agents."""
    busy = np.ones(len(load))
    found = np.ones(len(load))
    for number in range(1, int(agents.max(initial=0)) + 1):
        busy = _next_blocking(busy, load, number)
        here = agents == number
        found[here] = _waiting(busy[here], load[here], number)
    return found


def service_level(
    load: Floats, agents: Ints, handle_seconds: Floats, threshold_seconds: Floats
) -> Floats:
    """Share of callers who wait no longer than the threshold; 0 where agents cannot keep up."""
    return _level(chance_of_waiting(load, agents), load, agents, handle_seconds, threshold_seconds)


def average_wait_seconds(load: Floats, agents: Ints, handle_seconds: Floats) -> Floats:
    """Mean waiting of all callers; infinite where agents cannot keep up."""
    spare = agents - load
    waiting = chance_of_waiting(load, agents) * handle_seconds
    return np.divide(waiting, spare, out=np.full(len(load), np.inf), where=spare > 0)


def agents_needed(
    load: Floats, handle_seconds: Floats, threshold_seconds: Floats, target: float
) -> Ints:
    """The fewest agents, at least one, with whom the service level reaches the target (below 1).

    The load is finite and not negative. Takes as many steps as the largest result.
    """
    found = np.zeros(len(load), dtype=np.int64)
    busy, number = np.ones(len(load)), 0
    while (left := found == 0).any():
        number += 1
        busy = _next_blocking(busy, load, number)
        waiting = _waiting(busy, load, number)
        agents = np.full(len(load), number)
        level = _level(waiting, load, agents, handle_seconds, threshold_seconds)
        found[left & (level >= target)] = number
    return found


def _next_blocking(busy: Floats, load: Floats, agents: int) -> Floats:
    """Erlang B for one agent more: stable, where factorials would overflow."""
    return load * busy / (agents + load * busy)


def _waiting(busy: Floats, load: Floats, agents: int) -> Floats:
    """Erlang C from Erlang B."""
    spare = agents - load * (1 - busy)
    waiting = np.divide(agents * busy, spare, out=np.ones(len(load)), where=spare > 0)
    return np.where(load < agents, waiting, 1.0)


def _level(
    waiting: Floats, load: Floats, agents: Ints, handle_seconds: Floats, threshold: Floats
) -> Floats:
    """Who has to wait, waits exponentially long; calls of no length free their agent at once."""
    is_long = handle_seconds > 0
    patience = np.divide(threshold, handle_seconds, out=np.zeros(len(load)), where=is_long)
    late = waiting * np.exp(-np.maximum(agents - load, 0) * patience)
    return np.where(load < agents, 1 - late, 0.0)
