"""Very large exports for benchmarks: one day of a million legs, or a year of history.

Here: a day of a large PBX is played once; its calls are repeated with new ids and shifted times.
Not here: truth. The copies of an agent's day overlap, so only counts of legs and calls are known.
"""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass
from datetime import date, timedelta
from itertools import groupby
from pathlib import Path

import numpy as np
import numpy.typing as npt

from insight_pipeline.simulator.condense import condense
from insight_pipeline.simulator.directory import accounts_csv, services_csv
from insight_pipeline.simulator.formats import CALL_COLUMNS, call_fields, join
from insight_pipeline.simulator.play import Simulation, SimulationPlan, simulate
from insight_pipeline.simulator.rows import CallRow

USERS = 2000
MOST_CALLS_PER_USER = 7.0
LEGS_PER_CALL = 2.4
# Played calls lie between these hours, so that a shifted copy stays in its day and away from the
# hours that a clock change skips or repeats.
EARLIEST_SECOND, LATEST_SECOND = 7 * 3600, 20 * 3600
EARLIEST_SHIFT, SHIFT_RANGE = -90 * 60, 225 * 60
FIRST_ID = 1_000_001
CHUNK_LINES = 50_000
_TIMES = slice(10, 14)
_CLOCK = tuple(f"{s // 3600:02d}:{s // 60 % 60:02d}:{s % 60:02d}" for s in range(86_400))

Numbers = npt.NDArray[np.int64]


@dataclass(frozen=True, slots=True)
class LargeExport:
    """What was written: the files, and how many legs and calls they hold together."""

    paths: tuple[Path, ...]
    legs: int
    calls: int


@dataclass(frozen=True, slots=True)
class _Template:
    """Rows of one played day, call after call. Times are seconds of the day, -1 = empty."""

    seconds: Numbers  # rows x (start, ring, link, end)
    texts: tuple[tuple[str, str, str], ...]  # step and uuid (a pattern); parties; rest
    first_row: Numbers
    row_counts: Numbers


def write_large_day(
    folder: Path,
    legs: int,
    seed: int,
    *,
    day: date = date(2026, 3, 11),
    installation: str = "bench",
) -> LargeExport:
    """One day as one file of exactly `legs` rows, below `<folder>/<installation>/`."""
    simulation = _played_day(legs, seed)
    path = _prepare(folder, installation, simulation) / f"verbindungsdaten_{day}.csv"
    with path.open("w", encoding="utf-8", newline="") as file:
        file.write(";".join(CALL_COLUMNS) + "\n")
        calls = 0
        for lines, more in _day_lines(_template(simulation), legs, day, FIRST_ID, rotation=0):
            file.write(lines)
            calls = more
    return LargeExport((path,), legs, calls)


def write_year(
    folder: Path,
    legs_per_day: int,
    days: int,
    seed: int,
    *,
    first_day: date = date(2025, 1, 1),
    installation: str = "bench",
) -> LargeExport:
    """`days` days of history with `legs_per_day` rows each, one file a month."""
    simulation = _played_day(legs_per_day, seed)
    template = _template(simulation)
    target = _prepare(folder, installation, simulation)
    paths: list[Path] = []
    calls, next_id = 0, FIRST_ID
    all_days = [first_day + timedelta(days=number) for number in range(days)]
    for month, month_days in groupby(all_days, key=lambda day: f"{day:%Y-%m}"):
        paths.append(target / f"verbindungsdaten_{month}.csv")
        with paths[-1].open("w", encoding="utf-8", newline="") as file:
            file.write(";".join(CALL_COLUMNS) + "\n")
            for day in month_days:
                day_calls = 0
                rotation = day.toordinal() * 7919
                for lines, so_far in _day_lines(template, legs_per_day, day, next_id, rotation):
                    file.write(lines)
                    day_calls = so_far
                next_id += legs_per_day
                calls += day_calls
    return LargeExport(tuple(paths), legs_per_day * days, calls)


def _played_day(legs: int, seed: int) -> Simulation:
    calls_per_user = min(MOST_CALLS_PER_USER, max(0.05, legs / USERS / LEGS_PER_CALL))
    wednesday = date(2026, 3, 11)
    return simulate(
        SimulationPlan(
            USERS, wednesday, wednesday, calls_per_user, seed, "UTC", "bench", mess=False
        )
    )


def _prepare(folder: Path, installation: str, simulation: Simulation) -> Path:
    root = folder / installation
    (root / "call_list").mkdir(parents=True, exist_ok=True)
    (root / "directory").mkdir(parents=True, exist_ok=True)
    (root / "directory" / "accounts.csv").write_bytes(accounts_csv(simulation.pbx))
    (root / "directory" / "services.csv").write_bytes(services_csv())
    return root / "call_list"


def _template(simulation: Simulation) -> _Template:
    zone = simulation.plan.zone
    midnight_utc = simulation.calls[0].start_utc // 86_400 * 86_400
    rows = [row for row in condense(simulation).call_rows if not row.is_summary]
    rows.sort(key=lambda row: row.callid)
    kept: list[CallRow] = []
    counts: list[int] = []
    for _, group in groupby(rows, key=lambda row: row.callid):
        call = list(group)
        begins = min(row.start_utc for row in call) - midnight_utc
        ends = max(row.end_utc or 0 for row in call) - midnight_utc
        if begins >= EARLIEST_SECOND and ends <= LATEST_SECOND:
            kept.extend(call)
            counts.append(len(call))
    texts = []
    for row in kept:
        fields = call_fields(row, zone)
        stay = row.leg_uuid.rpartition("-")[2]
        parties = join(fields[4:10], is_quoted=False)
        texts.append(
            (f"{row.step};%08x-{stay}", parties, join(fields[_TIMES.stop :], is_quoted=False))
        )
    seconds = [
        [-1 if at is None else at - midnight_utc
         for at in (row.start_utc, row.ring_utc, row.link_utc, row.end_utc)]
        for row in kept
    ]  # fmt: skip
    row_counts = np.array(counts, dtype=np.int64)
    return _Template(np.array(seconds, dtype=np.int64), tuple(texts),
                     np.cumsum(row_counts) - row_counts, row_counts)  # fmt: skip


def _choose_calls(template: _Template, legs: int, rotation: int) -> tuple[Numbers, Numbers]:
    """Calls that have `legs` rows together, and in which round each was chosen."""
    count = len(template.row_counts)
    turned = np.roll(np.arange(count, dtype=np.int64), -(rotation % count))
    summed = np.cumsum(template.row_counts[turned])
    rounds, rest = divmod(legs, int(summed[-1]))
    part = turned[: int(np.searchsorted(summed, rest, side="right"))]
    rest -= int(template.row_counts[part].sum())
    single = np.resize(turned[template.row_counts[turned] == 1], rest)
    calls = np.concatenate([np.tile(turned, rounds), part, single])
    return calls, np.arange(len(calls), dtype=np.int64) // count


def _day_lines(
    template: _Template, legs: int, day: date, first_id: int, rotation: int
) -> Iterator[tuple[str, int]]:
    """Chunks of lines in the order of their ids (and starts), each with the day's number of calls."""
    calls, rounds = _choose_calls(template, legs, rotation)
    counts = template.row_counts[calls]
    row_of_call = np.cumsum(counts) - counts
    rows = np.repeat(template.first_row[calls] - row_of_call, counts) + np.arange(legs)
    callids = first_id + np.repeat(np.arange(len(calls)), counts)
    shift = EARLIEST_SHIFT + (rounds * 1777 + calls * 37 + rotation) % SHIFT_RANGE
    times = template.seconds[rows]
    times = np.where(times < 0, -1, times + np.repeat(shift, counts)[:, None])
    order = np.argsort(times[:, 0], kind="stable")
    date_text = f"{day:%d.%m.%Y} "
    for begin in range(0, legs, CHUNK_LINES):
        part = order[begin : begin + CHUNK_LINES]
        numbered = zip(
            range(first_id + begin, first_id + begin + len(part)),
            callids[part].tolist(),
            rows[part].tolist(),
            times[part].tolist(),
            strict=True,
        )
        lines = (
            _line(template.texts[row], row_id, callid, date_text, at)
            for row_id, callid, row, at in numbered
        )
        yield "".join(lines), len(calls)


def _line(
    texts: tuple[str, str, str], row_id: int, callid: int, date_text: str, at: list[int]
) -> str:
    step_and_uuid, parties, rest = texts
    start, ring, link, end = at
    ring_text = "" if ring < 0 else date_text + _CLOCK[ring]
    link_text = "" if link < 0 else date_text + _CLOCK[link]
    return (
        f"{row_id};{callid};{step_and_uuid % callid};{parties};{date_text}{_CLOCK[start]};"
        f"{ring_text};{link_text};{date_text}{_CLOCK[end]};{rest}\n"
    )
