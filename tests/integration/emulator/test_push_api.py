"""The push API: what succeeds is described by Microsoft, what is wrong is refused as a whole."""

from __future__ import annotations

from typing import Any

import pytest
import requests

from insight_pipeline.emulator import (
    DEMO_WORKSPACE,
    Emulator,
    EmulatorOptions,
    FaultKind,
    FaultRule,
    Operation,
    running_emulator,
)
from tests.integration.emulator.asking import CALLS, DATASET, Asker, assert_described

ROW: dict[str, Any] = {
    "id": 1,
    "queue": "Support",
    "share": 0.5,
    "cost": 12.3456,
    "is_missed": False,
    "start_utc": "2026-03-12T09:00:00Z",
    "sign": 1,
}


@pytest.mark.parametrize("workspace_id", ["", DEMO_WORKSPACE.id])
def test_every_success_is_as_microsoft_describes_it(emulator: Emulator, workspace_id: str) -> None:
    asker = Asker(emulator, workspace_id)
    created = asker.ask("POST", "/datasets?defaultRetentionPolicy=basicFIFO", DATASET)
    assert created.status_code == 201
    assert created.json()["defaultRetentionPolicy"] == "basicFIFO"
    assert_described(created, "Dataset")
    path = f"/datasets/{created.json()['id']}"
    listed = asker.ask("GET", "/datasets")
    assert [each["name"] for each in listed.json()["value"]] == ["insight"]
    assert_described(listed, "Datasets")
    changed = asker.ask("PUT", f"{path}/tables/calls", CALLS)
    assert changed.status_code == 200
    assert_described(changed, "Table")
    assert asker.ask("POST", f"{path}/tables/calls/rows", {"rows": [ROW]}).status_code == 200
    queried = asker.query(created.json()["id"], "EVALUATE 'calls'")
    assert_described(queried, "DatasetExecuteQueriesResponse")
    assert asker.ask("DELETE", f"{path}/tables/calls/rows").status_code == 200
    assert asker.stored("insight") == 0


def test_workspaces_are_listed_and_found_by_name(emulator: Emulator, asker: Asker) -> None:
    listed = asker.ask("GET", "/groups")
    assert_described(listed, "Groups")
    assert listed.json()["value"][0]["id"] == DEMO_WORKSPACE.id
    named = f"/groups?$filter=name eq '{DEMO_WORKSPACE.name}'"
    assert len(asker.ask("GET", named).json()["value"]) == 1
    assert asker.ask("GET", "/groups?$filter=name eq 'other'").json()["value"] == []
    assert asker.ask("GET", "/groups?$skip=1").json()["value"] == []


def test_tables_are_listed_by_name_alone_unless_told_otherwise(asker: Asker) -> None:
    path = f"/datasets/{asker.create()}/tables"
    assert asker.ask("GET", path).json()["value"] == [{"name": "calls"}, {"name": "queues"}]
    with running_emulator(EmulatorOptions(are_columns_listed=True)) as telling:
        other = Asker(telling)
        answer = other.ask("GET", f"/datasets/{other.create()}/tables")
        assert_described(answer, "Tables")
        assert answer.json()["value"][0]["columns"][5] == CALLS["columns"][5]


def test_a_name_may_be_given_to_several_datasets(asker: Asker) -> None:
    assert asker.create() != asker.create()
    assert len(asker.ask("GET", "/datasets").json()["value"]) == 2


def test_a_dataset_is_found_only_in_its_workspace(emulator: Emulator, asker: Asker) -> None:
    dataset = asker.create()
    elsewhere = Asker(emulator, DEMO_WORKSPACE.id)
    assert elsewhere.push(dataset, [ROW]).status_code == 404
    assert elsewhere.ask("GET", "/datasets").json()["value"] == []
    assert Asker(emulator, "no-such-group").ask("GET", "/datasets").status_code == 404


def test_an_accepted_dataset_appears_later(emulator: Emulator, asker: Asker) -> None:
    emulator.plan(FaultRule(Operation.CREATE, FaultKind.ACCEPTED, seconds=30))
    answer = asker.ask("POST", "/datasets", DATASET)
    assert answer.status_code == 202
    assert_described(answer, "Dataset")
    assert asker.ask("GET", "/datasets").json()["value"] == []
    emulator.advance(30)
    assert asker.ask("GET", "/datasets").json()["value"][0]["id"] == answer.json()["id"]


def test_an_unknown_property_is_named_and_nothing_is_stored(asker: Asker) -> None:
    dataset = asker.create()
    answer = asker.push(dataset, [ROW, {**ROW, "colour": "red"}])
    assert answer.status_code == 400
    error = answer.json()["error"]
    assert error["code"] == "BadRequest"
    assert "The property 'colour' does not exist on type" in error["details"][0]["message"]
    assert asker.stored(dataset) == 0


@pytest.mark.parametrize(
    ("column", "value"),
    [
        ("id", 1.5),
        ("id", "1"),
        ("id", True),
        ("id", 2**63 - 1),
        ("id", -(2**63)),
        ("share", "0.5"),
        ("cost", 10**25),
        ("is_missed", 0),
        ("start_utc", "yesterday"),
        ("start_utc", 1_700_000_000),
        ("queue", 5),
        ("queue", "x" * 4001),
    ],
)
def test_a_value_that_does_not_fit_its_column_is_refused(
    asker: Asker, column: str, value: object
) -> None:
    dataset = asker.create()
    answer = asker.push(dataset, [{**ROW, column: value}])
    assert answer.status_code == 400
    assert answer.json()["error"]["details"][0]["target"] == f"rows/0/{column}"
    assert asker.stored(dataset) == 0


@pytest.mark.parametrize(
    ("column", "value"),
    [
        ("id", 2**63 - 2),
        ("id", None),
        ("share", 1),
        ("cost", -5),
        ("queue", "x" * 4000),
        ("start_utc", "2026-03-12"),
        ("start_utc", "2026-03-12T10:00:00.123+01:00"),
    ],
)
def test_a_value_that_fits_is_kept_as_it_was_sent(asker: Asker, column: str, value: object) -> None:
    dataset = asker.create()
    assert asker.push(dataset, [{**ROW, column: value}]).status_code == 200
    assert asker.emulator.rows(dataset, "calls")[0][column] == value


@pytest.mark.parametrize(
    "body", [b"{", b'{"rows": [{"share": NaN}]}', b"[]", b'{"rows": 1}', b"{}"]
)
def test_a_body_that_is_no_list_of_rows_is_refused(asker: Asker, body: bytes) -> None:
    path = f"/datasets/{asker.create()}/tables/calls/rows"
    answer = asker.session.post(asker.root + path, data=body, timeout=10)
    assert answer.status_code == 400


def test_a_new_schema_keeps_the_values_of_columns_that_stay(asker: Asker) -> None:
    dataset = asker.create()
    asker.push(dataset, [ROW])
    table = {"name": "calls", "columns": [CALLS["columns"][1], {"name": "x", "dataType": "string"}]}
    assert asker.ask("PUT", f"/datasets/{dataset}/tables/calls", table).status_code == 200
    assert asker.emulator.rows(dataset, "calls") == [{"queue": "Support", "x": None}]


@pytest.mark.parametrize(
    "change",
    [
        {"name": None},
        {"tables": []},
        {"defaultMode": "AsOnPrem"},
        {"defaultMode": "Anything"},
        {"tables": [CALLS, CALLS], "relationships": []},
        {"tables": [CALLS]},
        {"tables": [{"name": "t", "columns": []}], "relationships": []},
        {
            "tables": [{"name": "t", "columns": [{"name": "c", "dataType": "Text"}]}],
            "relationships": [],
        },
        {"tables": [{"name": "a(b)", "columns": CALLS["columns"]}], "relationships": []},
        {"tables": [{**CALLS, "name": f"t{n}"} for n in range(76)], "relationships": []},
        {
            "tables": [
                {
                    "name": "t",
                    "columns": [{"name": f"c{n}", "dataType": "Int64"} for n in range(76)],
                }
            ],
            "relationships": [],
        },
    ],
)
def test_a_dataset_that_the_service_could_not_hold_is_refused(
    asker: Asker, change: dict[str, Any]
) -> None:
    answer = asker.ask("POST", "/datasets", {**DATASET, **change})
    assert answer.status_code == 400
    assert answer.json()["error"]["details"]
    assert asker.ask("GET", "/datasets").json()["value"] == []


def test_without_a_known_token_there_is_no_answer_but_401(emulator: Emulator) -> None:
    session = requests.Session()
    session.trust_env = False
    for headers in ({}, {"Authorization": "Bearer made-up"}, {"Authorization": "Basic eA=="}):
        answer = session.get(f"{emulator.push_url}/datasets", headers=headers, timeout=10)
        assert answer.status_code == 401
        assert answer.headers["WWW-Authenticate"] == "Bearer"


def test_an_expired_token_is_answered_with_403_and_its_own_code(
    emulator: Emulator, asker: Asker
) -> None:
    emulator.expire_tokens()
    answer = asker.ask("GET", "/datasets")
    assert answer.status_code == 403
    assert answer.json()["error"]["code"] == "TokenExpired"
    assert answer.json()["error"]["message"].startswith("Access token has expired")
