"""Writing what one file or batch holds into the raw store: its rows, its problems, its entry.

Nothing counts as read before the entries are committed to the index, which whoever calls this does.
"""

from __future__ import annotations

from dataclasses import dataclass

import pyarrow as pa

from insight_pipeline.model.rows import ListSpec
from insight_pipeline.parquet import write_parquet
from insight_pipeline.sources.lists import ListContent
from insight_pipeline.sources.raw_index import FileEntry, PartEntry
from insight_pipeline.sources.raw_store import RawStore
from insight_pipeline.sources.typed import LineProblem

PROBLEM_SCHEMA = pa.schema(
    [
        ("line_number", pa.int64()),
        ("reason", pa.string()),
        ("column", pa.string()),
        ("value", pa.string()),
        ("raw_text", pa.string()),
        ("is_shown", pa.bool_()),
    ]
)


@dataclass(frozen=True)
class Written:
    """What the index is to hold of a content, and the days that it touches."""

    file: FileEntry
    parts: list[PartEntry]
    touched: list[int]


def write_content(
    store: RawStore, spec: ListSpec, sha256: str, parser: str, content: ListContent
) -> Written:
    """Write an accepted content; gives its entries."""
    parts = store.write_rows(spec, sha256, content.rows)
    _write_problems(store, spec, sha256, content.problems)
    unknown = ", ".join(content.header.unknown) if content.header else ""
    accepted = FileEntry(spec.name, sha256, parser, "accepted", None, "", content.lines, unknown)
    return Written(accepted, parts, store.touched_days(spec.name, parts))


def _write_problems(
    store: RawStore, spec: ListSpec, sha256: str, problems: list[LineProblem]
) -> None:
    path = store.problems_file(spec.name, sha256)
    if problems:
        rows = [
            {
                "line_number": p.line_number,
                "reason": p.reason.value,
                "column": p.column,
                "value": p.value,
                "raw_text": p.raw_text,
                "is_shown": p.is_shown,
            }
            for p in sorted(problems, key=lambda p: p.line_number)
        ]
        write_parquet(pa.Table.from_pylist(rows, schema=PROBLEM_SCHEMA), path)
    else:
        path.unlink(missing_ok=True)
