"""What `status` says of the upload to Power BI: login, held tables, what waits. Nothing while it is off."""

from __future__ import annotations

from collections.abc import Iterator
from datetime import datetime

from insight_pipeline.cli.notes import Note, note
from insight_pipeline.model.settings import Settings
from insight_pipeline.orchestration.pushing import Push


def push_notes(settings: Settings) -> Iterator[Note]:
    """In the order in which they are to be done: log in, make the dataset, release, wait."""
    if not settings.sinks.powerbi.upload:
        return
    push, locale = Push(settings), settings.locale
    if problem := push.login.state().problem:
        yield note(problem.code, locale, **problem.fields)
    known = push.ledger.dataset(push.dataset.name)
    if known is None or known.dataset_id is None:
        yield note("IA-565", locale, dataset=push.dataset.name)
        return
    for state in push.held():
        yield note(state.hold or "", locale, table=state.name, detail=state.hold_detail)
    quota = push.quota()
    if quota.waiting_tables() and quota.drained_at is not None:
        at = datetime.fromtimestamp(quota.drained_at).astimezone().strftime("%Y-%m-%d %H:%M")
        rows, tables = sum(quota.waiting_rows.values()), ", ".join(quota.waiting_tables())
        yield note("IA-569", locale, rows=rows, tables=tables, at=at)
