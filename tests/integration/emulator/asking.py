"""A plain HTTP client of the emulator: no logic, so that tests see what goes over the wire."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import Any

import requests

from insight_pipeline.emulator import Emulator
from insight_pipeline.emulator.description import violations

CALLS: dict[str, Any] = {
    "name": "calls",
    "columns": [
        {"name": "id", "dataType": "Int64"},
        {"name": "queue", "dataType": "String"},
        {"name": "share", "dataType": "Double"},
        {"name": "cost", "dataType": "Decimal"},
        {"name": "is_missed", "dataType": "Boolean"},
        {"name": "start_utc", "dataType": "DateTime", "formatString": "yyyy-MM-dd"},
        {"name": "sign", "dataType": "Int64"},
    ],
}
QUEUES: dict[str, Any] = {
    "name": "queues",
    "columns": [
        {"name": "name", "dataType": "String"},
        {"name": "site", "dataType": "String"},
    ],
}
DATASET: dict[str, Any] = {
    "name": "insight",
    "defaultMode": "Push",
    "tables": [CALLS, QUEUES],
    "relationships": [
        {
            "name": "calls_queues",
            "fromTable": "calls",
            "fromColumn": "queue",
            "toTable": "queues",
            "toColumn": "name",
        }
    ],
}


class Asker:
    """Asks one emulator with one access token."""

    def __init__(self, emulator: Emulator, workspace_id: str = "") -> None:
        self.emulator = emulator
        self.session = requests.Session()
        self.session.trust_env = False
        self.session.headers["Authorization"] = f"Bearer {emulator.issue_token()}"
        self.root = emulator.push_url + (f"/groups/{workspace_id}" if workspace_id else "")

    def ask(
        self,
        method: str,
        path: str,
        body: object = None,
        *,
        headers: Mapping[str, str] | None = None,
        timeout_seconds: float = 10,
    ) -> requests.Response:
        return self.session.request(
            method,
            self.root + path,
            json=body,
            headers=headers,
            timeout=timeout_seconds,
            allow_redirects=False,
        )

    def create(self, body: Mapping[str, Any] = DATASET, retention: str = "None") -> str:
        answer = self.ask("POST", f"/datasets?defaultRetentionPolicy={retention}", body)
        assert answer.status_code in {201, 202}, answer.text
        return str(answer.json()["id"])

    def push(
        self,
        dataset: str,
        rows: Sequence[Mapping[str, object]],
        number: int | None = None,
        *,
        table: str = "calls",
        timeout_seconds: float = 10,
    ) -> requests.Response:
        headers = {} if number is None else {"X-PowerBI-PushData-SequenceNumber": str(number)}
        return self.ask(
            "POST",
            f"/datasets/{dataset}/tables/{table}/rows",
            {"rows": rows},
            headers=headers,
            timeout_seconds=timeout_seconds,
        )

    def query(self, dataset: str, text: str, *, has_nulls: bool = False) -> requests.Response:
        body = {
            "queries": [{"query": text}],
            "serializerSettings": {"includeNulls": has_nulls},
        }
        return self.ask("POST", f"/datasets/{dataset}/executeQueries", body)

    def found(self, dataset: str, text: str) -> list[dict[str, Any]]:
        answer = self.query(dataset, text)
        assert answer.status_code == 200, answer.text
        assert_described(answer, "DatasetExecuteQueriesResponse")
        rows: list[dict[str, Any]] = answer.json()["results"][0]["tables"][0]["rows"]
        return rows

    def stored(self, dataset: str, table: str = "calls") -> int:
        return len(self.emulator.rows(dataset, table))


def assert_described(answer: requests.Response, definition: str) -> None:
    """The body satisfies Microsoft's own description."""
    assert violations(definition, answer.json()) == []
