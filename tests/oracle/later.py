"""Rules R 14 and R 15, one lost call and one second of a line at a time."""

from datetime import datetime, timedelta
from typing import Any

import phonenumbers

from tests.oracle.figures import QUARTER, quarter_of
from tests.oracle.times import seconds, wall_of

Row = dict[str, Any]


def comparable(number: str, region: str) -> str:
    """E.164, or the digits of what is no number there."""
    try:
        parsed = phonenumbers.parse(number, region.split("-", maxsplit=1)[0])
    except phonenumbers.NumberParseException:
        return "".join(c for c in number if c.isdigit())
    return phonenumbers.format_number(parsed, phonenumbers.PhoneNumberFormat.E164)


def came_through(call: Row) -> tuple[str, str] | None:
    """Who called, and the external number, of a call that can make up for a lost one."""
    if call["direction"] == "inbound" and call["outcome"] == "answered" and call["caller_number"]:
        return "customer", call["caller_number"]
    if call["direction"] == "outbound" and call["outcome"] == "connected" and call["called_number"]:
        return "us", call["called_number"]
    return None


def callbacks(calls: list[Row], region: str, hours: int) -> list[Row]:
    """One row for each lost call."""
    found = []
    for lost in calls:
        is_over = lost["direction"] == "inbound" and lost["outcome"] in ("abandoned", "missed")
        if not is_over or not lost["caller_number"] or lost["is_private"]:
            continue
        row = {key: lost[key] for key in ("installation", "local_date")}
        row |= {"lost_call_id": lost["call_id"], "queue_id": lost["last_queue_id"]}
        row |= {"lost_utc": lost["end_utc"], "is_recovered": False}
        row |= dict.fromkeys(
            ("recovered_call_id", "recovered_by", "recovered_utc", "delay_seconds")
        )
        wanted = comparable(lost["caller_number"], region)
        latest = lost["end_utc"] + timedelta(hours=hours)
        later = []
        for call in calls:
            who = None if call["is_private"] else came_through(call)
            if who and lost["end_utc"] <= call["start_utc"] <= latest:
                if comparable(who[1], region) == wanted:
                    number = int(call["call_id"].rsplit(":", 1)[1])
                    later.append((call["start_utc"], number, call["call_id"], who[0]))
        if later:
            start, _, call_id, by = min(later)
            row |= {"recovered_call_id": call_id, "recovered_by": by, "recovered_utc": start}
            row |= {"delay_seconds": seconds(start, lost["end_utc"]), "is_recovered": True}
        found.append(row)
    return found


def peak(uses: list[Row], begin: datetime, end: datetime) -> int:
    """The most uses at one moment: a peak is reached where a use begins, or at the beginning."""
    moments = [max(use["start"], begin) for use in uses]
    return max(
        (sum(u["start"] <= m < u["end"] for u in uses) for m in moments if begin <= m < end),
        default=0,
    )


def line_intervals(installation: str, uses: list[Row], zone: Any) -> list[Row]:
    """Every quarter hour of every line in which a use begins or runs."""
    touched: dict[tuple[int, datetime], list[Row]] = {}
    for use in uses:
        quarter = quarter_of(use["start"])
        while quarter == quarter_of(use["start"]) or quarter < use["end"]:
            touched.setdefault((use["lineid"], quarter), []).append(use)
            quarter += QUARTER
    found = []
    for (line, begin), here in sorted(touched.items()):
        end = begin + QUARTER
        begun = [use for use in here if begin <= use["start"] < end]
        busy = sum(seconds(min(u["end"], end), max(u["start"], begin)) for u in here)
        row = {"installation": installation, "local_date": wall_of(begin, zone).date()}
        row |= {"line_id": line, "interval_start_utc": begin, "uses": len(begun)}
        row |= {"incoming_uses": sum(bool(use["incoming"]) for use in begun)}
        row |= {"busy_seconds": busy, "peak_uses": peak(here, begin, end)}
        found.append(row)
    return found
