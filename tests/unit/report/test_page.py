"""The page: its words, what it may load, and that nothing from outside becomes markup or script."""

from __future__ import annotations

import base64
import hashlib
import json
import re
from pathlib import Path

import pytest

from insight_pipeline.model.report.given import Given
from insight_pipeline.orchestration.reporting import SECTIONS, page_of
from insight_pipeline.sinks.report import charts
from insight_pipeline.sinks.report.pictures import picture
from tests.pipeline import GOLDEN
from tests.report import CALLBACKS, CALLS, TABLES_BY_HAND, given, large_month, nothing, quiet, table
from tests.unit.report.reading import Reader, text_of

HOSTILE = "</script><script>alert(1)</script><img src=x onerror=alert(2)>\" ' & \u2028 {{7*7}} ]]>"
CSS = Path(charts.__file__).with_name("page.css")


@pytest.mark.parametrize("locale", ["de", "en"])
@pytest.mark.parametrize(
    ("name", "tables"), [("full", given()), ("quiet", quiet()), ("nothing", nothing())]
)
def test_the_page_says_what_it_should(name: str, tables: Given, locale: str) -> None:
    expected = GOLDEN / "report" / f"{name}_{locale}.txt"
    assert text_of(page_of(tables, locale).page) == expected.read_text(encoding="utf-8")


def _hostile() -> Given:
    names: dict[str, list[dict[str, object]]] = {
        "dim_queue": [{"queue_id": 4001, "name": HOSTILE}, {"queue_id": 4002, "name": HOSTILE}],
        "dim_agent": [{"agent_id": 1001, "name": HOSTILE}],
        "dim_line": [{"line_id": 11, "name": HOSTILE}],
        "fact_call": [{**row, "caller_name": HOSTILE, "caller_number": HOSTILE} for row in CALLS],
        "ingest_file": [{"kind": "call_list", "status": "refused", "reason": HOSTILE, "file_name": HOSTILE}],
        "cdr_quarantine": [{"reason": HOSTILE}],
    }  # fmt: skip
    return given(**{name: table(name, *rows) for name, rows in names.items()})


def test_names_and_numbers_from_outside_stay_texts() -> None:
    tame, hostile = Reader(page_of(given(), "de").page), Reader(page_of(_hostile(), "de").page)
    assert hostile.unclosed == []
    assert {name for name, _ in hostile.elements} == {name for name, _ in tame.elements}
    assert not any(key.startswith("on") for _, attributes in hostile.elements for key in attributes)
    assert [name for name, _ in hostile.elements].count("script") == 2
    shown = "\n".join(hostile.texts())
    assert shown.count(HOSTILE) >= 7


def test_a_name_in_the_plots_cannot_end_the_data_and_arrives_as_it_is() -> None:
    page = page_of(_hostile(), "de").page
    data = re.findall(r'<script type="application/json" id="plots">(.*?)</script>', page, re.DOTALL)
    assert len(data) == 1
    assert not set(data[0]) & set("<>&\u2028\u2029")
    assert json.loads(data[0])["plots"].keys() >= {"days", "waits", "traffic"}


def test_the_policy_names_the_one_script_and_allows_nothing_to_be_loaded() -> None:
    page = page_of(given(), "de").page
    policies = [
        attributes["content"] or ""
        for name, attributes in Reader(page).elements
        if name == "meta" and attributes.get("http-equiv") == "Content-Security-Policy"
    ]
    script = re.findall(r"<script>(.*?)</script>", page, re.DOTALL)
    assert len(policies) == len(script) == 1
    digest = base64.b64encode(hashlib.sha256(script[0].encode()).digest()).decode()
    assert f"script-src 'sha256-{digest}'" in policies[0]
    assert "default-src 'none'" in policies[0]
    assert "unsafe-eval" not in policies[0]


def test_the_page_names_no_other_file() -> None:
    loading = {"src", "srcset", "poster", "action", "data"}
    for name, attributes in Reader(page_of(given(), "de").page).elements:
        assert name not in ("link", "iframe", "object", "embed", "base", "form")
        assert not loading & attributes.keys()
        assert (attributes.get("href") or "#").startswith("#")


def test_every_link_of_the_contents_leads_to_a_section() -> None:
    elements = Reader(page_of(given(), "en").page).elements
    names = {attributes["id"] for _, attributes in elements if "id" in attributes}
    links = [a["href"] or "" for name, a in elements if name == "a"]
    assert len(links) == len(SECTIONS)
    assert {link.removeprefix("#") for link in links} <= names
    ids = [attributes["id"] for _, attributes in elements if "id" in attributes]
    assert len(ids) == len(set(ids))


def test_every_plot_has_a_table_behind_it() -> None:
    made = page_of(given(), "de")
    assert [plot.name for plot in made.plots] == ["days", "waits", "waits-1", "traffic"]
    figures = re.findall(r"<figure>.*?</figure>", made.page, re.DOTALL)
    assert len(figures) == len(made.plots)
    assert all("<table>" in each and 'aria-hidden="true"' in each for each in figures)


def test_long_lists_are_cut_and_say_so() -> None:
    many = [{**CALLBACKS[0], "lost_call_id": f"demo:{n}"} for n in range(150)]
    calls = [{**CALLS[1], "call_id": f"demo:{n}"} for n in range(150)]
    agents = [{"agent_id": n, "contacts": 1, "answered": n} for n in range(1, 231)]
    found = given(
        fact_callback=table("fact_callback", *many),
        fact_call=table("fact_call", *calls),
        fact_agent_interval=table("fact_agent_interval", *agents),
    )
    text = text_of(page_of(found, "de").page)
    assert "noch ein Rückruf folgte: 150. Hier stehen die neuesten 100." in text
    assert text.count("| +4930123456 |") == 100
    assert "200 von 230 Agenten" in text


def test_the_month_of_a_large_installation_stays_below_two_megabytes() -> None:
    page = page_of(large_month(), "de").page
    assert page.count("<tr>") > 500
    assert 500_000 < len(page.encode()) < 2_000_000


def test_the_same_tables_give_the_same_page() -> None:
    assert page_of(given(), "de").page == page_of(given(), "de").page


def test_pictures_have_the_colours_of_the_light_page() -> None:
    light = CSS.read_text("utf-8").split("@media")[0]
    colours = dict(re.findall(r"(--[\w-]+): (#[0-9a-f]+);", light))
    assert {
        f"var({name})": value for name, value in colours.items()
    }.items() >= charts.LIGHT.items()


def test_pictures_are_small_and_name_no_colour_of_the_style() -> None:
    for plot in page_of(given(), "de").plots:
        drawn = picture(plot, "de")
        assert drawn.startswith(b"\x89PNG")
        assert len(drawn) < 30_000
        colours = json.dumps(plot.specification)
        assert set(re.findall(r"var\(--[\w-]+\)", colours)) <= charts.LIGHT.keys()


def test_tables_by_hand_are_all_that_a_report_reads() -> None:
    assert set(given().tables) == set(TABLES_BY_HAND)
