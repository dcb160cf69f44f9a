"""Making the dataset once: names are not unique, so a lost answer is looked up before anything is repeated.

Creating may be refused (Microsoft retires push models); that is a state, and everything else goes on. A
dataset of the name that is there already is taken over, its contents checked by `delivery` before rows
are sent. A dataset is never deleted, and one that somebody else has deleted is made again when asked for.
"""

from __future__ import annotations

import hashlib
from collections.abc import Callable, Mapping

import requests

from insight_pipeline.model.errors import InsightError, PermanentError, TransientError
from insight_pipeline.sinks.powerbi.delivery import BY_HAND
from insight_pipeline.sinks.powerbi.ledger import Ledger
from insight_pipeline.sinks.powerbi.ledger_entries import DatasetState
from insight_pipeline.sinks.powerbi.service import NO_ANSWER, NO_CONNECTION, Answer, Kind, Service

ASKING, ASKED, PENDING, CREATED, REFUSED = "asking", "asked", "pending", "created", "refused"
"""A dataset's states; `asking` while the request is under way, `asked` when it ended without an answer."""
CREATE_REFUSED, STILL_PENDING, SEVERAL, UNREACHED = "IA-555", "IA-556", "IA-557", "IA-563"
GONE = "IA-570"
_PATIENCE = 10
"""How many settling times a dataset that was accepted may take to be there."""


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
        """The dataset's id, made or found; `again` asks anew after a refusal, or where it is gone."""
        known = self._ledger.dataset(self._name)
        if known and known.state == CREATED and known.dataset_id:
            if not self.is_gone(known.dataset_id):
                return known.dataset_id
            if not again:
                raise PermanentError(GONE, dataset=self._name)
            return self._replaced(body)
        if known and known.state == REFUSED and not again:
            raise PermanentError(CREATE_REFUSED, dataset=self._name, words=known.detail)
        if known and known.state == PENDING and known.dataset_id:
            if self._has_tables(known.dataset_id):
                return self._created(known.dataset_id)
            self._wait_until_settled(known, _PATIENCE)
        if found := self._found():
            return self._created(found)
        if known and known.state == ASKING:
            known = self._note_asked()
        if known and known.state == ASKED:
            self._wait_until_settled(known, 1)
        return self._ask(body)

    def _has_tables(self, dataset_id: str) -> bool:
        """Whether a dataset that was accepted is ready: its tables can be listed."""
        return self._service.tables(dataset_id).kind is Kind.DONE

    def is_gone(self, dataset_id: str) -> bool:
        """Whether a dataset that was there has vanished, from the list of all datasets too."""
        if self._service.tables(dataset_id).status != requests.codes.not_found:
            return False
        return dataset_id not in {str(item.get("id")) for item in self._listed()}

    def _replaced(self, body: bytes) -> str:
        """Another dataset instead of one that is gone: what was pushed to that is not in it."""
        self._ledger.forget_pushed(self._name, BY_HAND)
        found = self._found()
        return self._created(found) if found else self._ask(body)

    def _found(self) -> str | None:
        """The id of the dataset of that name; None where there is none."""
        found = [str(item["id"]) for item in self._listed() if item.get("name") == self._name]
        if len(found) > 1:
            raise PermanentError(SEVERAL, dataset=self._name, ids=", ".join(found))
        return found[0] if found else None

    def _listed(self) -> list[dict[str, object]]:
        """All datasets of the workspace; TransientError where they cannot be listed."""
        answer = self._service.datasets()
        given = answer.json.get("value")
        if answer.kind is not Kind.DONE or not isinstance(given, list):
            raise _unreached(answer)
        return given

    def _note_asked(self, words: str = "") -> DatasetState:
        """The request for the dataset has ended, at the latest now."""
        found = DatasetState(self._name, None, ASKED, self._now(), words)
        self._ledger.put_dataset(self._name, ASKED, None, found.asked_at, words)
        return found

    def _wait_until_settled(self, known: DatasetState, times: int) -> None:
        """What was asked for may still be made: ask again only so many settling times later."""
        if self._now() < (known.asked_at or 0.0) + times * self._settle_seconds:
            raise TransientError(STILL_PENDING, dataset=self._name)

    def _ask(self, body: bytes) -> str:
        self._ledger.put_dataset(self._name, ASKING, None, self._now())
        try:
            answer = self._service.create(body)
        except InsightError:
            self._ledger.put_dataset(self._name, "", None, None)
            raise
        if answer.kind is Kind.DONE and answer.json.get("id"):
            dataset_id = str(answer.json["id"])
            if answer.status == 202:  # noqa: PLR2004 - accepted, not yet made
                self._ledger.put_dataset(self._name, PENDING, dataset_id, self._now())
                if not self._has_tables(dataset_id):
                    raise TransientError(STILL_PENDING, dataset=self._name)
            return self._created(dataset_id)
        if answer.kind is Kind.REFUSED:
            self._ledger.put_dataset(self._name, REFUSED, None, self._now(), answer.words)
            raise PermanentError(CREATE_REFUSED, dataset=self._name, words=answer.words)
        if answer.kind is Kind.NOT_NOW:
            self._ledger.put_dataset(self._name, "", None, None)
            raise _unreached(answer)
        self._note_asked(answer.words)
        raise TransientError(STILL_PENDING, dataset=self._name)

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
    if answer.status:
        words = f"HTTP {answer.status}: {answer.words}".removesuffix(": ")
        return TransientError(UNREACHED, words=words)
    return TransientError(
        UNREACHED, words=NO_CONNECTION if answer.kind is Kind.NOT_NOW else NO_ANSWER
    )
