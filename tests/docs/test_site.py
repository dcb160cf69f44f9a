"""The site: it builds without a warning, holds every page, and asks nobody else for anything."""

from __future__ import annotations

import re
import subprocess
import sys
import tomllib
from collections.abc import Iterator
from pathlib import Path

from docsite.places import DOCS, ROOT, SITE_SETTINGS, pages

_LOADED = re.compile(r"<(?:script|img|link|iframe|source)\b[^>]*?\b(?:src|href)=\"([^\"]+)\"")
_UNREAD = re.compile(r"^\s*(?:```|\||[-*] |\d+\. |#+ |\[[^\]]+\]\()", re.MULTILINE)


def _in_navigation(entry: object) -> Iterator[str]:
    if isinstance(entry, str):
        yield entry
    elif isinstance(entry, dict):
        for inner in entry.values():
            yield from _in_navigation(inner)
    elif isinstance(entry, list):
        for inner in entry:
            yield from _in_navigation(inner)


def test_every_page_is_in_the_navigation_once() -> None:
    settings = tomllib.loads(SITE_SETTINGS.read_text("utf-8"))
    named = sorted(_in_navigation(settings["project"]["nav"]))
    assert named == sorted(str(page.relative_to(DOCS)) for page in DOCS.rglob("*.md"))


def test_no_page_loads_anything_from_another_host(site: Path) -> None:
    built = sorted(site.rglob("*.html"))
    assert len(built) > 30
    loaded = {address for page in built for address in _LOADED.findall(page.read_text("utf-8"))}
    assert any("iframe-worker.js" in address for address in loaded)
    assert {address for address in loaded if re.match(r"\w+:|//", address)} == set()
    styles = "".join(sheet.read_text("utf-8") for sheet in site.rglob("*.css"))
    assert re.findall(r"url\([\"']?(?:https?:)?//[^)]*\)|@import[^;]*", styles) == []


def test_no_markdown_is_left_unread_on_a_page(site: Path) -> None:
    """A list or a fence that is indented otherwise than the site understands would show as text."""
    left = {
        (page.name, paragraph)
        for page in site.rglob("*.html")
        for paragraph in re.findall(r"<p>(.*?)</p>", page.read_text("utf-8"), re.DOTALL)
        if _UNREAD.search(paragraph) or "**" in re.sub(r"<code>.*?</code>", "", paragraph)
    }
    assert left == set()


def _without_blocks(text: str) -> str:
    """A page without its fenced blocks that say their language."""
    return re.sub(r"^( *)```\w+\n.*?^\1```$", r"\1x", text, flags=re.MULTILINE | re.DOTALL)


def _set_apart(text: str) -> Iterator[str]:
    """Lines that are code by their indentation alone: neither fenced nor part of a list."""
    above = ""
    is_after_gap = False
    for line in _without_blocks(text).splitlines():
        if not line.startswith(" "):
            above = line or above
        elif is_after_gap and line.startswith("    ") and not re.match(r"[-*] |\d+\. ", above):
            yield line
        is_after_gap = not line


def test_every_block_of_code_is_fenced_and_says_its_language() -> None:
    """Others would not be found by the tests that run commands, settings and questions."""
    example = "a\n\n    insight runs\n\n- b\n\n    c\n\n    ```sh\n    d\n    ```\n\n    e\n"
    assert list(_set_apart(example)) == ["    insight runs"]
    text = {page.name: page.read_text("utf-8") for page in pages()}
    assert {
        name: list(_set_apart(page)) for name, page in text.items() if any(_set_apart(page))
    } == {}
    assert {name for name, page in text.items() if "```" in _without_blocks(page)} == set()


def test_links_of_the_readme_lead_to_files_and_headings(site: Path) -> None:
    """Those between pages are followed by the build."""
    readme = (ROOT / "README.md").read_text("utf-8")
    links = re.findall(r"\]\((?!https?:)([^)#]+)(?:#([^)]+))?\)", readme)
    assert len(links) > 10
    for file, anchor in links:
        assert (ROOT / file).is_file(), file
        if anchor:
            page = site / Path(file).relative_to("docs").with_suffix(".html")
            assert f'id="{anchor}"' in page.read_text("utf-8"), (file, anchor)


def test_a_page_in_german_has_german_words_around_it(site: Path) -> None:
    assert '<html lang="de"' in (site / "meldungen.html").read_text("utf-8")
    assert '<html lang="en"' in (site / "messages.html").read_text("utf-8")


def test_a_link_that_leads_nowhere_fails_the_build(tmp_path: Path) -> None:
    (tmp_path / "docs").mkdir()
    (tmp_path / "docs" / "index.md").write_text("# A\n\n[b](index.md#nowhere)\n")
    (tmp_path / "zensical.toml").write_text('[project]\nsite_name = "a"\n')
    command = [sys.executable, "-m", "zensical", "build", "--strict"]
    done = subprocess.run(command, cwd=tmp_path, capture_output=True, text=True, check=False)
    assert done.returncode != 0
    assert "anchor does not exist" in done.stdout + done.stderr
