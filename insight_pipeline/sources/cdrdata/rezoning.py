"""Batches read under another time zone: their rows move to the local days of the present one.

Files are simply read again. Rows of a database may be gone from it by now, so they are taken from the raw
store; their times are instants and stay what they are.
"""

from __future__ import annotations

import hashlib
from dataclasses import replace
from functools import partial

from insight_pipeline.model.rows import CALL_LIST
from insight_pipeline.parquet import read_parquet, write_parquet
from insight_pipeline.sources.content import PROBLEM_SCHEMA
from insight_pipeline.sources.raw_index import FileEntry, NameEntry, forget
from insight_pipeline.sources.raw_store import RawStore


def move_to_days(store: RawStore, prefix: str, parser: str) -> set[int]:
    """Put every batch whose parser is another one under the present; gives the days that this touches."""
    files = store.index.files(CALL_LIST.name)
    touched: set[int] = set()
    for name in store.index.names(CALL_LIST.name):
        if name.file_name.startswith(prefix) and files[name.sha256].parser != parser:
            touched |= _moved(store, name, files[name.sha256], parser)
    return touched


def _moved(store: RawStore, name: NameEntry, file: FileEntry, parser: str) -> set[int]:
    """Write the rows anew under another identity, so that a run killed before the end changes nothing."""
    kind, old = CALL_LIST.name, file.sha256
    new = hashlib.sha256(f"{old}\n{parser}".encode()).hexdigest()
    days = [part.day for part in store.index.parts(kind).entries if part.sha256 == old]
    rows = store.file_rows(CALL_LIST, old, CALL_LIST.raw_schema().names)
    parts = store.write_rows(CALL_LIST, new, rows)
    problems = store.problems_file(kind, old)
    if problems.exists():
        write_parquet(read_parquet(problems, PROBLEM_SCHEMA), store.problems_file(kind, new))
    touched = {*days, *store.touched_days(kind, parts)}
    store.index.put(
        replace(name, sha256=new),
        replace(file, sha256=new, parser=parser),
        parts,
        sorted(touched),
        also=partial(forget, kind=kind, sha256=old),
    )
    store.remove_rows(kind, old, days)
    return touched
