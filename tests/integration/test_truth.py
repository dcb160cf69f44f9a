"""The sample month against what really happened: the events that the simulator played.

The truth comes from the events of the calls, not from rows or rules.
"""

from __future__ import annotations

import gzip
import json
from datetime import datetime
from pathlib import Path
from typing import Any

import pyarrow as pa
import pytest

from tests import direct
from tests.conftest import write_settings

SAMPLE = Path(__file__).parents[2] / "data" / "sample"
CALL_FIELDS = (
    "direction outcome start_utc answer_utc human_answer_utc end_utc wait_seconds talk_seconds "
    "no_user_seconds total_seconds answering_agent_id originating_agent_id no_user_reason transfers "
    "line_id is_private"
).split()
VISIT_FIELDS = "queue_id enter_utc leave_utc exit_reason agent_id wait_seconds".split()


@pytest.fixture(scope="module")
def loaded(tmp_path_factory: pytest.TempPathFactory) -> dict[str, pa.Table]:
    """The tables of the sample month."""
    config = write_settings(tmp_path_factory.mktemp("truth"), SAMPLE)
    (site,) = direct.sites_of(config)
    direct.read(site)
    direct.load(site, direct.days_read(site))
    return direct.tables(site)


def _truth() -> list[dict[str, Any]]:
    with gzip.open(SAMPLE / "truth" / "calls.jsonl.gz", "rt", encoding="utf-8") as file:
        return [json.loads(line) for line in file]


def _plain(row: dict[str, Any], names: list[str]) -> dict[str, Any]:
    """Some fields, instants as ISO text."""
    return {
        name: row[name].isoformat() if isinstance(row[name], datetime) else row[name]
        for name in names
    }


def test_every_call_is_told_as_it_happened(loaded: dict[str, pa.Table]) -> None:
    actual = {row["call_id"]: _plain(row, CALL_FIELDS) for row in loaded["fact_call"].to_pylist()}
    expected = {row["call_id"]: _plain(row, CALL_FIELDS) for row in _truth()}
    wrong = {
        call_id: (expected[call_id], actual[call_id])
        for call_id in expected.keys() & actual.keys()
        if expected[call_id] != actual[call_id]
    }
    assert not wrong, (len(wrong), next(iter(wrong.items())))
    assert actual.keys() == expected.keys()


def test_every_stay_in_a_queue_is_told_as_it_happened(loaded: dict[str, pa.Table]) -> None:
    actual: dict[str, list[dict[str, Any]]] = {}
    for row in loaded["fact_queue_visit"].to_pylist():
        actual.setdefault(row["call_id"], []).append(_plain(row, VISIT_FIELDS))
    for call in _truth():
        expected = [_plain(visit, VISIT_FIELDS) for visit in call["queue_visits"]]
        assert actual.get(call["call_id"], []) == expected, call["call_id"]


def test_every_offer_to_an_agent_is_told_as_it_happened(loaded: dict[str, pa.Table]) -> None:
    names = "agent_id queue_id result ring_seconds talk_seconds is_rona".split()

    def key(offer: dict[str, Any]) -> tuple[str, ...]:
        return tuple(str(offer[name]) for name in names)

    actual: dict[str, list[tuple[str, ...]]] = {}
    for row in loaded["fact_agent_contact"].to_pylist():
        if row["agent_id"] > 0:
            actual.setdefault(row["call_id"], []).append(key(row))
    for call in _truth():
        expected = sorted(key(offer) for offer in call["offers"] if offer["agent_id"] > 0)
        assert sorted(actual.get(call["call_id"], [])) == expected, call["call_id"]


def test_every_line_of_every_file_is_where_the_simulator_put_it(
    loaded: dict[str, pa.Table],
) -> None:
    files = json.loads((SAMPLE / "truth" / "files.json").read_text(encoding="utf-8"))
    names = "lines accepted open_rows quarantined".split()
    actual = {
        row["file_name"]: [row[name] for name in names] for row in loaded["ingest_file"].to_pylist()
    }
    expected = {
        Path(file["path"]).name: [file[name] for name in names]
        for file in files["files"]
        if file["kind"] != "directory"
    }
    assert actual == expected
