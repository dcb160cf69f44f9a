"""The upload to Power BI: login, held tables, what waits and until when. The service is not asked."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterator
from datetime import date, datetime

from insight_pipeline.model.errors import InsightError
from insight_pipeline.model.findings import Finding, Urgency
from insight_pipeline.model.settings import Settings
from insight_pipeline.orchestration.push_results import limit_reached
from insight_pipeline.orchestration.pushing import Push


def upload_findings(settings: Settings) -> Iterator[Finding]:
    """In the order in which they are to be done: switch on, log in, make the dataset, release, wait."""
    push = Push(settings)
    if not settings.sinks.powerbi.upload:
        yield from _while_off(push)
        return
    yield from _login(push)
    known = push.ledger.dataset(push.dataset.name) if push.has_ledger else None
    if known is None or known.dataset_id is None:
        problem = InsightError("IA-565", dataset=push.dataset.name)
        yield Finding(Urgency.MISSING, problem)
        return
    yield from _held(push)
    yield from _waiting(push)


def uploaded_days(settings: Settings) -> dict[str, set[date]]:
    """Days by installation of which every row has arrived, in every fact; empty before the first upload."""
    push = Push(settings)
    if not push.has_ledger:
        return {}
    dataset = push.dataset
    facts = [table.name for table in dataset.tables if table.is_fact]
    planned = [push.ledger.sources(dataset.name, name).keys() for name in facts]
    sent = set.intersection(*map(set, planned)) - push.ledger.unsent_partitions(dataset.name)
    found: defaultdict[str, set[date]] = defaultdict(set)
    for key in sent:
        installation, _, day = key.partition("|")
        found[installation].add(date.fromisoformat(day))
    return dict(found)


def _login(push: Push) -> Iterator[Finding]:
    if not push.settings.sinks.powerbi.client_id:
        yield Finding(Urgency.NOW, InsightError("IA-505"))
        return
    state = push.login.state()
    if state.problem is not None:
        urgency = Urgency.SOON if state.problem is state.warning else Urgency.NOW
        yield Finding(urgency, state.problem)
    if state.warning is not None and state.warning is not state.problem:
        yield Finding(Urgency.SOON, state.warning)


def _while_off(push: Push) -> Iterator[Finding]:
    """Uploading is off; that is worth a word only to someone who has uploaded before."""
    if not push.has_ledger:
        return
    if rows := sum(push.quota().waiting_rows.values()):
        yield Finding(Urgency.MISSING, InsightError("IA-564", rows=rows))
    yield from _held(push)


def _held(push: Push) -> Iterator[Finding]:
    for state in push.held():
        problem = InsightError(state.hold or "", table=state.name, detail=state.hold_detail)
        yield Finding(Urgency.MISSING, problem)


def _waiting(push: Push) -> Iterator[Finding]:
    quota = push.quota()
    if problem := limit_reached(quota, push.options.now()):
        yield Finding(Urgency.WAITING, problem)
    elif quota.waiting_tables() and quota.drained_at is not None:
        at = datetime.fromtimestamp(quota.drained_at).astimezone().strftime("%Y-%m-%d %H:%M")
        rows, tables = sum(quota.waiting_rows.values()), ", ".join(quota.waiting_tables())
        problem = InsightError("IA-569", rows=rows, tables=tables, at=at)
        yield Finding(Urgency.WAITING, problem)
