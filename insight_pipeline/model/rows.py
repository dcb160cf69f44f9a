"""The two lists that a PBX exports, column by column, and the reasons for which reading may fail.

Names are STARFACE's own. The readers in `sources` and the raw store take their schemas from here, and
`legs` reads its rows by these names. How a value is parsed belongs to `sources`.
"""

from __future__ import annotations

from dataclasses import dataclass
from enum import IntEnum, StrEnum

import pyarrow as pa


class Field(StrEnum):
    """How the text of a field is read."""

    INTEGER = "integer"
    FLAG = "flag"
    TIME = "time"
    RESULT = "result"
    TEXT = "text"


class Refusal(StrEnum):
    """Why a whole file is refused, in the order in which the reasons are looked for."""

    NOT_A_REGULAR_FILE = "not_a_regular_file"
    UNREADABLE = "unreadable"
    TRUNCATED_GZIP = "truncated_gzip"
    DECOMPRESSION_LIMIT = "decompression_limit"
    NOT_TEXT = "not_text"
    UNCLOSED_QUOTE = "unclosed_quote"
    NO_HEADER = "no_header"
    MISSING_COLUMN = "missing_column"


class Reason(StrEnum):
    """Why a line is set aside, in the order in which the reasons are looked for (R 1)."""

    ENCODING = "encoding"
    OVERSIZED_LINE = "oversized_line"
    FIELD_COUNT = "field_count"
    MISSING_VALUE = "missing_value"
    BAD_INTEGER = "bad_integer"
    BAD_BOOLEAN = "bad_boolean"
    BAD_TIMESTAMP = "bad_timestamp"
    NONEXISTENT_TIME = "nonexistent_time"
    UNKNOWN_RESULT = "unknown_result"
    END_BEFORE_START = "end_before_start"
    CONNECTED_WITHOUT_LINK = "connected_without_link"
    LINK_OUTSIDE_LEG = "link_outside_leg"
    UNSUPPORTED_SOURCE = "unsupported_source"


class RowState(IntEnum):
    """What R 2 and R 3 make of an accepted row."""

    KEPT = 0
    DUPLICATE = 1
    SUPERSEDED = 2
    OPEN = 3


CONNECTED, NOT_CONNECTED, ANSWERED_ELSEWHERE = RESULTS = (
    "connected",
    "not_connected",
    "answered_elsewhere",
)
"""Values of `callresult`, in lower case."""

START_BIT, RING_BIT, LINK_BIT, END_BIT = 1, 2, 4, 8
"""Bits of the raw column `repeats`: which of the row's times lie in a repeated hour."""


@dataclass(frozen=True)
class ListSpec:
    """One list of the PBX: its columns in STARFACE's order and what makes a row of it complete."""

    name: str
    fields: dict[str, Field]
    required: tuple[str, ...]
    end: str
    """The column whose emptiness makes a row open (R 2)."""
    aliases: dict[str, str]
    is_result_required: bool

    @property
    def time_columns(self) -> tuple[str, str, str, str]:
        """Start, ringing, link and end, in the order of the bits of `repeats`."""
        return ("starttime", "ringingtime", "linktime", self.end)

    def raw_schema(self) -> pa.Schema:
        """Schema of the raw store: typed values, times as the first UTC reading in seconds."""
        types = {
            Field.INTEGER: pa.int64(),
            Field.FLAG: pa.bool_(),
            Field.TIME: pa.int64(),
            Field.RESULT: pa.dictionary(pa.int32(), pa.string()),
            Field.TEXT: pa.dictionary(pa.int32(), pa.string()),
        }
        plain = {"callleguuid": pa.string()}
        columns = [pa.field(n, plain.get(n, types[f])) for n, f in self.fields.items()]
        return pa.schema(
            [*columns, pa.field("repeats", pa.int8()), pa.field("line_number", pa.int64())]
        )


def _fields(**kinds: str) -> dict[str, Field]:
    return {name: Field(kind) for kind, names in kinds.items() for name in names.split()}


_CALL_LIST_ORDER = (
    "id callid callstepid callleguuid cdraccountid calleraccountid callercallerid calledaccountid "
    "calledcallerid serviceid starttime ringingtime linktime callresulttime callresult "
    "callresultcausedby lineid linename callbacknumber answeredelswhere incoming answered "
    "hasvoicemail hasmonitor hasfax deleted privatecall callbacknumberextern summarystep duration "
    "login"
).split()
_CALL_LIST_FIELDS = _fields(
    integer="id callid callstepid cdraccountid calleraccountid calledaccountid serviceid "
    "callresultcausedby lineid duration",
    time="starttime ringingtime linktime callresulttime",
    flag="incoming answered hasvoicemail hasmonitor hasfax deleted privatecall "
    "callbacknumberextern summarystep",
    text="callleguuid callercallerid calledcallerid linename callbacknumber answeredelswhere login",
    result="callresult",
)

CALL_LIST = ListSpec(
    name="call_list",
    fields={name: _CALL_LIST_FIELDS[name] for name in _CALL_LIST_ORDER},
    required=(
        "id",
        "callid",
        "cdraccountid",
        "calleraccountid",
        "calledaccountid",
        "starttime",
        "callresulttime",
        "callresult",
    ),
    end="callresulttime",
    aliases={"channelname": "callleguuid", "answeredelsewhere": "answeredelswhere"},
    is_result_required=True,
)
"""Verbindungsdaten: one row per account and step of a call."""

_LINE_LIST_ORDER = (
    "id callid callleguuid calleraccountid callerlogin callernumber calledaccountid calledlogin "
    "callednumber starttime ringingtime linktime hanguptime callresult lineid linename channelname "
    "incoming answered duration"
).split()
_LINE_LIST_FIELDS = _fields(
    integer="id callid calleraccountid calledaccountid lineid duration",
    time="starttime ringingtime linktime hanguptime",
    flag="incoming answered",
    text="callleguuid callerlogin callernumber calledlogin callednumber linename channelname",
    result="callresult",
)

LINE_LIST = ListSpec(
    name="line_list",
    fields={name: _LINE_LIST_FIELDS[name] for name in _LINE_LIST_ORDER},
    required=("id", "callid", "starttime", "hanguptime", "lineid"),
    end="hanguptime",
    aliases={},
    is_result_required=False,
)
"""Leitungsdaten: one row per use of a provider line."""

LISTS: dict[str, ListSpec] = {spec.name: spec for spec in (CALL_LIST, LINE_LIST)}
