"""The directory files of the PBX: accounts.csv and services.csv.

Here: their bytes.
Not here: the accounts themselves (pbx.py).
"""

from __future__ import annotations

from insight_pipeline.simulator.formats import PLAIN, encode, join, line_bytes
from insight_pipeline.simulator.pbx import FOREIGN_QUEUE_ID, Pbx

ACCOUNT_COLUMNS = ("accountid", "kind", "login", "name", "number", "licence", "active", "groups",
                   "service_level_seconds")  # fmt: skip
SERVICES = (
    ("serviceid", "name", "label", "kind"),
    ("1", "UserService", "Benutzer", "user"),
    ("2", "RingAllGroupService", "Gruppe", "group"),
    ("3", "IQueueService", "iQueue", "iqueue"),
    ("4", "VoicemailService", "Voicemail", "voicemail"),
    ("5", "ModuleService", "Modul", "module"),
    ("6", "ConferenceService", "Konferenz", "conference"),
    ("7", "FaxService", "Fax", "fax"),
    ("8", "OtherService", "Sonstiges", "other"),
)


def accounts_csv(pbx: Pbx) -> bytes:
    """Users who have left are not in it; a third-party queue is, though it never has calls."""
    queues_of_user: dict[int, list[str]] = {user.account_id: [] for user in pbx.users}
    for queue in pbx.queues:
        for member_id in queue.member_ids:
            queues_of_user[member_id].append(str(queue.account_id))
    rows: list[tuple[str, ...]] = [ACCOUNT_COLUMNS]
    rows += [
        (str(user.account_id), "user", user.login, user.name, user.number, user.licence, "true",
         "|".join(queues_of_user[user.account_id]), "")
        for user in pbx.users if user.is_listed
    ]  # fmt: skip
    rows += [
        (str(queue.account_id), queue.kind.value, "", queue.name, queue.number, "", "true", "",
         "" if queue.service_level_seconds is None else str(queue.service_level_seconds))
        for queue in pbx.queues
    ]  # fmt: skip
    named = [("module", one) for one in (pbx.ivr, pbx.announcement, pbx.dialler)]
    named += [("voicemailbox", one) for one in pbx.mailboxes]
    rows += [
        (str(one.account_id), kind, "", one.name, "", "", "true", "", "") for kind, one in named
    ]
    rows.append((str(FOREIGN_QUEUE_ID), "cqueue", "", "Fremdwarteschlange", "", "", "true", "", ""))
    return _file(rows)


def services_csv() -> bytes:
    """The call functions."""
    return _file(list(SERVICES))


def _file(rows: list[tuple[str, ...]]) -> bytes:
    return encode([line_bytes(join(row, is_quoted=False), PLAIN) for row in rows], PLAIN)
