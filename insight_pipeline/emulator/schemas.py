"""Requests that create or change tables, read into what the emulator keeps.

Belongs here: the description's checks and the limits of a dataset's shape. Does not: rows, nor where a
dataset is kept.
"""

from __future__ import annotations

from collections import Counter
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Any

from insight_pipeline.emulator.answers import Detail, RefusedError, bad_request
from insight_pipeline.emulator.datasets import Measure, Relationship, TableSchema
from insight_pipeline.emulator.description import violations
from insight_pipeline.emulator.options import Limits
from insight_pipeline.emulator.rows import Column, data_type


@dataclass(frozen=True)
class DatasetRequest:
    """What a client wants to create."""

    name: str
    tables: tuple[TableSchema, ...]
    relationships: tuple[Relationship, ...]


def read_dataset(body: object, limits: Limits) -> DatasetRequest:
    """A request to create a dataset; refused if the service would refuse it."""
    refuse(violations("CreateDatasetRequest", body))
    sent: Mapping[str, Any] = body  # type: ignore[assignment] # the description says object
    tables = tuple(_table(table) for table in sent["tables"])
    relationships = tuple(_relationship(r) for r in sent.get("relationships", ()))
    request = DatasetRequest(sent["name"], tables, relationships)
    refuse(_dataset_faults(request, sent.get("defaultMode", "Push"), limits))
    return request


def read_table(body: object, limits: Limits) -> TableSchema:
    """A request to change a table."""
    refuse(violations("Table", body))
    table = _table(body)  # type: ignore[arg-type] # the description says object
    refuse(_table_faults(table, limits))
    return table


def refuse(faults: Sequence[Detail]) -> None:
    """Answer 400 if there is any fault."""
    if faults:
        raise RefusedError(bad_request(faults))


def _table(sent: Mapping[str, Any]) -> TableSchema:
    columns = tuple(
        Column(c["name"], data_type(c["dataType"]) or c["dataType"], _more(c, "name", "dataType"))
        for c in sent["columns"]
    )
    measures = tuple(
        Measure(m["name"], m["expression"], _more(m, "name", "expression"))
        for m in sent.get("measures", ())
    )
    return TableSchema(sent["name"], columns, measures, bool(sent.get("isHidden", False)))


def _more(sent: Mapping[str, object], *known: str) -> dict[str, object]:
    return {name: value for name, value in sent.items() if name not in known}


def _relationship(sent: Mapping[str, str]) -> Relationship:
    return Relationship(
        sent["name"], sent["fromTable"], sent["fromColumn"], sent["toTable"], sent["toColumn"]
    )


def _dataset_faults(request: DatasetRequest, mode: str, limits: Limits) -> list[Detail]:
    faults = []
    if mode not in {"Push", "PushStreaming"}:
        faults.append(Detail(f"The mode '{mode}' takes no rows.", "defaultMode"))
    if not request.tables:
        faults.append(Detail("A dataset needs a table.", "tables"))
    if len(request.tables) > limits.tables:
        faults.append(Detail(f"More than {limits.tables} tables.", "tables"))
    if len(request.relationships) > limits.relationships:
        faults.append(Detail(f"More than {limits.relationships} relationships.", "relationships"))
    faults += _repeated([table.name for table in request.tables], "tables")
    for table in request.tables:
        faults += _table_faults(table, limits)
    columns = {
        (table.name.casefold(), column.name.casefold())
        for table in request.tables
        for column in table.columns
    }
    for link in request.relationships:
        for end in ((link.from_table, link.from_column), (link.to_table, link.to_column)):
            if (end[0].casefold(), end[1].casefold()) not in columns:
                text = f"Relationship '{link.name}': no column '{end[0]}'[{end[1]}]."
                faults.append(Detail(text, "relationships"))
    return faults


def _table_faults(table: TableSchema, limits: Limits) -> list[Detail]:
    faults = _repeated([column.name for column in table.columns], table.name)
    if not 0 < len(table.columns) <= limits.columns:
        faults.append(Detail(f"A table has 1 to {limits.columns} columns.", table.name))
    faults += [
        Detail(f"Column '{column.name}': unknown type '{column.data_type}'.", table.name)
        for column in table.columns
        if data_type(column.data_type) is None
    ]
    return faults


def _repeated(names: Sequence[str], target: str) -> list[Detail]:
    counts = Counter(name.casefold() for name in names)
    return [
        Detail(f"The name '{n}' stands twice.", target) for n, times in counts.items() if times > 1
    ]
