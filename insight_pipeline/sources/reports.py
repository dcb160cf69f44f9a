"""What became of the lines of each file: the tables ingest_file and cdr_quarantine.

Rows of third-party queues are typed and kept in the raw store like others, and set aside here and in
`duplicates` by the present directory, so that a directory which arrives late changes no file's reading.
Reading files belongs to `landing`.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable, Mapping
from dataclasses import replace
from typing import Any

import numpy as np
import numpy.typing as npt
import pyarrow as pa

from insight_pipeline.model.rows import LISTS, START_BIT, ListSpec, Reason
from insight_pipeline.model.tables import CDR_QUARANTINE, INGEST_FILE
from insight_pipeline.parquet import read_parquet
from insight_pipeline.sources.content import PROBLEM_SCHEMA
from insight_pipeline.sources.raw_index import FileEntry, NameEntry, ReportEntry
from insight_pipeline.sources.raw_store import RawStore

StartsOf = Callable[[ListSpec, str], npt.NDArray[np.int64]]
"""The starts of a file's rows that lie in a repeated hour, in UTC seconds, as R 4 decides them."""

TextsOf = Callable[[ListSpec, str, list[int]], Mapping[int, str]]
"""The texts of rows of a file by the lines they start on, as far as they can be had."""


def is_unsupported(rows: pa.Table, unsupported: Iterable[int]) -> npt.NDArray[np.bool_]:
    """Rows that a third-party queue owns; the line list has no owners."""
    if "cdraccountid" not in rows.column_names:
        return np.zeros(len(rows), dtype=bool)
    owners = rows["cdraccountid"].to_numpy()
    return np.isin(owners, np.array(sorted(unsupported), dtype=np.int64))


def refresh_reports(store: RawStore, unsupported: Iterable[int], starts_of: StartsOf) -> None:
    """Count the lines of every file that was not counted yet under these unsupported accounts.

    A file with starts in a repeated hour is counted anew each time: other files may decide them.
    """
    owners = ",".join(str(account) for account in sorted(unsupported))
    for spec in LISTS.values():
        reports = store.index.reports(spec.name)
        parts = store.index.parts(spec.name).entries
        repeating = {part.sha256 for part in parts if part.repeated}
        for sha256, entry in store.index.files(spec.name).items():
            known = reports.get(sha256)
            is_counted = known is not None and known.owners == owners and sha256 not in repeating
            if entry.status == "accepted" and not is_counted:
                report = _count(store, spec, entry, owners, unsupported)
                decided = starts_of(spec, sha256) if sha256 in repeating else None
                store.index.put_report(_with_starts(report, decided))


def _count(
    store: RawStore, spec: ListSpec, entry: FileEntry, owners: str, unsupported: Iterable[int]
) -> ReportEntry:
    columns = ["starttime", spec.end, "repeats"]
    if "cdraccountid" in spec.fields:
        columns.append("cdraccountid")
    rows = store.file_rows(spec, entry.sha256, columns)
    kept = rows.filter(pa.array(~is_unsupported(rows, unsupported)))
    is_fixed = (kept["repeats"].to_numpy() & START_BIT) == 0
    starts = kept["starttime"].to_numpy()[is_fixed]
    open_rows = kept[spec.end].null_count
    return ReportEntry(
        kind=spec.name,
        sha256=entry.sha256,
        owners=owners,
        accepted=len(kept) - open_rows,
        open_rows=open_rows,
        quarantined=(entry.lines or 0) - len(kept),
        first_start=int(starts.min()) if len(starts) else None,
        last_start=int(starts.max()) if len(starts) else None,
    )


def _with_starts(report: ReportEntry, decided: npt.NDArray[np.int64] | None) -> ReportEntry:
    """The report with the decided starts of the file's repeated hours taken into account."""
    if decided is None or not len(decided):
        return report
    first, last = int(decided.min()), int(decided.max())
    if report.first_start is not None and report.last_start is not None:
        first, last = min(first, report.first_start), max(last, report.last_start)
    return replace(report, first_start=first, last_start=last)


def ingest_file_table(store: RawStore, installation: str) -> pa.Table:
    """One row a name in the landing folder; the same bytes under two names are two rows."""
    rows = []
    for spec in LISTS.values():
        files, reports = store.index.files(spec.name), store.index.reports(spec.name)
        rows += [
            _file_row(name, files.get(name.sha256), reports.get(name.sha256), installation)
            for name in store.index.names(spec.name)
        ]
    rows.sort(key=lambda row: (str(row["file_sha256"]), str(row["file_name"]), str(row["kind"])))
    unique = {(r["file_sha256"], r["file_name"]): r for r in reversed(rows)}
    ordered = [unique[key] for key in sorted(unique, key=lambda key: (str(key[0]), str(key[1])))]
    return pa.Table.from_pylist(ordered, schema=INGEST_FILE.arrow_schema())


def _file_row(
    name: NameEntry, file: FileEntry | None, report: ReportEntry | None, installation: str
) -> dict[str, object]:
    is_accepted = file is not None and file.status == "accepted"
    return {
        "installation": installation,
        "file_sha256": name.sha256,
        "file_name": name.file_name,
        "kind": name.kind,
        "lines": file.lines if file and is_accepted else None,
        "accepted": report.accepted if report and is_accepted else None,
        "open_rows": report.open_rows if report and is_accepted else None,
        "quarantined": report.quarantined if report and is_accepted else None,
        "status": "accepted" if is_accepted else "refused",
        "reason": None if is_accepted else (file.reason if file else name.reason),
        "first_start_utc": report.first_start if report and is_accepted else None,
        "last_start_utc": report.last_start if report and is_accepted else None,
    }


def quarantine_table(
    store: RawStore,
    installation: str,
    unsupported: Iterable[int],
    texts_of: TextsOf,
    *,
    is_clear: bool,
) -> pa.Table:
    """Every line set aside, with its text only where the profile is clear and the row not private."""
    rows: list[dict[str, object]] = []
    for spec in LISTS.values():
        names: dict[str, str] = {}
        for name in store.index.names(spec.name):
            names.setdefault(name.sha256, name.file_name)
        files = store.index.files(spec.name)
        reports = store.index.reports(spec.name)
        for sha256 in sorted(sha256 for sha256, file in files.items() if file.status == "accepted"):
            problems = _problems(store, spec, sha256, reports.get(sha256), unsupported, texts_of)
            rows += [
                _quarantine_row(problem, installation, sha256, names.get(sha256), is_clear=is_clear)
                for problem in problems
            ]
    rows.sort(key=lambda row: (str(row["file_sha256"]), row["line_number"]))
    return pa.Table.from_pylist(rows, schema=CDR_QUARANTINE.arrow_schema())


def _problems(
    store: RawStore,
    spec: ListSpec,
    sha256: str,
    report: ReportEntry | None,
    unsupported: Iterable[int],
    texts_of: TextsOf,
) -> list[dict[str, object]]:
    path = store.problems_file(spec.name, sha256)
    found = read_parquet(path, PROBLEM_SCHEMA).to_pylist() if path.exists() else []
    if report is not None and report.quarantined > len(found):
        rows = store.file_rows(spec, sha256, [*spec.fields, "line_number"])
        chosen = rows.filter(pa.array(is_unsupported(rows, unsupported)))
        texts = texts_of(spec, sha256, chosen["line_number"].to_pylist())
        found += [_unsupported_problem(spec, row, texts) for row in chosen.to_pylist()]
    return found


def _unsupported_problem(
    spec: ListSpec, row: dict[str, Any], raw_texts: Mapping[int, str]
) -> dict[str, object]:
    """A row of a third-party queue; its text is put together from the values if the file has gone."""
    texts = ["" if row[name] is None else str(row[name]) for name in spec.fields]
    return {
        "line_number": row["line_number"],
        "reason": Reason.UNSUPPORTED_SOURCE.value,
        "column": "cdraccountid",
        "value": str(row["cdraccountid"]),
        "raw_text": raw_texts.get(row["line_number"], ";".join(texts)),
        "is_shown": not row["privatecall"],
    }


def _quarantine_row(
    problem: dict[str, object],
    installation: str,
    sha256: str,
    file_name: str | None,
    *,
    is_clear: bool,
) -> dict[str, object]:
    is_shown = is_clear and bool(problem["is_shown"])
    column, value = str(problem["column"] or ""), str(problem["value"] or "")
    detail = f"{column}: {value}" if is_shown and value else column
    return {
        "installation": installation,
        "file_sha256": sha256,
        "line_number": problem["line_number"],
        "file_name": file_name,
        "reason": problem["reason"],
        "detail": detail or None,
        "raw_text": problem["raw_text"] if is_shown else None,
    }
