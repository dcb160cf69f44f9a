"""What `status` says of the upload to Power BI: login, held tables, what waits."""

from __future__ import annotations

from collections.abc import Iterator
from datetime import datetime

from insight_pipeline.cli.notes import Note, note_of
from insight_pipeline.model.errors import InsightError
from insight_pipeline.model.settings import Settings
from insight_pipeline.orchestration.pushing import Push


def push_notes(settings: Settings) -> Iterator[Note]:
    """What is in the way, as notes."""
    return (note_of(problem, settings.locale) for problem in push_problems(settings))


def push_problems(settings: Settings) -> Iterator[InsightError]:
    """In the order in which they are to be done: switch on, log in, make the dataset, release, wait."""
    push = Push(settings)
    if not settings.sinks.powerbi.upload:
        yield from _while_off(push)
        return
    if problem := push.login.state().problem:
        yield problem
    known = push.ledger.dataset(push.dataset.name)
    if known is None or known.dataset_id is None:
        yield InsightError("IA-565", dataset=push.dataset.name)
        return
    yield from _held(push)
    quota = push.quota()
    if quota.waiting_tables() and quota.drained_at is not None:
        at = datetime.fromtimestamp(quota.drained_at).astimezone().strftime("%Y-%m-%d %H:%M")
        rows, tables = sum(quota.waiting_rows.values()), ", ".join(quota.waiting_tables())
        yield InsightError("IA-569", rows=rows, tables=tables, at=at)


def _while_off(push: Push) -> Iterator[InsightError]:
    """Uploading is off; that is worth a word only to someone who has uploaded before."""
    if not push.has_ledger:
        return
    if rows := sum(push.quota().waiting_rows.values()):
        yield InsightError("IA-564", rows=rows)
    yield from _held(push)


def _held(push: Push) -> Iterator[InsightError]:
    for state in push.held():
        yield InsightError(state.hold or "", table=state.name, detail=state.hold_detail)
