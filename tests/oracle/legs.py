"""Rules R 3 and R 5 to R 8: which rows become legs, and what a single leg says.

Works on the typed rows of one installation, one call id at a time. A leg is a dict with the
model's columns; keys with a leading underscore are for the other modules only.
"""

import re
from datetime import timedelta
from typing import Any

from tests.oracle.times import seconds

Row = dict[str, Any]
ANONYMOUS = {"unknown", "anonymous", "unbekannt", "anonym", ""}
BRACKETS = re.compile(r"<([^<>]*)>")
TRAILING = re.compile(r"[0-9+ \-/()]+$")


def settle(rows: list[Row]) -> list[Row]:
    """R 3: give each row its fate; the rows that are left, open ones included."""
    by_id: dict[int, dict[tuple[Any, ...], list[Row]]] = {}
    for row in rows:
        by_id.setdefault(row["id"], {}).setdefault(row["content"], []).append(row)
    left = []
    for contents in by_id.values():
        first_of_each = []
        for same in contents.values():
            same.sort(key=lambda row: (row["file"], row["line"]))
            for row in same[:-1]:
                row["fate"] = "duplicate"
            first_of_each.append(same[-1])
        first_of_each.sort(key=rank)
        for row in first_of_each[:-1]:
            row["fate"] = "superseded"
        winner = first_of_each[-1]
        winner["fate"] = "open" if winner["endtime"] is None else "kept"
        left.append(winner)
    return left


def rank(row: Row) -> tuple[Any, ...]:
    """The order of R 3 among several contents of one id, the best last."""
    end = row["endtime"]
    return (end is not None, end.readings[0] if end else None, row["file"], row["line"])


def split_party(text: str) -> tuple[str | None, str | None]:
    """R 6: number and name of a caller id text."""
    if text.lower() in ANONYMOUS:
        return None, None
    match = BRACKETS.search(text)
    if match:
        number, name = match.group(1), text[: match.start()] + text[match.end() :]
    else:
        match = TRAILING.search(text)
        if not match or sum(char.isdigit() for char in match.group()) < 3:
            return None, text
        number, name = match.group(), text[: match.start()]
    number = number.strip()
    digits = "".join(char for char in number if char in "0123456789")
    plus = "+" if number.startswith("+") else ""
    return (plus + digits if digits else None), (name.strip() or None)


def kind_of(account: int | None, accounts: dict[int, Row], rows: list[Row]) -> str:
    """R 6: kind of an account in the call whose rows are given."""
    if account is None or account <= 0:
        return "none"
    if account in accounts:
        kind: str = accounts[account]["kind"]
        return {"iqueue": "queue", "group": "queue", "voicemailbox": "voicemail"}.get(kind, kind)
    owned = [row for row in rows if row["cdraccountid"] == account]
    for special in ("voicemail", "module"):
        if any(row["service_kind"] == special for row in owned):
            return special
    if owned and not any(row["login"] for row in owned):
        return "queue"
    return "user"


def in_window(rows: list[Row]) -> list[Row]:
    """R 9: the rows of one call id inside the call's window; gives the others their fate."""
    first = min(row["start"] for row in rows)
    first_date = next(row["date"] for row in rows if row["start"] == first)
    inside = []
    for row in rows:
        if row["date"] > first_date + timedelta(days=1):
            row["fate"] = "out_of_window"
        else:
            inside.append(row)
    return inside


def without_summaries(rows: list[Row]) -> list[Row]:
    """R 5: leave out summary rows whose owner has another row in the call."""
    owners = {row["cdraccountid"] for row in rows if not row["summarystep"]}
    kept = []
    for row in rows:
        if row["summarystep"] and row["cdraccountid"] in owners:
            row["fate"] = "summary_left_out"
        else:
            row["fate"] = "leg"
            kept.append(row)
    return kept


def direction_of(row: Row) -> str:
    """R 7."""
    caller, called = row["calleraccountid"] > 0, row["calledaccountid"] > 0
    if caller and called:
        return "internal"
    if caller or called:
        return "outbound" if caller else "inbound"
    return "inbound" if row["incoming"] else "outbound"


def answered_by(row: Row, owner_kind: str) -> str | None:
    """R 8, first paragraph."""
    owner, service = row["cdraccountid"], row["service_kind"]
    if not row["connected"]:
        return None
    if owner_kind == "queue":
        return "queue"
    own_entry = owner > 0 and owner == row["calleraccountid"]
    if row["hasvoicemail"] and not own_entry:
        return "voicemail"
    if owner_kind == "voicemail" or (owner_kind == "none" and service == "voicemail"):
        return "voicemail"
    if owner_kind == "module" or (owner_kind == "none" and service == "module"):
        return "module"
    return "user" if owner_kind == "user" else "unknown"


def agent_of(row: Row, leg: Row, caller_kind: str) -> tuple[int | None, str | None]:
    """R 8, second paragraph: agent and reason."""
    if leg["direction"] == "outbound" and caller_kind != "user":
        return 0, "module"
    if leg["answered_by"] in ("voicemail", "module", "unknown"):
        return 0, leg["answered_by"]
    if leg["owner_kind"] == "user":
        return row["cdraccountid"], None
    return None, None


def party_columns(row: Row, is_private: bool) -> Row:
    """Numbers and names of both ends; R 16 empties the external ones of a private call."""
    columns: Row = {}
    for end in ("caller", "called"):
        number, name = split_party(row[f"{end}callerid"])
        if is_private and row[f"{end}accountid"] <= 0:
            number = name = None
        columns[f"{end}_number"], columns[f"{end}_name"] = number, name
    return columns


def row_columns(row: Row) -> Row:
    """The columns of a leg that only repeat the row."""
    return {
        "call_step": row["callstepid"],
        "cdr_id": row["id"],
        "leg_uuid": row["callleguuid"] or None,
        "owner_account_id": row["cdraccountid"],
        "caller_account_id": row["calleraccountid"],
        "called_account_id": row["calledaccountid"],
        "result": row["callresult"].lower(),
        "start_utc": row["start"],
        "ring_utc": row["ring"],
        "link_utc": row["link"],
        "end_utc": row["end"],
        "line_id": row["lineid"],
        "line_name": row["linename"] or None,
        "service_id": row["serviceid"],
        "service_kind": row["service_kind"],
        "is_private": row["privatecall"],
        "has_voicemail": row["hasvoicemail"],
        "has_recording": row["hasmonitor"],
        "has_fax": row["hasfax"],
        "is_deleted": row["deleted"],
        "is_summary": row["summarystep"],
        "is_time_ambiguous": row["is_time_ambiguous"],
    }


def build_legs(installation: str, every_row: list[Row], accounts: dict[int, Row]) -> list[Row]:
    """The legs of one call id in order; `every_row` are R 3's survivors with an end."""
    inside = in_window(every_row)
    is_private = any(row["privatecall"] for row in every_row)
    rows = without_summaries(inside)
    rows.sort(key=lambda row: (row["start"], row["callstepid"], row["id"]))
    legs = []
    for number, row in enumerate(rows, 1):
        owner_kind = kind_of(row["cdraccountid"], accounts, inside)
        leg: Row = {
            "leg_id": f"{installation}:{row['id']}",
            "installation": installation,
            "local_date": rows[0]["date"],
            "call_id": f"{installation}:{row['callid']}",
            "leg_seq": number,
            "direction": direction_of(row),
            "owner_kind": owner_kind,
            "queue_id": row["cdraccountid"] if owner_kind == "queue" else None,
            "answered_by": answered_by(row, owner_kind),
            **row_columns(row),
            **party_columns(row, is_private),
        }
        caller_kind = kind_of(row["calleraccountid"], accounts, inside)
        leg["agent_id"], leg["no_user_reason"] = agent_of(row, leg, caller_kind)
        leg["_caller_kind"], leg["_call_private"] = caller_kind, is_private
        leg["_connected"] = row["connected"]
        leg["_elsewhere"] = row["answeredelswhere"]
        leg["_own_entry"] = (
            row["cdraccountid"] > 0 and row["cdraccountid"] == row["calleraccountid"]
        )
        ring_end = leg["link_utc"] or leg["end_utc"]
        leg["ring_seconds"] = seconds(ring_end, leg["ring_utc"] or leg["start_utc"])
        leg["talk_seconds"] = seconds(leg["end_utc"], leg["link_utc"]) if leg["link_utc"] else 0
        leg["total_seconds"] = seconds(leg["end_utc"], leg["start_utc"])
        legs.append(leg)
    return legs
