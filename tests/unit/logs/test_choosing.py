"""Which entries of the log are wanted."""

from __future__ import annotations

import json
import time
from collections.abc import Iterator
from datetime import UTC, datetime, timedelta

import pytest

from insight_pipeline.logs.choosing import Wanted, since_time
from insight_pipeline.logs.reading import Entry, entry_of
from insight_pipeline.model.errors import PermanentError

NOW = datetime(2026, 3, 12, 12, tzinfo=UTC)


def _entry(**fields: object) -> Entry:
    base = {"time": "2026-03-12T09:00:00.000Z", "level": "warning", "event": "failed"}
    found = entry_of(json.dumps({**base, **fields}).encode())
    assert found is not None
    return found


@pytest.mark.parametrize(
    ("wanted", "takes"),
    [
        (Wanted(), True),
        (Wanted(level="error"), False),
        (Wanted(level="warning"), True),
        (Wanted(since=NOW - timedelta(hours=3)), True),
        (Wanted(since=NOW - timedelta(hours=2, minutes=59)), False),
        (Wanted(run="A918"), True),
        (Wanted(run="918"), False),
        (Wanted(day="2026-03-12"), True),
        (Wanted(day="2026-03-09"), False),
        (Wanted(installation="hq"), True),
        (Wanted(installation="h"), False),
        (Wanted(code="ia-405"), True),
        (Wanted(code="IA-40"), False),
        (Wanted(code="IA-610"), True),
        (Wanted(code="IA-405", installation="other"), False),
    ],
)
def test_every_condition_must_hold(wanted: Wanted, takes: bool) -> None:
    entry = _entry(
        run_id="a918734a",
        partition="2026-03-10..2026-03-12",
        installation="hq",
        code="IA-405",
        text="then IA-610 hq: 39 users",
    )
    assert wanted.takes(entry) is takes


@pytest.mark.parametrize(
    "wanted", [Wanted(run="a"), Wanted(day="2026-03-12"), Wanted(installation="hq")]
)
def test_an_entry_that_belongs_to_no_run_is_not_taken_for_one(wanted: Wanted) -> None:
    assert not wanted.takes(_entry())


@pytest.fixture
def berlin(monkeypatch: pytest.MonkeyPatch) -> Iterator[None]:
    monkeypatch.setenv("TZ", "Europe/Berlin")
    time.tzset()
    yield
    monkeypatch.undo()
    time.tzset()


@pytest.mark.usefixtures("berlin")
@pytest.mark.parametrize(
    ("text", "expected"),
    [
        ("90m", NOW - timedelta(minutes=90)),
        ("2h", NOW - timedelta(hours=2)),
        ("3 D", NOW - timedelta(days=3)),
        ("2026-03-12", datetime(2026, 3, 11, 23, tzinfo=UTC)),
        ("2026-07-01 14:30", datetime(2026, 7, 1, 12, 30, tzinfo=UTC)),
        ("2026-03-12T14:30Z", datetime(2026, 3, 12, 14, 30, tzinfo=UTC)),
    ],
)
def test_since_is_a_duration_or_a_time_of_this_machine(text: str, expected: datetime) -> None:
    assert since_time(text, NOW) == expected


@pytest.mark.parametrize(
    "text", ["", "2x", "yesterday", "h", "-2h", "12.03.2026", "999999d", "9999999d", "0001-01-01"]
)
def test_what_since_does_not_understand_is_told(text: str) -> None:
    with pytest.raises(PermanentError) as error:
        since_time(text, NOW)
    assert error.value.code == "IA-704"


@pytest.mark.parametrize(
    "line",
    [
        b"",
        b"\n",
        b'{"time": "2026-03-12T09:00:00Z", "level": "info", "ev',
        b"[]",
        b"7",
        b'{"level": "info", "event": "x"}',
        b'{"time": "2026-03-12T09:00:00", "level": "info", "event": "x"}',
        b'{"time": "2026-03-12T09:00:00Z", "level": "loud", "event": "x"}',
        b'{"time": "2026-03-12T09:00:00Z", "level": "info", "event": 7}',
        b'{"time": 7, "level": "info", "event": "x"}',
        b'{"time": "2026-03-12T09:00:00Z", "level": ["info"], "event": "x"}',
        b"\xff\xfe",
    ],
)
def test_a_line_that_is_no_event_is_none(line: bytes) -> None:
    assert entry_of(line) is None
