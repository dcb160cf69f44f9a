"""Large exports for benchmarks."""

from __future__ import annotations

import csv
from collections import Counter
from datetime import UTC, date, datetime, timedelta
from pathlib import Path

import pytest

from insight_pipeline.simulator import LargeExport, write_large_day, write_year


def rows_of(path: Path) -> list[list[str]]:
    with path.open(encoding="utf-8", newline="") as file:
        return list(csv.reader(file, delimiter=";"))[1:]


def as_time(text: str) -> datetime:
    return datetime.strptime(text, "%d.%m.%Y %H:%M:%S").replace(tzinfo=UTC)


@pytest.fixture(scope="module")
def large_day(tmp_path_factory: pytest.TempPathFactory) -> LargeExport:
    """More legs than the played day has, so that calls are repeated."""
    return write_large_day(tmp_path_factory.mktemp("large"), 50_001, seed=3)


def test_a_large_day_has_exactly_the_legs_asked_for(large_day: LargeExport) -> None:
    rows = rows_of(large_day.paths[0])
    assert len(rows) == large_day.legs == 50_001
    assert len({row[1] for row in rows}) == large_day.calls
    assert len({(row[1], row[3]) for row in rows}) == len(rows)


def test_the_ids_of_a_large_day_rise_with_the_starts_within_the_day(large_day: LargeExport) -> None:
    rows = rows_of(large_day.paths[0])
    ids = [int(row[0]) for row in rows]
    starts = [as_time(row[10]) for row in rows]
    assert ids == list(range(ids[0], ids[0] + len(ids)))
    assert starts == sorted(starts)
    assert {as_time(row[13]).date() for row in rows} == {date(2026, 3, 11)}
    for row, start in zip(rows, starts, strict=True):
        link = as_time(row[12]) if row[14] == "CONNECTED" else start
        assert int(row[29]) == (as_time(row[13]) - link).total_seconds()


def test_a_year_has_a_file_a_month_and_every_day_its_legs(tmp_path: Path) -> None:
    export = write_year(tmp_path, 300, 60, seed=3, first_day=date(2025, 1, 1))
    assert [path.name[-11:-4] for path in export.paths] == ["2025-01", "2025-02", "2025-03"]
    rows = [row for path in export.paths for row in rows_of(path)]
    assert len({row[0] for row in rows}) == len(rows) == export.legs == 18_000
    assert len({row[1] for row in rows}) == export.calls
    legs_of_day = Counter(as_time(row[10]).date() for row in rows)
    assert legs_of_day == {date(2025, 1, 1) + timedelta(days=n): 300 for n in range(60)}
