"""docs/logs.md names every event, and the settings and numbers as they are."""

from __future__ import annotations

import tomllib
from pathlib import Path

from insight_pipeline.cli.bundle_parts import CONTENTS, LOG_ENTRIES, RUNS
from insight_pipeline.cli.support_bundle import MANIFEST
from insight_pipeline.model.log_settings import LEVELS, Log
from insight_pipeline.model.log_words import EVENTS

ROOT = Path(__file__).parents[3]
PAGE = (ROOT / "docs" / "logs.md").read_text("utf-8")


def test_the_events_on_the_page_are_those_of_the_program() -> None:
    rows = [f"| `{name}` | {one.words.en}: {one.meaning} |" for name, one in EVENTS.items()]
    assert "\n".join(["| event | says |", "|---|---|", *rows]) in PAGE


def test_the_settings_on_the_page_and_in_the_demo_are_the_defaults() -> None:
    on_page = tomllib.loads(PAGE.partition("[log]\n")[2].partition("```")[0])
    demo = tomllib.loads((ROOT / "insight.toml").read_text("utf-8"))["log"]
    assert on_page == demo == Log().model_dump()
    assert all(f"| `{level}` |" in PAGE for level in LEVELS)


def test_the_files_of_a_bundle_are_named_with_their_sizes() -> None:
    assert all(f"| `{name}` |" in PAGE for name in (MANIFEST, *CONTENTS))
    assert f"the last {LOG_ENTRIES:,} entries" in PAGE
    assert f"the last {RUNS} failed runs" in PAGE
