"""Running the whole pipeline in a test: an export folder in, the tables of the database out.

Every run goes through the same job as the UI and the command line, on a Dagster instance of its own.
"""

from __future__ import annotations

import csv
import json
import sqlite3
from collections.abc import Iterable, Sequence
from datetime import date
from pathlib import Path

import dagster as dg

from insight_pipeline.definitions import build_defs
from insight_pipeline.model.settings import Settings
from insight_pipeline.model.tables import TABLES, Kind
from insight_pipeline.orchestration.runs import RunOutcome, run_range
from insight_pipeline.settings import load_settings

GOLDEN = Path(__file__).parent / "golden"
Row = dict[str, str]


class Pipeline:
    """Settings, definitions and an instance of their own, below one folder."""

    def __init__(self, config: Path) -> None:
        self.settings: Settings = load_settings(config, environ={})
        self.definitions = build_defs(self.settings)
        self.instance = dg.DagsterInstance.ephemeral()

    def load(self, installation: str, first: str, last: str) -> RunOutcome:
        """Load days; the outcome says what failed."""
        days = (date.fromisoformat(first), date.fromisoformat(last))
        return run_range(self.definitions, self.instance, installation, *days)

    def load_all(self, ranges: dict[str, list[list[str]]]) -> None:
        """Load ranges a installation, each of which must succeed."""
        for installation, spans in ranges.items():
            for first, last in spans:
                outcome = self.load(installation, first, last)
                assert outcome.is_success, outcome

    def rows(self, table: str) -> list[Row]:
        """The rows of a table in the database, as the texts of the golden files."""
        path = self.settings.sinks.relational.url.get_secret_value().removeprefix("sqlite:///")
        with sqlite3.connect(path) as connection:
            cursor = connection.execute(f"SELECT * FROM {table}")
            names = [column[0] for column in cursor.description]
            return [_texts(table, dict(zip(names, row, strict=True))) for row in cursor]


def _texts(table: str, row: dict[str, object]) -> Row:
    flags = {c.name for c in TABLES[table].columns if c.kind is Kind.FLAG}
    return {
        name: "" if value is None else str(bool(value)).lower() if name in flags else str(value)
        for name, value in row.items()
    }


def ranges_of(folder: Path) -> dict[str, list[list[str]]]:
    """The ranges of a folder's partitions.json."""
    found: dict[str, list[list[str]]] = json.loads((folder / "partitions.json").read_text())
    return found


def expected_rows(file: Path) -> list[Row]:
    """The rows of a golden file."""
    with file.open(encoding="utf-8", newline="") as source:
        return list(csv.DictReader(source))


def differences(expected: Iterable[Row], actual: Iterable[Row], key: Sequence[str]) -> list[str]:
    """Where two tables differ, in the columns that are expected; `?` and `_names` are not fixed."""
    want = {tuple(row[name] for name in key): row for row in expected}
    have = {tuple(row[name] for name in key): row for row in actual}
    found = [f"missing {k}" for k in want.keys() - have.keys()]
    found += [f"too many {k}" for k in have.keys() - want.keys()]
    for k in want.keys() & have.keys():
        for name, value in want[k].items():
            is_fixed = value != "?" and not name.startswith("_")
            if is_fixed and not _is_equal(value, have[k][name]):
                found.append(f"{k} {name}: expected {value!r}, got {have[k][name]!r}")
    return sorted(found)


def _is_equal(expected: str, actual: str) -> bool:
    if expected == actual:
        return True
    try:
        return "." in expected and float(expected) == float(actual)
    except ValueError:
        return False
