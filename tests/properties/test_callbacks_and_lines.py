"""R 14 and R 15 on random calls and uses: equal to a slow reading of the rules, tie by tie.

Few numbers in many spellings, few moments, and windows that end to the second, so that most cases are
borders. A failure prints the seed that repeats it.
"""

from __future__ import annotations

import random
from datetime import datetime, timedelta
from typing import Any
from zoneinfo import ZoneInfo

import numpy as np
import pyarrow as pa
import pytest

from insight_pipeline.facts.callbacks import callbacks
from insight_pipeline.facts.lines import line_intervals
from insight_pipeline.legs.uses import line_uses
from insight_pipeline.model.rows import LINE_LIST
from insight_pipeline.model.tables import FACT_CALL
from insight_pipeline.model.zone import Zone
from tests.oracle import later
from tests.oracle.compare import differences

Row = dict[str, Any]
SEEDS = [random.SystemRandom().randrange(1 << 30) for _ in range(8)]
NOON = datetime(2026, 3, 12, 12)
NUMBERS = (
    *(
        "+49711123456",
        "0711123456",
        "0049711123456",
        "711123456",
        "+4971112345",
        "12345",
        "+4912345",
    ),
    *("012345", "000", "123", "+49123", "110", "+431234567", "00431234567", "1234567"),
    *("99999999999999999999", "+99999999999999999999"),
)
OUTCOMES = {
    "inbound": ("answered", "abandoned", "no_user", "missed"),
    "outbound": ("connected", "no_user", "not_connected"),
    "internal": ("connected", "no_user", "not_connected"),
}


def _calls(chance: random.Random, size: int, step: timedelta) -> list[Row]:
    made = []
    for number in chance.sample(range(1, 10 * size), size):
        direction = chance.choice(("inbound", "inbound", "outbound", "outbound", "internal"))
        start = NOON + chance.randrange(60) * step
        row: Row = dict.fromkeys(FACT_CALL.names)
        row |= {c.name: 0 for c in FACT_CALL.columns if c.minimum == 0}
        row |= {"installation": "hq", "call_id": f"hq:{number}", "direction": direction}
        row |= {"outcome": chance.choice(OUTCOMES[direction]), "start_utc": start}
        row |= {"local_date": start.date(), "end_utc": start + chance.randrange(4) * step}
        row |= {"is_private": chance.random() < 0.1, "is_time_ambiguous": False}
        row |= {"caller_number": chance.choice((None, *NUMBERS))}
        row |= {"called_number": chance.choice((None, *NUMBERS))}
        row |= {"last_queue_id": chance.choice((None, 201, 301))}
        made.append(row)
    return made


def _table(rows: list[Row]) -> pa.Table:
    return pa.Table.from_pylist(rows, schema=FACT_CALL.arrow_schema()).cast(
        FACT_CALL.coded_schema()
    )


@pytest.mark.parametrize("number", range(len(SEEDS)))
@pytest.mark.parametrize("hours", [1, 24])
def test_every_lost_call_is_recovered_by_the_call_that_the_rule_names(
    number: int, hours: int
) -> None:
    seed = SEEDS[number]
    print(f"seed {seed}")
    chance = random.Random(seed)
    rows = _calls(chance, 150, timedelta(hours=hours) / 8)
    made = callbacks(_table(rows), _table([]), "DE-BW", hours * 3600)
    assert (
        differences(later.callbacks(rows, "DE-BW", hours), made.to_pylist(), ["lost_call_id"]) == []
    )
    recovered = sum(made["is_recovered"].to_pylist())
    assert 0 < recovered < len(made)


@pytest.mark.parametrize("number", range(len(SEEDS)))
def test_calls_of_other_days_recover_as_those_of_the_same_day_do(number: int) -> None:
    seed = SEEDS[number]
    print(f"seed {seed}")
    rows = _calls(random.Random(seed), 150, timedelta(hours=3))
    days = sorted({row["local_date"] for row in rows})
    apart = []
    for day in days:
        own = [row for row in rows if row["local_date"] == day]
        rest = [row for row in rows if row["local_date"] > day]
        apart += callbacks(_table(own), _table(rest), "DE", 86_400).to_pylist()
    whole = callbacks(_table(rows), _table([]), "DE", 86_400).to_pylist()
    assert differences(whole, apart, ["lost_call_id"]) == []


def _uses(chance: random.Random, around: datetime) -> list[Row]:
    made = []
    for number in range(80):
        start = around + timedelta(
            seconds=chance.choice((0, 1, 899, 900, chance.randrange(90_000)))
        )
        seconds = chance.choice((0, 0, 1, 300, 900, 1800, 5_000, 90_000, 400_000))
        row: Row = {
            "id": number,
            "lineid": chance.choice((7, 8)),
            "incoming": chance.random() < 0.5,
        }
        row |= {"start": start, "end": start + timedelta(seconds=seconds)}
        made.append(row)
    return made


def _listed(uses: list[Row]) -> pa.Table:
    """Rows of the raw store whose times are read as they are: as epoch times, which have one reading."""
    schema = LINE_LIST.raw_schema()
    rows = []
    for use in uses:
        row: Row = dict.fromkeys(schema.names)
        row |= {"id": use["id"], "lineid": use["lineid"], "incoming": use["incoming"], "repeats": 0}
        row |= {"starttime": _seconds(use["start"]), "hanguptime": _seconds(use["end"])}
        rows.append(row)
    return pa.Table.from_pylist(rows, schema=schema)


def _seconds(instant: datetime) -> int:
    return int((instant - datetime(1970, 1, 1)).total_seconds())


@pytest.mark.parametrize("number", range(len(SEEDS)))
@pytest.mark.parametrize(
    ("name", "around"),
    [
        ("Europe/Berlin", datetime(2026, 3, 28, 12)),
        ("Europe/Berlin", datetime(2026, 10, 24, 12)),
        ("Asia/Kathmandu", datetime(2026, 3, 12, 12)),
        ("America/St_Johns", datetime(2026, 11, 1, 1)),
    ],
)
def test_lines_are_used_as_the_rule_counts_them_day_by_day(
    number: int, name: str, around: datetime
) -> None:
    seed = SEEDS[number]
    print(f"seed {seed}")
    zone = Zone.of(name)
    uses = _uses(random.Random(seed), around)
    first = int(zone.local_day(np.array([_seconds(around)]))[0])
    made: list[Row] = []
    for day in range(first, first + 9):
        of_day = line_uses(_listed(uses), zone, np.array([day], dtype=np.int64))
        made += line_intervals(of_day, zone, "hq").to_pylist()
    expected = later.line_intervals("hq", uses, ZoneInfo(name))
    key = ["installation", "local_date", "line_id", "interval_start_utc"]
    assert differences(expected, made, key) == []
    assert max(row["peak_uses"] for row in made) > 1
