"""What an edition evaluates: everything, or in `lite` the agents of one group. Decided here alone.

Rows, legs, calls, callbacks and lines stay whole in every edition: a call is judged by all that happened in
it. Visits and contacts, and with them the quarter hours and key figures made of them, are those of the
group. Which days are loaded again when that changes is seen to in `orchestration`.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np
import pyarrow as pa

from insight_pipeline.model.columns import ints, kept
from insight_pipeline.model.directory import Directory


@dataclass(frozen=True)
class Scope:
    """One group and its agents, or everything."""

    group: int | None = None
    agents: tuple[int, ...] = ()
    """Users of the group, ascending, those that have left with their last groups."""

    @property
    def is_everything(self) -> bool:
        """Whether nothing is left out."""
        return self.group is None

    @property
    def mark(self) -> str:
        """What changes when other visits or contacts are evaluated; empty for everything."""
        return "" if self.is_everything else f"{self.group}:{','.join(map(str, self.agents))}"

    def visits(self, visits: pa.Table) -> pa.Table:
        """The visits of the group."""
        if self.is_everything:
            return visits
        return kept(visits, ints(visits, "queue_id") == self.group)

    def contacts(self, contacts: pa.Table) -> pa.Table:
        """All contacts of its agents, and those of others in the group itself.

        Whoever was rung or took a call there acted as its agent, also "Kein Benutzer", a user who is
        not listed, and one who has left the group since.
        """
        if self.is_everything:
            return contacts
        is_agent = np.isin(ints(contacts, "agent_id"), self.agents)
        return kept(contacts, is_agent | (ints(contacts, "queue_id") == self.group))


def scope_of(edition: str, groups: Sequence[int], directory: Directory) -> Scope:
    """What an edition evaluates; `groups` holds one group in `lite`, as the settings are checked for."""
    if edition != "lite":
        return Scope()
    accounts = {**directory.former, **directory.accounts}
    agents = [a.account_id for a in accounts.values() if a.kind == "user" and groups[0] in a.groups]
    return Scope(groups[0], tuple(sorted(agents)))
