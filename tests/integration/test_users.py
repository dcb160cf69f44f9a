"""`insight users`, and what a run and the status say of a tier that is nearly full."""

from __future__ import annotations

import json
import shutil
from pathlib import Path

import pytest

from tests import direct
from tests.conftest import write_settings
from tests.integration.test_command_line import insight
from tests.pipeline import GOLDEN, Pipeline


def _nearly_full(folder: Path, users: int) -> Path:
    """The day of worked calls, with a directory of so many licensed users, three of them in a group."""
    landing = folder / "landing"
    shutil.copytree(GOLDEN / "examples" / "landing", landing)
    accounts = landing / "demo" / "directory" / "accounts.csv"
    head, *lines = accounts.read_text("utf-8").splitlines()
    others = [line for line in lines if line.split(";")[1] != "user"]
    names = head.split(";")
    for number in range(users):
        row = {
            "accountid": str(5000 + number),
            "kind": "user",
            "name": f"Agent {number}",
            "licence": "user_light" if number % 5 == 0 else "pbx_user",
            "groups": "201" if number < 3 else "",
        }
        others.append(";".join(row.get(name, "") for name in names))
    accounts.write_text("\n".join([head, *others]) + "\n", "utf-8")
    return write_settings(folder, landing)


@pytest.mark.parametrize(("users", "is_told"), [(17, False), (18, True)])
def test_the_count_is_told_with_tier_and_warning(tmp_path: Path, users: int, is_told: bool) -> None:
    config = _nearly_full(tmp_path, users)
    found = json.loads(insight("users", "--json", config=config).stdout)
    (demo,) = found["installations"]
    assert demo["pro_enterprise"] == {"users": users, "tier": "1-20"}
    assert (demo["light_users"], demo["pbx_users"]) == (4, users - 4)
    assert demo["lite"] is None
    assert [note["code"] for note in found["notes"]] == (["IA-610"] if is_told else [])
    told = insight("users", config=config, INSIGHT_INSTALLATIONS__DEMO__GROUPS="201")
    assert told.returncode == 0
    assert "Lizenzierte Benutzer" in told.stdout
    assert ("IA-610" in told.stdout) is is_told
    line = next(line for line in told.stdout.splitlines() if line.startswith("demo"))
    assert line.split() == ["demo", str(users - 4), "4", str(users), "1-20", "3", "1-20"]


def test_a_tier_that_is_nearly_full_warns_and_holds_nothing_back(tmp_path: Path) -> None:
    pipeline = Pipeline(_nearly_full(tmp_path, 19))
    outcome = pipeline.load("demo", "2026-03-12", "2026-03-12")
    assert outcome.is_success
    assert outcome.held_back == ()
    events = pipeline.instance.all_logs(outcome.run_id)
    checks = [
        event.dagster_event.asset_check_evaluation_data
        for event in events
        if event.dagster_event and event.dagster_event.event_type_value == "ASSET_CHECK_EVALUATION"
    ]
    (found,) = [each for each in checks if each.check_name == "users_fit_the_tier"]
    assert not found.passed
    assert found.severity.value == "WARN"
    assert found.metadata["licensed_users"].value == 19
    assert "IA-610 demo: 19" in (found.description or "")


def test_the_status_says_it_too(tmp_path: Path) -> None:
    config = _nearly_full(tmp_path, 19)
    for site in direct.sites_of(config):
        direct.read(site)
    assert "IA-610 demo: 19" in insight("status", config=config).stdout


def test_without_a_directory_the_count_says_why_there_is_none(tmp_path: Path) -> None:
    config = write_settings(tmp_path, tmp_path / "landing")
    done = insight("users", config=config)
    assert done.returncode == 0
    assert "IA-611" in done.stdout
