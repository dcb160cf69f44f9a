"""All addresses of the emulator, as one ASGI application.

Belongs here: which address leads where. Does not: what happens there.
"""

from __future__ import annotations

import re
from functools import partial

from starlette.applications import Starlette
from starlette.routing import Route
from starlette.types import ASGIApp, Receive, Scope, Send

from insight_pipeline.emulator import control, login_routes, push, queries
from insight_pipeline.emulator.answers import Answer, not_found
from insight_pipeline.emulator.calls import Call, Endpoint
from insight_pipeline.emulator.device_page import device_page
from insight_pipeline.emulator.faults import Operation
from insight_pipeline.emulator.gateway import Gateway
from insight_pipeline.emulator.page import page, press
from insight_pipeline.emulator.wire import Connections
from insight_pipeline.emulator.world import World

_DATA, _WORKSPACES = "Dataset.ReadWrite.All", "Workspace.Read.All"
_TABLE = "/datasets/{dataset}/tables/{table}"
_LOGIN = (
    ("GET", "/{tenant}/v2.0/.well-known/openid-configuration",
     Endpoint(Operation.DISCOVERY, login_routes.discovery)),
    ("POST", "/{tenant}/oauth2/v2.0/devicecode",
     Endpoint(Operation.DEVICE_CODE, login_routes.device_code)),
    ("POST", "/{tenant}/oauth2/v2.0/token", Endpoint(Operation.TOKEN, login_routes.token)),
)  # fmt: skip
_PUSH = (
    ("POST", "/datasets", Endpoint(Operation.CREATE, push.create, _DATA, "Dataset")),
    ("GET", "/datasets", Endpoint(Operation.DATASETS, push.list_datasets, _DATA, "Datasets")),
    ("GET", "/datasets/{dataset}/tables",
     Endpoint(Operation.TABLES, push.list_tables, _DATA, "Tables")),
    ("PUT", _TABLE, Endpoint(Operation.PUT_TABLE, push.put_table, _DATA, "Table")),
    ("POST", f"{_TABLE}/rows", Endpoint(Operation.PUSH, push.push_rows, _DATA)),
    ("DELETE", f"{_TABLE}/rows", Endpoint(Operation.DELETE, push.delete_rows, _DATA)),
    ("GET", f"{_TABLE}/sequenceNumbers",
     Endpoint(Operation.SEQUENCE, push.sequence_numbers, _DATA)),
    ("POST", "/datasets/{dataset}/executeQueries",
     Endpoint(Operation.QUERY, queries.execute, _DATA, "DatasetExecuteQueriesResponse")),
)  # fmt: skip
_GROUPS = Endpoint(Operation.GROUPS, push.groups, _WORKSPACES, "Groups")
_CONTROLS = (
    ("POST", "faults", control.add_faults),
    ("GET", "faults", control.show_faults),
    ("DELETE", "faults", control.clear_faults),
    ("GET", "log", control.show_log),
    ("GET", "state", control.show_state),
    ("POST", "clock", control.advance),
    ("POST", "reset", control.reset),
    ("POST", "approve", control.approve),
    ("POST", "token", control.tokens),
)
_API = "/v1.0/myorg"
_SLASHES = re.compile("//+")


def application(world: World, connections: Connections) -> ASGIApp:
    """The emulator of a world."""
    gateway = Gateway(world, connections)
    routes = [
        Route(path, page_of, methods=[method])
        for path, page_of, method in (
            ("/", partial(page, world), "GET"),
            ("/", partial(press, world), "POST"),
            ("/device", partial(device_page, world), "GET"),
            ("/device", partial(device_page, world), "POST"),
        )
    ]
    routes += [
        Route(f"/emulator/{name}", control.endpoint(world, act), methods=[method])
        for method, name, act in _CONTROLS
    ]
    served = [(method, path, each) for method, path, each in _LOGIN]
    served.append(("GET", f"{_API}/groups", _GROUPS))
    for method, path, each in _PUSH:
        served += [(method, f"{root}{path}", each) for root in (_API, f"{_API}/groups/{{group}}")]
    routes += [
        Route(path, partial(gateway.serve, each), methods=[method]) for method, path, each in served
    ]
    unknown = partial(gateway.serve, Endpoint(Operation.ANY, _unknown))
    routes.append(Route("/{rest:path}", unknown, methods=["GET", "POST", "PUT", "PATCH", "DELETE"]))
    return _SingleSlashes(Starlette(routes=routes))


def _unknown(_: World, __: Call) -> Answer:
    return not_found("NotFound", "There is nothing at this address.")


class _SingleSlashes:
    """Reads `//` in a path as `/`: a public client writes it, and the service bears with it."""

    def __init__(self, inner: ASGIApp) -> None:
        self._inner = inner

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        if scope["type"] == "http":
            scope = {**scope, "path": _SLASHES.sub("/", scope["path"])}
        await self._inner(scope, receive, send)
