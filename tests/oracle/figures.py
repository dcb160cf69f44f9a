"""Rules R 12, R 13 and R 17, the dimensions and the list of files.

Everything is counted again from visits, contacts and rows; a table is a list of dicts with
the model's columns.
"""

from datetime import date, datetime, timedelta
from typing import Any

from tests.oracle.legs import split_party
from tests.oracle.times import readings_of, seconds, wall_of

Row = dict[str, Any]
QUARTER = timedelta(minutes=15)
QUEUE_COUNTERS = (
    "offered answered no_user overflow abandoned short_abandoned missed unanswered "
    "answered_within abandoned_within wait_answered_seconds wait_abandoned_seconds "
    "wait_total_seconds wait_max_seconds talk_seconds"
).split()
AGENT_COUNTERS = (
    "contacts answered missed answered_elsewhere placed rona ring_seconds talk_seconds "
    "answered_talk_seconds"
).split()


def quarter_of(instant: datetime) -> datetime:
    """Start of the quarter of an hour."""
    return instant.replace(minute=instant.minute // 15 * 15, second=0, microsecond=0)


def pieces(begin: datetime, end: datetime) -> list[tuple[datetime, int]]:
    """[begin, end) split at the quarter hours: (interval, seconds)."""
    found = []
    while begin < end:
        border = min(quarter_of(begin) + QUARTER, end)
        found.append((quarter_of(begin), seconds(border, begin)))
        begin = border
    return found


def add(entry: Row, values: Row) -> None:
    """Sum counters; `wait_max_seconds` is a maximum."""
    for key, value in values.items():
        entry[key] = max(entry[key], value) if key == "wait_max_seconds" else entry[key] + value


def visit_counters(visit: Row, talk: int) -> Row:
    """What one visit adds to its interval."""
    reason, wait = visit["exit_reason"], visit["wait_seconds"]
    answered, abandoned = reason == "answered", reason == "abandoned"
    return {
        "offered": 1,
        "answered": int(answered),
        "no_user": int(reason == "no_user"),
        "overflow": int(reason == "overflow"),
        "abandoned": int(abandoned),
        "short_abandoned": int(visit["is_short_abandoned"]),
        "missed": int(visit["is_missed"]),
        "unanswered": int(visit["is_unanswered"]),
        "answered_within": int(answered and visit["is_within_threshold"]),
        "abandoned_within": int(abandoned and visit["is_within_threshold"]),
        "wait_answered_seconds": wait if answered else 0,
        "wait_abandoned_seconds": wait if abandoned else 0,
        "wait_total_seconds": wait,
        "wait_max_seconds": wait,
        "talk_seconds": talk,
    }


def entry_of(table: dict[Any, Row], key: tuple[Any, ...], names: str, counters: list[str]) -> Row:
    """The table's row with that key, made with zeros if it is new."""
    if key not in table:
        table[key] = dict(zip(names.split(), key, strict=True)) | dict.fromkeys(counters, 0)
    return table[key]


def queue_intervals(calls: list[tuple[list[Row], list[Row]]]) -> list[Row]:
    """fact_queue_interval from (visits, contacts) of every call."""
    table: dict[Any, Row] = {}
    names = "installation local_date queue_id interval_start_utc"
    for visits, contacts in calls:
        booked = set()
        for visit in visits:
            key = (visit["call_step"], visit["queue_id"])
            talk = 0
            if key not in booked:
                booked.add(key)
                for contact in contacts:
                    if (contact["call_step"], contact["queue_id"]) != key:
                        continue
                    if contact["result"] == "answered" and contact["agent_id"] > 0:
                        talk += contact["talk_seconds"]
            day = (visit["installation"], visit["local_date"], visit["queue_id"])
            place = (*day, quarter_of(visit["enter_utc"]))
            add(entry_of(table, place, names, QUEUE_COUNTERS), visit_counters(visit, talk))
    return list(table.values())


def agent_intervals(contacts: list[Row]) -> list[Row]:
    """fact_agent_interval."""
    table: dict[Any, Row] = {}
    names = "installation local_date agent_id interval_start_utc"
    for contact in contacts:
        base = (contact["installation"], contact["local_date"], contact["agent_id"])
        start = quarter_of(contact["start_utc"])
        entry = entry_of(table, (*base, start), names, AGENT_COUNTERS)
        add(entry, {"contacts": 1, contact["result"]: 1, "rona": int(contact["is_rona"])})
        link, end = contact["link_utc"], contact["end_utc"]
        for interval, length in pieces(contact["_ring_start"], link or end):
            entry = entry_of(table, (*base, interval), names, AGENT_COUNTERS)
            add(entry, {"ring_seconds": length})
        for interval, length in pieces(link or end, end):
            entry = entry_of(table, (*base, interval), names, AGENT_COUNTERS)
            talk = length if contact["result"] == "answered" else 0
            add(entry, {"talk_seconds": length, "answered_talk_seconds": talk})
    return list(table.values())


def ratio(above: float, below: float) -> float | None:
    """A zero denominator gives NULL."""
    return above / below if below else None


def service_level(c: Row, variant: str) -> float | None:
    """R 13."""
    a, b, s = c["answered"], c["abandoned"], c["short_abandoned"]
    at, bt = c["answered_within"], c["abandoned_within"]
    formulas = {
        "answered_only": (at, a),
        "ignore_abandoned_within": (at, a + b - bt),
        "abandoned_negative": (at, a + b),
        "abandoned_positive": (at + bt, a + b),
        "exclude_short": (at, a + b - s),
        "short_as_success": (at + s, a + b),
        "offered": (at, c["offered"]),
    }
    return ratio(*formulas[variant])


def queue_days(intervals: list[Row], accounts: dict[int, Row], settings: Row) -> list[Row]:
    """kpi_queue_day."""
    table: dict[Any, Row] = {}
    for row in intervals:
        key = (row["installation"], row["local_date"], row["queue_id"])
        entry = entry_of(table, key, "installation local_date queue_id", QUEUE_COUNTERS)
        add(entry, {name: row[name] for name in QUEUE_COUNTERS})
    for day in table.values():
        level = accounts.get(day["queue_id"], {"level": None})["level"]
        offered, short = day["offered"], day["short_abandoned"]
        day["service_level"] = service_level(day, settings["variant"])
        day["service_level_variant"] = settings["variant"]
        day["threshold_seconds"] = settings["threshold"] if level is None else level
        day["abandonment_rate"] = ratio(day["abandoned"] - short, offered - short)
        day["asa_seconds"] = ratio(day["wait_answered_seconds"], day["answered"])
        day["average_talk_seconds"] = ratio(day["talk_seconds"], day["answered"])
    return list(table.values())


def agent_days(intervals: list[Row]) -> list[Row]:
    """kpi_agent_day."""
    table: dict[Any, Row] = {}
    for row in intervals:
        key = (row["installation"], row["local_date"], row["agent_id"])
        entry = entry_of(table, key, "installation local_date agent_id", AGENT_COUNTERS)
        add(entry, {name: row[name] for name in AGENT_COUNTERS})
    for day in table.values():
        day["average_talk_seconds"] = ratio(day["answered_talk_seconds"], day["answered"])
        day["occupancy"] = None
    return list(table.values())


def name_from_rows(account: int, rows: list[Row]) -> str:
    """R 6: name of an account that is not in the directory."""
    for row in sorted(rows, key=lambda row: -row["id"]):
        for end in ("caller", "called"):
            if row[f"{end}accountid"] == account:
                name = split_party(row[f"{end}callerid"])[1]
                if name:
                    return name
    return f"Konto {account}"


def dim_agent(
    installation: str, accounts: dict[int, Row], used: set[int], rows: list[Row]
) -> list[Row]:
    """The directory's users, agent 0, and the unknown accounts that facts refer to."""
    nobody: Row = {"installation": installation, "agent_id": 0, "name": "Kein Benutzer"}
    table = [nobody | dict(login=None, licence=None, is_active=True, is_known=True)]
    for number, account in accounts.items():
        if account["kind"] == "user":
            row = {"installation": installation, "agent_id": number, "is_known": True}
            row |= {key: account[key] for key in ("login", "name", "licence")}
            table.append(row | {"is_active": account["active"]})
    for number in used - {0} - {row["agent_id"] for row in table}:
        row = {"installation": installation, "agent_id": number, "login": None, "licence": None}
        row |= {"name": name_from_rows(number, rows), "is_active": False, "is_known": False}
        table.append(row)
    return table


def dim_queue(
    installation: str, accounts: dict[int, Row], used: set[int], rows: list[Row]
) -> list[Row]:
    """The directory's groups and iQueues, and the unknown ones that facts refer to."""
    table: list[Row] = []
    for number, account in accounts.items():
        if account["kind"] in ("group", "iqueue"):
            row: Row = {"installation": installation, "queue_id": number, "is_known": True}
            row |= {"queue_kind": account["kind"], "name": account["name"]}
            table.append(
                row | {"service_level_seconds": account["level"], "is_active": account["active"]}
            )
    for number in used - {row["queue_id"] for row in table}:
        row = {"installation": installation, "queue_id": number, "queue_kind": "group"}
        row |= {"name": name_from_rows(number, rows), "service_level_seconds": None}
        table.append(row | {"is_active": False, "is_known": False})
    return table


def dim_line(
    installation: str, used: set[int], line_rows: list[Row], call_rows: list[Row]
) -> list[Row]:
    """Every line that facts refer to."""
    table = []
    for line in used:
        name = None
        for rows in (call_rows, line_rows):
            named = [row for row in rows if row["lineid"] == line and row["linename"]]
            if named:
                name = max(named, key=lambda row: row["id"])["linename"]
        table.append({"installation": installation, "line_id": line, "name": name})
    return table


def line_dates(row: Row, zone: Any) -> set[date]:
    """Local dates of the intervals that one use of a line touches."""
    starts = {quarter_of(row["start"])}
    starts |= {interval for interval, _ in pieces(row["start"], row["end"])}
    return {wall_of(start, zone).date() for start in starts}


def start_of(row: Row, zone: Any) -> tuple[datetime, ...]:
    """What a row's start can be in the list of files: one instant where it is fixed."""
    if "start" in row and not row.get("is_time_ambiguous"):
        return (row["start"],)
    return (
        readings_of(row["starttime"].wall, zone)
        if len(row["starttime"].readings) > 1
        else (row["starttime"].readings)
    )


def extreme(rows: list[Row], zone: Any, choose: Any) -> datetime | str | None:
    """Earliest or latest start; `?` where an undecided repeated hour leaves it open."""
    if not rows:
        return None
    low = choose(start_of(row, zone)[0] for row in rows)
    high = choose(start_of(row, zone)[-1] for row in rows)
    return low if low == high else "?"


def ingest_files(installation: str, entries: list[Row], zone: Any) -> list[Row]:
    """ingest_file: one row per file name."""
    table = []
    for entry in entries:
        source = entry["copy_of"] or entry
        refused = source["refused"]
        row: Row = {"installation": installation, "file_sha256": entry["sha"]}
        row |= {"file_name": entry["name"], "kind": entry["kind"], "reason": refused}
        row["status"] = "refused" if refused else "accepted"
        names = "lines accepted open_rows quarantined first_start_utc last_start_utc"
        row |= dict.fromkeys(names.split())
        if not refused:
            rows = source["rows"]
            still_open = sum(r["endtime"] is None for r in rows)
            row |= {"lines": source["lines"], "accepted": len(rows) - still_open}
            row |= {"open_rows": still_open, "quarantined": len(source["quarantine"])}
            row["first_start_utc"] = extreme(rows, zone, min)
            row["last_start_utc"] = extreme(rows, zone, max)
            row["reason"] = "?" if source["extra"] else None
        table.append(row)
    return table


def quarantine(installation: str, entries: list[Row]) -> list[Row]:
    """cdr_quarantine without detail and raw_text."""
    table = []
    for entry in entries:
        for line, reason in entry.get("quarantine", []):
            row = {"installation": installation, "file_sha256": entry["sha"]}
            row |= {"line_number": line, "file_name": entry["name"], "reason": reason}
            table.append(row)
    return table


def reconciliation(
    installation: str, rows: list[Row], partition: dict[str, list[Row]]
) -> list[Row]:
    """R 17 per installation and local date of a row's own start."""
    fates = {"duplicate": "duplicates", "open": "open_rows", "leg": "legs"}
    fates |= {name: name for name in ("superseded", "summary_left_out", "out_of_window")}
    counters = ["rows_in", *fates.values(), *partition]
    table: dict[Any, Row] = {}
    for row in rows:
        key = (installation, row["starttime"].wall.date())
        entry = entry_of(table, key, "installation local_date", counters)
        add(entry, {"rows_in": 1, fates[row["fate"]]: 1})
    for name, facts in partition.items():
        for fact in facts:
            add(table[(installation, fact["local_date"])], {name: 1})
    for entry in table.values():
        entry["is_balanced"] = entry["rows_in"] == sum(entry[name] for name in fates.values())
    return list(table.values())
