"""What `lite` evaluates: the visits of the one group, and the contacts of its agents and in it."""

from __future__ import annotations

import pyarrow as pa
import pytest

from insight_pipeline.facts.scope import Scope, scope_of
from insight_pipeline.model.directory import Account, Directory

GROUP, OTHER = 201, 202
MEMBER, STRANGER, FORMER = 1, 2, 3


def _user(number: int, *groups: int) -> Account:
    return Account(number, "user", f"U{number}", groups=groups)


DIRECTORY = Directory(
    {1: _user(MEMBER, OTHER, GROUP), 2: _user(STRANGER, OTHER), 7: Account(7, "module", "M")},
    former={3: _user(FORMER, GROUP), 1: _user(MEMBER)},
)


@pytest.mark.parametrize("edition", ["pro", "enterprise"])
def test_pro_and_enterprise_evaluate_everything(edition: str) -> None:
    scope = scope_of(edition, (), DIRECTORY)
    table = pa.table({"queue_id": [GROUP, OTHER, None], "agent_id": [1, 2, 0]})
    assert scope.is_everything
    assert scope.mark == ""
    assert scope.visits(table) is table
    assert scope.contacts(table) is table


def test_agents_of_the_group_are_its_users_and_those_that_left_the_directory() -> None:
    scope = scope_of("lite", (GROUP,), DIRECTORY)
    assert scope == Scope(GROUP, (MEMBER, FORMER))


def test_visits_are_those_of_the_group() -> None:
    visits = pa.table({"queue_id": [OTHER, GROUP, GROUP], "agent_id": [MEMBER, STRANGER, None]})
    found = scope_of("lite", (GROUP,), DIRECTORY).visits(visits)
    assert found["agent_id"].to_pylist() == [STRANGER, None]


@pytest.mark.parametrize(
    ("agent", "queue", "is_evaluated"),
    [
        (MEMBER, GROUP, True),
        (MEMBER, OTHER, True),
        (MEMBER, None, True),
        (FORMER, None, True),
        (STRANGER, GROUP, True),
        (STRANGER, OTHER, False),
        (STRANGER, None, False),
        (0, GROUP, True),
        (0, OTHER, False),
        (0, None, False),
    ],
)
def test_contacts_are_those_of_its_agents_and_those_in_it(
    agent: int, queue: int | None, is_evaluated: bool
) -> None:
    contacts = pa.table({"agent_id": [agent, STRANGER], "queue_id": pa.array([queue, None])})
    contacts = contacts.set_column(1, "queue_id", contacts["queue_id"].cast(pa.int64()))
    found = scope_of("lite", (GROUP,), DIRECTORY).contacts(contacts)
    assert len(found) == is_evaluated


def test_the_mark_changes_with_group_and_membership_and_with_nothing_else() -> None:
    before = scope_of("lite", (GROUP,), DIRECTORY).mark
    renamed = Directory({**DIRECTORY.accounts, 9: _user(9, OTHER)}, former=DIRECTORY.former)
    joined = Directory({**DIRECTORY.accounts, 9: _user(9, GROUP)}, former=DIRECTORY.former)
    assert scope_of("lite", (GROUP,), renamed).mark == before
    assert scope_of("lite", (GROUP,), joined).mark != before
    assert scope_of("lite", (OTHER,), DIRECTORY).mark != before
