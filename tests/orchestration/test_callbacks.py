"""Lost calls that a later day's call recovers: lake and database follow, whichever day is loaded when."""

from __future__ import annotations

import signal
from collections.abc import Callable, Iterator
from datetime import date
from pathlib import Path

import dagster as dg
import pytest

from insight_pipeline.model.tables import FACT_CALLBACK
from insight_pipeline.orchestration.callbacks import CALLBACK, load_due
from insight_pipeline.orchestration.publishing import PARTITIONED, publish
from insight_pipeline.orchestration.site import Site, database_of
from insight_pipeline.sinks.relational.writer import RelationalSink
from tests import direct
from tests.orchestration.two_days import (
    FIRST,
    HEALED_BY_ANY_DAY,
    PLACES,
    SECOND,
    THIRD,
    barrier,
    loading,
    put,
    row,
    two_days,
)
from tests.pipeline import Pipeline
from tests.relational import Rows, held, rows_of
from tests.servers import fresh_database, stop_own_servers, url_of

TOLD = ("lost_call_id", "local_date", "is_recovered", "recovered_call_id", "recovered_by")
OPEN = [("demo:2", FIRST, False, None, None), ("demo:3", FIRST, False, None, None)]
RECOVERED = [("demo:2", FIRST, True, "demo:4", "customer"), OPEN[1]]
LOST_ON_THE_SECOND = ("demo:5", SECOND, False, None, None)


@pytest.fixture(scope="module", autouse=True)
def own_servers() -> Iterator[None]:
    """Servers that were started for the tests end with them."""
    yield
    stop_own_servers()


@pytest.fixture
def config(tmp_path: Path) -> Path:
    """Settings of the two days, with a SQLite file as database."""
    return two_days(tmp_path)


@pytest.fixture(params=["sqlite", "postgresql", "mariadb"])
def on_each(request: pytest.FixtureRequest, config: Path) -> Iterator[Path]:
    """The same with a database of each kind."""
    if request.param == "sqlite":
        yield config
        return
    with fresh_database(url_of(request.param)) as url:
        text = config.read_text(encoding="utf-8").replace("sqlite:///data/insight.db", url)
        config.write_text(text, encoding="utf-8")
        yield config


def _site(config: Path) -> Site:
    (found,) = direct.sites_of(config)
    return found


def _load(config: Path, *days: date) -> None:
    """Each day in a run of its own."""
    for day in days:
        direct.load_database(_site(config), [day])


def _callbacks(config: Path) -> Rows:
    """The callbacks in the database, which are those of the lake."""
    site = _site(config)
    lake = site.lake.read_days(CALLBACK, site.lake.dates(CALLBACK), FACT_CALLBACK.arrow_schema())
    database = database_of(site.settings)
    assert held(database, CALLBACK) == rows_of(lake)
    assert site.raw.index.callback_due() == []
    return held(database, CALLBACK, TOLD)


def _files(config: Path, day: date) -> dict[str, tuple[int, bytes]]:
    """The lake's files of a day by their tables."""
    found = _site(config).lake.folder.glob(f"*/{day}.parquet")
    return {file.parent.name: (file.stat().st_mtime_ns, file.read_bytes()) for file in found}


def _changed_by(config: Path, load: Callable[[], object]) -> set[str]:
    """Tables whose file of the first day is another one after a load."""
    before = _files(config, FIRST)
    load()
    after = _files(config, FIRST)
    assert before.keys() == after.keys() == {*PARTITIONED}
    return {table for table, state in before.items() if after[table] != state}


def test_a_later_day_recovers_a_lost_call_in_lake_and_database(on_each: Path) -> None:
    _load(on_each, FIRST)
    assert _callbacks(on_each) == OPEN
    assert _changed_by(on_each, lambda: _load(on_each, SECOND)) == {CALLBACK}
    assert _callbacks(on_each) == [*RECOVERED, LOST_ON_THE_SECOND]
    assert _changed_by(on_each, lambda: _load(on_each, SECOND)) == set()


def test_a_run_of_the_job_tells_which_other_days_it_brought_up_to_date(config: Path) -> None:
    _load(config, FIRST)
    pipeline = Pipeline(config)
    outcome = pipeline.load("demo", SECOND.isoformat(), SECOND.isoformat())
    assert outcome.is_success
    assert _callbacks(config) == [*RECOVERED, LOST_ON_THE_SECOND]
    found = pipeline.instance.fetch_materializations(dg.AssetKey(["demo", CALLBACK]), limit=9)
    assert {record.partition_key for record in found.records} == {"2026-03-12", "2026-03-13"}
    (lake,) = pipeline.instance.fetch_materializations(dg.AssetKey(["demo", "lake"]), 1).records
    assert lake.asset_materialization is not None
    told = lake.asset_materialization.metadata["callbacks_brought_up_to_date"].value
    assert told == "2026-03-12"


def test_days_in_any_order_or_in_one_run_give_the_same_tables(tmp_path: Path) -> None:
    runs = {
        "forwards": [[FIRST], [SECOND]],
        "backwards": [[SECOND], [FIRST]],
        "together": [[FIRST, SECOND]],
    }
    made = {}
    for name, each in runs.items():
        config = two_days(tmp_path / name)
        for days in each:
            direct.load_database(_site(config), days)
        assert _callbacks(config) == [*RECOVERED, LOST_ON_THE_SECOND]
        database = database_of(_site(config).settings)
        made[name] = {table: held(database, table) for table in PARTITIONED}
    assert made["backwards"] == made["forwards"]
    assert made["together"] == made["forwards"]


def test_a_lost_call_is_open_again_when_the_recovering_call_was_not_taken_after_all(
    config: Path,
) -> None:
    _load(config, FIRST, SECOND)
    put(config.parent, "later", row(4, SECOND, "09:00", 50, is_taken=False))  # a later end: R 2
    _load(config, SECOND)
    found = _callbacks(config)
    assert found == [*OPEN, ("demo:4", SECOND, False, None, None), LOST_ON_THE_SECOND]


def test_a_recovering_call_that_arrives_late_takes_the_place_of_the_one_after_it(
    config: Path,
) -> None:
    _load(config, FIRST, SECOND)
    put(config.parent, "late", row(6, SECOND, "08:00", is_taken=True))
    _load(config, SECOND)
    assert _callbacks(config)[0] == ("demo:2", FIRST, True, "demo:6", "customer")


def test_a_lost_call_that_was_taken_after_all_leaves_its_day(config: Path) -> None:
    _load(config, FIRST, SECOND)
    put(config.parent, "later", row(2, FIRST, "16:00", 50, is_taken=True))
    _load(config, FIRST)
    assert _callbacks(config) == [OPEN[1], LOST_ON_THE_SECOND]


def test_a_call_behind_the_window_recovers_nothing(config: Path) -> None:
    put(config.parent, "second", row(4, SECOND, "16:01", is_taken=True))
    _load(config, FIRST, SECOND)
    assert _callbacks(config) == OPEN


def test_a_day_between_that_was_never_loaded_is_no_hindrance(config: Path) -> None:
    with config.open("a", encoding="utf-8") as file:
        file.write("[kpi]\ncallback_window_hours = 72\n")
    put(config.parent, "second", row(4, THIRD, "09:00", is_taken=True))
    _load(config, FIRST, THIRD)
    assert _callbacks(config) == RECOVERED


def test_a_day_that_was_loaded_before_there_were_callbacks_is_left_as_it_is(config: Path) -> None:
    """Its partition of the table is not in the lake; its own load, which follows, makes it."""
    _load(config, FIRST)
    _site(config).lake.file(CALLBACK, FIRST).unlink()
    _load(config, SECOND)
    assert _first_day(config) == OPEN
    _load(config, FIRST)
    assert _callbacks(config) == [*RECOVERED, LOST_ON_THE_SECOND]


def _first_day(config: Path) -> Rows:
    database = database_of(_site(config).settings)
    return [found for found in held(database, CALLBACK, TOLD) if found[1] == FIRST]


@pytest.mark.parametrize("place", PLACES)
def test_a_run_killed_between_lake_and_database_is_healed_by_the_next(
    place: str, config: Path
) -> None:
    _load(config, FIRST)
    _die(config, place)
    _load(config, SECOND)
    assert _callbacks(config) == [*RECOVERED, LOST_ON_THE_SECOND]


@pytest.mark.parametrize("place", HEALED_BY_ANY_DAY)
def test_what_a_killed_run_noted_is_loaded_by_a_run_of_any_other_day(
    place: str, config: Path
) -> None:
    _load(config, FIRST)
    _die(config, place)
    _load(config, THIRD)
    assert _first_day(config) == RECOVERED
    assert _site(config).raw.index.callback_due() == []


def _die(config: Path, place: str) -> None:
    with loading(config, SECOND, place) as process:
        process.join()
        assert process.exitcode == -signal.SIGKILL


@pytest.mark.parametrize("is_new", [True, False])
def test_two_runs_of_neighbouring_days_at_the_same_time_end_right(
    is_new: bool,
    on_each: Path,
) -> None:
    if not is_new:
        _load(on_each, FIRST, SECOND)
    together = barrier(2)
    with (
        loading(on_each, FIRST, together=together) as first,
        loading(on_each, SECOND, together=together) as second,
    ):
        first.join()
        second.join()
        assert (first.exitcode, second.exitcode) == (0, 0)
    assert _callbacks(on_each) == [*RECOVERED, LOST_ON_THE_SECOND]


class _Run:
    """A run of a day in its steps, so that those of two runs can be taken in any order."""

    def __init__(self, site: Site, database: RelationalSink, day: date) -> None:
        self.site, self.database, self.day = site, database, day

    def publish(self) -> None:
        publish(self.site, [self.day])

    def read(self) -> None:
        self.stamp = self.site.lake.stamp(CALLBACK, self.day)
        self.rows = self.site.lake.read_days(CALLBACK, [self.day], FACT_CALLBACK.arrow_schema())

    def load(self) -> None:
        self.database.replace_partition({CALLBACK: self.rows}, "demo", self.day)

    def settle(self) -> None:
        load_due(self.site, self.database, {self.day: self.stamp})


def _orders(first: int, second: int) -> Iterator[str]:
    """Every order of so many steps of two runs."""
    if first and second:
        yield from ("1" + rest for rest in _orders(first - 1, second))
        yield from ("2" + rest for rest in _orders(first, second - 1))
    else:
        yield "1" * first + "2" * second


def test_the_steps_of_two_runs_in_every_order_leave_what_the_lake_holds(config: Path) -> None:
    """Seventy orders of published, read, loaded, settled; the second day comes for the first time."""
    _load(config, FIRST, SECOND)
    site = _site(config)
    database = site.database()
    for order in _orders(4, 4):
        for table in PARTITIONED:
            site.lake.file(table, SECOND).unlink()
        runs = {n: _Run(site, database, day) for n, day in {"1": FIRST, "2": SECOND}.items()}
        steps = {n: iter((r.publish, r.read, r.load, r.settle)) for n, r in runs.items()}
        for name in order:
            next(steps[name])()
        assert _callbacks(config) == [*RECOVERED, LOST_ON_THE_SECOND], order
    database.close()
