"""Licensed users, counted for each edition as the original counts them, and the tier that they fall into.

Pro and Enterprise count installed licences, Lite the agents of the one group. Nothing is locked by these
figures. Reading the directory belongs to `sources`, telling the figures to `cli`.
"""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from dataclasses import dataclass

from insight_pipeline.model.directory import Account, Directory

LICENCES = PBX_USER, USER_LIGHT = ("pbx_user", "user_light")
TIERS = (20, 40, 80, 150, 250)
"""The most users of each tier; above the last there is one more without a limit."""
_NEAR_PERCENT = 90


@dataclass(frozen=True)
class Tier:
    """A range of users; `last` is None for the one without an end."""

    first: int
    last: int | None

    def __str__(self) -> str:
        """As price lists write it: `21-40`, `>250`."""
        return f">{self.first - 1}" if self.last is None else f"{self.first}-{self.last}"

    def is_nearly_full(self, users: int) -> bool:
        """Whether nine tenths of it are taken: for the smallest tier that leaves two."""
        return self.last is not None and 100 * users >= _NEAR_PERCENT * self.last


def tier_of(users: int) -> Tier:
    """The tier of a number of users; no users at all are in the first."""
    firsts = (1, *(last + 1 for last in TIERS))
    lasts = (*TIERS, None)
    pairs = zip(firsts, lasts, strict=True)
    return next(Tier(a, b) for a, b in pairs if b is None or users <= b)


@dataclass(frozen=True)
class UserCount:
    """Active users of an installation, by licence and by group."""

    pbx_users: int
    light_users: int
    without_licence: int
    group_agents: int | None
    """Active users in the one group; None where the settings name none, or several."""

    @property
    def licensed(self) -> int:
        """Installed licences: what Pro and Enterprise count."""
        return self.pbx_users + self.light_users

    def of_edition(self, edition: str) -> int | None:
        """What an edition counts."""
        return self.group_agents if edition == "lite" else self.licensed


def count_users(directory: Directory, groups: Sequence[int]) -> UserCount:
    """Count the present directory's active users; `groups` are those that the settings name."""
    users = [a for a in directory.accounts.values() if a.kind == "user" and a.is_active]
    licences = [(user.licence or "").lower() for user in users]
    pbx, light = (licences.count(licence) for licence in LICENCES)
    agents = len(_in_group(users, groups[0])) if len(groups) == 1 else None
    return UserCount(pbx, light, len(users) - pbx - light, agents)


def total_of(counts: Iterable[UserCount]) -> UserCount:
    """The sum over installations; agents of groups over those that have one."""
    found = list(counts)
    agents = [count.group_agents for count in found if count.group_agents is not None]
    return UserCount(
        sum(count.pbx_users for count in found),
        sum(count.light_users for count in found),
        sum(count.without_licence for count in found),
        sum(agents) if agents else None,
    )


def _in_group(users: Iterable[Account], group: int) -> list[Account]:
    return [user for user in users if group in user.groups]
