"""A slow, literal reference implementation of the rules, independent of the pipeline.

`compute` reads exports row by row with plain dicts and loops and gives the tables of the
model, so that the pipeline can be compared with it on any landing folder. Only the privacy
profile `clear` is known here.
"""

from datetime import date
from operator import itemgetter
from pathlib import Path
from typing import Any

from tests.oracle import calls, figures, later, legs, reading, times

Row = dict[str, Any]
Tables = dict[str, list[Row]]
Ranges = dict[str, list[tuple[date, date]]]
PARTITIONED = (
    "fact_call_leg fact_call fact_queue_visit fact_agent_contact fact_queue_interval "
    "fact_agent_interval fact_line_interval fact_callback kpi_queue_day kpi_agent_day reconciliation"
).split()
KEYS = {
    "fact_call_leg": ["leg_id"],
    "fact_call": ["call_id"],
    "fact_queue_visit": ["visit_id"],
    "fact_agent_contact": ["contact_id"],
    "fact_queue_interval": ["installation", "local_date", "queue_id", "interval_start_utc"],
    "fact_agent_interval": ["installation", "local_date", "agent_id", "interval_start_utc"],
    "fact_line_interval": ["installation", "local_date", "line_id", "interval_start_utc"],
    "fact_callback": ["lost_call_id"],
    "kpi_queue_day": ["installation", "local_date", "queue_id"],
    "kpi_agent_day": ["installation", "local_date", "agent_id"],
    "dim_agent": ["installation", "agent_id"],
    "dim_queue": ["installation", "queue_id"],
    "dim_line": ["installation", "line_id"],
    "cdr_quarantine": ["installation", "file_sha256", "line_number"],
    "ingest_file": ["installation", "file_sha256", "file_name"],
    "reconciliation": ["installation", "local_date"],
}


def kept_rows(entries: list[Row]) -> tuple[list[Row], list[Row]]:
    """All rows of the accepted files, and R 3's survivors with an end, their times resolved."""
    rows = [row for entry in entries for row in entry.get("rows", [])]
    kept = [row for row in legs.settle(rows) if row["endtime"] is not None]
    times.resolve(kept)
    return rows, kept


def facts_of(
    installation: str, kept: list[Row], accounts: dict[int, Row], settings: Row
) -> tuple[Tables, list[tuple[list[Row], list[Row]]]]:
    """Legs, calls, visits and contacts of one installation, call by call."""
    by_call: dict[int, list[Row]] = {}
    for row in kept:
        by_call.setdefault(row["callid"], []).append(row)
    names = ("fact_call_leg", "fact_call", "fact_queue_visit", "fact_agent_contact")
    tables: Tables = {name: [] for name in names}
    pairs = []
    for _, rows in sorted(by_call.items()):
        call_legs = legs.build_legs(installation, rows, accounts)
        visits = calls.build_visits(call_legs, accounts, settings)
        contacts = calls.build_contacts(call_legs, visits)
        tables["fact_call_leg"] += call_legs
        tables["fact_queue_visit"] += visits
        tables["fact_agent_contact"] += contacts
        tables["fact_call"].append(calls.build_call(call_legs, visits, contacts, accounts))
        pairs.append((visits, contacts))
    return tables, pairs


def values_of(tables: Tables, *columns: str) -> set[int]:
    """Every value of `table.column` that is not NULL."""
    found = set()
    for table, column in (name.split(".") for name in columns):
        found |= {row[column] for row in tables[table] if row[column] is not None}
    return found


def add_dimensions(
    tables: Tables,
    installation: str,
    accounts: dict[int, Row],
    kept: dict[str, list[Row]],
    lines: set[int],
) -> None:
    """Dimensions to what the facts refer to, plus the directory."""
    agents = values_of(
        tables,
        "fact_call_leg.agent_id",
        "fact_agent_contact.agent_id",
        "fact_queue_visit.agent_id",
        "fact_call.answering_agent_id",
        "fact_call.originating_agent_id",
    )
    queues = values_of(tables, "fact_call_leg.queue_id")
    lines = lines | values_of(tables, "fact_call_leg.line_id")
    rows = kept["call_list"]
    tables["dim_agent"] = figures.dim_agent(installation, accounts, agents, rows)
    tables["dim_queue"] = figures.dim_queue(installation, accounts, queues, rows)
    tables["dim_line"] = figures.dim_line(installation, lines, kept["line_list"], rows)


def compute_installation(
    installation: str, zone: Any, folder: Path, settings: Row, spans: list[tuple[date, date]] | None
) -> Tables:
    """All tables of one installation."""
    accounts = reading.read_accounts(folder / "directory" / "accounts.csv")
    services = reading.read_services(folder / "directory" / "services.csv")
    foreign = {number for number, account in accounts.items() if account["kind"] == "cqueue"}
    entries, rows, kept = [], {}, {}
    for kind in ("call_list", "line_list"):
        found = reading.read_folder(folder / kind, kind, zone, settings, foreign)
        entries += found
        rows[kind], kept[kind] = kept_rows(found)
    for row in rows["call_list"]:
        row["service_kind"] = services.get(row["serviceid"])
    tables, pairs = facts_of(installation, kept["call_list"], accounts, settings)
    contacts = tables["fact_agent_contact"]
    tables["fact_queue_interval"] = figures.queue_intervals(pairs)
    tables["fact_agent_interval"] = figures.agent_intervals(contacts)
    tables["fact_line_interval"] = later.line_intervals(installation, kept["line_list"], zone)
    queue_intervals = tables["fact_queue_interval"]
    tables["kpi_queue_day"] = figures.queue_days(queue_intervals, accounts, settings)
    tables["kpi_agent_day"] = figures.agent_days(tables["fact_agent_interval"])
    partition = {"calls": tables["fact_call"], "queue_visits": tables["fact_queue_visit"]}
    partition["agent_contacts"] = contacts
    tables["reconciliation"] = figures.reconciliation(installation, rows["call_list"], partition)

    def wanted(day: date) -> bool:
        return spans is None or any(first <= day <= last for first, last in spans)

    loaded = [call for call in tables["fact_call"] if wanted(call["local_date"])]
    region, hours = settings["regions"][installation], settings["callback_window_hours"]
    tables["fact_callback"] = later.callbacks(loaded, region, hours)
    for name in PARTITIONED:
        tables[name] = [row for row in tables[name] if wanted(row["local_date"])]
    lines = {
        row["lineid"]
        for row in kept["line_list"]
        if any(wanted(day) for day in figures.line_dates(row, zone))
    }
    add_dimensions(tables, installation, accounts, kept, lines)
    tables["ingest_file"] = figures.ingest_files(installation, entries, zone)
    tables["cdr_quarantine"] = figures.quarantine(installation, entries)
    return tables


def compute(
    settings_file: Path, landing_dir: Path | None = None, ranges: Ranges | None = None
) -> dict[str, Tables]:
    """Installation -> table -> rows. `ranges` limits partitioned tables to local dates."""
    settings = reading.read_settings(settings_file)
    landing = landing_dir or settings["landing_dir"]
    result = {}
    for installation, zone in settings["installations"].items():
        spans = None if ranges is None else ranges.get(installation, [])
        tables = compute_installation(installation, zone, landing / installation, settings, spans)
        for name, rows in tables.items():
            clean = [{k: v for k, v in row.items() if not k.startswith("_")} for row in rows]
            tables[name] = sorted(clean, key=itemgetter(*KEYS[name]))
        result[installation] = tables
    return result
