"""The PBX's own list of accounts and call functions, as the other rooms see it.

An account is a user, group, iQueue, module, voicemail box or third-party queue. What is known of an
account that the directory does not list is decided in `legs.parties`; reading the files belongs to
`sources`.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field

ACCOUNT_KINDS = ("user", "group", "iqueue", "module", "voicemailbox", "cqueue")
SERVICE_KINDS = ("user", "group", "iqueue", "voicemail", "module", "conference", "fax", "other")
QUEUE_KINDS = ("group", "iqueue")


def dimension_of(kind: str) -> str:
    """The dimension that accounts of a kind are in; their own kind where they are in none."""
    return "queue" if kind in QUEUE_KINDS else kind


@dataclass(frozen=True)
class Account:
    """One row of accounts.csv."""

    account_id: int
    kind: str
    name: str
    login: str | None = None
    number: str | None = None
    licence: str | None = None
    is_active: bool = True
    groups: tuple[int, ...] = ()
    service_level_seconds: int | None = None


@dataclass(frozen=True)
class DirectoryProblem:
    """A row or file of the directory that was left out, and why."""

    file_name: str
    line_number: int
    code: str
    detail: str


@dataclass(frozen=True)
class Directory:
    """The present directory, and the accounts that an earlier one listed."""

    accounts: Mapping[int, Account] = field(default_factory=dict)
    services: Mapping[int, str] = field(default_factory=dict)
    """Kind of each call function."""
    former: Mapping[int, Account] = field(default_factory=dict)
    """Accounts that have disappeared, with their last row."""
    problems: tuple[DirectoryProblem, ...] = ()
    stamps: tuple[str, ...] = ()
    """What the files looked like when they were read: name, size, time of change."""
    evaluated: str = ""
    """What of it the edition evaluated when it was read; empty for everything."""

    def facts_depend_on(self) -> object:
        """What of it decides facts; names, licences and the like only show in dimensions."""
        accounts = {
            (a.account_id, a.kind, a.service_level_seconds, a.login and a.login.lower())
            for a in self.accounts.values()
        }
        return accounts, dict(self.services), self.evaluated

    def of_kind(self, *kinds: str) -> list[int]:
        """Ids of the present accounts of these kinds, ascending."""
        return sorted(a.account_id for a in self.accounts.values() if a.kind in kinds)

    def users_by_login(self) -> dict[str, int]:
        """Ids of the present users by login in lower case; the lowest id where several share it."""
        users = sorted(self.of_kind("user"), reverse=True)
        logins = ((self.accounts[i].login, i) for i in users)
        return {login.lower(): i for login, i in logins if login}
