"""Every table of the model, declared once.

Arrow schemas, SQL tables, Dagster column metadata, data checks and the docs' tables are all derived
from `TABLES`; nothing else in the project lists columns. A column says what it means, in which unit,
which values it may take and which table it points at. How a value comes about belongs to the rooms
`legs` and `facts`, how it is stored to `sinks`.
"""

from __future__ import annotations

from dataclasses import dataclass
from enum import StrEnum

import pyarrow as pa

MODEL_VERSION = 1
"""Rises whenever a column is renamed, retyped or dropped; adding one does not change it."""


class Kind(StrEnum):
    """Type of a column, from which every storage type is derived."""

    TEXT = "text"
    INTEGER = "integer"
    RATIO = "ratio"
    FLAG = "flag"
    DAY = "day"
    INSTANT = "instant"


ARROW_TYPES: dict[Kind, pa.DataType] = {
    Kind.TEXT: pa.string(),
    Kind.INTEGER: pa.int64(),
    Kind.RATIO: pa.float64(),
    Kind.FLAG: pa.bool_(),
    Kind.DAY: pa.date32(),
    Kind.INSTANT: pa.timestamp("s"),
}
CODED_TEXT = pa.dictionary(pa.int32(), pa.string())


@dataclass(frozen=True)
class Column:
    """One column: name, kind, meaning, and what the checks may rely on."""

    name: str
    kind: Kind
    description: str
    nullable: bool = True
    values: tuple[str, ...] = ()
    minimum: int | None = None
    references: tuple[str, str] | None = None
    """Table and column that a non-NULL value must be found in (same installation)."""

    @property
    def unit(self) -> str | None:
        """Unit of the values, read off the name: `seconds`, `UTC`, or None."""
        if self.kind is Kind.INSTANT:
            return "UTC"
        return "seconds" if self.name.endswith("_seconds") else None


@dataclass(frozen=True)
class Table:
    """One table: its key, its columns, and the stage of the pipeline that makes it."""

    name: str
    stage: str
    description: str
    key: tuple[str, ...]
    columns: tuple[Column, ...]
    is_partitioned: bool = True
    """Held per installation and local date; otherwise written whole."""

    @property
    def names(self) -> list[str]:
        """Column names in their declared order."""
        return [column.name for column in self.columns]

    def arrow_schema(self) -> pa.Schema:
        """Arrow schema: names, types and nullability."""
        return pa.schema(
            [pa.field(c.name, ARROW_TYPES[c.kind], nullable=c.nullable) for c in self.columns]
        )

    def coded_schema(self) -> pa.Schema:
        """The same with texts as codes into a dictionary, which rules compute on; ids stay texts."""
        schema = self.arrow_schema()
        for place, column in enumerate(self.columns):
            if column.kind is Kind.TEXT and not column.name.endswith(("_id", "_uuid")):
                schema = schema.set(place, schema.field(place).with_type(CODED_TEXT))
        return schema


def _text(name: str, description: str, *values: str, **more: object) -> Column:
    return Column(name, Kind.TEXT, description, values=values, **more)  # type: ignore[arg-type]


def _integer(name: str, description: str, **more: object) -> Column:
    return Column(name, Kind.INTEGER, description, **more)  # type: ignore[arg-type]


def _count(name: str, description: str) -> Column:
    return Column(name, Kind.INTEGER, description, nullable=False, minimum=0)


def _flag(name: str, description: str) -> Column:
    return Column(name, Kind.FLAG, description, nullable=False)


def _instant(name: str, description: str, *, nullable: bool = True) -> Column:
    return Column(name, Kind.INSTANT, description, nullable=nullable)


def _ratio(name: str, description: str) -> Column:
    return Column(name, Kind.RATIO, description)


INSTALLATION = _text("installation", "PBX that the row comes from", nullable=False)
LOCAL_DATE = Column(
    "local_date",
    Kind.DAY,
    "Partition: local date of the call's first leg in the installation's zone",
    nullable=False,
)
OWNER_KINDS = ("user", "queue", "module", "voicemail", "none")
NO_USER_REASONS = ("voicemail", "module", "unknown")
NO_USER_REASON = _text(
    "no_user_reason", 'Why the agent is 0, "Kein Benutzer": what took the call', *NO_USER_REASONS
)
CALL_ID = _text("call_id", "Call: `<installation>:<callid>`", nullable=False)
DIRECTION = _text(
    "direction",
    "Seen from the PBX: inbound, outbound or internal",
    "inbound",
    "outbound",
    "internal",
    nullable=False,
)
CALL_STEP = _integer("call_step", "Step of the call, higher after every forward", nullable=False)
AGENT = ("dim_agent", "agent_id")
QUEUE = ("dim_queue", "queue_id")
LINE = ("dim_line", "line_id")
AGENT_ID = _integer("agent_id", 'User; 0 = "Kein Benutzer"', nullable=False, references=AGENT)
QUEUE_ID = _integer("queue_id", "Group or iQueue", nullable=False, references=QUEUE)
INTERVAL_START = _instant("interval_start_utc", "Start of the 15 minutes", nullable=False)
CALLER_NUMBER = _text(
    "caller_number", "Number of the calling end, digits with a leading + if given"
)
CALLER_NAME = _text("caller_name", "Name of the calling end")
CALLED_NUMBER = _text("called_number", "Number of the called end")
CALLED_NAME = _text("called_name", "Name of the called end")

FACT_CALL_LEG = Table(
    "fact_call_leg",
    "legs",
    "One row per step of a call for one party, as the PBX condensed it",
    ("leg_id",),
    (
        _text("leg_id", "Leg: `<installation>:<id>` of the call list row", nullable=False),
        INSTALLATION,
        LOCAL_DATE,
        CALL_ID,
        _integer(
            "leg_seq", "Place in the call by start, step and id, from 1", nullable=False, minimum=1
        ),
        CALL_STEP,
        _integer("cdr_id", "Running id of the call list row", nullable=False),
        _text("leg_uuid", "Leg id that the PBX gave"),
        DIRECTION,
        _integer("owner_account_id", "Account that owns the entry; 0, -1 = none", nullable=False),
        _text(
            "owner_kind",
            "Kind of the owner",
            *OWNER_KINDS,
            nullable=False,
        ),
        _integer(
            "caller_account_id",
            "Account of the calling end; 0 = external, -1 = none",
            nullable=False,
        ),
        _integer(
            "called_account_id",
            "Account of the called end; 0 = external, -1 = none",
            nullable=False,
        ),
        CALLER_NUMBER,
        CALLER_NAME,
        CALLED_NUMBER,
        CALLED_NAME,
        _integer("agent_id", 'User of the leg; 0 = "Kein Benutzer", NULL = none', references=AGENT),
        _integer("queue_id", "The owner where it is a queue", references=QUEUE),
        _text(
            "answered_by",
            "Who answered a connected leg",
            "queue",
            "voicemail",
            "module",
            "user",
            "unknown",
        ),
        NO_USER_REASON,
        _text(
            "result",
            "Result of the step for its owner",
            "connected",
            "not_connected",
            "answered_elsewhere",
            nullable=False,
        ),
        _instant("start_utc", "Start of the step", nullable=False),
        _instant("ring_utc", "Start of ringing; NULL where none or not within the leg"),
        _instant("link_utc", "Answered at; NULL where not connected"),
        _instant("end_utc", "End of the step", nullable=False),
        _count("ring_seconds", "Ringing: from ring (else start) to the answer, else to the end"),
        _count("talk_seconds", "Connected: from the answer to the end, 0 where not connected"),
        _count("total_seconds", "From start to end"),
        _integer("line_id", "Provider line", references=LINE),
        _text("line_name", "Name of the provider line in this row"),
        _integer("service_id", "Call function of the PBX"),
        _text("service_kind", "Kind of the call function, from services.csv"),
        _flag("is_private", "The row's own privatecall: dialled with *2"),
        _flag("has_voicemail", "A voicemail message was made"),
        _flag("has_recording", "The call was recorded"),
        _flag("has_fax", "A fax was received"),
        _flag("is_deleted", "Removed from the user's own call list"),
        _flag("is_summary", "Entry that summarises several steps"),
        _flag("is_time_ambiguous", "Start in the repeated autumn hour that nothing decides"),
        _integer(
            "taken_by_agent_id",
            "Directory user that the row names as having taken the call (answeredelswhere)",
            references=AGENT,
        ),
        _text("caller_kind", "Kind of the calling end", *OWNER_KINDS, nullable=False),
    ),
)

FACT_CALL = Table(
    "fact_call",
    "facts",
    "One row per call: outcome, times, and who answered",
    ("call_id",),
    (
        CALL_ID,
        INSTALLATION,
        LOCAL_DATE,
        DIRECTION,
        _text(
            "outcome",
            "Inbound: answered, abandoned, no_user, missed; else connected, no_user, not_connected",
            "answered",
            "abandoned",
            "no_user",
            "missed",
            "connected",
            "not_connected",
            nullable=False,
        ),
        _instant("start_utc", "Start of the first leg", nullable=False),
        _instant("answer_utc", "Link of the earliest answer, by a machine too"),
        _instant("human_answer_utc", "Link of the earliest answer by a user"),
        _instant("end_utc", "Latest end of a leg", nullable=False),
        _count("wait_seconds", "Start to the human answer, else the machine's, else the end"),
        _count("talk_seconds", "Time in which at least one user talked"),
        _count("no_user_seconds", 'Time in which "Kein Benutzer" held the call'),
        _count("total_seconds", "Start to end"),
        _integer("answering_agent_id", "User who answered first; 0 if no_user", references=AGENT),
        _integer("originating_agent_id", "User who placed the call; 0 = module", references=AGENT),
        NO_USER_REASON,
        _integer("first_queue_id", "First queue the call was in", references=QUEUE),
        _integer("last_queue_id", "Last queue the call was in", references=QUEUE),
        CALLER_NUMBER,
        CALLER_NAME,
        CALLED_NUMBER,
        CALLED_NAME,
        _integer("line_id", "First provider line of the call", references=LINE),
        _count("legs", "Legs of the call"),
        _count("steps", "Distinct steps of the call"),
        _count("queue_visits", "Stays in queues"),
        _count("ring_attempts", "Agent contacts other than placed"),
        _count("transfers", "How often the talking user changed"),
        _flag("is_private", "A row of the call was dialled as private"),
        _flag("is_time_ambiguous", "A leg's start is ambiguous"),
    ),
)

FACT_QUEUE_VISIT = Table(
    "fact_queue_visit",
    "facts",
    "One row per stay of a call in a group or iQueue",
    ("visit_id",),
    (
        _text(
            "visit_id", "The queue's leg", nullable=False, references=("fact_call_leg", "leg_id")
        ),
        INSTALLATION,
        LOCAL_DATE,
        CALL_ID,
        _integer("visit_seq", "Place among the call's visits, from 1", nullable=False, minimum=1),
        QUEUE_ID,
        _text("queue_kind", "Group or iQueue", "group", "iqueue", nullable=False),
        CALL_STEP,
        _instant("enter_utc", "Call entered the queue", nullable=False),
        _instant("link_utc", "Call was answered in the queue"),
        _instant("leave_utc", "Call left the queue", nullable=False),
        _text(
            "exit_reason",
            "How the call left",
            "answered",
            "no_user",
            "overflow",
            "abandoned",
            nullable=False,
        ),
        _integer("agent_id", "User who took it; 0 for no_user", references=AGENT),
        NO_USER_REASON,
        _count("wait_seconds", "Enter to answer, else to leaving"),
        _count("threshold_seconds", "Service level threshold of the queue"),
        _flag("was_offered", "At least one agent was rung"),
        _flag("is_missed", "Verpasst: offered to an agent and not answered by one"),
        _flag("is_unanswered", "Nicht angenommen: not answered by a user"),
        _flag("is_short_abandoned", "Abandoned within the short-abandon time"),
        _flag("is_within_threshold", "Waited no longer than the threshold"),
        Column("is_open", Kind.FLAG, "Entered within the queue's hours; NULL = no hours are set"),
    ),
)

FACT_AGENT_CONTACT = Table(
    "fact_agent_contact",
    "facts",
    "One row per offer of a call to an agent, or call placed by one",
    ("contact_id",),
    (
        _text("contact_id", "The leg; `<leg_id>/v` where only the visit shows it", nullable=False),
        INSTALLATION,
        LOCAL_DATE,
        CALL_ID,
        AGENT_ID,
        _integer("queue_id", "First queue of the same step; NULL for placed", references=QUEUE),
        DIRECTION,
        _text(
            "result",
            "What came of it",
            "placed",
            "answered",
            "answered_elsewhere",
            "missed",
            nullable=False,
        ),
        _flag("is_connected", "The agent was connected"),
        CALL_STEP,
        _instant("start_utc", "Start of the contact", nullable=False),
        _instant("link_utc", "Connected at"),
        _instant("end_utc", "End of the contact", nullable=False),
        _count("ring_seconds", "Ringing"),
        _count("talk_seconds", "Connected"),
        NO_USER_REASON,
        _flag("is_rona", "Phone stopped ringing unanswered while the caller stayed in the queue"),
    ),
)

QUEUE_COUNTERS = (
    _count("offered", "Visits"),
    _count("answered", "Visits answered by a user"),
    _count("no_user", 'Visits taken by "Kein Benutzer"'),
    _count("overflow", "Visits that went on to another step"),
    _count("abandoned", "Visits that ended with the caller hanging up"),
    _count("short_abandoned", "Abandoned within the short-abandon time"),
    _count("missed", "Offered to an agent and not answered"),
    _count("unanswered", "Not answered by a user"),
    _count("answered_within", "Answered within the threshold"),
    _count("abandoned_within", "Abandoned within the threshold"),
    _count("wait_answered_seconds", "Waiting of answered visits"),
    _count("wait_abandoned_seconds", "Waiting of abandoned visits"),
    _count("wait_total_seconds", "Waiting of all visits"),
    _count("wait_max_seconds", "Longest waiting"),
    _count("talk_seconds", "Talk of the agents who answered, booked with the visit"),
)

AGENT_COUNTERS = (
    _count("contacts", "Contacts"),
    _count("answered", "Contacts answered"),
    _count("missed", "Contacts missed"),
    _count("answered_elsewhere", "Contacts that someone else took"),
    _count("placed", "Calls placed"),
    _count("rona", "Rang without answer while the caller stayed"),
    _count("ring_seconds", "Ringing, split at the borders of the intervals"),
    _count("talk_seconds", "Talk, split at the borders of the intervals"),
    _count("answered_talk_seconds", "Talk of answered contacts"),
)

FACT_QUEUE_INTERVAL = Table(
    "fact_queue_interval",
    "facts",
    "Queue visits per quarter hour of entering",
    ("installation", "local_date", "queue_id", "interval_start_utc"),
    (
        INSTALLATION,
        LOCAL_DATE,
        QUEUE_ID,
        INTERVAL_START,
        *QUEUE_COUNTERS,
        Column("is_open", Kind.FLAG, "Within the queue's hours; NULL = no hours are set"),
    ),
)

FACT_AGENT_INTERVAL = Table(
    "fact_agent_interval",
    "facts",
    "Agent contacts per quarter hour of their start; ringing and talk where they happened",
    ("installation", "local_date", "agent_id", "interval_start_utc"),
    (INSTALLATION, LOCAL_DATE, AGENT_ID, INTERVAL_START, *AGENT_COUNTERS),
)

FACT_LINE_INTERVAL = Table(
    "fact_line_interval",
    "facts",
    "Use of provider lines per quarter hour, from the line list",
    ("installation", "local_date", "line_id", "interval_start_utc"),
    (
        INSTALLATION,
        Column(
            "local_date",
            Kind.DAY,
            "Partition: local date of the quarter hour in the installation's zone",
            nullable=False,
        ),
        _integer("line_id", "Provider line", nullable=False, references=LINE),
        INTERVAL_START,
        _count("uses", "Uses that began"),
        _count("incoming_uses", "Uses that began with a call from outside"),
        _count("busy_seconds", "Seconds in use, summed over simultaneous uses; / 900 = Erlang"),
        _count("peak_uses", "Most uses at the same moment"),
    ),
)

FACT_CALLBACK = Table(
    "fact_callback",
    "facts",
    "One row per lost call, with the call that made up for it",
    ("lost_call_id",),
    (
        _text(
            "lost_call_id",
            "Inbound call with a number that was abandoned or missed",
            nullable=False,
            references=("fact_call_leg", "call_id"),
        ),
        INSTALLATION,
        LOCAL_DATE,
        _integer("queue_id", "Last queue the lost call was in", references=QUEUE),
        _instant("lost_utc", "End of the lost call", nullable=False),
        _text("recovered_call_id", "Earliest later call with the same number that came through"),
        _text("recovered_by", "Who called: the customer again, or us", "customer", "us"),
        _instant("recovered_utc", "Start of the recovering call"),
        _integer("delay_seconds", "From the lost call's end to that start", minimum=0),
        _flag("is_recovered", "A later call came through within the window"),
    ),
)

KPI_QUEUE_DAY = Table(
    "kpi_queue_day",
    "facts",
    "Figures of a queue on a day, with the definition of its service level beside them",
    ("installation", "local_date", "queue_id"),
    (
        INSTALLATION,
        LOCAL_DATE,
        QUEUE_ID,
        *QUEUE_COUNTERS,
        _ratio("service_level", "Share answered in time, 0 to 1; NULL where nothing counts"),
        _text("service_level_variant", "Formula of the service level", nullable=False),
        _count("threshold_seconds", "Threshold of the service level"),
        _ratio("abandonment_rate", "Abandoned of offered, short ones left out of both"),
        _ratio("asa_seconds", "Average speed of answer"),
        _ratio("average_talk_seconds", "Talk per answered visit"),
    ),
)

KPI_AGENT_DAY = Table(
    "kpi_agent_day",
    "facts",
    "Figures of an agent on a day",
    ("installation", "local_date", "agent_id"),
    (
        INSTALLATION,
        LOCAL_DATE,
        AGENT_ID,
        *AGENT_COUNTERS,
        _ratio("average_talk_seconds", "Talk per answered contact"),
        _ratio("occupancy", "NULL: call data holds no agent states to compute it from"),
    ),
)

RECONCILIATION = Table(
    "reconciliation",
    "facts",
    "Where every accepted row of a date went; local_date is that of the row's own start",
    ("installation", "local_date"),
    (
        INSTALLATION,
        LOCAL_DATE,
        _count("rows_in", "Accepted and open rows of all files that start on the date"),
        _count("legs", "Rows that became legs"),
        _count("summary_left_out", "Summary rows beside their steps"),
        _count("duplicates", "Rows read before, in any spelling"),
        _count("superseded", "Contents that a later one under the same id replaced"),
        _count("open_rows", "Calls still running in the newest export that holds them"),
        _count("out_of_window", "Rows later than the day after their call's first row"),
        _count("calls", "Calls of the partition"),
        _count("queue_visits", "Queue visits of the partition"),
        _count("agent_contacts", "Agent contacts of the partition"),
        _flag("is_balanced", "rows_in equals the sum of the six columns after it"),
    ),
)

FORECAST_QUEUE_INTERVAL = Table(
    "forecast_queue_interval",
    "sinks",
    "What each quarter hour of the week is expected to bring a queue, and the agents that takes",
    ("installation", "queue_id", "weekday", "interval_of_day"),
    (
        INSTALLATION,
        QUEUE_ID,
        _integer("weekday", "1 = Monday to 7 = Sunday", nullable=False, minimum=1),
        _integer(
            "interval_of_day", "0 to 95, on the installation's clock", nullable=False, minimum=0
        ),
        Column("is_open", Kind.FLAG, "Within the queue's hours; NULL = no hours are set"),
        _integer("weeks", "Days of the history that it rests on", nullable=False, minimum=1),
        Column("first_date", Kind.DAY, "First day of the history", nullable=False),
        Column("last_date", Kind.DAY, "Last day of the history", nullable=False),
        _ratio("expected_offered", "Visits to expect"),
        _ratio("low_offered", "10th percentile of the history's visits"),
        _ratio("high_offered", "90th percentile of the history's visits"),
        _ratio(
            "average_handle_seconds",
            "Talk per answered visit of the queue; hold and after-call work are not in call data",
        ),
        _count("threshold_seconds", "Threshold of the service level"),
        _ratio("target_service_level", "Share to be answered within the threshold"),
        _integer("agents_needed", "Fewest agents for it by Erlang C; NULL = no talk", minimum=1),
        _ratio("expected_service_level", "Service level with these agents, by Erlang C"),
        _ratio("expected_occupancy", "Share of their time in which these agents talk"),
    ),
    is_partitioned=False,
)

DIM_AGENT = Table(
    "dim_agent",
    "facts",
    'Users, and 0 = "Kein Benutzer"',
    ("installation", "agent_id"),
    (
        INSTALLATION,
        _integer("agent_id", 'Account id; 0 = "Kein Benutzer"', nullable=False, minimum=0),
        _text("login", "Login"),
        _text("name", "Display name", nullable=False),
        _text("licence", "Licence: pbx_user, user_light"),
        _flag("is_active", "Active in the present directory"),
        _flag("is_known", "Listed in the present directory"),
    ),
    is_partitioned=False,
)

DIM_QUEUE = Table(
    "dim_queue",
    "facts",
    "Groups and iQueues",
    ("installation", "queue_id"),
    (
        INSTALLATION,
        _integer("queue_id", "Account id", nullable=False, minimum=1),
        _text("queue_kind", "Group or iQueue", "group", "iqueue", nullable=False),
        _text("name", "Display name", nullable=False),
        _integer("service_level_seconds", "Own threshold; NULL = the configured one", minimum=0),
        _flag("is_active", "Active in the present directory"),
        _flag("is_known", "Listed in the present directory"),
    ),
    is_partitioned=False,
)

DIM_LINE = Table(
    "dim_line",
    "facts",
    "Provider lines",
    ("installation", "line_id"),
    (
        INSTALLATION,
        _integer("line_id", "Line id", nullable=False),
        _text("name", "Latest name in the line list, else in the call list"),
    ),
    is_partitioned=False,
)

DIM_DATE = Table(
    "dim_date",
    "facts",
    "Calendar with the public holidays of the first installation's region",
    ("local_date",),
    (
        Column("local_date", Kind.DAY, "Date", nullable=False),
        _integer("year", "Year", nullable=False),
        _integer("quarter", "Quarter, 1 to 4", nullable=False),
        _integer("month", "Month, 1 to 12", nullable=False),
        _integer("iso_week", "ISO week", nullable=False),
        _integer("weekday", "1 = Monday to 7 = Sunday", nullable=False),
        _flag("is_weekend", "Saturday or Sunday"),
        _flag("is_holiday", "Public holiday"),
        _text("holiday_name", "Name of the public holiday"),
    ),
    is_partitioned=False,
)

DIM_INTERVAL = Table(
    "dim_interval",
    "facts",
    "The 96 quarter hours of a day",
    ("interval_of_day",),
    (
        _integer("interval_of_day", "0 to 95", nullable=False, minimum=0),
        _text("start_time", "Start as HH:MM", nullable=False),
    ),
    is_partitioned=False,
)

CDR_QUARANTINE = Table(
    "cdr_quarantine",
    "sources",
    "Lines that could not be read, each with its one reason",
    ("installation", "file_sha256", "line_number"),
    (
        INSTALLATION,
        _text("file_sha256", "SHA-256 of the file's bytes", nullable=False),
        _integer("line_number", "Physical line, the header is 1", nullable=False, minimum=1),
        _text("file_name", "Name of the file (the first, where it came under several)"),
        _text("reason", "Reason by which the line was set aside", nullable=False),
        _text("detail", "Column and value that caused it, where that is no personal data"),
        _text("raw_text", "The line; NULL where it is private, or where that cannot be told"),
    ),
    is_partitioned=False,
)

INGEST_FILE = Table(
    "ingest_file",
    "sources",
    "Every file of the landing folder, and what became of its lines",
    ("installation", "file_sha256", "file_name"),
    (
        INSTALLATION,
        _text("file_sha256", "SHA-256 of the file's bytes; empty where not read", nullable=False),
        _text("file_name", "Name in the landing folder", nullable=False),
        _text("kind", "Which list", "call_list", "line_list", nullable=False),
        _integer("lines", "Data lines", minimum=0),
        _integer("accepted", "Lines accepted with an end", minimum=0),
        _integer("open_rows", "Lines of calls still running", minimum=0),
        _integer("quarantined", "Lines set aside", minimum=0),
        _text("status", "accepted or refused", "accepted", "refused", nullable=False),
        _text("reason", "Why the whole file was refused"),
        _instant("first_start_utc", "Earliest start of an accepted or open row"),
        _instant("last_start_utc", "Latest start of an accepted or open row"),
    ),
    is_partitioned=False,
)

PIPELINE_META = Table(
    "pipeline_meta",
    "sinks",
    "Facts about the store itself, such as the version of the model",
    ("key",),
    (
        _text("key", "Name of the fact", nullable=False),
        _text("value", "Its value"),
    ),
    is_partitioned=False,
)

TABLES: dict[str, Table] = {
    table.name: table
    for table in (
        FACT_CALL_LEG,
        FACT_CALL,
        FACT_QUEUE_VISIT,
        FACT_AGENT_CONTACT,
        FACT_QUEUE_INTERVAL,
        FACT_AGENT_INTERVAL,
        FACT_LINE_INTERVAL,
        FACT_CALLBACK,
        KPI_QUEUE_DAY,
        KPI_AGENT_DAY,
        RECONCILIATION,
        FORECAST_QUEUE_INTERVAL,
        DIM_AGENT,
        DIM_QUEUE,
        DIM_LINE,
        DIM_DATE,
        DIM_INTERVAL,
        CDR_QUARANTINE,
        INGEST_FILE,
        PIPELINE_META,
    )
}
"""Every table by name, in the order of the story: legs, facts, dimensions, sources, store."""
