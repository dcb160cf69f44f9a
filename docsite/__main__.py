"""`python -m docsite`: writes every generated page and every answer anew, and names what changed."""

from __future__ import annotations

import sys
import tempfile
from pathlib import Path

from docsite import outputs, program
from docsite.generated import GENERATED_PAGES
from docsite.places import DOCS, pages


def main() -> None:
    """Write what differs; about half a minute, for the sample month is loaded."""
    for name, written in GENERATED_PAGES.items():
        _write(DOCS / name, written())
    texts = {page: page.read_text("utf-8") for page in pages()}
    with tempfile.TemporaryDirectory() as one, tempfile.TemporaryDirectory() as other:
        programs = {"demo": program.demo(Path(one)), "examples": program.examples(Path(other))}
        for page, text in texts.items():
            if outputs.has_outputs(text):
                _write(page, outputs.with_outputs(page, text, programs))


def _write(page: Path, text: str) -> None:
    if not page.exists() or page.read_text("utf-8") != text:
        page.write_text(text, encoding="utf-8")
        sys.stdout.write(f"{page.relative_to(DOCS.parent)} written\n")


if __name__ == "__main__":
    main()
