"""Vocabulary of sending: a notice, and the channels that it goes through.

A notice is complete words and figures in one language; how it looks in a mail or on a channel of a chat
is decided in `sinks.notify`.
"""

from __future__ import annotations

import hashlib
from dataclasses import dataclass
from enum import StrEnum

from insight_pipeline.model.alert_settings import Receivers


class NoticeKind(StrEnum):
    """What a notice is about."""

    ALERT_RAISED = "alert_raised"
    ALERT_ENDED = "alert_ended"
    RUN_FAILED = "run_failed"
    LOGIN_ENDED = "login_ended"
    CALLS_STOPPED = "calls_stopped"
    REPORT = "report"
    TEST = "test"


@dataclass(frozen=True)
class Fact:
    """One figure of a notice: a stable English name and value for programs, label and text for people.

    Without a label it is for programs alone.
    """

    name: str
    value: str | int | float | None
    label: str
    text: str


@dataclass(frozen=True)
class Attachment:
    """A file that goes with a mail."""

    file_name: str
    media_type: str
    content: bytes


@dataclass(frozen=True)
class Notice:
    """What is told; `notice_id` is the same however often it is sent."""

    notice_id: str
    kind: NoticeKind
    code: str
    """Code of the message catalogue."""
    at: float
    """Seconds since 1970, UTC."""
    title: str
    text: str
    facts: tuple[Fact, ...] = ()
    attachment: Attachment | None = None

    @property
    def labelled(self) -> tuple[Fact, ...]:
        """The figures for people."""
        return tuple(fact for fact in self.facts if fact.label)


class Medium(StrEnum):
    """What a channel is."""

    MAIL = "mail"
    WEBHOOK = "webhook"


@dataclass(frozen=True, order=True)
class Channel:
    """One receiver: a mail address, or a webhook by its name."""

    medium: Medium
    name: str

    @property
    def key(self) -> str:
        """The channel as one word."""
        return f"{self.medium}:{self.name}"


def channel_of(key: str) -> Channel:
    """The channel that a word stands for."""
    medium, _, name = key.partition(":")
    return Channel(Medium(medium), name)


def channels_of(receivers: Receivers) -> tuple[Channel, ...]:
    """Who is told, each once."""
    mails = (Channel(Medium.MAIL, address) for address in receivers.recipients)
    hooks = (Channel(Medium.WEBHOOK, name) for name in receivers.webhooks)
    return tuple(dict.fromkeys((*mails, *hooks)))


def notice_id(*parts: object) -> str:
    """An id that follows from what the notice is about, so that the same thing is noted once."""
    return hashlib.sha256("\n".join(map(str, parts)).encode()).hexdigest()[:32]
