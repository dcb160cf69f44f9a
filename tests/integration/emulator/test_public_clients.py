"""Two public Power BI clients, which know nothing of the emulator, work against it."""

from __future__ import annotations

from datetime import UTC, datetime, timedelta
from typing import Any

import pytest

from insight_pipeline.emulator import DEMO_WORKSPACE, Emulator

ROWS = [{"id": 1, "name": "a"}, {"id": 2, "name": "b"}, {"id": 3, "name": "c"}]


@pytest.mark.filterwarnings("ignore")
def test_pbiapi_creates_lists_pushes_and_empties(emulator: Emulator) -> None:
    from pbiapi import PowerBIAPIClient  # type: ignore[import-untyped]

    client: Any = PowerBIAPIClient("tenant", "client", "secret")
    client.base_url = f"{emulator.push_url}/"
    client.token = emulator.issue_token()
    client.headers = client.get_auth_header()
    client.token_expiration = datetime.now(UTC).replace(tzinfo=None) + timedelta(hours=1)
    columns = [{"name": "id", "dataType": "Int64"}, {"name": "name", "dataType": "string"}]
    schema = {
        "name": "public",
        "defaultMode": "Push",
        "tables": [{"name": "t", "columns": columns}],
    }
    client.create_dataset(DEMO_WORKSPACE.name, schema, "basicFIFO")
    (dataset,) = client.get_datasets_in_workspace(DEMO_WORKSPACE.name)
    tables = client.get_tables(DEMO_WORKSPACE.name, dataset["id"])
    assert [table["name"] for table in tables["value"]] == ["t"]
    client.post_rows(DEMO_WORKSPACE.name, dataset["id"], "t", ROWS, chunk_size=2)
    assert emulator.rows("public", "t") == ROWS
    client.update_table_schema(
        DEMO_WORKSPACE.name, dataset["id"], "t", {"name": "t", "columns": columns[:1]}
    )
    assert emulator.rows("public", "t")[0] == {"id": 1}
    client.truncate_table(DEMO_WORKSPACE.name, dataset["id"], "t")
    assert emulator.rows("public", "t") == []


@pytest.mark.filterwarnings("ignore")
@pytest.mark.parametrize("workspace_id", [None, DEMO_WORKSPACE.id])
def test_pypowerbi_creates_lists_pushes_and_empties(
    emulator: Emulator, workspace_id: str | None
) -> None:
    from pypowerbi.client import PowerBIClient  # type: ignore[import-untyped]
    from pypowerbi.dataset import Column, Dataset, Row, Table  # type: ignore[import-untyped]

    client: Any = PowerBIClient(emulator.url, {"accessToken": emulator.issue_token()})
    columns = [Column(name="id", data_type="Int64"), Column(name="name", data_type="string")]
    made = client.datasets.post_dataset(
        Dataset(name="public", tables=[Table(name="t", columns=columns)]), workspace_id
    )
    assert client.datasets.has_dataset(made.id, workspace_id)
    assert [t.name for t in client.datasets.get_tables(made.id, workspace_id)] == ["t"]
    rows = [Row(**values) for values in ROWS]
    client.datasets.post_rows(made.id, "t", rows, workspace_id)
    assert emulator.rows(made.id, "t") == ROWS
    client.datasets.delete_rows(made.id, "t", workspace_id)
    assert emulator.rows(made.id, "t") == []
    assert [entry.status for entry in emulator.log()] == [201, 200, 200, 200, 200]
