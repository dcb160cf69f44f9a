"""What tests and the web page switch and read: `/emulator/...`.

Belongs here: JSON in and out of the world. Does not: anything that the real service answers too.
"""

from __future__ import annotations

import json
from collections.abc import Awaitable, Callable, Mapping
from dataclasses import asdict
from typing import Any

from starlette.requests import Request
from starlette.responses import Response

from insight_pipeline.emulator.aadsts import REFUSALS
from insight_pipeline.emulator.answers import Answer
from insight_pipeline.emulator.clock import iso
from insight_pipeline.emulator.datasets import Dataset, Table
from insight_pipeline.emulator.faults import FaultRule
from insight_pipeline.emulator.gateway import as_response, check_rule
from insight_pipeline.emulator.login import CodeState, Grant
from insight_pipeline.emulator.login_routes import ALL_RIGHTS
from insight_pipeline.emulator.world import World

Sent = Mapping[str, Any]
Control = Callable[[World, Sent], object]
SCOPE_BASE = "https://analysis.windows.net/powerbi/api"


def endpoint(world: World, control: Control) -> Callable[[Request], Awaitable[Response]]:
    """A control as an address: ValueError becomes 400, LookupError 404."""

    async def answer(request: Request) -> Response:
        try:
            with world.lock:
                world.now()
                payload = control(world, _sent(request, await request.body()))
        except LookupError as error:
            return as_response(Answer(404, {"error": str(error)}))
        except (TypeError, ValueError) as error:
            return as_response(Answer(400, {"error": str(error)}))
        return as_response(Answer(200, payload))

    return answer


def _sent(request: Request, body: bytes) -> Sent:
    if not body:
        return dict(request.query_params)
    sent = json.loads(body)
    return {"rules": sent} if isinstance(sent, list) else {**request.query_params, **sent}


def add_faults(world: World, sent: Sent) -> object:
    """POST /emulator/faults: a list of rules, or {"rules": [...]}."""
    rules = [FaultRule.read(rule) for rule in sent["rules"]]
    for rule in rules:
        check_rule(rule)
    world.faults.rules += rules
    return show_faults(world, sent)


def show_faults(world: World, _: Sent) -> object:
    """GET /emulator/faults: the rules that have not hit yet."""
    return {"rules": [asdict(rule) for rule in world.faults.rules]}


def clear_faults(world: World, sent: Sent) -> object:
    """DELETE /emulator/faults."""
    world.faults.rules.clear()
    return show_faults(world, sent)


def show_log(world: World, _: Sent) -> object:
    """GET /emulator/log."""
    return {"requests": [asdict(entry) for entry in world.journal.entries()]}


def show_state(world: World, sent: Sent) -> object:
    """GET /emulator/state, or all rows of ?dataset=<id or name>&table=<name>."""
    if "dataset" in sent:
        return {"rows": find_table(world, sent["dataset"], sent.get("table", "")).row_objects()}
    now = world.clock.now()
    return {
        "time_utc": iso(now),
        "datasets": [_dataset(world, dataset, now) for dataset in world.datasets.values()],
        "faults": [asdict(rule) for rule in world.faults.rules],
        "forced_aadsts": world.login.forced,
    }


def find_table(world: World, dataset: str, table: str) -> Table:
    """A table by the id or the only name of its dataset; LookupError where there is none."""
    found = [each for each in world.datasets.values() if dataset in {each.id, each.name}]
    if len(found) != 1:
        message = f"{len(found)} datasets are called {dataset}"
        raise LookupError(message)
    wanted = found[0].table(table)
    if wanted is None:
        message = f"dataset {dataset} has no table {table}"
        raise LookupError(message)
    return wanted


def _dataset(world: World, dataset: Dataset, now: float) -> object:
    return {
        "id": dataset.id,
        "name": dataset.name,
        "workspace_id": dataset.workspace_id,
        "retention": dataset.retention,
        "is_visible": dataset.visible_from <= now,
        "limits": asdict(dataset.used(world.options.limits, now)),
        "tables": [
            {
                "name": table.schema.name,
                "rows": len(table.rows),
                "columns": [column.name for column in table.schema.columns],
                "sequence_numbers": dict(table.sequence_numbers),
            }
            for table in dataset.tables.values()
        ],
    }


def advance(world: World, sent: Sent) -> object:
    """POST /emulator/clock {"advance_seconds": n}."""
    world.clock.advance(float(sent["advance_seconds"]))
    return {"time_utc": iso(world.now())}


def reset(world: World, _: Sent) -> object:
    """POST /emulator/reset."""
    world.reset()
    return {}


def approve(world: World, sent: Sent) -> object:
    """POST /emulator/approve {"user_code", "is_approved"}; without a code the one that waits."""
    waiting = [c for c in world.login.device_codes.values() if c.state is CodeState.PENDING]
    user_code = str(sent.get("user_code") or (waiting[-1].user_code if waiting else ""))
    is_approved = bool(sent.get("is_approved", True))
    if not world.login.decide(user_code, world.clock.now(), is_approved=is_approved):
        message = "no device code waits"
        raise LookupError(message)
    return {"is_approved": is_approved}


def tokens(world: World, sent: Sent) -> object:
    """POST /emulator/token {"action": expire | revoke | forget | refuse | allow | issue}.

    expire: access tokens answer 403 TokenExpired. revoke: renewals answer AADSTS50173. forget: access
    tokens answer 401. refuse: logins and renewals answer the AADSTS number `aadsts` until `allow`.
    issue: an access token without any login.
    """
    login, now = world.login, world.clock.now()
    match sent.get("action"):
        case "expire":
            login.expire_all(now)
        case "revoke":
            login.revoke_all()
        case "forget":
            login.forget_access_tokens()
        case "refuse":
            if sent.get("aadsts") not in REFUSALS:
                message = f"aadsts must be one of {sorted(REFUSALS)}"
                raise ValueError(message)
            login.forced = sent["aadsts"]
        case "allow":
            login.forced = None
        case "issue":
            return {"access_token": issue_token(world, str(sent.get("client_id", "test")))}
        case other:
            message = f"unknown action {other!r}"
            raise ValueError(message)
    return {}


def issue_token(world: World, client_id: str) -> str:
    """An access token with all rights, without a login."""
    scopes = tuple(f"{SCOPE_BASE}/{right}" for right in ALL_RIGHTS)
    return world.login.issue(Grant(client_id, scopes), world.clock.now()).access_token
