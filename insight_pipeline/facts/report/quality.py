"""How complete the data is: rows accounted for, files refused, lines in quarantine, the newest data."""

from __future__ import annotations

from collections import Counter
from dataclasses import fields
from typing import Any

import pyarrow as pa
import pyarrow.compute as pc

from insight_pipeline.model.report.figures import Quality, RefusedFile, RowAccount
from insight_pipeline.model.report.given import Given


def quality(given: Given) -> Quality:
    """Reconciliation of the period; files and quarantine as they stand."""
    reconciled, files = given.tables["reconciliation"], given.tables["ingest_file"]
    unbalanced = reconciled.filter(pc.invert(reconciled["is_balanced"]))
    refused = files.filter(pc.equal(files["status"], "refused"))
    reasons = Counter(given.tables["cdr_quarantine"]["reason"].to_pylist())
    return Quality(
        RowAccount(**{field.name: _total(reconciled, field.name) for field in fields(RowAccount)}),
        len(reconciled),
        tuple(sorted(unbalanced["local_date"].to_pylist())),
        len(files),
        _total(files, "lines"),
        tuple(
            RefusedFile(row["kind"], row["file_name"], row["reason"])
            for row in refused.sort_by("file_name").to_pylist()
        ),
        tuple(sorted(reasons.items(), key=lambda item: (-item[1], item[0]))),
        _latest(given.tables["fact_call"], "start_utc"),
        _latest(files, "last_start_utc"),
    )


def _total(table: pa.Table, name: str) -> int:
    return int(pc.sum(table[name]).as_py() or 0)


def _latest(table: pa.Table, name: str) -> Any:  # noqa: ANN401 - a value of pyarrow, which has no types
    return pc.max(table[name]).as_py()
