"""The landing folder of a simulation: list exports and directory files.

Here: choosing the rows of each planned export as it sees them, totals over all exports, writing.
Not here: the plan of the files (schedule.py), their bytes and counts (files.py), spelling (formats.py).
"""

from __future__ import annotations

from collections.abc import Sequence
from pathlib import Path
from random import Random

from insight_pipeline.simulator.condense import condense
from insight_pipeline.simulator.directory import accounts_csv, services_csv
from insight_pipeline.simulator.files import (
    CALL_LIST,
    LINE_LIST,
    Draft,
    ExportReport,
    ListTotals,
    RenderedFile,
    extra_files,
    finish,
)
from insight_pipeline.simulator.formats import (
    CALL_COLUMNS,
    LINE_COLUMNS,
    call_fields,
    join,
    line_bytes,
    line_fields,
)
from insight_pipeline.simulator.mess import call_list_recipes, line_list_recipes
from insight_pipeline.simulator.play import Simulation, SimulationPlan
from insight_pipeline.simulator.rows import CallRow, LineRow
from insight_pipeline.simulator.schedule import Slot, call_list_slots, line_list_slots

LATE_SHARE = 0.004
DIRECTORY = "directory"
Row = CallRow | LineRow


def write_exports(simulation: Simulation, landing_dir: Path) -> ExportReport:
    """Write below `<landing_dir>/<installation>/`; a file has its name only once it is complete."""
    files, report = render_exports(simulation)
    root = landing_dir / simulation.plan.installation
    for kind in (CALL_LIST, LINE_LIST, DIRECTORY):
        (root / kind).mkdir(parents=True, exist_ok=True)
    for file in files:
        write_whole(root / file.about.path, file.content)
    write_whole(root / DIRECTORY / "accounts.csv", accounts_csv(simulation.pbx))
    write_whole(root / DIRECTORY / "services.csv", services_csv())
    return report


def write_whole(path: Path, content: bytes) -> None:
    """Write under a name that nobody reads, then rename."""
    unfinished = path.with_name(f".{path.name}.part")
    unfinished.write_bytes(content)
    unfinished.replace(path)


def render_exports(simulation: Simulation) -> tuple[tuple[RenderedFile, ...], ExportReport]:
    """All list files of a simulation in memory, and the report about them."""
    plan, rows = simulation.plan, condense(simulation)
    ends_utc = max((call.end_utc for call in simulation.calls), default=0) + 3600
    rng = Random(f"export:{plan.seed}")
    late_ids = {row.row_id for row in rows.call_rows if rng.random() < LATE_SHARE}
    call_slots = call_list_slots(plan.first_day, plan.last_day, plan.zone, ends_utc)
    line_slots = line_list_slots(plan.first_day, plan.last_day, plan.zone, ends_utc)
    calls = [_seen(slot, rows.call_rows, late_ids) for slot in call_slots]
    lines = [_seen(slot, rows.line_rows, set()) for slot in line_slots]
    call_files = finish(
        _drafts(CALL_LIST, CALL_COLUMNS, call_slots, calls, plan),
        call_list_recipes(plan.first_day, plan.zone) if plan.mess else (),
        plan.first_day,
        rng,
    )
    line_files = finish(
        _drafts(LINE_LIST, LINE_COLUMNS, line_slots, lines, plan),
        line_list_recipes(plan.first_day) if plan.mess else (),
        plan.first_day,
        rng,
    )
    extra = extra_files(call_files, plan.first_day) if plan.mess else []
    files = (*call_files, *extra, *line_files)
    totals = (_totals(CALL_LIST, calls), _totals(LINE_LIST, lines))
    return files, ExportReport(plan.installation, tuple(file.about for file in files), totals)


def _seen(slot: Slot, rows: Sequence[Row], late_ids: set[int]) -> list[Row]:
    """The rows of an export, as the PBX shows them at its moment."""
    return [
        row.seen_at(slot.taken_utc)
        for row in rows
        if slot.from_utc <= row.start_utc < min(slot.to_utc, slot.taken_utc)
        and (row.row_id in late_ids) == slot.is_late
    ]


def _drafts(
    kind: str,
    columns: tuple[str, ...],
    slots: Sequence[Slot],
    seen: Sequence[Sequence[Row]],
    plan: SimulationPlan,
) -> list[Draft]:
    """The exports as lines; one without rows is only left out where it was for stragglers."""
    return [
        Draft(
            kind=kind,
            columns=columns,
            slot=slot,
            lines=tuple(_line(row, plan, slot) for row in rows),
            open_rows=sum(row.end_utc is None for row in rows),
        )
        for slot, rows in zip(slots, seen, strict=True)
        if rows or not slot.is_late
    ]


def _line(row: Row, plan: SimulationPlan, slot: Slot) -> bytes:
    zone = plan.zone
    fields = call_fields(row, zone) if isinstance(row, CallRow) else line_fields(row, zone)
    return line_bytes(join(fields, is_quoted=slot.style.is_quoted), slot.style)


def _totals(kind: str, seen: Sequence[Sequence[Row]]) -> ListTotals:
    """Equal content again is a duplicate; of several contents of an id all but one are superseded."""
    contents = [row for rows in seen for row in rows]
    distinct = set(contents)
    ids = {row.row_id for row in distinct}
    return ListTotals(
        kind=kind,
        rows_in=len(contents),
        rows=len(ids),
        duplicates=len(contents) - len(distinct),
        superseded=len(distinct) - len(ids),
    )
