"""Making the dataset once: names are not unique, so a lost answer is looked up before anything is repeated.

Creating may be refused (Microsoft retires push models); that is a state, and everything else goes on. A
dataset of the name that is there already is taken over, its contents checked by `delivery` before rows
are sent. A dataset is never deleted.
"""

from __future__ import annotations

import hashlib
from collections.abc import Callable, Mapping

from insight_pipeline.model.errors import InsightError, PermanentError, TransientError
from insight_pipeline.sinks.powerbi.ledger import DatasetState, Ledger
from insight_pipeline.sinks.powerbi.service import Answer, Kind, Service

ASKED, PENDING, CREATED, REFUSED = "asked", "pending", "created", "refused"
CREATE_REFUSED, STILL_PENDING, SEVERAL, UNREACHED = "IA-555", "IA-556", "IA-557", "IA-563"


class Creation:
    """The making of one dataset, and of later changes of its tables."""

    def __init__(
        self,
        ledger: Ledger,
        service: Service,
        name: str,
        settle_seconds: float,
        now: Callable[[], float],
    ) -> None:
        """`name` is the dataset's name in the service."""
        self._ledger = ledger
        self._service = service
        self._name = name
        self._settle_seconds = settle_seconds
        self._now = now

    def ensure(self, body: bytes, *, again: bool = False) -> str:
        """The dataset's id, made or found; `again` asks anew after a refusal."""
        known = self._ledger.dataset(self._name)
        if known and known.state == CREATED and known.dataset_id:
            return known.dataset_id
        if known and known.state == REFUSED and not again:
            raise PermanentError(CREATE_REFUSED, dataset=self._name, words=known.detail)
        if known and known.state == PENDING and known.dataset_id:
            return self._when_ready(known.dataset_id)
        if found := self._found():
            return self._created(found)
        self._wait_for_late(known)
        return self._ask(body)

    def _found(self) -> str | None:
        """The id of the dataset of that name; None where there is none."""
        answer = self._service.datasets()
        if answer.kind is not Kind.DONE:
            raise _unreached(answer)
        given = answer.json.get("value", [])
        found = [str(item["id"]) for item in given if item.get("name") == self._name]
        if len(found) > 1:
            raise PermanentError(SEVERAL, dataset=self._name, ids=", ".join(found))
        return found[0] if found else None

    def _wait_for_late(self, known: DatasetState | None) -> None:
        """A request without an answer may still be applied: ask again only after the settling time."""
        if known is None or known.state != ASKED or known.asked_at is None:
            return
        if self._now() < known.asked_at + self._settle_seconds:
            raise TransientError(STILL_PENDING, dataset=self._name)

    def _ask(self, body: bytes) -> str:
        self._ledger.put_dataset(self._name, ASKED, None, self._now())
        try:
            answer = self._service.create(body)
        except InsightError:
            self._ledger.put_dataset(self._name, "", None, None)
            raise
        if answer.kind is Kind.DONE and answer.json.get("id"):
            dataset_id = str(answer.json["id"])
            if answer.status == 202:  # noqa: PLR2004 - accepted, not yet made
                self._ledger.put_dataset(self._name, PENDING, dataset_id, self._now())
                return self._when_ready(dataset_id)
            return self._created(dataset_id)
        if answer.kind is Kind.REFUSED:
            self._ledger.put_dataset(self._name, REFUSED, None, self._now(), answer.words)
            raise PermanentError(CREATE_REFUSED, dataset=self._name, words=answer.words)
        if answer.kind is Kind.NOT_NOW:
            self._ledger.put_dataset(self._name, "", None, None)
            raise _unreached(answer)
        self._ledger.put_dataset(self._name, ASKED, None, self._now(), answer.words)
        raise TransientError(STILL_PENDING, dataset=self._name)

    def _when_ready(self, dataset_id: str) -> str:
        """A dataset that was accepted is there when its tables can be listed."""
        answer = self._service.tables(dataset_id)
        if answer.kind is not Kind.DONE:
            raise TransientError(STILL_PENDING, dataset=self._name)
        return self._created(dataset_id)

    def _created(self, dataset_id: str) -> str:
        self._ledger.put_dataset(self._name, CREATED, dataset_id, self._now())
        return dataset_id

    def shape(self, dataset_id: str, bodies: Mapping[str, bytes]) -> list[str]:
        """Bring columns and measures of the tables up to date; gives the tables that were changed."""
        changed = []
        for table, body in bodies.items():
            digest = hashlib.sha256(body).hexdigest()
            state = self._ledger.table(self._name, table)
            if state.body_hash == digest:
                continue
            answer = self._service.put_table(dataset_id, table, body)
            if answer.kind is Kind.REFUSED:
                detail = f"HTTP {answer.status}: {answer.words}"
                self._ledger.set_table(self._name, table, hold="IA-551", hold_detail=detail)
            elif answer.kind is not Kind.DONE:
                raise _unreached(answer)
            else:
                self._ledger.set_table(self._name, table, body_hash=digest)
                changed.append(table)
        return changed


def _unreached(answer: Answer) -> TransientError:
    words = answer.words or "no answer"
    return TransientError(
        UNREACHED, words=f"HTTP {answer.status}: {words}" if answer.status else words
    )
