"""Faults on demand: which kinds there are, and which one hits the next request.

Belongs here: the rules and their queue. Does not: carrying a fault out (gateway.py for what goes over the
wire, answers.py for bodies).
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field, fields
from enum import StrEnum


class Operation(StrEnum):
    """What a request asks for, as rules name it."""

    CREATE = "create"
    DATASETS = "datasets"
    TABLES = "tables"
    PUT_TABLE = "put_table"
    PUSH = "push"
    DELETE = "delete"
    SEQUENCE = "sequence"
    QUERY = "query"
    GROUPS = "groups"
    DISCOVERY = "discovery"
    DEVICE_CODE = "devicecode"
    TOKEN = "token"  # noqa: S105 (the name of an operation)
    ANY = "any"


class FaultKind(StrEnum):
    """What goes wrong."""

    ANSWER_LOST = "answer_lost"
    """Done; the connection is closed without an answer."""
    ANSWER_CUT = "answer_cut"
    """Done; the connection ends in the middle of the answer."""
    RESET = "reset"
    """Not done; the connection is reset at once."""
    RESET_IN_BODY = "reset_in_body"
    """Not done; the connection is reset while the request's body is being sent."""
    ERROR_BEFORE = "error_before"
    """Not done; answered with `status` (503)."""
    ERROR_AFTER = "error_after"
    """Done; answered with `status` (503)."""
    APPLIED_LATE = "applied_late"
    """Done `seconds` later; answered with `status` now, or not at all."""
    SLOW = "slow"
    """Done at once, answered after `seconds` of real time."""
    THROTTLED = "throttled"
    """429 with `retry_after_seconds`."""
    UNAUTHORIZED = "unauthorized"
    TOKEN_EXPIRED = "token_expired"  # noqa: S105 (the name of a fault)
    NOT_AUTHORIZED = "not_authorized"
    CREATE_REFUSED = "create_refused"
    BAD_REQUEST = "bad_request"
    TOO_LARGE = "too_large"
    ECHOED = "echoed"
    """Not done; answered with `status` (400) and words that repeat the access token and the rows."""
    REDIRECT = "redirect"
    """302 to `location`, or to an address of the emulator that shows up in its log."""
    ACCEPTED = "accepted"
    """Creating answers 202; the dataset appears `seconds` later."""
    LOGIN_REFUSED = "login_refused"
    """The login answers with the AADSTS number `aadsts`."""


@dataclass
class FaultRule:
    """One line of the queue: hits `times` requests of the operation, after letting `skip` pass."""

    operation: Operation
    kind: FaultKind
    times: int = 1
    skip: int = 0
    seconds: float = 0.0
    status: int | None = None
    retry_after_seconds: int = 60
    is_bare: bool | None = None
    """Body of a 429: a message alone, or an OData error; by default as the options say."""
    aadsts: int = 0
    location: str = ""
    table: str = ""
    """Only requests of this table; empty: any."""

    @staticmethod
    def read(sent: object) -> FaultRule:
        """A rule from JSON; ValueError says what is wrong with it."""
        if not isinstance(sent, Mapping):
            message = "a rule is an object with operation and kind"
            raise ValueError(message)  # noqa: TRY004 (wrong input of a user, whatever its type)
        unknown = set(sent) - {known.name for known in fields(FaultRule)}
        if unknown or not {"operation", "kind"} <= set(sent):
            message = f"a rule needs operation and kind, and knows no {sorted(unknown)}"
            raise ValueError(message)
        values = dict(sent)
        return FaultRule(
            Operation(values.pop("operation")), FaultKind(values.pop("kind")), **values
        )


@dataclass
class FaultQueue:
    """Rules, consumed in order: the first that matches a request hits it."""

    rules: list[FaultRule] = field(default_factory=list)

    def take(self, operation: Operation, table: str) -> FaultRule | None:
        """The fault for a request, if one is due."""
        for rule in self.rules:
            if rule.operation not in {operation, Operation.ANY}:
                continue
            if rule.table and rule.table.casefold() != table.casefold():
                continue
            if rule.skip > 0:
                rule.skip -= 1
                return None
            rule.times -= 1
            if rule.times <= 0:
                self.rules.remove(rule)
            return rule
        return None
