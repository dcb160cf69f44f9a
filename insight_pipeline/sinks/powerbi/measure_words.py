"""What reports call each figure, in German and English, and what it says.

Names are unique over the whole dataset and differ from every column of the model, as DAX asks for.
They are part of saved reports, so a name that has been delivered is not changed. How a figure is
computed stands in `figures`.
"""

from __future__ import annotations

from dataclasses import dataclass
from enum import StrEnum

from insight_pipeline.model.terms import Term
from insight_pipeline.sinks.powerbi.figures import Subject


class Unit(StrEnum):
    """What a figure counts."""

    COUNT = "count"
    SECONDS = "seconds"
    RATIO = "ratio"


@dataclass(frozen=True)
class Words:
    """Name and description of one figure, its unit and what it is about."""

    code: str
    subject: Subject
    unit: Unit
    name: Term
    description: Term


def _count(subject: Subject, code: str, name: Term, description: Term) -> Words:
    return Words(code, subject, Unit.COUNT, name, description)


def _seconds(subject: Subject, code: str, name: Term, description: Term) -> Words:
    return Words(code, subject, Unit.SECONDS, name, description)


def _ratio(code: str, name: Term, description: Term) -> Words:
    return Words(code, Subject.QUEUE, Unit.RATIO, name, description)


_CALL, _QUEUE, _AGENT = Subject.CALL, Subject.QUEUE, Subject.AGENT

_CALL_WORDS = (
    _count(_CALL, "calls",
           Term("Anrufe", "Calls"),
           Term("Alle Anrufe, jeder einmal.", "All calls, each once.")),
    _count(_CALL, "calls_inbound",
           Term("Anrufe eingehend", "Inbound calls"),
           Term("Anrufe von außen.", "Calls from outside.")),
    _count(_CALL, "calls_outbound",
           Term("Anrufe ausgehend", "Outbound calls"),
           Term("Anrufe nach außen.", "Calls to the outside.")),
    _count(_CALL, "calls_internal",
           Term("Anrufe intern", "Internal calls"),
           Term("Anrufe zwischen Nebenstellen.", "Calls between extensions.")),
    _count(_CALL, "calls_answered",
           Term("Anrufe angenommen", "Calls answered"),
           Term("Eingehende Anrufe, die ein Benutzer annahm.", "Inbound calls that a user answered.")),
    _count(_CALL, "calls_abandoned",
           Term("Anrufe abgebrochen", "Calls abandoned"),
           Term("Eingehende Anrufe, die in oder nach einer Warteschlange ohne Annahme endeten.",
                "Inbound calls that ended unanswered in or after a queue.")),
    _count(_CALL, "calls_no_user",
           Term("Anrufe an Kein Benutzer", "Calls taken by no user"),
           Term("Anrufe, die nur Voicemail, Modul oder Unbekanntes entgegennahm.",
                "Calls that only voicemail, a module or something unknown took.")),
    _count(_CALL, "calls_missed",
           Term("Anrufe verpasst", "Calls missed"),
           Term("Eingehende Anrufe ohne Warteschlange, die niemand annahm.",
                "Inbound calls outside queues that nobody answered.")),
    _count(_CALL, "calls_connected",
           Term("Anrufe verbunden", "Calls connected"),
           Term("Ausgehende und interne Anrufe, die ein Mensch annahm.",
                "Outbound and internal calls that a person answered.")),
    _count(_CALL, "calls_not_connected",
           Term("Anrufe nicht verbunden", "Calls not connected"),
           Term("Ausgehende und interne Anrufe ohne Verbindung.",
                "Outbound and internal calls without an answer.")),
    _count(_CALL, "calls_transfers",
           Term("Weitergaben", "Call transfers"),
           Term("Wie oft in Anrufen der sprechende Benutzer wechselte.",
                "How often the talking user changed within calls.")),
    _seconds(_CALL, "calls_talk_seconds",
             Term("Gesprächsdauer der Anrufe (s)", "Call talk time (s)"),
             Term("Zeit, in der mindestens ein Benutzer sprach.",
                  "Time in which at least one user talked.")),
    _seconds(_CALL, "calls_wait_seconds",
             Term("Wartezeit der Anrufe (s)", "Call waiting time (s)"),
             Term("Vom Beginn bis zur Annahme, sonst bis zum Ende.",
                  "From the start to the answer, else to the end.")),
    _seconds(_CALL, "calls_no_user_seconds",
             Term("Dauer bei Kein Benutzer (s)", "Time with no user (s)"),
             Term("Zeit, in der Voicemail, Modul oder Unbekanntes die Anrufe hielt.",
                  "Time in which voicemail, a module or something unknown held the calls.")),
)  # fmt: skip

_QUEUE_WORDS = (
    _count(_QUEUE, "offered",
           Term("Angebotene Anrufe", "Offered calls"),
           Term("Besuche in Warteschlangen.", "Visits to queues.")),
    _count(_QUEUE, "answered",
           Term("Angenommen", "Answered calls"),
           Term("Besuche, die ein Benutzer annahm.", "Visits that a user answered.")),
    _count(_QUEUE, "no_user",
           Term("Kein Benutzer", "Taken by no user"),
           Term("Besuche, die Voicemail, Modul oder Unbekanntes entgegennahm.",
                "Visits that voicemail, a module or something unknown took.")),
    _count(_QUEUE, "overflow",
           Term("Übergelaufen", "Overflowed calls"),
           Term("Besuche, nach denen der Anruf weiterlief.", "Visits after which the call went on.")),
    _count(_QUEUE, "abandoned",
           Term("Abgebrochen", "Abandoned calls"),
           Term("Besuche, in denen der Anrufer auflegte.", "Visits in which the caller hung up.")),
    _count(_QUEUE, "short_abandoned",
           Term("Kurz abgebrochen", "Short-abandoned calls"),
           Term("Abgebrochene, die kürzer warteten als die Kurzabbruchzeit.",
                "Abandoned calls that waited less than the short-abandon time.")),
    _count(_QUEUE, "missed",
           Term("Verpasst", "Missed calls"),
           Term("Besuche, die einem Benutzer angeboten und von keinem angenommen wurden.",
                "Visits that were offered to a user and answered by none.")),
    _count(_QUEUE, "unanswered",
           Term("Nicht angenommen", "Unanswered calls"),
           Term("Besuche, die kein Benutzer annahm, angeboten oder nicht.",
                "Visits that no user answered, offered or not.")),
    _count(_QUEUE, "answered_within",
           Term("Angenommen in der Frist", "Answered within threshold"),
           Term("Angenommene, die nicht länger als die Servicelevel-Frist warteten.",
                "Answered calls that waited no longer than the service level threshold.")),
    _count(_QUEUE, "abandoned_within",
           Term("Abgebrochen in der Frist", "Abandoned within threshold"),
           Term("Abgebrochene, die nicht länger als die Servicelevel-Frist warteten.",
                "Abandoned calls that waited no longer than the service level threshold.")),
    _seconds(_QUEUE, "wait_answered_seconds",
             Term("Wartezeit Angenommene (s)", "Waiting time of answered calls (s)"),
             Term("Wartezeit aller angenommenen Besuche.", "Waiting of all answered visits.")),
    _seconds(_QUEUE, "wait_abandoned_seconds",
             Term("Wartezeit Abgebrochene (s)", "Waiting time of abandoned calls (s)"),
             Term("Wartezeit aller abgebrochenen Besuche.", "Waiting of all abandoned visits.")),
    _seconds(_QUEUE, "wait_total_seconds",
             Term("Wartezeit gesamt (s)", "Waiting time in queues (s)"),
             Term("Wartezeit aller Besuche.", "Waiting of all visits.")),
    _seconds(_QUEUE, "wait_max_seconds",
             Term("Längste Wartezeit (s)", "Longest waiting time (s)"),
             Term("Die längste Wartezeit eines Besuchs.", "The longest waiting of a visit.")),
    _seconds(_QUEUE, "talk_seconds",
             Term("Gesprächsdauer in Warteschlangen (s)", "Queue talk time (s)"),
             Term("Gesprächsdauer der Benutzer, die Anrufe einer Warteschlange annahmen.",
                  "Talk time of the users who answered calls of a queue.")),
    _count(_QUEUE, "queued_calls",
           Term("Anrufe in Warteschlangen", "Calls in queues"),
           Term("Anrufe mit mindestens einem Besuch, jeder einmal.",
                "Calls with at least one visit, each once.")),
    _seconds(_QUEUE, "asa_seconds",
             Term("Mittlere Wartezeit bis Annahme (s)", "Average speed of answer (s)"),
             Term("Wartezeit Angenommene / Angenommen.", "Waiting of answered calls / answered calls.")),
    _seconds(_QUEUE, "average_talk_seconds",
             Term("Mittlere Gesprächsdauer (s)", "Average queue talk time (s)"),
             Term("Gesprächsdauer in Warteschlangen / Angenommen.", "Queue talk time / answered calls.")),
    _ratio("abandonment_rate",
           Term("Abbruchquote", "Abandonment rate"),
           Term("Abgebrochene / Angebotene, beides ohne kurz Abgebrochene.",
                "Abandoned / offered calls, short-abandoned ones left out of both.")),
)  # fmt: skip

_SERVICE_LEVEL_WORDS = (
    _ratio("service_level_answered_only",
           Term("Servicelevel nur Angenommene", "Service level, answered only"),
           Term("In der Frist Angenommene / Angenommene (answered_only).",
                "Answered within threshold / answered (answered_only).")),
    _ratio("service_level_ignore_abandoned_within",
           Term("Servicelevel ohne Abbrüche in der Frist", "Service level, abandoned in time ignored"),
           Term("In der Frist Angenommene / (Angenommene + Abgebrochene - in der Frist Abgebrochene) "
                "(ignore_abandoned_within).",
                "Answered within threshold / (answered + abandoned - abandoned within threshold) "
                "(ignore_abandoned_within).")),
    _ratio("service_level_abandoned_negative",
           Term("Servicelevel Abbrüche negativ", "Service level, abandoned negative"),
           Term("In der Frist Angenommene / (Angenommene + Abgebrochene) (abandoned_negative).",
                "Answered within threshold / (answered + abandoned) (abandoned_negative).")),
    _ratio("service_level_abandoned_positive",
           Term("Servicelevel Abbrüche positiv", "Service level, abandoned positive"),
           Term("(In der Frist Angenommene + in der Frist Abgebrochene) / (Angenommene + Abgebrochene) "
                "(abandoned_positive).",
                "(Answered + abandoned within threshold) / (answered + abandoned) "
                "(abandoned_positive).")),
    _ratio("service_level_exclude_short",
           Term("Servicelevel ohne kurze Abbrüche", "Service level, short abandoned excluded"),
           Term("In der Frist Angenommene / (Angenommene + Abgebrochene - kurz Abgebrochene) "
                "(exclude_short).",
                "Answered within threshold / (answered + abandoned - short-abandoned) "
                "(exclude_short).")),
    _ratio("service_level_short_as_success",
           Term("Servicelevel kurze Abbrüche positiv", "Service level, short abandoned as success"),
           Term("(In der Frist Angenommene + kurz Abgebrochene) / (Angenommene + Abgebrochene) "
                "(short_as_success).",
                "(Answered within threshold + short-abandoned) / (answered + abandoned) "
                "(short_as_success).")),
    _ratio("service_level_offered",
           Term("Servicelevel aller Angebotenen", "Service level, all offered"),
           Term("In der Frist Angenommene / Angebotene (offered).",
                "Answered within threshold / offered (offered).")),
)  # fmt: skip

_AGENT_WORDS = (
    _count(_AGENT, "agent_contacts",
           Term("Agentenkontakte", "Agent contacts"),
           Term("Angebotene und gewählte Anrufe der Agenten, auch von Kein Benutzer.",
                "Calls offered to agents or placed by them, those of no user included.")),
    _count(_AGENT, "agent_answered",
           Term("Agenten: Angenommen", "Agent answered"),
           Term("Kontakte, die der Agent annahm.", "Contacts that the agent answered.")),
    _count(_AGENT, "agent_missed",
           Term("Agenten: Verpasst", "Agent missed"),
           Term("Kontakte, die niemand annahm.", "Contacts that nobody answered.")),
    _count(_AGENT, "agent_answered_elsewhere",
           Term("Agenten: Anderswo angenommen", "Agent answered elsewhere"),
           Term("Kontakte, die jemand anderes annahm.", "Contacts that someone else answered.")),
    _count(_AGENT, "agent_placed",
           Term("Agenten: Gewählt", "Agent placed"),
           Term("Anrufe, die der Agent begann.", "Calls that the agent placed.")),
    _count(_AGENT, "agent_rona",
           Term("Agenten: Nicht abgehoben (RONA)", "Agent RONA"),
           Term("Das Telefon hörte auf zu klingeln, während der Anrufer weiter wartete.",
                "The phone stopped ringing while the caller went on waiting.")),
    _seconds(_AGENT, "agent_ring_seconds",
             Term("Agenten: Klingeldauer (s)", "Agent ring time (s)"),
             Term("Zeit, in der Telefone klingelten.", "Time in which phones rang.")),
    _seconds(_AGENT, "agent_talk_seconds",
             Term("Agenten: Gesprächsdauer (s)", "Agent talk time (s)"),
             Term("Gesprächsdauer aller Kontakte.", "Talk time of all contacts.")),
    _seconds(_AGENT, "agent_answered_talk_seconds",
             Term("Agenten: Gesprächsdauer Angenommene (s)", "Agent talk time of answered (s)"),
             Term("Gesprächsdauer der angenommenen Kontakte.", "Talk time of answered contacts.")),
    _seconds(_AGENT, "agent_average_talk_seconds",
             Term("Agenten: Mittlere Gesprächsdauer (s)", "Agent average talk time (s)"),
             Term("Gesprächsdauer Angenommene / Angenommen.", "Talk time of answered / answered.")),
    _count(_AGENT, "agents_in_contact",
           Term("Agenten mit Kontakten", "Agents in contact"),
           Term("Benutzer mit mindestens einem Kontakt, ohne Kein Benutzer.",
                "Users with at least one contact, no user left out.")),
)  # fmt: skip

WORDS = (*_CALL_WORDS, *_QUEUE_WORDS, *_SERVICE_LEVEL_WORDS, *_AGENT_WORDS)
"""The figures in the order in which reports and docs list them."""
