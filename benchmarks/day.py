"""One large day from landing file to lake, stage by stage, in CPU seconds; run as a process of its own."""

from __future__ import annotations

import json
import resource
import sys
import time
from collections.abc import Iterator
from datetime import date
from pathlib import Path

from insight_pipeline.legs.uses import LINE_USE_SCHEMA
from insight_pipeline.orchestration.assets.facts import STEPS
from insight_pipeline.orchestration.assets.legs import LEGS
from insight_pipeline.orchestration.assets.stage import LINE_USE, read_inputs
from insight_pipeline.orchestration.publishing import PARTITIONED
from insight_pipeline.orchestration.site import Site
from insight_pipeline.settings import load_settings
from insight_pipeline.sources.landing import read_new

DAY = date(2026, 3, 12)


def main(config: Path) -> None:
    """Load the day and print the seconds of each stage as JSON."""
    site = Site("demo", load_settings(config, {}))
    spent: dict[str, float] = {}
    clock = time.process_time()

    def lap(name: str) -> None:
        nonlocal clock
        now = time.process_time()
        spent[name] = round(now - clock, 2)
        clock = now

    rows = 0
    for name, made in stages(site):
        rows = made if name == LEGS.table else rows
        lap(name)
    peak = resource.getrusage(resource.RUSAGE_SELF).ru_maxrss // 1024
    print(json.dumps({"legs": rows, "cpu_seconds": spent, "peak_mb": peak}))


def stages(site: Site) -> Iterator[tuple[str, int]]:
    """Load the day, from landing file to lake; gives each stage when it is done, and its rows."""
    site.read_directory()
    read_new(site.raw, site.landing, site.read_limits)
    yield "landing_files", 0
    site.staging.write_days(LINE_USE, LINE_USE_SCHEMA.empty_table(), [DAY])
    for step in (LEGS, *STEPS):
        made = step.compute(site, read_inputs(site, step, [DAY]), [DAY])
        site.staging.write_days(step.table, made, [DAY])
        yield step.table, len(made)
    site.lake.publish(site.staging, PARTITIONED, [DAY])
    yield "lake", 0


if __name__ == "__main__":
    main(Path(sys.argv[1]))
