"""The push API: what each request does to the datasets.

Belongs here: create, list, change, push, delete, sequence numbers, workspaces. Does not: who asks and what
goes wrong on the way (gateway.py), nor queries (queries.py).
"""

from __future__ import annotations

import re
import uuid
from collections.abc import Mapping, Sequence
from http import HTTPStatus

from insight_pipeline.emulator.answers import (
    Answer,
    Detail,
    RefusedError,
    bad_request,
    not_found,
    throttled,
    too_large,
)
from insight_pipeline.emulator.calls import Call
from insight_pipeline.emulator.datasets import FIFO, NONE, Dataset, Table
from insight_pipeline.emulator.description import violations
from insight_pipeline.emulator.options import RepeatedNumber, SequenceMode
from insight_pipeline.emulator.rows import Row, RowReader
from insight_pipeline.emulator.schemas import read_dataset, read_table, refuse
from insight_pipeline.emulator.world import World

_CONTEXT = "https://api.powerbi.com/v1.0/myorg/$metadata#"
_NAME_FILTER = re.compile(r"\s*name\s+eq\s+'(?P<name>(?:[^']|'')*)'\s*")
OTHER_CLIENT = "6b1f0a86-3f5a-4f6b-9d0f-3d6d1cbe8a11"
OTHER_CLIENT_AHEAD = 7


def create(world: World, call: Call) -> Answer:
    """POST /datasets."""
    world.check_workspace(call.workspace_id)
    retention = call.query.get("defaultRetentionPolicy", NONE)
    if retention.casefold() not in {NONE.casefold(), FIFO.casefold()}:
        refuse([Detail(f"There is no policy '{retention}'.", "defaultRetentionPolicy")])
    request = read_dataset(call.json(), world.options.limits)
    now = world.clock.now()
    dataset = Dataset(
        id=str(uuid.uuid4()),
        name=request.name,
        workspace_id=call.workspace_id,
        retention=FIFO if retention.casefold() == FIFO.casefold() else NONE,
        tables={schema.name.casefold(): Table(schema) for schema in request.tables},
        relationships=request.relationships,
        created_at=now,
        visible_from=now + (call.accepted_seconds or 0.0),
    )
    world.datasets[dataset.id] = dataset
    is_accepted = call.accepted_seconds is not None
    return Answer(
        HTTPStatus.ACCEPTED if is_accepted else HTTPStatus.CREATED,
        {
            "@odata.context": f"{_CONTEXT}datasets/$entity",
            "id": dataset.id,
            "name": dataset.name,
            "defaultRetentionPolicy": dataset.retention,
        },
    )


def list_datasets(world: World, call: Call) -> Answer:
    """GET /datasets."""
    world.check_workspace(call.workspace_id)
    value = [
        {
            "id": dataset.id,
            "name": dataset.name,
            "addRowsAPIEnabled": True,
            "configuredBy": world.options.login.user_name,
            "targetStorageMode": "PushDataset",
        }
        for dataset in world.listed(call.workspace_id)
    ]
    return _listed("datasets", value)


def list_tables(world: World, call: Call) -> Answer:
    """GET /datasets/{id}/tables."""
    dataset = world.dataset(call.workspace_id, call.dataset_id)
    are_whole = world.options.are_columns_listed
    return _listed(
        "tables",
        [
            t.schema.payload() if are_whole else {"name": t.schema.name}
            for t in dataset.tables.values()
        ],
    )


def put_table(world: World, call: Call) -> Answer:
    """PUT /datasets/{id}/tables/{table}."""
    dataset = world.dataset(call.workspace_id, call.dataset_id)
    table = world.table(dataset, call.table)
    schema = read_table(call.json(), world.options.limits)
    if schema.name.casefold() != table.schema.name.casefold():
        refuse([Detail("A table cannot be renamed.", "name")])
    table.change_schema(schema)
    return Answer(
        HTTPStatus.OK, {"@odata.context": f"{_CONTEXT}tables/$entity", **schema.payload()}
    )


def push_rows(world: World, call: Call) -> Answer:
    """POST /datasets/{id}/tables/{table}/rows."""
    dataset = world.dataset(call.workspace_id, call.dataset_id)
    table = world.table(dataset, call.table)
    limits, now = world.options.limits, world.clock.now()
    if len(call.body) > limits.payload_bytes:
        raise RefusedError(too_large(f"More than {limits.payload_bytes} bytes."))
    _wait(world, dataset.usage.wait_for_post(limits, now, is_large=dataset.is_large(limits)))
    number = _sequence_number(world, call)
    rows = _read_rows(world, call, table)
    if dataset.retention == NONE and len(table.rows) + len(rows) > limits.stored_rows:
        text = f"The table is full: it holds up to {limits.stored_rows} rows."
        raise RefusedError(bad_request([Detail(text, call.table)]))
    _wait(world, dataset.usage.wait_for_rows(limits, now, len(rows)))
    if number is not None and not _is_new(world, table, call.client_id, number):
        return Answer(HTTPStatus.OK)
    table.append(rows, limits, dataset.retention)
    dataset.usage.rows.add(now, len(rows))
    return Answer(HTTPStatus.OK)


def delete_rows(world: World, call: Call) -> Answer:
    """DELETE /datasets/{id}/tables/{table}/rows."""
    dataset = world.dataset(call.workspace_id, call.dataset_id)
    table = world.table(dataset, call.table)
    call.note.rows = len(table.rows)
    table.rows.clear()
    return Answer(HTTPStatus.OK)


def sequence_numbers(world: World, call: Call) -> Answer:
    """GET /datasets/{id}/tables/{table}/sequenceNumbers."""
    mode = world.options.sequence_mode
    if mode is SequenceMode.UNSUPPORTED:
        raise RefusedError(not_found("NotFound", "No HTTP resource was found."))
    dataset = world.dataset(call.workspace_id, call.dataset_id)
    numbers = dict(world.table(dataset, call.table).sequence_numbers)
    if mode is SequenceMode.SEVERAL:
        ahead = max(numbers.values(), default=0) + OTHER_CLIENT_AHEAD
        numbers = {OTHER_CLIENT: ahead, **numbers}
    value = [{"clientId": client, "sequenceNumber": number} for client, number in numbers.items()]
    return Answer(HTTPStatus.OK, {"value": value})


def groups(world: World, call: Call) -> Answer:
    """GET /groups."""
    wanted = _NAME_FILTER.fullmatch(call.query.get("$filter", ""))
    if "$filter" in call.query and wanted is None:
        refuse([Detail("Only name eq '...' is understood here.", "$filter")])
    found = [
        {"id": w.id, "name": w.name, "isReadOnly": False, "isOnDedicatedCapacity": False}
        for w in world.options.workspaces
        if wanted is None or w.name == wanted["name"].replace("''", "'")
    ]
    try:
        skip, top = int(call.query.get("$skip", "0")), int(call.query.get("$top", "5000"))
    except ValueError:
        raise RefusedError(bad_request([Detail("Whole numbers only.", "$top")])) from None
    answer = {"@odata.context": f"{_CONTEXT}groups", "@odata.count": len(found)}
    return Answer(HTTPStatus.OK, {**answer, "value": found[skip : skip + top]})


def _listed(name: str, value: Sequence[Mapping[str, object]]) -> Answer:
    return Answer(HTTPStatus.OK, {"@odata.context": f"{_CONTEXT}{name}", "value": value})


def _wait(world: World, seconds: int) -> None:
    if seconds:
        raise RefusedError(throttled(seconds, is_bare=world.is_next_throttle_bare()))


def _read_rows(world: World, call: Call, table: Table) -> list[Row]:
    limits = world.options.limits
    body = call.json()
    refuse(violations("PostRowsRequest", body))
    sent = body.get("rows") if isinstance(body, dict) else None
    if sent is None:
        raise RefusedError(bad_request([Detail("The property 'rows' is missing.", "rows")]))
    call.note.rows = len(sent)
    if len(sent) > limits.rows_a_post:
        refuse([Detail(f"More than {limits.rows_a_post} rows in one request.", "rows")])
    reader = RowReader(table.schema.name, table.schema.columns, limits.text_characters)
    rows, faults = reader.read(sent)
    refuse(faults)
    return rows


def _sequence_number(world: World, call: Call) -> int | None:
    text = call.sequence_number
    if text is None or world.options.sequence_mode is SequenceMode.UNSUPPORTED:
        return None
    if not re.fullmatch(r"\d{1,18}", text.strip()):
        refuse([Detail("The sequence number is no whole number.", "sequenceNumber")])
    call.note.sequence_number = int(text)
    return int(text)


def _is_new(world: World, table: Table, application: str, number: int) -> bool:
    """Note a sequence number; whether its rows are to be added."""
    client = str(uuid.uuid5(uuid.NAMESPACE_URL, application))
    greatest = table.sequence_numbers.get(client)
    is_repeated = greatest is not None and number <= greatest
    if is_repeated and world.options.repeated_number is RepeatedNumber.REFUSE:
        refuse([Detail(f"The sequence number {number} was used before.", "sequenceNumber")])
    table.sequence_numbers[client] = number if greatest is None else max(greatest, number)
    return not (is_repeated and world.options.repeated_number is RepeatedNumber.IGNORE)
