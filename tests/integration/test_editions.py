"""Editions at work: `lite` evaluates one group without breaking an identity; a change loads days again."""

from __future__ import annotations

import shutil
from collections.abc import Sequence
from datetime import date
from pathlib import Path

import dagster as dg
import pyarrow as pa
import pyarrow.compute as pc
import pytest

from insight_pipeline.facts.reconciliation import COMPARED, imbalances
from insight_pipeline.model.tables import TABLES
from insight_pipeline.orchestration.publishing import PARTITIONED
from insight_pipeline.orchestration.resources import Sites
from insight_pipeline.orchestration.site import Site
from insight_pipeline.settings import load_settings
from tests import direct
from tests.conftest import write_settings
from tests.integration.test_command_line import insight
from tests.pipeline import Pipeline

SAMPLE = Path(__file__).parents[2] / "data" / "sample"
DAYS = [date(2026, 3, day) for day in range(2, 7)]
GROUP = 301
SCOPED = ("fact_queue_visit", "fact_queue_interval", "kpi_queue_day", "fact_agent_contact")
AGENTS = ("fact_agent_interval", "kpi_agent_day")
Tables = dict[str, pa.Table]


def _edition(config: Path, edition: str, *groups: int) -> None:
    """Set edition and groups in a settings file that names neither, or others."""
    lines = [
        line
        for line in config.read_text("utf-8").splitlines()
        if not line.startswith(("edition", "groups"))
    ]
    place = lines.index("[installations.demo]") + 1
    lines.insert(place, f"groups = {list(groups)}")
    config.write_text("\n".join([f'edition = "{edition}"', *lines]) + "\n", encoding="utf-8")


def _site(config: Path) -> Site:
    return Site("demo", load_settings(config, {}))


@pytest.fixture(scope="module")
def config(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """Settings over the sample exports, everything read."""
    found = write_settings(tmp_path_factory.mktemp("editions"), SAMPLE)
    direct.read(_site(found))
    return found


def _loaded(config: Path, edition: str, *groups: int) -> Tables:
    """The lake's tables of the days, as an edition makes them."""
    _edition(config, edition, *groups)
    site = _site(config)
    site.read_directory()
    direct.load(site, DAYS)
    return {
        name: site.lake.read_days(name, DAYS, TABLES[name].arrow_schema()) for name in PARTITIONED
    }


@pytest.fixture(scope="module")
def both(config: Path) -> tuple[Tables, Tables, tuple[int, ...]]:
    """Everything, what `lite` makes of one group, and the group's agents."""
    enterprise = _loaded(config, "enterprise")
    lite = _loaded(config, "lite", GROUP)
    return enterprise, lite, _site(config).scope.agents


def _rows(table: pa.Table, name: str) -> list[dict[str, object]]:
    return table.sort_by([(key, "ascending") for key in TABLES[name].key]).to_pylist()


def test_calls_and_all_that_is_judged_by_them_stay_whole(
    both: tuple[Tables, Tables, tuple[int, ...]],
) -> None:
    enterprise, lite, _ = both
    whole = set(PARTITIONED) - {*SCOPED, *AGENTS, "reconciliation"}
    assert {"fact_call_leg", "fact_call", "fact_callback", "fact_line_interval"} <= whole
    for name in whole:
        assert len(lite[name]), name
        assert lite[name].equals(enterprise[name]), name


@pytest.mark.parametrize("name", ["fact_queue_visit", "fact_queue_interval", "kpi_queue_day"])
def test_the_group_has_the_figures_that_enterprise_has_for_it(
    both: tuple[Tables, Tables, tuple[int, ...]], name: str
) -> None:
    enterprise, lite, _ = both
    of_group = enterprise[name].filter(pc.equal(enterprise[name]["queue_id"], GROUP))
    assert 0 < len(of_group) < len(enterprise[name])
    assert _rows(lite[name], name) == _rows(of_group, name)


def test_contacts_are_those_of_its_agents_and_those_in_it(
    both: tuple[Tables, Tables, tuple[int, ...]],
) -> None:
    enterprise, lite, agents = both
    wanted = [
        row
        for row in _rows(enterprise["fact_agent_contact"], "fact_agent_contact")
        if row["agent_id"] in agents or row["queue_id"] == GROUP
    ]
    assert 0 < len(wanted) < len(enterprise["fact_agent_contact"])
    assert _rows(lite["fact_agent_contact"], "fact_agent_contact") == wanted


@pytest.mark.parametrize("name", AGENTS)
def test_an_agent_of_the_group_has_the_figures_that_enterprise_has(
    both: tuple[Tables, Tables, tuple[int, ...]], name: str
) -> None:
    enterprise, lite, agents = both
    members = pa.array(agents, pa.int64())
    expected = enterprise[name].filter(pc.is_in(enterprise[name]["agent_id"], value_set=members))
    found = lite[name].filter(pc.is_in(lite[name]["agent_id"], value_set=members))
    assert 0 < len(expected) < len(enterprise[name])
    assert _rows(found, name) == _rows(expected, name)
    in_group = pc.equal(lite["fact_agent_contact"]["queue_id"], GROUP)
    acted = set(lite["fact_agent_contact"].filter(in_group)["agent_id"].to_pylist())
    assert set(lite[name]["agent_id"].to_pylist()) <= {*agents, *acted}


def test_no_identity_breaks_in_lite(both: tuple[Tables, Tables, tuple[int, ...]]) -> None:
    enterprise, lite, _ = both
    for tables in (enterprise, lite):
        assert imbalances(*(tables[name] for name in COMPARED)) == []
    for row, whole in zip(
        lite["reconciliation"].to_pylist(), enterprise["reconciliation"].to_pylist(), strict=True
    ):
        assert row["is_balanced"]
        assert (row["legs"], row["calls"]) == (whole["legs"], whole["calls"])
        assert row["queue_visits"] < whole["queue_visits"]
        assert row["agent_contacts"] < whole["agent_contacts"]


@pytest.mark.slow
def test_the_whole_pipeline_runs_in_lite_with_every_check(tmp_path: Path) -> None:
    config = write_settings(tmp_path, SAMPLE)
    _edition(config, "lite", GROUP)
    pipeline = Pipeline(config)
    outcome = pipeline.load("demo", "2026-03-02", "2026-03-04")
    assert outcome.is_success, outcome
    assert outcome.failed_checks == ()
    assert {row["queue_id"] for row in pipeline.rows("kpi_queue_day")} == {str(GROUP)}
    queues = {row["queue_id"] for row in pipeline.rows("dim_queue")}
    assert {row["first_queue_id"] for row in pipeline.rows("fact_call")} - {""} <= queues
    assert len({row["first_queue_id"] for row in pipeline.rows("fact_call")}) > 2


def _read_and_loaded(config: Path) -> Site:
    """The days of the worked calls, read and loaded under the settings as they are."""
    site = _site(config)
    direct.read(site)
    days = direct.days_read(site)
    if days:
        direct.load(site, days)
    site.raw.index.finish_load([(day - date(1970, 1, 1)).days for day in days])
    assert site.stale(date(2026, 12, 31))[1] == []
    return site


def _stale_after_reading(config: Path) -> Sequence[date]:
    site = _site(config)
    site.read_directory()
    assert not site.is_scope_changed()
    return site.stale(date(2026, 12, 31))[1]


@pytest.fixture
def small(tmp_path: Path) -> Path:
    """One day of the sample with a directory that may be changed, read and loaded in `enterprise`."""
    landing = tmp_path / "landing"
    shutil.copytree(SAMPLE / "demo" / "directory", landing / "demo" / "directory")
    (landing / "demo" / "call_list").mkdir()
    shutil.copy(
        SAMPLE / "demo" / "call_list" / "verbindungsdaten_2026-03-09.csv",
        landing / "demo" / "call_list",
    )
    config = write_settings(tmp_path, landing)
    _read_and_loaded(config)
    return config


def test_a_change_of_edition_or_group_makes_every_loaded_day_stale(small: Path) -> None:
    day = [date(2026, 3, 9)]
    changes: list[tuple[str, list[int]]] = [("lite", [GROUP]), ("lite", [201]), ("enterprise", [])]
    for edition, groups in changes:
        _edition(small, edition, *groups)
        assert _site(small).is_scope_changed()
        assert _stale_after_reading(small) == day
        _read_and_loaded(small)
    alike: list[tuple[str, list[int]]] = [
        ("pro", []),
        ("pro", [GROUP]),
        ("enterprise", [GROUP, 201]),
    ]
    for edition, groups in alike:
        _edition(small, edition, *groups)
        assert not _site(small).is_scope_changed()
        assert _stale_after_reading(small) == []


@pytest.mark.parametrize(("edition", "is_stale"), [("lite", True), ("enterprise", False)])
def test_who_joins_the_group_changes_days_in_lite_alone(
    small: Path, edition: str, is_stale: bool
) -> None:
    _edition(small, edition, GROUP)
    _read_and_loaded(small)
    accounts = small.parent / "landing" / "demo" / "directory" / "accounts.csv"
    text = accounts.read_text("utf-8")
    joined = text.replace(
        "Sören Müller;215;pbx_user;true;;", f"Sören Müller;215;pbx_user;true;{GROUP};"
    )
    assert joined != text
    accounts.write_text(joined, "utf-8")
    assert bool(_stale_after_reading(small)) is is_stale


def test_the_status_and_the_sensor_see_the_change_before_anything_is_read(small: Path) -> None:
    assert "IA-614" not in insight("status", config=small).stdout
    _edition(small, "lite", GROUP)
    told = insight("status", config=small).stdout
    assert "IA-614 demo: Was die Auswertung bestimmt, hat sich" in told
    assert "--from 2026-03-09 --to 2026-03-09" in told
    pipeline = Pipeline(small)
    sensor = pipeline.definitions.resolve_sensor_def("demo_new_files")

    def tick() -> list[str | None]:
        with dg.build_sensor_context(
            instance=pipeline.instance, repository_def=pipeline.definitions.get_repository_def()
        ) as context:
            result = sensor(context, sites=Sites(pipeline.settings))
            assert isinstance(result, dg.SensorResult)
            return [request.job_name for request in result.run_requests or []]

    assert tick() == ["demo_read"]
    _site(small).read_directory()
    assert tick() == ["demo_load"]
