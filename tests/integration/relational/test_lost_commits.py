"""A connection lost during commit: what came of it is looked up, and not guessed."""

from __future__ import annotations

from pathlib import Path

import pytest
import sqlalchemy as sa

from insight_pipeline.sinks.relational.connecting import Database
from insight_pipeline.sinks.relational.writer import WAITS, RelationalSink
from tests.cutting import Cut, cutting_proxy
from tests.relational import FRIDAY, held, legs
from tests.servers import fresh_database, url_of

pytestmark = pytest.mark.services
PORTS = {"postgresql": 5432, "mariadb": 3306}


@pytest.mark.parametrize("cut", Cut)
@pytest.mark.parametrize("kind", PORTS)
def test_a_load_whose_commit_is_lost_is_there_once(kind: str, cut: Cut, tmp_path: Path) -> None:
    with fresh_database(url_of(kind)) as plain:
        url = sa.make_url(plain)
        near = Database(plain)
        sink = RelationalSink(near)
        sink.create()
        sink.replace_partition({"fact_call_leg": legs(FRIDAY, 1)}, "demo", FRIDAY)
        sink.close()
        waits: list[float] = []
        with cutting_proxy(url.host or "", url.port or PORTS[kind], cut) as proxy:
            way = url.set(host="127.0.0.1", port=proxy.port)
            far = RelationalSink(Database(way.render_as_string(hide_password=False)), waits.append)
            far.replace_partition({"fact_call_leg": legs(FRIDAY, 1, 2)}, "demo", FRIDAY)
            far.close()
            assert proxy.cuts == 1
        assert waits == ([] if cut is Cut.AFTER else [WAITS[0]])
        assert held(near, "fact_call_leg", ["leg_id"]) == [("demo:1",), ("demo:2",)]
