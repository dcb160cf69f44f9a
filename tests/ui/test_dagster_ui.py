"""What a user sees in Dagster's UI: the data's story from left to right, assets that explain themselves.

The pages are those of the real webserver in a real browser.
"""

from __future__ import annotations

import subprocess
import sys
from collections.abc import Iterator
from datetime import date
from pathlib import Path

import pytest
from playwright.sync_api import Page

from insight_pipeline.model.tables import TABLES
from insight_pipeline.orchestration.site import Site
from insight_pipeline.settings import load_settings
from tests.conftest import write_settings
from tests.pipeline import GOLDEN
from tests.ui.browser import chromium, dagster_daemon, dagster_environment, dagster_ui

pytestmark = [pytest.mark.ui, pytest.mark.services, pytest.mark.slow]
PAGE_MS, RUN_MS = 30_000, 120_000


@pytest.fixture(scope="module")
def config(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """Settings of the installation with the fifteen worked calls."""
    return write_settings(tmp_path_factory.mktemp("ui"), GOLDEN / "examples" / "landing")


@pytest.fixture(scope="module")
def page(config: Path) -> Iterator[Page]:
    """A page of the UI; the fifteen worked calls have been loaded, and the report of their month made."""
    with chromium() as browser:
        folder = config.parent
        environment = dagster_environment(config)
        command = [sys.executable, "-m", "insight_pipeline.cli.main", "--config", str(config)]
        days = ["--from", "2026-03-12"]
        subprocess.run([*command, "run", *days], env=environment, check=True)
        report = ["--select", "demo/report", "--partition", "2026-03-01"]
        definitions = ["-m", "insight_pipeline.definitions"]
        materialize = [
            sys.executable,
            "-m",
            "dagster",
            "asset",
            "materialize",
            *definitions,
            *report,
        ]
        subprocess.run(
            materialize, cwd=folder / "home", env=environment, check=True, capture_output=True
        )
        with dagster_ui(environment) as address:
            context = browser.new_context(
                base_url=address, viewport={"width": 1600, "height": 1000}
            )
            context.set_default_timeout(PAGE_MS)
            yield context.new_page()


def test_the_groups_of_assets_stand_from_left_to_right_as_the_data_flows(page: Page) -> None:
    page.goto("/asset-groups")
    places = {}
    for group in ("sources", "legs", "facts", "sinks"):
        node = page.locator(f'foreignObject [data-tooltip="{group}"]').first
        node.wait_for()
        box = node.bounding_box()
        assert box is not None
        places[group] = box["x"]
    assert places["sources"] < places["legs"] < places["facts"] < places["sinks"]


@pytest.mark.parametrize(
    ("asset", "told"),
    [
        ("landing_files", "Reads every new export of the landing folder once"),
        ("fact_call_leg", "Which rows count (R 2, R 3), when they happened (R 4)"),
        ("fact_queue_visit", "who took the call, or how it left"),
        ("lake", "Published only after every blocking check has passed"),
        ("relational", "all its tables replaced in one transaction"),
        ("report", "The month as one HTML page with figures and plots"),
    ],
)
def test_an_asset_says_what_it_is_who_owns_it_and_that_it_is_loaded(
    page: Page, asset: str, told: str
) -> None:
    page.goto(f"/assets/demo/{asset}")
    page.get_by_text(told).first.wait_for()
    page.get_by_text("telephony").first.wait_for()
    page.get_by_text(" ago").first.wait_for()


def test_a_fact_explains_its_columns_and_shows_how_many_rows_it_has(page: Page) -> None:
    page.goto("/assets/demo/fact_call")
    for text in (
        'Time in which "Kein Benutzer" held the call. Unit: seconds.',
        "User who answered first; 0 if no_user. Joins dim_agent.agent_id.",
    ):
        page.get_by_text(text).first.wait_for()
    rows = page.get_by_text("Row count").first.locator("xpath=..")
    assert "15" in rows.inner_text()


def test_a_report_names_its_page_and_shows_its_plots(page: Page) -> None:
    page.goto("/assets/demo/report?partition=2026-03-01&view=partitions")
    page.get_by_text("reports/demo/2026-03.html").first.wait_for()
    page.get_by_text("[Show Markdown]").first.click()
    plot = page.locator("img[src^='data:image/png;base64,']").first
    plot.wait_for()
    assert plot.evaluate("image => image.decode().then(() => image.naturalWidth)") > 800


def test_a_partition_is_materialised_and_its_failed_check_is_understood(
    page: Page, config: Path
) -> None:
    with dagster_daemon(dagster_environment(config)):
        _lose_a_quarter_hour(config)
        page.goto("/assets")
        page.get_by_text("Lost calls and who made up for them").first.wait_for()
        page.goto("/assets/demo/reconciliation?view=partitions&partition=2026-03-12")
        page.get_by_role("button", name="Materialize…").click()
        page.get_by_text("Show all partitions").click()  # the UI offers the last 90 days first
        page.get_by_role("button", name="Launch 1 run").click()
        page.get_by_text("Launched run").first.wait_for()
        page.goto("/assets/demo/reconciliation?view=checks")
        page.get_by_text("Failed").first.wait_for(timeout=RUN_MS)
        page.get_by_text("queue_intervals").first.click()
        page.get_by_text("This is a blocking asset check").wait_for()
        page.get_by_text(
            "die Summe der Warteschlangenbesuche über die Viertelstunden geht nicht auf"
        ).first.wait_for()


def test_the_status_shows_what_failed_and_what_to_do(page: Page, config: Path) -> None:
    with dagster_daemon(dagster_environment(config)):
        page.goto("/assets/status")
        page.get_by_role("button", name="Materialize").first.click()
        page.get_by_text("IA-411").first.wait_for(timeout=RUN_MS)
        page.get_by_text("Es fehlt").first.wait_for()
        page.get_by_text("Die Prüfung in der Oberfläche öffnen").first.wait_for()


def _lose_a_quarter_hour(config: Path) -> None:
    """One row of a staged table is gone, as after an error in the evaluation."""
    site = Site("demo", load_settings(config, environ={}))
    day, table = date(2026, 3, 12), TABLES["fact_queue_interval"]
    rows = site.staging.read_days(table.name, [day], table.arrow_schema())
    site.staging.write_days(table.name, rows.slice(1), [day])
