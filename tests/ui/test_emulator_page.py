"""The emulator's page in a real browser: what is too wide scrolls inside its frame, the page never does."""

from __future__ import annotations

from collections.abc import Iterator

import pytest
import requests
from playwright.sync_api import Browser, Page

from insight_pipeline.emulator import Emulator, running_emulator
from tests.ui.browser import chromium

pytestmark = [pytest.mark.services, pytest.mark.ui]

COLUMNS = [{"name": f"column_{number}", "dataType": "string"} for number in range(30)]
WIDE = "[...document.querySelectorAll('.scroll')].map(each => each.scrollWidth > each.clientWidth)"


@pytest.fixture(scope="module")
def browser() -> Iterator[Browser]:
    with chromium() as found:
        yield found


@pytest.fixture(scope="module")
def emulator() -> Iterator[Emulator]:
    """An emulator with a table of 30 columns and some requests."""
    with running_emulator() as found:
        headers = {"Authorization": f"Bearer {found.issue_token()}"}
        dataset = {
            "name": "wide",
            "defaultMode": "Push",
            "tables": [{"name": "t", "columns": COLUMNS}],
        }
        made = requests.post(
            f"{found.push_url}/datasets", json=dataset, headers=headers, timeout=10
        )
        address = f"{found.push_url}/datasets/{made.json()['id']}/tables/t/rows"
        row = {column["name"]: "a value of some length" for column in COLUMNS}
        requests.post(address, json={"rows": [row]}, headers=headers, timeout=10)
        yield found


def _opened(browser: Browser, emulator: Emulator, width: int) -> Page:
    page = browser.new_page(viewport={"width": width, "height": 900})
    page.goto(f"{emulator.url}/?lang=de")
    page.locator("summary").click()
    return page


def test_at_a_desktops_width_the_requests_are_seen_whole(
    browser: Browser, emulator: Emulator
) -> None:
    page = _opened(browser, emulator, 1280)
    rows, requested = page.evaluate(WIDE)
    assert rows
    assert not requested
    heads = page.locator(".log th").all_inner_texts()
    assert heads[-1] == "Adresse"
    page.close()


def test_on_a_telephone_the_tables_scroll_and_the_page_does_not(
    browser: Browser, emulator: Emulator
) -> None:
    page = _opened(browser, emulator, 400)
    assert page.evaluate("document.documentElement.scrollWidth") == 400
    assert all(page.evaluate(WIDE))
    last = page.locator(".log th").last
    last.scroll_into_view_if_needed()
    box = last.bounding_box()
    assert box is not None
    assert box["x"] < 400
    page.close()
