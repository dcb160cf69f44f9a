"""The site in a real browser, opened as files: it asks nobody, and its search finds what is looked for."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path

import pytest
from playwright.sync_api import Browser, expect

from tests.ui.browser import barriers, chromium

WAIT_MS = 60_000
pytestmark = [pytest.mark.services, pytest.mark.ui]


@pytest.fixture(scope="module")
def browser() -> Iterator[Browser]:
    with chromium() as found:
        yield found


def test_a_code_is_found_without_a_network(browser: Browser, site: Path) -> None:
    context = browser.new_context(offline=True)
    page = context.new_page()
    asked: list[str] = []
    said: list[str] = []
    page.on("request", lambda request: asked.append(request.url))
    page.on("pageerror", lambda error: said.append(str(error)))
    page.goto((site / "index.html").as_uri())
    page.keyboard.press("Control+k")
    page.locator("input:focus").fill("IA-203")
    page.locator("a", has_text="gzip-Archiv").first.click()
    expect(page.get_by_role("heading", name="IA-203")).to_be_in_viewport(timeout=WAIT_MS)
    assert "meldungen.html" in page.url
    assert [url for url in asked if not url.startswith((site.as_uri(), "blob:", "data:"))] == []
    assert said == []
    context.close()


@pytest.mark.parametrize("name", ["index", "schnellstart", "tables"])
def test_a_page_fits_a_telephone_and_has_no_barriers(
    browser: Browser, site: Path, name: str
) -> None:
    context = browser.new_context(viewport={"width": 390, "height": 900})
    page = context.new_page()
    page.goto((site / f"{name}.html").as_uri())
    assert page.evaluate("document.documentElement.scrollWidth") <= 390
    assert barriers(page) == []
    context.close()
