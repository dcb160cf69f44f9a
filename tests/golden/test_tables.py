"""Every table of the database equals what an independent implementation of the rules computed."""

from __future__ import annotations

import json
import random
import shutil
from datetime import date, timedelta
from pathlib import Path

import pytest

from insight_pipeline.model.tables import TABLES
from tests.pipeline import GOLDEN, Pipeline, differences, expected_rows, ranges_of

COMPARED = sorted(file.stem for file in (GOLDEN / "pbx_week" / "expected").glob("*.csv"))


def _compare(pipeline: Pipeline, table: str) -> list[str]:
    expected = expected_rows(GOLDEN / "pbx_week" / "expected" / f"{table}.csv")
    key = list(TABLES[table].key)
    return differences(expected, pipeline.rows(table), key)


@pytest.mark.parametrize("table", COMPARED)
def test_every_table_of_the_simulated_week_is_right_to_the_last_value(
    week: Pipeline, table: str
) -> None:
    assert _compare(week, table) == []


def test_the_fifteen_worked_calls_come_out_as_worked(examples: Pipeline) -> None:
    expected = json.loads((GOLDEN / "examples" / "expected.json").read_text(encoding="utf-8"))
    for table, rows in expected.items():
        wanted = [
            {
                n: "" if v is None else str(v).lower() if isinstance(v, bool) else str(v)
                for n, v in row.items()
            }
            for row in rows
        ]
        key = [name for name in TABLES[table].key if name in wanted[0]]
        assert differences(wanted, examples.rows(table), key) == [], table


def test_files_arriving_in_any_order_give_the_same_tables(tmp_path: Path) -> None:
    """Files come one by one, random days are loaded in between, and everything once at the end."""
    seed = random.SystemRandom().randrange(1 << 30)
    print(f"seed {seed}")
    chance = random.Random(seed)
    source = GOLDEN / "pbx_week"
    shutil.copytree(source, tmp_path / "week", ignore=shutil.ignore_patterns("landing"))
    pipeline = Pipeline(tmp_path / "week" / "insight.toml")
    ranges = ranges_of(source)
    days = [
        date.fromisoformat(first) + timedelta(days=n)
        for first, last in ranges["demo"]
        for n in range((date.fromisoformat(last) - date.fromisoformat(first)).days + 1)
    ]
    files = sorted(path for path in (source / "landing").rglob("*") if path.is_file())
    chance.shuffle(files)
    for number, file in enumerate(files):
        target = tmp_path / "week" / "landing" / file.relative_to(source / "landing")
        target.parent.mkdir(parents=True, exist_ok=True)
        shutil.copyfile(file, target)
        if number % 7 == 0:
            day = chance.choice(days).isoformat()
            assert pipeline.load("demo", day, day).is_success
    chance.shuffle(ranges["demo"])
    pipeline.load_all(ranges)
    for table in COMPARED:
        assert _compare(pipeline, table) == [], (table, seed)


def test_loading_again_leaves_the_lake_byte_for_byte_as_it_was(week: Pipeline) -> None:
    lake = week.settings.data_dir / "lake"
    before = {path: path.read_bytes() for path in lake.rglob("*.parquet")}
    assert week.load("demo", "2026-03-28", "2026-03-29").is_success
    assert before == {path: path.read_bytes() for path in lake.rglob("*.parquet")}
