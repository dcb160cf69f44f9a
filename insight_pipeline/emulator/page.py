"""The page at `/`: what the emulator holds, what was asked of it, and buttons for faults.

Belongs here: reading the world into HTML, and what the buttons do. Does not: the pieces of HTML (html.py),
nor the words (page_words.py).
"""

from __future__ import annotations

from collections.abc import Mapping
from http import HTTPStatus
from itertools import islice
from urllib.parse import parse_qsl

from starlette.requests import Request
from starlette.responses import RedirectResponse, Response

from insight_pipeline.emulator import control, html
from insight_pipeline.emulator.aadsts import REFUSALS
from insight_pipeline.emulator.clock import iso
from insight_pipeline.emulator.datasets import Dataset, Table
from insight_pipeline.emulator.faults import FaultKind, FaultRule, Operation
from insight_pipeline.emulator.page_words import ENGLISH, GERMAN, WORDS, language
from insight_pipeline.emulator.world import World

NEWEST_ROWS, LATEST_REQUESTS = 5, 50
Words = Mapping[str, str]


async def page(world: World, request: Request) -> Response:
    """Show everything."""
    chosen = language(request)
    words = WORDS[chosen]
    other = ENGLISH if chosen == GERMAN else GERMAN
    with world.lock:
        now = world.now()
        body = (
            f'<header><h1>{words["title"]}</h1><a href="/?lang={other}">{words["other"]}</a></header>'
            f'<p class="soft">{words["intro"]}</p>'
            f"<p>{words['time']}: <b>{iso(now)}</b></p>"
            + _datasets(world, words, now)
            + _faults(world, words, chosen)
            + _controls(world, words, chosen)
            + _log(world, words)
        )
    return html.framed(words["title"], chosen, body)


async def press(world: World, request: Request) -> Response:
    """Do what a button says, then show the page again."""
    sent = dict(parse_qsl((await request.body()).decode("utf-8", "replace")))
    chosen = language(request)
    with world.lock:
        try:
            _do(world, sent)
        except (KeyError, ValueError):
            return Response("?", HTTPStatus.BAD_REQUEST)
    return RedirectResponse(f"/?lang={chosen}", HTTPStatus.SEE_OTHER)


def _do(world: World, sent: Mapping[str, str]) -> None:
    match sent["do"]:
        case "plan":
            world.faults.rules.append(_rule(sent))
        case "clear":
            world.faults.rules.clear()
        case "advance":
            control.advance(world, {"advance_seconds": sent["seconds"]})
        case "reset":
            world.reset()
        case "refuse":
            control.tokens(world, {"action": "refuse", "aadsts": int(sent["aadsts"])})
        case action:
            control.tokens(world, {"action": action})


def _rule(sent: Mapping[str, str]) -> FaultRule:
    seconds = float(sent.get("seconds") or 0)
    return FaultRule(
        Operation(sent["operation"]),
        FaultKind(sent["kind"]),
        times=max(1, int(sent.get("times") or 1)),
        seconds=seconds,
        retry_after_seconds=round(seconds) or FaultRule.retry_after_seconds,
        aadsts=int(sent.get("aadsts") or 0),
    )


def _datasets(world: World, words: Words, now: float) -> str:
    shown = "".join(_dataset(world, words, each, now) for each in world.datasets.values())
    empty = f'<p class="soft">{words["no_datasets"]}</p>'
    return f"<section><h2>{words['datasets']}</h2>{shown or empty}</section>"


def _dataset(world: World, words: Words, dataset: Dataset, now: float) -> str:
    used = dataset.used(world.options.limits, now)
    names = {each.id: each.name for each in world.options.workspaces}
    place = names.get(dataset.workspace_id, words["mine"])
    limits = (
        f"{words['limits']}: {_count(words, used.rows_last_hour)} / "
        f"{_count(words, used.rows_an_hour)} {words['rows_last_hour']} · "
        f"{used.posts_in_span} / {used.posts_allowed} "
        f"{words['posts'].format(seconds=used.span_seconds)} · "
        f"{used.pending_posts} / {used.pending_allowed} {words['pending']}"
    )
    tables = "".join(_table(words, table) for table in dataset.tables.values())
    return (
        f"<h3>{html.text(dataset.name)}</h3>"
        f'<p class="soft">{html.text(place)} · {dataset.retention} · {html.text(dataset.id)}</p>'
        f"<p>{limits}</p>{tables}"
    )


def _count(words: Words, number: int) -> str:
    return f"{number:,}".replace(",", words["thousands"])


def _table(words: Words, table: Table) -> str:
    names = [column.name for column in table.schema.columns]
    newest = list(islice(reversed(table.rows), NEWEST_ROWS))
    numbers = ", ".join(str(number) for number in table.sequence_numbers.values())
    return (
        f"<details><summary>{html.text(table.schema.name)}: {_count(words, len(table.rows))} {words['rows']}"
        f"{f' (#{numbers})' if numbers else ''}</summary>"
        f'<p class="soft">{words["newest"]}</p>{html.grid(names, newest)}</details>'
    )


def _faults(world: World, words: Words, chosen: str) -> str:
    planned = [
        (rule.operation, rule.kind, rule.times, f"{rule.seconds:g}") for rule in world.faults.rules
    ]
    heads = (words["operation"], words["kind"], words["times"], words["seconds"])
    shown = html.grid(heads, planned) if planned else f'<p class="soft">{words["no_faults"]}</p>'
    # A refused login has a button of its own, since it needs a number.
    kinds = [kind for kind in FaultKind if kind is not FaultKind.LOGIN_REFUSED]
    plan = html.form(
        f"/?lang={chosen}",
        html.choice("operation", words["operation"], Operation),
        html.choice("kind", words["kind"], kinds),
        html.figure("times", words["times"], 1),
        html.figure("seconds", words["seconds"], 0),
        html.button("plan", words["plan"]),
        html.button("clear", words["clear"]),
    )
    return f"<section><h2>{words['faults']}</h2>{plan}<p>{words['next']}:</p>{shown}</section>"


def _controls(world: World, words: Words, chosen: str) -> str:
    address = f"/?lang={chosen}"
    forced = world.login.forced
    note = "" if forced is None else f'<p class="bad">{words["refused"]} AADSTS{forced}</p>'
    return (
        f"<section><h2>{words['control']}</h2>{note}"
        + html.form(
            address,
            html.figure("seconds", words["advance"], 3600),
            html.button("advance", words["go"]),
        )
        + html.form(
            address,
            html.choice("aadsts", words["refuse"], map(str, REFUSALS)),
            html.button("refuse", words["go"]),
            html.button("allow", words["allow"]),
        )
        + html.form(
            address,
            html.button("expire", words["expire"]),
            html.button("revoke", words["revoke"]),
            html.button("reset", words["reset"]),
        )
        + "</section>"
    )


def _log(world: World, words: Words) -> str:
    heads = ("when", "operation", "status", "rows", "number", "kind", "path")
    entries = world.journal.entries()[: -LATEST_REQUESTS - 1 : -1]
    lines = [
        (
            entry.time_utc[11:23],
            entry.operation,
            entry.status or words["no_answer"],
            entry.rows,
            entry.sequence_number,
            entry.fault,
            f"{entry.method} {entry.path}",
        )
        for entry in entries
    ]
    shown = html.grid([words[head] for head in heads], lines)
    empty = f'<p class="soft">{words["no_log"]}</p>'
    title = f"<h2>{words['log']}</h2>"
    return f'<section class="log">{title}{shown if lines else empty}</section>'
