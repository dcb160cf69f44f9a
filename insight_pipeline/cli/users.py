"""`insight users`: licensed users by edition and installation, and the tier that they fall into."""

from __future__ import annotations

from dataclasses import asdict
from typing import Any

import click

from insight_pipeline.cli.app import App, as_json, json_option, pass_app
from insight_pipeline.cli.notes import Note, note_of, show_notes
from insight_pipeline.facts.users import UserCount, tier_of, total_of
from insight_pipeline.orchestration.licences import user_problems, users_of
from insight_pipeline.orchestration.site import Site

_HEADS = {
    "de": ("Lizenzierte Benutzer", "Summe", ("Anlage", "PBX User", "User Light", "Pro, Enterprise",
           "Stufe", "Lite", "Stufe")),
    "en": ("Licensed users", "Total", ("Installation", "PBX user", "User light", "Pro, Enterprise",
           "Tier", "Lite", "Tier")),
}  # fmt: skip


@click.command()
@json_option
@pass_app
def users(app: App, *, is_json: bool) -> None:
    """Count licensed users as each edition counts them, with their tier. Nothing is locked by it."""
    settings = app.settings
    counts = {name: users_of(Site(name, settings)) for name in settings.installations}
    notes = [
        note_of(problem, app.locale)
        for name, count in counts.items()
        for problem in user_problems(name, count, settings)
    ]
    total = total_of(counts.values())
    if is_json:
        each = [{"installation": name, **_as_object(count)} for name, count in counts.items()]
        found = {"edition": settings.edition, "installations": each, "total": _as_object(total)}
        as_json({**found, "notes": [asdict(item) for item in notes]})
        return
    _show(app, counts, total, notes)


def _show(app: App, counts: dict[str, UserCount], total: UserCount, notes: list[Note]) -> None:
    title, sum_word, heads = _HEADS[app.locale]
    rows = [(name, *_cells(count)) for name, count in counts.items()]
    last = (sum_word, *_cells(total)) if len(rows) > 1 else ()
    app.show(title, heads, rows, total=last)
    app.gap()
    edition = app.settings.edition
    app.say(
        f"Eingestellt ist die Edition {edition}. Pro und Enterprise zählen aktive Lizenzen, Lite die "
        "aktiven Agenten der einen Gruppe; gesperrt wird nichts.",
        f"The edition is set to {edition}. Pro and Enterprise count active licences, Lite the active agents "
        "of the one group; nothing is locked.",
    )
    show_notes(app, notes)


def _cells(count: UserCount) -> tuple[object, ...]:
    agents = count.group_agents
    lite = (None, None) if agents is None else (agents, str(tier_of(agents)))
    licensed = (count.licensed, str(tier_of(count.licensed)))
    return (count.pbx_users, count.light_users, *licensed, *lite)


def _as_object(count: UserCount) -> dict[str, Any]:
    agents = count.group_agents
    return {
        "pbx_users": count.pbx_users,
        "light_users": count.light_users,
        "without_licence": count.without_licence,
        "pro_enterprise": {"users": count.licensed, "tier": str(tier_of(count.licensed))},
        "lite": None if agents is None else {"users": agents, "tier": str(tier_of(agents))},
    }
