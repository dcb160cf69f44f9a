"""Lines and files that are broken on purpose, each with the reason a reader must give for it.

Here: one recipe a quarantine reason, and whole files that must be refused or read once.
Not here: rows that tell what happened. Broken lines use ids of their own, so the truth stays true.
"""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from datetime import date
from zoneinfo import ZoneInfo

from insight_pipeline.simulator.demand import clock_change_utc, days_between
from insight_pipeline.simulator.formats import (
    CALL_COLUMNS,
    COMPRESSED,
    PLAIN,
    ExportStyle,
    encode,
    join,
    line_bytes,
    local_text,
)
from insight_pipeline.simulator.pbx import FIRST_USER_ID, FOREIGN_QUEUE_ID

FIRST_BROKEN_ID = 90_000_001
OVERSIZED_BYTES = 70_000


@dataclass(frozen=True, slots=True)
class BrokenLine:
    """A line as bytes, and why it must be quarantined."""

    reason: str
    content: bytes


@dataclass(frozen=True, slots=True)
class Recipe:
    """How a sound row is broken: fields put in its place, then the line changed as a whole."""

    reason: str
    fields: tuple[tuple[str, str], ...] = ()
    damage: Callable[[bytes], bytes] | None = None
    only_encoding: str | None = None


def gap_text(day: date, zone: ZoneInfo) -> str | None:
    """A local time that the clocks of that year skip, at or after 1 January; None: no such time."""
    for one in days_between(date(day.year, 1, 1), date(day.year, 12, 31)):
        change_utc = clock_change_utc(one, zone)
        if change_utc is None:
            continue
        before, after = local_text(change_utc - 1, zone), local_text(change_utc, zone)
        if int(after[11:13]) - int(before[11:13]) > 1:
            return f"{before[:11]}{int(before[11:13]) + 1:02d}:30:00"
    return None


def call_list_recipes(day: date, zone: ZoneInfo) -> tuple[Recipe, ...]:
    """One recipe for each reason that a call list line can be quarantined for."""
    before, after = f"{day:%d.%m.%Y} 11:59:00", f"{day:%d.%m.%Y} 12:30:00"
    gap = gap_text(day, zone)
    recipes = (
        Recipe("encoding", damage=lambda line: line.replace(b"Kaputt", b"Ka\x00putt")),
        Recipe("oversized_line", (("calledcallerid", "x" * OVERSIZED_BYTES),)),
        Recipe("field_count", damage=_without_last_field),
        Recipe("missing_value", (("callid", ""),)),
        Recipe("bad_integer", (("calleraccountid", "zwölf"),)),
        Recipe("bad_boolean", (("privatecall", "vielleicht"),)),
        Recipe("bad_timestamp", (("starttime", "31.02.2026 10:00:00"),)),
        Recipe("nonexistent_time", (("starttime", gap or ""),)),
        Recipe("unknown_result", (("callresult", "MAYBE"),)),
        Recipe("end_before_start", (("callresulttime", before),)),
        Recipe("connected_without_link", (("callresult", "CONNECTED"),)),
        Recipe("link_outside_leg", (("callresult", "CONNECTED"), ("linktime", after))),
        Recipe("unsupported_source", (("cdraccountid", str(FOREIGN_QUEUE_ID)),)),
        Recipe("encoding", damage=lambda line: line.replace(b"Kaputt", b"Ka\x81putt"),
               only_encoding="cp1252"),
    )  # fmt: skip
    return tuple(one for one in recipes if gap or one.reason != "nonexistent_time")


def line_list_recipes(day: date) -> tuple[Recipe, ...]:
    """Some reasons for the line list; it has no call result and no owner."""
    before = f"{day:%d.%m.%Y} 11:59:00"
    return (
        Recipe("field_count", damage=_without_last_field),
        Recipe("missing_value", (("lineid", ""),)),
        Recipe("bad_integer", (("callid", "1,5"),)),
        Recipe("bad_timestamp", (("hanguptime", "heute"),)),
        Recipe("end_before_start", (("hanguptime", before),)),
        Recipe("encoding", damage=lambda line: line.replace(b"Kaputt", b"Ka\x00putt")),
    )


def broken_line(
    recipe: Recipe, columns: tuple[str, ...], number: int, day: date, style: ExportStyle
) -> BrokenLine:
    """A sound row of midday on that day, broken by the recipe; `number` makes its ids unique."""
    broken_id = str(FIRST_BROKEN_ID + number)
    sound = {
        "id": broken_id, "callid": broken_id, "cdraccountid": str(FIRST_USER_ID),
        "calleraccountid": "0", "callercallerid": "Kaputt <+493023125000>",
        "callernumber": "Kaputt", "calledaccountid": str(FIRST_USER_ID), "serviceid": "1",
        "starttime": f"{day:%d.%m.%Y} 12:00:00", "callresulttime": f"{day:%d.%m.%Y} 12:00:20",
        "hanguptime": f"{day:%d.%m.%Y} 12:00:20", "callresult": "NOT_CONNECTED", "lineid": "11",
        "incoming": "true", "duration": "20",
    }  # fmt: skip
    fields = sound | dict(recipe.fields)
    text = join([fields.get(column, "") for column in columns], is_quoted=style.is_quoted)
    content = line_bytes(text, style)
    return BrokenLine(recipe.reason, recipe.damage(content) if recipe.damage else content)


def _without_last_field(line: bytes) -> bytes:
    return line.rpartition(b";")[0]


def refused_files(day: date) -> tuple[tuple[str, bytes, str], ...]:
    """Name, bytes and reason of call list files that must be refused whole."""
    columns = tuple(column for column in CALL_COLUMNS if column != "callresulttime")
    row = broken_line(Recipe(""), columns, 500, day, PLAIN).content
    sound = broken_line(Recipe(""), CALL_COLUMNS, 501, day, PLAIN).content
    whole = encode([join(CALL_COLUMNS, is_quoted=False).encode(), sound], COMPRESSED)
    return (
        (f"abgebrochen_{day}.csv.gz", whole[: len(whole) // 2], "truncated_gzip"),
        (
            f"andere_spalten_{day}.csv",
            encode([join(columns, is_quoted=False).encode(), row], PLAIN),
            "missing_column",
        ),
    )
