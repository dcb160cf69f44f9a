"""Licensed users: who counts under which edition, and where the tiers end."""

from __future__ import annotations

import pytest

from insight_pipeline.facts.users import UserCount, count_users, tier_of, total_of
from insight_pipeline.model.directory import Account, Directory
from insight_pipeline.model.settings import Settings
from insight_pipeline.orchestration.licences import user_problems, user_warnings


def _user(number: int, licence: str | None = "pbx_user", **more: object) -> Account:
    return Account(number, "user", f"U{number}", licence=licence, **more)  # type: ignore[arg-type]


def _directory(*accounts: Account, former: tuple[Account, ...] = ()) -> Directory:
    return Directory({a.account_id: a for a in accounts}, former={a.account_id: a for a in former})


ACCOUNTS = (
    _user(1, groups=(201,)),
    _user(2, "user_light", groups=(201, 202)),
    _user(3, "User_Light"),
    _user(4, None, groups=(201,)),
    _user(5, is_active=False, groups=(201,)),
    Account(6, "module", "IVR", licence="pbx_user"),
    Account(201, "group", "Vertrieb"),
)


def test_pro_and_enterprise_count_active_licences_of_users() -> None:
    found = count_users(_directory(*ACCOUNTS, former=(_user(9),)), ())
    assert (found.pbx_users, found.light_users, found.without_licence) == (1, 2, 1)
    assert found.of_edition("pro") == found.of_edition("enterprise") == 3
    assert found.of_edition("lite") is None


def test_lite_counts_active_users_of_the_one_group_whatever_their_licence() -> None:
    assert count_users(_directory(*ACCOUNTS), (201,)).of_edition("lite") == 3
    assert count_users(_directory(*ACCOUNTS), (202,)).of_edition("lite") == 1
    assert count_users(_directory(*ACCOUNTS), (201, 202)).group_agents is None


@pytest.mark.parametrize(
    ("users", "tier"),
    [
        (0, "1-20"),
        (1, "1-20"),
        (20, "1-20"),
        (21, "21-40"),
        (40, "21-40"),
        (41, "41-80"),
        (80, "41-80"),
        (81, "81-150"),
        (150, "81-150"),
        (151, "151-250"),
        (250, "151-250"),
        (251, ">250"),
        (10_000, ">250"),
    ],
)
def test_tiers_end_where_the_price_list_ends_them(users: int, tier: str) -> None:
    assert str(tier_of(users)) == tier


@pytest.mark.parametrize(
    ("users", "is_near"),
    [
        (17, False),
        (18, True),
        (20, True),
        (21, False),
        (35, False),
        (36, True),
        (71, False),
        (72, True),
        (134, False),
        (135, True),
        (224, False),
        (225, True),
        (250, True),
        (251, False),
        (9_999, False),
    ],
)
def test_a_tier_is_nearly_full_from_nine_tenths_on(users: int, is_near: bool) -> None:
    assert tier_of(users).is_nearly_full(users) is is_near


def test_a_total_adds_up_agents_of_groups_where_there_are_some() -> None:
    found = total_of([UserCount(1, 2, 3, None), UserCount(10, 20, 30, 4)])
    assert found == UserCount(11, 22, 33, 4)
    assert total_of([UserCount(1, 2, 3, None)]).group_agents is None


def _settings(edition: str, groups: tuple[int, ...]) -> Settings:
    demo = {"timezone": "Europe/Berlin", "start_date": "2026-03-01", "groups": list(groups)}
    return Settings.model_validate({"edition": edition, "installations": {"demo": demo}})


@pytest.mark.parametrize(
    ("edition", "count", "codes", "warnings"),
    [
        ("enterprise", UserCount(10, 5, 0, None), [], []),
        ("enterprise", UserCount(30, 8, 0, 3), ["IA-610"], ["IA-610"]),
        ("lite", UserCount(30, 8, 0, 3), [], []),
        ("lite", UserCount(300, 8, 0, 19), ["IA-610"], ["IA-610"]),
        ("lite", UserCount(30, 8, 0, 0), ["IA-613"], ["IA-613"]),
        ("pro", UserCount(0, 0, 0, None), ["IA-611"], []),
        ("pro", UserCount(0, 0, 7, None), ["IA-612"], []),
        ("lite", UserCount(0, 0, 7, 7), [], []),
    ],
)
def test_the_edition_decides_what_is_to_be_said(
    edition: str, count: UserCount, codes: list[str], warnings: list[str]
) -> None:
    settings = _settings(edition, (201,))
    assert [each.code for each in user_problems("demo", count, settings)] == codes
    assert [each.code for each in user_warnings("demo", count, settings)] == warnings
    for each in user_problems("demo", count, settings):
        assert "{" not in each.message("de") + each.message("en") + each.next_step("de")
