"""Licensed users of an installation as messages: a tier that is nearly full, figures that cannot be had.

Counting stands in `facts.users`. Used by the command line and by the check of the directory alike.
"""

from __future__ import annotations

from collections.abc import Iterator

from insight_pipeline.facts.users import UserCount, count_users, tier_of
from insight_pipeline.model.errors import InsightError
from insight_pipeline.model.settings import Settings
from insight_pipeline.orchestration.site import Site
from insight_pipeline.sources.directory import read_directory

_UNASKED = ("IA-610", "IA-613")


def users_of(site: Site) -> UserCount:
    """Counted from the directory's files as they are now, without taking them over."""
    directory = read_directory(site.landing / "directory", site.directory)
    return count_users(directory, site.installation.groups)


def user_problems(name: str, count: UserCount, settings: Settings) -> Iterator[InsightError]:
    """What is to be said about an installation's users under the edition of the settings."""
    users = count.of_edition(settings.edition) or 0
    tier = tier_of(users)
    if not count.licensed and not count.without_licence:
        yield InsightError("IA-611", installation=name)
    elif not count.licensed and settings.edition != "lite":
        yield InsightError("IA-612", installation=name, users=count.without_licence)
    elif not users:
        group = settings.installations[name].groups[0]
        yield InsightError("IA-613", installation=name, group=group)
    elif tier.is_nearly_full(users):
        yield InsightError("IA-610", installation=name, users=users, tier=tier, most=tier.last)


def user_warnings(name: str, count: UserCount, settings: Settings) -> list[InsightError]:
    """What somebody should hear unasked: a directory without licences, or none, is fine as such."""
    found = user_problems(name, count, settings)
    return [problem for problem in found if problem.code in _UNASKED]
