"""What `status` says of the upload to Power BI: login, held tables, what waits."""

from __future__ import annotations

from collections.abc import Iterator
from datetime import datetime

from insight_pipeline.cli.notes import Note, note, note_of
from insight_pipeline.model.settings import Settings
from insight_pipeline.orchestration.pushing import Push


def push_notes(settings: Settings) -> Iterator[Note]:
    """In the order in which they are to be done: switch on, log in, make the dataset, release, wait."""
    push, locale = Push(settings), settings.locale
    if not settings.sinks.powerbi.upload:
        yield from _off_notes(push)
        return
    if problem := push.login.state().problem:
        yield note_of(problem, locale)
    known = push.ledger.dataset(push.dataset.name)
    if known is None or known.dataset_id is None:
        yield note("IA-565", locale, dataset=push.dataset.name)
        return
    yield from _held_notes(push)
    quota = push.quota()
    if quota.waiting_tables() and quota.drained_at is not None:
        at = datetime.fromtimestamp(quota.drained_at).astimezone().strftime("%Y-%m-%d %H:%M")
        rows, tables = sum(quota.waiting_rows.values()), ", ".join(quota.waiting_tables())
        yield note("IA-569", locale, rows=rows, tables=tables, at=at)


def _off_notes(push: Push) -> Iterator[Note]:
    """Uploading is off; that is worth a word only to someone who has uploaded before."""
    if not push.has_ledger:
        return
    if rows := sum(push.quota().waiting_rows.values()):
        yield note("IA-564", push.settings.locale, rows=rows)
    yield from _held_notes(push)


def _held_notes(push: Push) -> Iterator[Note]:
    for state in push.held():
        fields = {"table": state.name, "detail": state.hold_detail}
        yield note(state.hold or "", push.settings.locale, **fields)
