"""Which columns of its inputs each fact reads, so that a step loads no others.

A rule that comes to need another column fails at once, in every test that runs it, until the column is
named here. What the columns mean stands in `model.tables`, what is made of them in `facts`.
"""

DATE = ("local_date",)
_OF_A_CALL = ("installation", "local_date", "call_id", "call_step")
_VIEW = (
    *_OF_A_CALL,
    *("leg_id", "leg_seq", "cdr_id", "direction", "result"),
    *("owner_account_id", "owner_kind", "caller_account_id", "agent_id", "queue_id"),
    *("start_utc", "link_utc", "end_utc"),
)
"""What `facts.view` makes arrays of."""

VISITS_OF_LEGS = (*_VIEW, "taken_by_agent_id", "has_voicemail", "no_user_reason", "service_kind")

CONTACTS_OF_LEGS = (*_VIEW, "ring_utc", "ring_seconds", "talk_seconds", "no_user_reason")
CONTACTS_OF_VISITS = (
    *_OF_A_CALL,
    *("visit_id", "agent_id", "queue_id", "exit_reason", "no_user_reason"),
    *("enter_utc", "link_utc", "leave_utc"),
)

CALLS_OF_LEGS = (
    *_VIEW,
    *("caller_number", "caller_name", "called_number", "called_name"),
    *("taken_by_agent_id", "no_user_reason", "is_time_ambiguous", "caller_kind", "line_id"),
)
CALLS_OF_VISITS = (
    *("visit_id", "exit_reason", "agent_id", "no_user_reason"),
    *("enter_utc", "link_utc"),
)
CALLS_OF_CONTACTS = ("call_id", "result")

INTERVALS_OF_VISITS = (
    *_OF_A_CALL,
    *("queue_id", "visit_seq", "exit_reason", "enter_utc", "wait_seconds"),
    *("is_within_threshold", "is_short_abandoned", "is_missed", "is_unanswered", "is_open"),
)
INTERVALS_OF_CONTACTS = (
    *_OF_A_CALL,
    *("agent_id", "queue_id", "result", "is_connected", "is_rona"),
    *("start_utc", "link_utc", "end_utc", "ring_seconds", "talk_seconds"),
)

DAYS_OF_VISITS = ("local_date", "queue_id", "threshold_seconds")

CALLBACKS_OF_CALLS = (
    *("installation", "local_date", "call_id", "direction", "outcome", "is_private"),
    *("start_utc", "end_utc", "last_queue_id", "caller_number", "called_number"),
)

KEYS = ("local_date", "agent_id")
KEYS_OF_LEGS = (*KEYS, "taken_by_agent_id", "queue_id", "line_id")
KEYS_OF_CALLS = ("local_date", "answering_agent_id", "originating_agent_id", "line_id")
