"""The program `insight` with a database server: runs, migration, scripts, and a server that is away."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path

import pytest
import sqlalchemy as sa

from insight_pipeline.sinks.relational.connecting import Database, make_engine
from tests.conftest import write_settings
from tests.integration.test_command_line import insight
from tests.pipeline import GOLDEN
from tests.relational import held
from tests.servers import free_port, fresh_database, url_of

VARIABLE = "INSIGHT_SINKS__RELATIONAL__URL"


@pytest.fixture
def config(tmp_path: Path) -> Path:
    return write_settings(tmp_path, GOLDEN / "examples" / "landing")


@pytest.fixture(params=["postgresql", "mariadb"])
def url(request: pytest.FixtureRequest) -> Iterator[str]:
    with fresh_database(url_of(request.param)) as found:
        yield found


@pytest.mark.services
def test_a_run_loads_the_server_as_it_loads_sqlite(config: Path, url: str) -> None:
    on_server = insight("run", "--from", "2026-03-12", config=config, **{VARIABLE: url})
    assert on_server.returncode == 0, on_server.stderr
    beside = insight("run", "--from", "2026-03-12", config=config)
    assert beside.returncode == 0, beside.stderr
    file = Database(f"sqlite:///{config.parent / 'data' / 'insight.db'}")
    for table in ("fact_call_leg", "fact_call", "kpi_queue_day", "dim_agent", "dim_date"):
        expected = held(file, table)
        assert expected
        assert held(Database(url), table) == expected


@pytest.mark.services
def test_tables_are_made_without_a_run(config: Path, url: str) -> None:
    done = insight("database", "migrate", config=config, **{VARIABLE: url})
    assert (done.returncode, done.stderr) == (0, "")
    engine = make_engine(Database(url))
    assert "v_queue_day" in sa.inspect(engine).get_view_names()
    engine.dispose()


@pytest.mark.parametrize("url", ["postgresql://u@h/d", "mysql://u@h/d", "mssql://u@h/d"])
@pytest.mark.parametrize("name", ["roles", "visibility"])
def test_scripts_are_printed_without_a_server(config: Path, name: str, url: str) -> None:
    done = insight("database", "script", name, config=config, **{VARIABLE: url})
    assert done.returncode == 0, done.stderr
    assert "insight_" in done.stdout


def test_sqlite_has_no_roles_and_says_so(config: Path) -> None:
    done = insight("database", "script", "roles", config=config)
    assert done.returncode == 2
    assert "IA-418" in done.stderr


def test_a_server_that_is_away_is_told_in_words(config: Path) -> None:
    away = f"postgresql://u@127.0.0.1:{free_port()}/d"
    done = insight("database", "migrate", config=config, **{VARIABLE: away})
    assert done.returncode == 1
    assert "IA-421" in done.stderr
    assert "Traceback" not in done.stderr
