"""Sending what is due: each delivery claimed, sent, and its end noted; one receiver stops no other.

A process that dies between sending and noting leaves a delivery on its way: when its time is over it is
sent once more, under the same id.
"""

from __future__ import annotations

import time
from collections.abc import Callable, Mapping
from dataclasses import dataclass, field, replace

from insight_pipeline.logs.events import logger
from insight_pipeline.model.alert_settings import Mail, Webhook
from insight_pipeline.model.deliveries import Delivery, DeliveryState
from insight_pipeline.model.errors import InsightError, PermanentError, TransientError
from insight_pipeline.model.notices import Channel, Medium, Notice
from insight_pipeline.sinks.notify.mail import send_mail
from insight_pipeline.sinks.notify.outbox import Outbox
from insight_pipeline.sinks.notify.retrying import LEASE_SECONDS, MOST_ATTEMPTS, next_try
from insight_pipeline.sinks.notify.webhooks import send_webhook

PASS_SECONDS = 15.0
"""After so long nothing more is begun: a sensor has a minute for everything."""
_log = logger(__name__)


@dataclass(frozen=True)
class Sender:
    """The channels of the settings."""

    mail: Mail | None
    webhooks: Mapping[str, Webhook] = field(repr=False)

    def send(self, channel: Channel, notice: Notice) -> None:
        """Send one notice; an InsightError says why it was not taken, whatever went wrong."""
        unforeseen = ""
        try:
            self._send(channel, notice)
        except InsightError:
            raise
        except Exception as error:  # noqa: BLE001 - it would keep the notices of all others waiting
            unforeseen = type(error).__name__
        if unforeseen:  # outside: the error may hold an address or a password
            raise TransientError("IA-638", channel=channel.name, detail=unforeseen)

    def _send(self, channel: Channel, notice: Notice) -> None:
        if channel.medium is Medium.MAIL and self.mail is not None:
            send_mail(self.mail, notice, channel.name)
        elif channel.medium is Medium.WEBHOOK and channel.name in self.webhooks:
            send_webhook(channel.name, self.webhooks[channel.name], notice)
        else:
            raise PermanentError("IA-647", channel=channel.name)


def send_due(
    outbox: Outbox, sender: Sender, locale: str, now: Callable[[], float] = time.time
) -> list[Delivery]:
    """Send what may be sent now; what became of each try."""
    begun = time.monotonic()
    done: list[Delivery] = []
    resting: set[str] = set()
    for wanted in outbox.due(now()):
        if time.monotonic() - begun > PASS_SECONDS:
            break
        if resting.isdisjoint({wanted.channel.key, wanted.channel.medium}):
            claimed = outbox.claim(wanted, now() + LEASE_SECONDS)
            if claimed is not None:
                ended = _sent(outbox.notice(claimed.notice_id), claimed, sender, locale, now)
                outbox.end(ended, now())
                done.append(ended)
                resting |= _to_rest(ended)
    return done


def _sent(
    notice: Notice, claimed: Delivery, sender: Sender, locale: str, now: Callable[[], float]
) -> Delivery:
    try:
        if claimed.attempts > MOST_ATTEMPTS:
            raise PermanentError("IA-639", channel=claimed.channel.name)
        sender.send(claimed.channel, notice)
    except InsightError as error:
        _log.warning("notice_failed", medium=claimed.channel.medium.value, code=error.code)
        again = next_try(claimed.attempts, error, now())
        state = DeliveryState.GIVEN_UP if again is None else DeliveryState.WAITING
        said = f"{error.message(locale)} {error.next_step(locale)}"
        return replace(
            claimed, state=state, next_at=again or claimed.next_at, code=error.code, detail=said
        )
    _log.info("notice_sent", medium=claimed.channel.medium.value)
    return replace(claimed, state=DeliveryState.SENT, code="", detail="")


def _to_rest(ended: Delivery) -> set[str]:
    """Who is not asked again in this pass: a receiver that takes nothing now, or the whole mail server."""
    if ended.state is not DeliveryState.WAITING:
        return set()
    return {ended.channel.medium if ended.code == "IA-630" else ended.channel.key}
