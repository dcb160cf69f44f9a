"""Export files for the benchmarks: the worked calls of one day, over and over, each with its own ids.

Callers differ from copy to copy; agents and queues are those of the worked calls.
"""

from __future__ import annotations

import shutil
from collections.abc import Iterator
from datetime import date, timedelta
from pathlib import Path

EXAMPLES = Path(__file__).parents[1] / "tests" / "golden" / "examples" / "landing" / "demo"
_DAY = "12.03.2026"
_CALLS_A_COPY = 100


def write_days(landing: Path, days: list[date], legs_a_day: int) -> int:
    """Write one export a month below `landing`/demo; gives the number of rows."""
    shutil.copytree(EXAMPLES / "directory", landing / "demo" / "directory", dirs_exist_ok=True)
    folder = landing / "demo" / "call_list"
    folder.mkdir(parents=True, exist_ok=True)
    lines = (EXAMPLES / "call_list" / "output.csv").read_text(encoding="utf-8").splitlines()
    header, rows = lines[0], [line for line in lines[1:] if ";13.03.2026" not in line]
    total = copy = 0
    for month in sorted({(day.year, day.month) for day in days}):
        with (folder / f"{month[0]}-{month[1]:02d}.csv").open("w", encoding="utf-8") as file:
            file.write(header + "\n")
            for day in (d for d in days if (d.year, d.month) == month):
                copies = legs_a_day // len(rows)
                for number in range(copies):
                    file.writelines(_copy(rows, day, copy, number))
                    copy += 1
                total += copies * len(rows)
    return total


def _copy(rows: list[str], day: date, copy: int, number: int) -> Iterator[str]:
    """The worked calls once more: ids shifted, another caller."""
    wanted = f"{day:%d.%m.%Y}"
    for row in rows:
        number_id, call, rest = row.split(";", 2)
        rest = rest.replace(_DAY, wanted).replace("+49711123456", f"+49711{number:06d}")
        yield f"{int(number_id) + copy * 1000};{int(call) + copy * _CALLS_A_COPY};{rest}\n"


def days_from(first: date, count: int) -> list[date]:
    """Consecutive days."""
    return [first + timedelta(days=n) for n in range(count)]
