"""executeQueries: a DAX query over a dataset.

Belongs here: the request's shape, its limits, the answer's shape. Does not: DAX itself (dax/).
"""

from __future__ import annotations

from collections.abc import Mapping
from datetime import datetime
from http import HTTPStatus
from typing import Any

from insight_pipeline.emulator.answers import (
    Answer,
    Detail,
    RefusedError,
    query_failed,
    throttled,
)
from insight_pipeline.emulator.calls import Call
from insight_pipeline.emulator.dax import DaxError, evaluate
from insight_pipeline.emulator.dax.syntax import Scalar
from insight_pipeline.emulator.description import violations
from insight_pipeline.emulator.limits import MINUTE_SECONDS
from insight_pipeline.emulator.schemas import refuse
from insight_pipeline.emulator.world import World


def execute(world: World, call: Call) -> Answer:
    """POST /datasets/{id}/executeQueries."""
    dataset = world.dataset(call.workspace_id, call.dataset_id)
    limits, now = world.options.limits, world.clock.now()
    wait = world.queries.wait_seconds(now, MINUTE_SECONDS, limits.queries_a_minute, 1)
    if wait:
        raise RefusedError(throttled(wait, is_bare=world.is_next_throttle_bare()))
    world.queries.add(now, 1)
    body = call.json()
    refuse(violations("DatasetExecuteQueriesRequest", body))
    sent: Mapping[str, Any] = body  # type: ignore[assignment] # the description says object
    if len(sent["queries"]) != 1:
        refuse([Detail("One query a request.", "queries")])
    try:
        result = evaluate(dataset, sent["queries"][0]["query"])
    except DaxError as error:
        raise RefusedError(query_failed(f"Query: {error}.")) from error
    has_nulls = bool(sent.get("serializerSettings", {}).get("includeNulls", False))
    rows = [
        {
            name: _shown(value)
            for name, value in zip(result.names, row, strict=True)
            if has_nulls or value is not None
        }
        for row in result.rows[: limits.rows_a_query]
    ]
    call.note.rows = len(rows)
    table: dict[str, object] = {"rows": rows}
    if len(result.rows) > limits.rows_a_query:
        text = f"The result was cut after {limits.rows_a_query} rows."
        table["error"] = {"code": "ResultTooLarge", "message": text}
    return Answer(HTTPStatus.OK, {"results": [{"tables": [table]}]})


def _shown(value: Scalar) -> object:
    if not isinstance(value, datetime):
        return value
    return value.isoformat(timespec="milliseconds" if value.microsecond else "seconds")
