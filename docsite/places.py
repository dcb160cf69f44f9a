"""Where the documentation lies."""

from __future__ import annotations

from pathlib import Path

ROOT = Path(__file__).parents[1]
DOCS = ROOT / "docs"
SITE_SETTINGS = ROOT / "zensical.toml"
EXAMPLES = DOCS / "examples"
"""The small exports behind the worked examples of the rules."""


def pages() -> list[Path]:
    """Every page of the documentation, the README included."""
    return [ROOT / "README.md", *sorted(DOCS.rglob("*.md"))]
