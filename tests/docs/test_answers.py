"""Answers that pages show are those that the program gives."""

from __future__ import annotations

from pathlib import Path

import pytest

from docsite.outputs import has_outputs, with_outputs
from docsite.places import DOCS, pages
from docsite.program import Program

SHOWING = [page for page in pages() if has_outputs(page.read_text("utf-8"))]


def test_pages_show_answers() -> None:
    assert {DOCS / "rules.md", DOCS / "regeln.md", DOCS / "disagree.md"} <= set(SHOWING)


@pytest.mark.slow
@pytest.mark.parametrize("page", SHOWING, ids=lambda page: page.stem)
def test_every_answer_on_a_page_is_what_the_program_says_now(
    page: Path, programs: dict[str, Program]
) -> None:
    text = page.read_text("utf-8")
    assert with_outputs(page, text, programs) == text, "run: python -m docsite"


@pytest.mark.slow
def test_a_figure_that_is_not_true_is_replaced(programs: dict[str, Program]) -> None:
    page = DOCS / "disagree.md"
    text = page.read_text("utf-8")
    wrong = text.replace("  399  ", "  398  ")
    assert wrong != text
    assert with_outputs(page, wrong, programs) == text


@pytest.mark.parametrize("name", ["rules.md", "regeln.md"])
def test_every_rule_has_its_section_with_an_example(name: str) -> None:
    sections = (DOCS / name).read_text("utf-8").split("\n## R ")[1:]
    assert [section.split()[0] for section in sections] == [str(n) for n in range(1, 18)]
    assert all(has_outputs(section) for section in sections)
