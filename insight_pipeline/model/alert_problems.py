"""What sections about sending need of each other: names that exist, a server for mails, a password.

Each finding is a message of the catalogue with key and cure; values by themselves are checked in
`alert_settings`.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping

from insight_pipeline.model.alert_settings import Receivers
from insight_pipeline.model.errors import InsightError
from insight_pipeline.model.setting_problems import Place, bad_value, source_of
from insight_pipeline.model.settings import Settings
from insight_pipeline.model.terms import Term


def alert_problems(
    settings: Settings, file: str, variables: Mapping[Place, str]
) -> Iterator[InsightError]:
    """What cannot be sent as the settings say it."""
    mail = settings.mail
    if mail is not None and mail.user and not mail.password.get_secret_value():
        yield InsightError("IA-621", file=source_of(("mail", "user"), variables, file))
    sections: dict[Place, Receivers] = {("failures",): settings.failures}
    sections |= {("alerts", name): alert for name, alert in settings.alerts.items()}
    for place, receivers in sections.items():
        yield from _webhooks(settings, place, receivers, variables, file)
    mailing = {place: one.recipients for place, one in sections.items()}
    mailing[("report",)] = settings.report.recipients
    for place in (place for place, recipients in mailing.items() if recipients and mail is None):
        key = ".".join((*place, "recipients"))
        source = source_of((*place, "recipients"), variables, file)
        yield InsightError("IA-629", file=source, key=key)
    for name, alert in settings.alerts.items():
        place = ("alerts", name)
        if alert.is_empty:
            source = source_of(place, variables, file)
            yield bad_value(place, source, None, _SOMEBODY)
        if alert.installation and alert.installation not in settings.installations:
            place, known = (*place, "installation"), ", ".join(settings.installations)
            source = source_of(place, variables, file)
            yield bad_value(place, source, alert.installation, Term(known, known))


_SOMEBODY = Term(
    "mit recipients oder webhooks jemand, dem Bescheid gesagt wird",
    "somebody who is told, by recipients or webhooks",
)


def _webhooks(
    settings: Settings,
    section: Place,
    receivers: Receivers,
    variables: Mapping[Place, str],
    file: str,
) -> Iterator[InsightError]:
    place = (*section, "webhooks")
    known = ", ".join(settings.webhooks)
    right = Term(known or "[webhooks.NAME] anlegen", known or "add [webhooks.NAME]")
    for name in receivers.webhooks:
        if name not in settings.webhooks:
            yield bad_value(place, source_of(place, variables, file), name, right)
