"""How rows are spelt in a file: columns, local times, booleans, quoting, encoding, compression.

Here: the two headers, one text line a row, and the bytes of a file in a given style.
Not here: which rows a file has (schedule.py) or lines that are broken on purpose (mess.py).
"""

from __future__ import annotations

import gzip
import io
from dataclasses import dataclass
from datetime import datetime
from functools import lru_cache
from zoneinfo import ZoneInfo

from insight_pipeline.simulator.rows import CONNECTED, CallRow, LineRow

CALL_COLUMNS = tuple(
    "id callid callstepid callleguuid cdraccountid calleraccountid callercallerid calledaccountid "
    "calledcallerid serviceid starttime ringingtime linktime callresulttime callresult "
    "callresultcausedby lineid linename callbacknumber answeredelswhere incoming answered "
    "hasvoicemail hasmonitor hasfax deleted privatecall callbacknumberextern summarystep duration "
    "login".split()
)
LINE_COLUMNS = tuple(
    "id callid callleguuid calleraccountid callerlogin callernumber calledaccountid calledlogin "
    "callednumber starttime ringingtime linktime hanguptime callresult lineid linename channelname "
    "incoming answered duration".split()
)


@dataclass(frozen=True, slots=True)
class ExportStyle:
    """The dress of a file. `encoding` is a Python codec: utf-8, utf-8-sig or cp1252."""

    encoding: str = "utf-8"
    is_quoted: bool = False
    is_compressed: bool = False
    newline: str = "\n"


PLAIN = ExportStyle()
COMPRESSED = ExportStyle(is_compressed=True)


@lru_cache(maxsize=500_000)
def local_text(at_utc: int | None, zone: ZoneInfo) -> str:
    """A UTC second as dd.MM.yyyy HH:mm:ss on the PBX's wall clock; None is empty."""
    if at_utc is None:
        return ""
    at = datetime.fromtimestamp(at_utc, zone)
    return f"{at.day:02d}.{at.month:02d}.{at.year} {at.hour:02d}:{at.minute:02d}:{at.second:02d}"


def _flag(value: bool) -> str:  # noqa: FBT001 (the value itself)
    return "true" if value else "false"


def _number(value: int | None) -> str:
    return "" if value is None else str(value)


def call_fields(row: CallRow, zone: ZoneInfo) -> list[str]:
    """The fields of a call list row, in the order of CALL_COLUMNS."""
    duration = None
    if row.end_utc is not None:
        is_connected = row.result == CONNECTED and row.link_utc is not None
        duration = row.end_utc - ((row.link_utc or 0) if is_connected else row.start_utc)
    return [
        str(row.row_id), str(row.callid), str(row.step), row.leg_uuid, str(row.owner_id),
        str(row.caller_id), row.caller_text, str(row.called_id), row.called_text,
        str(row.service_id), local_text(row.start_utc, zone), local_text(row.ring_utc, zone),
        local_text(row.link_utc, zone), local_text(row.end_utc, zone), row.result,
        _number(row.caused_by), _number(row.line_id), row.line_name, "", row.taker_text,
        _flag(row.is_incoming), _flag(row.link_utc is not None), _flag(row.has_voicemail),
        _flag(row.has_recording), "false", _flag(row.is_deleted), _flag(row.is_private),
        _flag(row.is_external), _flag(row.is_summary), _number(duration), row.login,
    ]  # fmt: skip


def line_fields(row: LineRow, zone: ZoneInfo) -> list[str]:
    """The fields of a line list row, in the order of LINE_COLUMNS."""
    is_connected = row.link_utc is not None
    duration = None
    if row.end_utc is not None:
        duration = row.end_utc - (row.start_utc if row.link_utc is None else row.link_utc)
    return [
        str(row.row_id), str(row.callid), row.leg_uuid, str(row.caller_id), row.caller_login,
        row.caller_number, str(row.called_id), row.called_login, row.called_number,
        local_text(row.start_utc, zone), local_text(row.ring_utc, zone),
        local_text(row.link_utc, zone), local_text(row.end_utc, zone),
        "CONNECTED" if is_connected else "NOT_CONNECTED", str(row.line_id), row.line_name,
        row.channel_name, _flag(row.is_incoming), _flag(is_connected), _number(duration),
    ]  # fmt: skip


def join(fields: list[str] | tuple[str, ...], *, is_quoted: bool) -> str:
    """One line: quotes everywhere, or only where a field needs them."""
    if is_quoted:
        return ";".join('"' + field.replace('"', '""') + '"' for field in fields)
    return ";".join(
        '"' + field.replace('"', '""') + '"' if '"' in field or ";" in field else field
        for field in fields
    )


def encode(lines: list[bytes], style: ExportStyle) -> bytes:
    """The bytes of a file; compressed ones carry no time and no name, so they repeat."""
    newline = style.newline.encode()
    content = newline.join(lines) + newline
    if style.encoding == "utf-8-sig":
        content = b"\xef\xbb\xbf" + content
    if not style.is_compressed:
        return content
    target = io.BytesIO()
    with gzip.GzipFile(filename="", mode="wb", compresslevel=9, fileobj=target, mtime=0) as file:
        file.write(content)
    return target.getvalue()


def line_bytes(text: str, style: ExportStyle) -> bytes:
    """A line in the file's encoding; the byte order mark belongs to the file, not to the line."""
    return text.encode("cp1252" if style.encoding == "cp1252" else "utf-8")
