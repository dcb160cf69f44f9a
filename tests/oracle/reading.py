"""Settings, files, records and the quarantine of rule R 1, byte by byte and row by row.

A file becomes either a refusal with its reason, or a list of rows: dicts with typed values
that carry the file's name and line. Nothing here knows about calls.
"""

import gzip
import hashlib
import re
import tomllib
import zlib
from pathlib import Path
from typing import Any
from zoneinfo import ZoneInfo

from tests.oracle.times import Moment, combinations, parse_time

CALL_COLUMNS = (
    "id callid callstepid callleguuid cdraccountid calleraccountid callercallerid "
    "calledaccountid calledcallerid serviceid starttime ringingtime linktime callresulttime "
    "callresult callresultcausedby lineid linename callbacknumber answeredelswhere incoming "
    "answered hasvoicemail hasmonitor hasfax deleted privatecall callbacknumberextern "
    "summarystep duration login"
).split()
LINE_COLUMNS = (
    "id callid callleguuid calleraccountid callerlogin callernumber calledaccountid "
    "calledlogin callednumber starttime ringingtime linktime hanguptime callresult lineid "
    "linename channelname incoming answered duration"
).split()
COLUMNS = {"call_list": CALL_COLUMNS, "line_list": LINE_COLUMNS}
REQUIRED = {
    "call_list": (
        "id callid cdraccountid calleraccountid calledaccountid starttime callresulttime callresult"
    ).split(),
    "line_list": "id callid starttime hanguptime lineid".split(),
}
END = {"call_list": "callresulttime", "line_list": "hanguptime"}
INTEGERS = set(
    "id callid callstepid cdraccountid calleraccountid calledaccountid serviceid "
    "callresultcausedby lineid duration".split()
)
BOOLEANS = set(
    "incoming answered hasvoicemail hasmonitor hasfax deleted privatecall callbacknumberextern "
    "summarystep".split()
)
TIMES = {"starttime", "ringingtime", "linktime", "callresulttime", "hanguptime"}
RESULTS = {"CONNECTED", "NOT_CONNECTED", "ANSWERED_ELSEWHERE"}
INTEGER = re.compile(r"-?[0-9]{1,18}")
UNDEFINED_1252 = (0x81, 0x8D, 0x8F, 0x90, 0x9D)


class Refused(Exception):
    """A file that is refused whole; the argument is the reason."""


def read_settings(path: Path) -> dict[str, Any]:
    """The settings that the rules need, with the documented defaults."""
    raw = tomllib.loads(path.read_text(encoding="utf-8"))
    limits, kpi = raw.get("limits", {}), raw.get("kpi", {})
    if raw.get("privacy", {}).get("profile", "clear") != "clear":
        raise NotImplementedError("the oracle knows the profile `clear` only")
    return {
        "landing_dir": path.parent / raw.get("landing_dir", "data/landing"),
        "installations": {
            name: ZoneInfo(values.get("timezone", "Europe/Berlin"))
            for name, values in raw.get("installations", {}).items()
        },
        "regions": {
            name: values.get("region", "DE")
            for name, values in raw.get("installations", {}).items()
        },
        "line_bytes": limits.get("line_bytes", 65536),
        "file_bytes": limits.get("file_bytes", 2147483648),
        "variant": kpi.get("service_level_variant", "abandoned_negative"),
        "threshold": kpi.get("service_level_seconds", 20),
        "callback_window_hours": kpi.get("callback_window_hours", 24),
        "short": kpi.get("short_abandon_seconds", 5),
    }


def records_of(data: bytes) -> tuple[list[tuple[int, bytes, list[bytes]]], bool]:
    """Split into (line, raw, fields), and whether a quote is still open at the end."""
    records: list[tuple[int, bytes, list[bytes]]] = []
    fields: list[bytes] = []
    field = bytearray()
    line = first_line = 1
    begin = at = 0
    quoted = fresh = False
    fresh = True
    while at < len(data):
        char = data[at]
        if quoted:
            if char == 0x22 and data[at + 1 : at + 2] == b'"':
                field.append(char)
                at += 1
            elif char == 0x22:
                quoted = False
            else:
                line += char == 0x0A
                field.append(char)
        elif char == 0x22 and fresh:
            quoted, fresh = True, False
        elif char == 0x3B:
            fields.append(bytes(field))
            field, fresh = bytearray(), True
        elif char == 0x0A:
            records.append((first_line, data[begin:at], [*fields, bytes(field)]))
            fields, field, fresh = [], bytearray(), True
            line += 1
            first_line, begin = line, at + 1
        else:
            field.append(char)
            fresh = False
        at += 1
    if begin < len(data):
        records.append((first_line, data[begin:], [*fields, bytes(field)]))
    return [r for r in records if r[1] not in (b"", b"\r")], quoted


def text_of(raw: bytes, is_utf8: bool) -> str | None:
    """A trimmed value; None for bytes that neither encoding can read."""
    if is_utf8:
        return raw.decode("utf-8").strip()
    if any(byte in UNDEFINED_1252 for byte in raw):
        return None
    return raw.decode("cp1252").strip()


def is_valid_utf8(data: bytes) -> bool:
    """Whether all of it is UTF-8."""
    try:
        data.decode("utf-8")
    except UnicodeDecodeError:
        return False
    return True


def plain_bytes(path: Path, raw: bytes, limit: int) -> bytes:
    """The file's content after decompression, or a refusal."""
    data = raw
    if path.name.endswith(".gz"):
        try:
            data = gzip.decompress(raw)
        except (OSError, EOFError, zlib.error) as error:
            raise Refused("truncated_gzip") from error
    if len(data) > limit:
        raise Refused("decompression_limit")
    return data


def table_of(data: bytes) -> tuple[list[str] | None, list[tuple[int, bytes, list[bytes]]], bool]:
    """Header names (lower case; None if there is no line 1), records below it, is it UTF-8."""
    is_utf8 = is_valid_utf8(data)
    body = data.removeprefix(b"\xef\xbb\xbf")
    if body.startswith((b"\xff\xfe", b"\xfe\xff")) or b"\0" in body.split(b"\n", 1)[0]:
        raise Refused("not_text")
    records, is_open = records_of(body)
    if is_open:
        raise Refused("unclosed_quote")
    if not body:
        return None, [], is_utf8
    if not records or records[0][0] != 1:
        raise Refused("no_header")
    names = [(text_of(field, is_utf8) or "").lower() for field in records[0][2]]
    return names, records[1:], is_utf8


def positions(names: list[str], kind: str) -> tuple[dict[str, int], bool]:
    """Column name -> field number, and whether there are columns that nobody knows."""
    known = COLUMNS[kind]
    renamed = {}
    if kind == "call_list":
        renamed = {"channelname": "callleguuid", "answeredelsewhere": "answeredelswhere"}
    found: dict[str, int] = {}
    extra = False
    for place, name in enumerate(names):
        name = name if name in known else renamed.get(name, name)
        if name in known and name not in found:
            found[name] = place
        else:
            extra = True
    if not found:
        raise Refused("no_header")
    if any(name not in found for name in REQUIRED[kind]):
        raise Refused("missing_column")
    return found, extra


def typed_value(name: str, text: str, zone: ZoneInfo) -> tuple[Any, str | None]:
    """The typed value of one field, or the reason why it cannot be read."""
    if name in INTEGERS:
        if text == "":
            return (0 if name == "callstepid" else None), None
        return (int(text), None) if INTEGER.fullmatch(text) else (None, "bad_integer")
    if name in BOOLEANS:
        if text.lower() in ("true", "t", "1", "yes"):
            return True, None
        return False, None if text.lower() in ("false", "f", "0", "no", "") else "bad_boolean"
    if name in TIMES:
        if text == "":
            return None, None
        moment = parse_time(text, zone)
        return (None, moment) if isinstance(moment, str) else (moment, None)
    if name == "callresult":
        return text.upper(), None
    return text, None


def order_of_times(row: dict[str, Any]) -> str | None:
    """The reasons about times that contradict each other, and the missing link."""
    start, link, end = row["starttime"], row["linktime"], row["endtime"]
    if end is not None and not combinations(start, None, end):
        return "end_before_start"
    if row["connected"] and link is None:
        return "connected_without_link"
    if row["connected"] and end is not None and not combinations(start, link, end):
        return "link_outside_leg"
    return None


def reason_of(
    row: dict[str, Any], texts: dict[str, str], zone: ZoneInfo, kind: str, foreign: set[int]
) -> str | None:
    """Fill the row with typed values; the first reason of R 1 from `missing_value` on."""
    reasons = set()
    for name in COLUMNS[kind]:
        row[name], reason = typed_value(name, texts.get(name, ""), zone)
        reasons.add(reason)
    for name in REQUIRED[kind]:
        if name != END[kind] and texts[name] == "":
            return "missing_value"
    for reason in ("bad_integer", "bad_boolean", "bad_timestamp", "nonexistent_time"):
        if reason in reasons:
            return reason
    if kind == "call_list" and row["callresult"] not in RESULTS:
        return "unknown_result"
    row["connected"] = row["callresult"] == "CONNECTED"
    row["endtime"] = row[END[kind]]
    reason = order_of_times(row)
    if reason is None and kind == "call_list" and row["cdraccountid"] in foreign:
        return "unsupported_source"
    return reason


def content_of(row: dict[str, Any], kind: str) -> tuple[Any, ...]:
    """The typed values that make two rows equal; times by what they can mean."""
    values = []
    for name in COLUMNS[kind]:
        value = row[name]
        values.append(value.readings if isinstance(value, Moment) else value)
    return tuple(values)


def read_rows(
    data: bytes, kind: str, name: str, zone: ZoneInfo, limit: int, foreign: set[int]
) -> dict[str, Any]:
    """Rows and quarantined lines of one accepted file."""
    result: dict[str, Any] = {"lines": 0, "rows": [], "quarantine": [], "extra": False}
    names, records, is_utf8 = table_of(data)
    if names is None:
        return result
    place, result["extra"] = positions(names, kind)
    for line, raw, fields in records:
        result["lines"] += 1
        row: dict[str, Any] = {"file": name, "line": line}
        values = [text_of(field, is_utf8) for field in fields]
        if b"\0" in raw or None in values:
            reason: str | None = "encoding"
        elif len(raw.removesuffix(b"\r")) > limit:
            reason = "oversized_line"
        elif len(fields) != len(names):
            reason = "field_count"
        else:
            texts = {column: values[at] or "" for column, at in place.items()}
            reason = reason_of(row, texts, zone, kind, foreign)
        if reason:
            result["quarantine"].append((line, reason))
        else:
            row["content"] = content_of(row, kind)
            result["rows"].append(row)
    return result


def read_folder(
    folder: Path, kind: str, zone: ZoneInfo, settings: dict[str, Any], foreign: set[int]
) -> list[dict[str, Any]]:
    """One entry per file name; equal bytes are read once, under the name that sorts first."""
    entries: list[dict[str, Any]] = []
    by_hash: dict[str, dict[str, Any]] = {}
    names = sorted(p.name for p in folder.iterdir()) if folder.is_dir() else []
    for name in names:
        if not name.endswith((".csv", ".csv.gz")):
            continue
        path = folder / name
        entry: dict[str, Any] = {"name": name, "kind": kind, "sha": "", "copy_of": None}
        entries.append(entry)
        if path.is_symlink() or not path.is_file():
            entry["refused"] = "not_a_regular_file"
            continue
        try:
            raw = path.read_bytes()
        except OSError:
            entry["refused"] = "unreadable"
            continue
        entry["sha"] = hashlib.sha256(raw).hexdigest()
        if entry["sha"] in by_hash:
            entry["copy_of"] = by_hash[entry["sha"]]
            continue
        by_hash[entry["sha"]] = entry
        try:
            data = plain_bytes(path, raw, settings["file_bytes"])
            entry.update(read_rows(data, kind, name, zone, settings["line_bytes"], foreign))
            entry["refused"] = None
        except Refused as error:
            entry["refused"] = str(error)
    return entries


def read_directory_file(path: Path) -> list[dict[str, str]]:
    """Rows of accounts.csv or services.csv as texts; none if the file is missing."""
    if not path.is_file():
        return []
    names, records, is_utf8 = table_of(path.read_bytes())
    rows = []
    for _, _, fields in records:
        texts = [text_of(field, is_utf8) or "" for field in fields]
        rows.append({name: texts[at] for at, name in enumerate(names or []) if at < len(texts)})
    return rows


def read_accounts(path: Path) -> dict[int, dict[str, Any]]:
    """accounts.csv: the last readable row of every id."""
    kinds = ("user", "group", "iqueue", "module", "voicemailbox", "cqueue")
    accounts: dict[int, dict[str, Any]] = {}
    for row in read_directory_file(path):
        kind = row.get("kind", "").lower()
        if not INTEGER.fullmatch(row.get("accountid", "")) or kind not in kinds:
            continue
        level = row.get("service_level_seconds", "")
        accounts[int(row["accountid"])] = {
            "kind": kind,
            "login": row.get("login") or None,
            "name": row.get("name") or None,
            "licence": row.get("licence") or None,
            "active": row.get("active", "").lower() in ("", "true", "t", "1", "yes"),
            "level": int(level) if INTEGER.fullmatch(level) else None,
        }
    return accounts


def read_services(path: Path) -> dict[int, str | None]:
    """services.csv: serviceid -> kind."""
    services: dict[int, str | None] = {}
    for row in read_directory_file(path):
        if INTEGER.fullmatch(row.get("serviceid", "")):
            services[int(row["serviceid"])] = row.get("kind", "").lower() or None
    return services
