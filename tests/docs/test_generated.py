"""Generated pages are those that the code gives, and leave out nothing."""

from __future__ import annotations

import re
from collections import Counter
from pathlib import Path

import pytest

import insight_pipeline
from docsite.generated import GENERATED_PAGES
from docsite.message_pages import AREAS, message_page
from docsite.places import DOCS, pages
from docsite.table_page import table_page
from insight_pipeline.model.messages import (
    CATALOGUE,
    DIRECTORY_CODES,
    QUARANTINE_CODES,
    REFUSAL_CODES,
)
from insight_pipeline.model.messages.login import AADSTS_CODES
from insight_pipeline.model.tables import TABLES

PACKAGE = Path(insight_pipeline.__file__).parent
MESSAGES = PACKAGE / "model" / "messages"


@pytest.mark.parametrize("name", GENERATED_PAGES)
def test_a_generated_page_is_what_its_generator_writes(name: str) -> None:
    written = GENERATED_PAGES[name]()
    assert (DOCS / name).read_text("utf-8") == written, "run: python -m docsite"


def test_every_message_belongs_to_one_area() -> None:
    counts = Counter(message.code for area in AREAS for message in area.messages)
    assert counts == dict.fromkeys(CATALOGUE, 1)


@pytest.mark.parametrize("locale", ["de", "en"])
def test_every_message_has_its_own_anchor_and_all_of_its_words(locale: str) -> None:
    page = message_page(locale)
    assert re.findall(r"^### (IA-\d{3})$", page, re.MULTILINE) == [
        message.code for area in AREAS for message in area.messages
    ]
    assert "{" not in page
    entries = page.split("\n### ")[1:]
    assert {entry.count("\n\n**") for entry in entries} == {1}
    words = ("Ursache: ", "Abhilfe: ") if locale == "de" else ("Cause: ", "What to do: ")
    assert {tuple(entry.count(f"\n\n{word}") for word in words) for entry in entries} == {(1, 1)}


def test_every_message_of_the_catalogue_is_used_somewhere() -> None:
    """By its code, by the list of its reasons, or by a number of Microsoft's."""
    code = "".join(
        file.read_text("utf-8") for file in PACKAGE.rglob("*.py") if MESSAGES not in file.parents
    )
    used = set(re.findall(r'"(IA-\d{3})"', code))
    for reasons in (REFUSAL_CODES, QUARANTINE_CODES, DIRECTORY_CODES, AADSTS_CODES):
        used |= set(reasons.values())
    assert set(CATALOGUE) - used == set()


def test_every_code_that_a_page_names_is_in_the_catalogue() -> None:
    named = {
        (page.name, code)
        for page in pages()
        for code in re.findall(r"IA-\d{3}", page.read_text("utf-8"))
    }
    assert {(page, code) for page, code in named if code not in CATALOGUE} == set()


def test_every_column_of_every_table_is_described() -> None:
    sections = dict(section.split("\n", 1) for section in table_page().split("\n## ")[1:])
    assert list(sections) == list(TABLES)
    row = re.compile(r"^\| `(\w+)` \| (.+?) \| (.+?) \| (.+) \|$", re.MULTILINE)
    for name, table in TABLES.items():
        rows = row.findall(sections[name])
        assert [cells[0] for cells in rows] == table.names
        assert all(cell.strip() for cells in rows for cell in cells)
