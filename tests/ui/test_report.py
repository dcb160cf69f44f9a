"""The report in a real browser, opened as a file: wide, narrow, dark, without script, on paper."""

from __future__ import annotations

import base64
import re
from collections.abc import Iterator
from pathlib import Path
from typing import Literal, Self

import pytest
import vl_convert
from playwright.sync_api import Browser, Page

from insight_pipeline.orchestration.reporting import page_of
from insight_pipeline.sinks.report.charts import VEGA_LITE
from insight_pipeline.sinks.report.pictures import packed
from tests.report import INTERVALS, MONDAY, given, nothing, quiet, table, utc
from tests.ui.browser import barriers, chromium

pytestmark = [pytest.mark.services, pytest.mark.ui]

DESKTOP, PHONE = 1280, 360
HOSTILE = "<img src=x onerror=alert(1)><script>alert(2)</script>"
SHADES = [
    {"local_date": MONDAY, "queue_id": 4001, "interval_start_utc": utc(MONDAY, 8 + n), "offered": n}
    for n in range(1, 13)
]
"""Visits in each of the grid's shades."""
PIXELS = """async data => {
  const image = new Image();
  image.src = `data:image/png;base64,${data}`;
  await image.decode();
  const canvas = new OffscreenCanvas(image.width, image.height).getContext("2d");
  canvas.drawImage(image, 0, 0);
  return canvas.getImageData(0, 0, image.width, image.height).data.join();
}"""
Scheme = Literal["light", "dark"]
VISIBLE_GRIDS = (
    "[...document.querySelectorAll('.heat')].filter(e => e.offsetHeight).map(e => e.ariaLabel)"
)


@pytest.fixture(scope="module")
def browser() -> Iterator[Browser]:
    with chromium() as found:
        yield found


@pytest.fixture(scope="module")
def files(tmp_path_factory: pytest.TempPathFactory) -> dict[str, Path]:
    """Pages by what is on them."""
    names = {"queue_id": 4001, "name": HOSTILE}, {"queue_id": 4002, "name": HOSTILE}
    pages = {
        "full": given(fact_queue_interval=table("fact_queue_interval", *INTERVALS, *SHADES)),
        "quiet": quiet(),
        "nothing": nothing(),
        "hidden": given(is_agent_named=False),
        "hostile": given(dim_queue=table("dim_queue", *names)),
    }
    folder = tmp_path_factory.mktemp("report")
    for name, tables in pages.items():
        (folder / f"{name}.html").write_text(page_of(tables, "de").page, "utf-8")
    return {name: folder / f"{name}.html" for name in pages}


class Opened:
    """A page, and everything that it asked for or complained about."""

    def __init__(
        self,
        browser: Browser,
        file: Path,
        width: int = DESKTOP,
        scheme: Scheme = "light",
        **more: bool,
    ) -> None:
        self.asked: list[str] = []
        self.said: list[str] = []
        self.context = browser.new_context(
            viewport={"width": width, "height": 900},
            color_scheme=scheme,
            **more,  # type: ignore[arg-type]
        )
        self.page = self.context.new_page()
        self.page.on("request", lambda request: self.asked.append(request.url))
        self.page.on("console", lambda message: self.said.append(message.text))
        self.page.on("pageerror", lambda error: self.said.append(str(error)))
        self.page.on("dialog", lambda dialog: self.said.append(dialog.message))
        self.page.goto(file.as_uri())

    def __enter__(self) -> Self:
        return self

    def __exit__(self, *_: object) -> None:
        self.context.close()


def _wait_for_plots(page: Page) -> int:
    count = page.locator("figure").count()
    page.wait_for_function(f"document.querySelectorAll('.is-live').length === {count}")
    return count


@pytest.mark.parametrize(
    ("name", "width", "scheme"),
    [
        ("full", DESKTOP, "light"),
        ("full", DESKTOP, "dark"),
        ("full", PHONE, "light"),
        ("full", PHONE, "dark"),
        ("quiet", PHONE, "dark"),
        ("nothing", DESKTOP, "light"),
        ("hidden", DESKTOP, "dark"),
    ],
)
def test_the_page_needs_nothing_else_complains_of_nothing_and_has_no_barrier(
    browser: Browser, files: dict[str, Path], name: str, width: int, scheme: Scheme
) -> None:
    with Opened(browser, files[name], width, scheme) as opened:
        _wait_for_plots(opened.page)
        assert opened.page.evaluate("document.documentElement.scrollWidth") == width
        assert barriers(opened.page) == []
        assert opened.asked == [files[name].as_uri()]
        assert opened.said == []


def test_a_barrier_would_be_found(browser: Browser) -> None:
    page = browser.new_page()
    page.set_content('<main><h1 style="color:#ccc;background:#ddd">Titel</h1><img src="x"></main>')
    found = " ".join(barriers(page))
    assert "color-contrast" in found
    assert "image-alt" in found
    page.close()


def test_plots_are_live_where_scripts_run_and_answer_with_figures(
    browser: Browser, files: dict[str, Path]
) -> None:
    with Opened(browser, files["full"]) as opened:
        assert _wait_for_plots(opened.page) == 4
        assert not opened.page.locator(".still svg").first.is_visible()
        opened.page.locator("[data-plot=days] .mark-rect path").first.hover()
        told = opened.page.locator("#vg-tooltip-element")
        told.wait_for()
        assert re.search(
            r"Tag.*Mo.02\.03\.2026.*Ende.*Angenommen.*Besuche.*3", told.inner_text(), re.DOTALL
        )


def test_without_scripts_the_drawings_stand(browser: Browser, files: dict[str, Path]) -> None:
    with Opened(browser, files["full"], PHONE, java_script_enabled=False) as opened:
        drawings = opened.page.locator(".still svg")
        assert drawings.count() == 4
        assert all(each.is_visible() for each in drawings.all())


def test_a_plot_is_as_wide_as_the_page_lets_it(browser: Browser, files: dict[str, Path]) -> None:
    widths = {}
    for width in (DESKTOP, PHONE):
        with Opened(browser, files["full"], width) as opened:
            _wait_for_plots(opened.page)
            box = opened.page.locator("[data-plot=days] svg").bounding_box()
            assert box is not None
            widths[width] = box["width"]
    assert widths[PHONE] <= PHONE
    assert widths[DESKTOP] > 800


def test_one_counter_of_the_grid_shows_at_a_time_by_mouse_and_by_key(
    browser: Browser, files: dict[str, Path]
) -> None:
    title = "Nach Wochentag und Uhrzeit: "
    with Opened(browser, files["full"]) as opened:
        assert opened.page.evaluate(VISIBLE_GRIDS) == [f"{title}Angeboten"]
        opened.page.get_by_role("radio", name="Abgebrochen").check()
        assert opened.page.evaluate(VISIBLE_GRIDS) == [f"{title}Abgebrochen"]
        opened.page.keyboard.press("ArrowLeft")
        assert opened.page.evaluate(VISIBLE_GRIDS) == [f"{title}Übergelaufen"]


def test_on_a_telephone_the_fullest_hour_is_in_sight(
    browser: Browser, files: dict[str, Path]
) -> None:
    with Opened(browser, files["full"], PHONE) as opened:
        opened.page.wait_for_function("document.querySelector('.heat').scrollLeft > 0")
        fullest = opened.page.locator(".heat-offered .shade-6").first.bounding_box()
        assert fullest is not None
        assert 0 < fullest["x"] < PHONE - fullest["width"]


def test_names_from_outside_do_nothing_in_texts_plots_and_tooltips(
    browser: Browser, files: dict[str, Path]
) -> None:
    with Opened(browser, files["hostile"]) as opened:
        _wait_for_plots(opened.page)
        opened.page.locator("[data-plot=waits-1] .mark-rect path").first.hover()
        opened.page.locator("#vg-tooltip-element").wait_for()
        assert opened.page.locator("img").count() == 0
        assert opened.page.get_by_text(HOSTILE).count() >= 2
        assert opened.said == []


@pytest.mark.parametrize("scheme", ["light", "dark"])
def test_on_paper_everything_stands_dark_on_white(
    browser: Browser, files: dict[str, Path], scheme: Scheme
) -> None:
    with Opened(browser, files["full"], PHONE, scheme) as opened:
        _wait_for_plots(opened.page)
        pages = len(re.findall(rb"/Type\s*/Page\b", opened.page.pdf(prefer_css_page_size=True)))
        assert 3 <= pages <= 8
        opened.page.emulate_media(media="print", color_scheme=scheme)
        assert all(each.is_visible() for each in opened.page.locator(".still svg").all())
        assert not opened.page.locator(".live svg").first.is_visible()
        assert not opened.page.locator("nav").is_visible()
        assert len(opened.page.evaluate(VISIBLE_GRIDS)) == 5
        ink = opened.page.evaluate("getComputedStyle(document.body).color")
        assert ink == "rgb(29, 39, 51)"


def test_the_tables_of_the_plots_unfold(browser: Browser, files: dict[str, Path]) -> None:
    with Opened(browser, files["full"], PHONE) as opened:
        folded = opened.page.locator("#days table")
        assert not folded.is_visible()
        opened.page.locator("#days summary").click()
        assert folded.is_visible()
        assert opened.page.evaluate("document.documentElement.scrollWidth") == PHONE


def test_a_packed_picture_has_the_pixels_of_the_one_that_was_drawn(browser: Browser) -> None:
    plot = page_of(given(), "de").plots[0]
    drawn = vl_convert.vegalite_to_png(plot.specification, vl_version=VEGA_LITE)
    small = packed(drawn)
    assert len(small) < len(drawn) / 2
    page = browser.new_page()
    pixels = [page.evaluate(PIXELS, base64.b64encode(each).decode()) for each in (drawn, small)]
    page.close()
    assert pixels[0] == pixels[1]
    assert len(set(pixels[0].split(","))) > 20
