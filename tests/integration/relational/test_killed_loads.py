"""Loads killed at random moments, and servers stopped in the middle of them: no half partition ever."""

from __future__ import annotations

import random
import time
from contextlib import closing
from threading import Timer

import pytest

from insight_pipeline.model.errors import TransientError
from insight_pipeline.sinks.relational.connecting import Database
from insight_pipeline.sinks.relational.writer import RelationalSink
from tests.rounds import load, loading, versions_held
from tests.servers import fresh_database, own_server, url_of

pytestmark = [pytest.mark.services, pytest.mark.slow]
SERVERS = ("postgresql", "mariadb")
ROUNDS = 50
SEED = 4711


def _no_wait(_: float) -> None:
    """Whatever is tried again is tried at once."""


def _seconds_of_a_load(database: Database) -> float:
    with loading(database, 0) as process:
        begin = time.perf_counter()
        process.join()
        return time.perf_counter() - begin


@pytest.mark.parametrize("kind", SERVERS)
def test_a_load_killed_at_any_moment_leaves_the_old_state_or_the_new(kind: str) -> None:
    print(f"seed {SEED}")
    chance = random.Random(SEED)
    with fresh_database(url_of(kind)) as url:
        database = Database(url)
        with closing(RelationalSink(database)) as sink:
            sink.create()
        seconds = min(_seconds_of_a_load(database) for _ in range(5))
        came_through = 0
        for number in range(1, ROUNDS + 1):
            with loading(database, 2 * number) as process:
                process.join(chance.uniform(0, 1.1 * seconds))
            held = versions_held(database)
            assert held in ({2 * number - 1 if number > 1 else 0}, {2 * number}), number
            came_through += held == {2 * number}
            load(database, 2 * number + 1, _no_wait)
            assert versions_held(database) == {2 * number + 1}
    print(f"{came_through} of {ROUNDS} loads came through")


@pytest.mark.parametrize("kind", SERVERS)
def test_a_server_stopped_at_any_moment_holds_the_old_state_or_the_new(kind: str) -> None:
    print(f"seed {SEED}")
    chance = random.Random(SEED)
    came_through = 0
    with closing(own_server(kind)) as server:
        server.start()
        database = Database(server.url)
        with closing(RelationalSink(database)) as sink:
            sink.create()
        seconds = min(_seconds_of_a_load(database) for _ in range(5))
        for number in range(1, ROUNDS + 1):
            stop = Timer(chance.uniform(0, 1.3 * seconds), server.stop)
            stop.start()
            is_told_done = _is_loaded(database, 2 * number)
            stop.join()
            server.start()
            held = versions_held(database)
            before = {2 * number - 1 if number > 1 else 0}
            assert held == {2 * number} or (held == before and not is_told_done), number
            came_through += held == {2 * number}
            load(database, 2 * number + 1, _no_wait)
            assert versions_held(database) == {2 * number + 1}
    print(f"{came_through} of {ROUNDS} loads came through")


def _is_loaded(database: Database, version: int) -> bool:
    try:
        load(database, version, _no_wait)
    except TransientError:
        return False
    return True
