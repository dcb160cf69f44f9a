"""Carrying out what the ledger holds for one table: settle, empty, send, one request at a time.

Before a request leaves, the ledger says so; what its answer means is written before anything else
happens. So a process may be killed anywhere, and the next one goes on from the ledger. What to send was
planned before (`upload`); what the limits allow is reckoned in `quota`.
"""

from __future__ import annotations

import time
from collections.abc import Callable
from dataclasses import dataclass, field, replace

from insight_pipeline.logs.events import logger
from insight_pipeline.model.errors import InsightError
from insight_pipeline.sinks.powerbi.changes import body
from insight_pipeline.sinks.powerbi.ledger import Ledger
from insight_pipeline.sinks.powerbi.ledger_entries import Batch, Phase, State, TableState
from insight_pipeline.sinks.powerbi.quota import Limits, allowance
from insight_pipeline.sinks.powerbi.restored import Remembered, difference, difference_by_number
from insight_pipeline.sinks.powerbi.service import Answer, Found, Kind, Service
from insight_pipeline.sinks.powerbi.settling import Look, Verdict, verdict

REFUSED, UNSETTLED, DIFFERENT, OLD_LEDGER, FULL, BY_HAND = (
    "IA-551",
    "IA-552",
    "IA-553",
    "IA-554",
    "IA-558",
    "IA-559",
)
"""Codes of the messages that say why a table is held."""
SETTLING, UNREACHED, UNSEEN = "settling", "unreached", "unseen"
"""What a rest waits for, beside the limits that `quota` names."""
_UNREACHED_SECONDS = 15.0
_MOST_UNANSWERED = 2
"""After so many batches in a row without an answer the service is left alone for `_PAUSE`."""
_PAUSE = 5
"""In settling times."""
LOOKS = 10
"""How many settling times to go on looking before a table is held."""
_LEAST_LOOKS = 3
"""How often to look before that, however much time has passed since the batch was sent."""
_log = logger(__name__)


@dataclass(frozen=True)
class Options:
    """How a delivery behaves; the clock and sleep are replaced in tests."""

    limits: Limits = field(default_factory=Limits)
    settle_seconds: float = 120.0
    patience_seconds: float = 180.0
    """How long one delivery waits in all before it leaves the rest to the next."""
    now: Callable[[], float] = time.time
    sleep: Callable[[float], None] = time.sleep


@dataclass
class Delivered:
    """What one delivery to a table did, and what is left."""

    table: str
    batches: int = 0
    rows: int = 0
    requests: int = 0
    waited_seconds: float = 0.0
    rest_batches: int = 0
    rest_rows: int = 0
    hold: str | None = None
    hold_detail: str = ""
    waits_for: str = ""
    goes_on_at: float | None = None
    """When the rest may be sent, in seconds since 1970."""
    problem: InsightError | None = None
    """What ended the delivery early: no login, no right, a ledger that cannot be written."""


class _Later(Exception):  # noqa: N818 - not an error: the rest comes later
    """Waiting would take longer than the delivery's patience."""

    def __init__(self, at: float, reason: str) -> None:
        super().__init__(reason)
        self.at = at
        self.reason = reason


class TableDelivery:
    """The delivery of one table of a dataset that exists."""

    def __init__(
        self,
        ledger: Ledger,
        service: Service,
        dataset: tuple[str, str],
        table: str,
        options: Options,
        *,
        is_fact: bool,
    ) -> None:
        """`dataset` is its name and id; rows of a fact name their batch."""
        self._ledger = ledger
        self._service = service
        self._name, self._id = dataset
        self._table = table
        self._options = options
        self._is_fact = is_fact
        self._looks = 0
        self._unanswered = 0
        self.done = Delivered(table)

    def run(self) -> Delivered:
        """Settle and send until nothing is left, the table is held, or waiting takes too long."""
        try:
            self._work()
        except _Later as later:
            self.done.waits_for, self.done.goes_on_at = later.reason, later.at
        except InsightError as error:
            self.done.problem = error
        return self._summary()

    def _work(self) -> None:
        is_checked = False
        while (state := self._state()).hold is None:
            if state.phase is Phase.DELETING:
                self._set(state, phase=Phase.EMPTYING, phase_at=self._options.now())
            elif state.phase is Phase.EMPTYING:
                self._empty(state)
            elif state.restored_at is not None:
                self._check_restored(state)
            elif batch := self._first(State.SENDING, State.UNCERTAIN):
                self._settle(batch, state)
            elif not is_checked:
                is_checked = self._check_ledger(state)
            elif batch := self._first(State.PLANNED):
                self._send(batch, state)
            else:
                self._set(state, phase=Phase.OPEN)
                break

    def _first(self, *states: State) -> Batch | None:
        return self._ledger.first(self._name, self._table, *states)

    # Settling

    def _settle(self, batch: Batch, state: TableState) -> None:
        now = self._options.now()
        if batch.ended_at is None or batch.state is State.SENDING:
            self._ledger.end(batch, State.UNCERTAIN, now, "stopped before the answer was noted")
            return
        number, rows = self._ledger.confirmed(state)
        found = self._look(batch, rows, state)
        self._looks += 1
        ends_at = batch.ended_at + self._options.settle_seconds
        is_late = now >= batch.ended_at + LOOKS * self._options.settle_seconds
        if is_late and self._looks >= _LEAST_LOOKS:
            found = replace(found, may_tell_later=False)
        result = verdict(found, batch.sequence, batch.rows, number, is_time_over=now >= ends_at)
        if result is Verdict.WAIT:
            self._wait_until(max(ends_at, now + self._options.settle_seconds / 4), SETTLING)
            return
        self._looks = 0
        if result is Verdict.ARRIVED:
            self._confirm(batch)
        elif result is Verdict.NOT_ARRIVED:
            self._ledger.end(batch, State.PLANNED, now, "settled: it did not arrive")
        else:
            code = UNSETTLED if result is Verdict.HOLD_UNKNOWN else DIFFERENT
            self._hold(state, code, f"{batch.rows} | {found.rows}")

    def _look(self, batch: Batch, rows_before: int, state: TableState) -> Look:
        """A number above all that ever left is another client's, and says nothing of ours."""
        number = Found(None)
        if not state.has_other_numbers:
            number = self._seen(self._service.sequence(self._id, self._table))
        sequence = number.value
        if sequence is not None and sequence > state.sent_sequence:
            sequence = None
        batch_id = batch.batch_id if self._is_fact else None
        rows = self._seen(self._service.count(self._id, self._table, batch_id))
        counted = rows.value
        if counted is not None and not self._is_fact:
            counted -= rows_before
        return Look(sequence, counted, number.may_come_later or rows.may_come_later)

    def _check_ledger(self, state: TableState) -> bool:
        """Hold a table of which the service knows more than the ledger: another one has fed it.

        True once it is known that nobody has.
        """
        _, expected = self._ledger.confirmed(state)
        rows = self._seen(self._service.count(self._id, self._table))
        now, settle = self._options.now(), self._options.settle_seconds
        if rows.value is not None and rows.value != expected:
            settled_at = self._ledger.last_end(state) + settle
            if settled_at > now:  # what is seen so soon after a request may still change
                self._wait_until(settled_at, SETTLING)
            else:
                self._hold(state, OLD_LEDGER, f"{expected} | {rows.value}")
            return False
        number = self._service.sequence(self._id, self._table)
        if rows.value is None and number.value is None and rows.may_come_later:
            self._wait_until(now + settle / 4, UNSEEN)
            return False
        if number.value is None or number.value <= state.sent_sequence or state.has_other_numbers:
            return True
        if rows.value is None:
            self._hold(state, OLD_LEDGER, f"number {state.sent_sequence} | {number.value}")
            return False
        self._set(state, has_other_numbers=True)
        return True

    def _check_restored(self, state: TableState) -> None:
        """Trust a ledger that comes from a backup where nothing was sent since, else hold the table."""
        sent = (State.CONFIRMED, State.SENDING, State.UNCERTAIN)
        batches = self._ledger.batches(self._name, self._table, *sent)
        remembered = Remembered.of(state, batches)
        asked = [None, *(batch.batch_id for batch in remembered.asked)]
        looks = [self._seen(self._service.count(self._id, self._table, one)) for one in asked]
        counts = [look.value for look in looks if look.value is not None]
        if len(counts) == len(looks):
            differs = difference(remembered, counts[0], counts[1:])
        elif any(look.may_come_later for look in looks):
            self._wait_until(self._options.now() + self._options.settle_seconds / 4, UNSEEN)
            return
        else:
            number = self._service.sequence(self._id, self._table).value
            differs = difference_by_number(state, number)
        if differs is None:
            self._set(state, restored_at=None)
        else:
            self._hold(state, OLD_LEDGER, differs)

    # Sending

    def _send(self, batch: Batch, state: TableState) -> None:
        now, limits = self._options.now(), self._options.limits
        if batch.rows > limits.rows_an_hour:
            self._ledger.split(batch, limits.rows_an_hour)
            return
        allowed = allowance(self._ledger.usage(self._name), limits, self._table, batch.rows, now)
        if allowed.is_full:
            self._hold(state, FULL, str(limits.stored_rows))
            return
        if allowed.at > now:
            self._wait_until(allowed.at, allowed.reason)
            return
        data = body(self._ledger.content(batch), batch.batch_id if self._is_fact else None)
        if not self._ledger.start_sending(batch, now):
            return
        self.done.requests += 1
        fields = {"batch": batch.batch_id, "sequence": batch.sequence, "rows": batch.rows}
        _log.trace("powerbi_batch", table=self._table, **fields)
        try:
            answer = self._service.push(self._id, self._table, data, batch.sequence)
        except InsightError:
            self._ledger.end(batch, State.PLANNED, self._options.now(), "no valid login")
            raise
        self._note(batch, answer, state)

    def _note(self, batch: Batch, answer: Answer, state: TableState) -> None:
        """Write down what an answer means before anything else is done."""
        now = self._options.now()
        if answer.kind is Kind.DONE:
            self._unanswered = 0
            self._confirm(batch)
        elif answer.kind is Kind.NOT_NOW:
            self._ledger.end(batch, State.PLANNED, now, answer.words)
            self._ledger.block(self._name, now + (answer.retry_seconds or _UNREACHED_SECONDS))
            self._not_now(answer)
        elif answer.kind is Kind.REFUSED:
            self._ledger.end(batch, State.REFUSED, now, answer.words)
            self._hold(state, REFUSED, f"HTTP {answer.status}: {answer.words}")
        else:
            self._ledger.end(batch, State.UNCERTAIN, now, answer.words)
            self._unanswered += 1
            if self._unanswered >= _MOST_UNANSWERED:
                self._ledger.block(self._name, now + _PAUSE * self._options.settle_seconds)

    def _seen(self, found: Found) -> Found:
        """What a look showed; a service that is not there is not waited for, table after table."""
        if found.is_away:
            raise _Later(self._options.now() + _UNREACHED_SECONDS, UNREACHED)
        return found

    def _not_now(self, answer: Answer) -> None:
        """Nor is it when a request does not reach it: the rest comes later."""
        self._seen(Found(None, is_away=not answer.status))

    def _confirm(self, batch: Batch) -> None:
        self._ledger.end(batch, State.CONFIRMED, self._options.now())
        self.done.batches += 1
        self.done.rows += batch.rows

    # Emptying

    def _empty(self, state: TableState) -> None:
        """Empty a table for its new epoch, when nothing of the old one can arrive any more."""
        now, settle = self._options.now(), self._options.settle_seconds
        old = self._ledger.batches(self._name, self._table, State.SENDING, State.UNCERTAIN)
        for batch in old:
            if batch.ended_at is None or batch.state is State.SENDING:
                self._ledger.end(batch, State.UNCERTAIN, now, "stopped before the answer was noted")
                return
        arrives_until = [batch.ended_at + settle for batch in old if batch.ended_at is not None]
        if state.phase_at is not None:
            arrives_until.append(state.phase_at + settle)
        if arrives_until and max(arrives_until) > now:
            self._wait_until(max(arrives_until), SETTLING)
            return
        self._set(state, phase=Phase.DELETING)
        self.done.requests += 1
        try:
            answer = self._service.empty(self._id, self._table)
        except InsightError:
            self._set(state, phase=Phase.EMPTYING, phase_at=None)
            raise
        if answer.kind is Kind.DONE and self._is_empty():
            number = self._service.sequence(self._id, self._table)
            self._ledger.emptied(state, number.value or 0)
            return
        was_applied = answer.kind in (Kind.DONE, Kind.UNKNOWN)
        ended_at = self._options.now() if was_applied else None
        self._set(state, phase=Phase.EMPTYING, phase_at=ended_at)
        if answer.kind is Kind.NOT_NOW:
            self._not_now(answer)
            self._wait_until(now + (answer.retry_seconds or _UNREACHED_SECONDS), "retry_after")
        elif answer.kind is Kind.REFUSED:
            self._hold(state, REFUSED, f"HTTP {answer.status}: {answer.words}")

    def _is_empty(self) -> bool:
        """Whether the table is seen to be empty, or where rows cannot be counted, was said to be."""
        rows = self._service.count(self._id, self._table)
        return rows.value == 0 or (rows.value is None and not rows.may_come_later)

    # Ledger, clock

    def _state(self) -> TableState:
        return self._ledger.table(self._name, self._table)

    def _set(self, state: TableState, **values: object) -> None:
        """Change the state of the epoch that was read; a newer one has been asked for otherwise."""
        self._ledger.set_table(self._name, self._table, epoch=state.epoch, **values)

    def _hold(self, state: TableState, code: str, detail: str) -> None:
        self._set(state, hold=code, hold_detail=detail)

    def _wait_until(self, at: float, reason: str) -> None:
        seconds = at - self._options.now()
        if self.done.waited_seconds + seconds > self._options.patience_seconds:
            raise _Later(at, reason)
        self.done.waited_seconds += max(seconds, 0.0)
        self._options.sleep(max(seconds, 0.0))

    def _summary(self) -> Delivered:
        state = self._state()
        self.done.hold, self.done.hold_detail = state.hold, state.hold_detail
        states = (State.PLANNED, State.SENDING, State.UNCERTAIN, State.REFUSED)
        rest = self._ledger.batches(self._name, self._table, *states)
        self.done.rest_batches, self.done.rest_rows = len(rest), sum(batch.rows for batch in rest)
        return self.done
