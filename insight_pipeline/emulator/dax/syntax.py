"""DAX as a tree.

Belongs here: the nodes, and the error for what is not understood. Does not: how text becomes a tree
(parser.py), nor what a node means.
"""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime

Scalar = str | int | float | bool | datetime | None
"""A value; None is BLANK."""


class DaxError(Exception):
    """A query that is wrong, or beyond what is understood here."""


@dataclass(frozen=True)
class Literal:
    """A constant."""

    value: Scalar


@dataclass(frozen=True)
class ColumnRef:
    """`'Table'[column]`, or `[name]` with an empty table: a column or a measure."""

    table: str
    name: str


@dataclass(frozen=True)
class NameRef:
    """`'Table'`, `Table` or a variable."""

    name: str


@dataclass(frozen=True)
class Call:
    """A function with its arguments."""

    name: str
    arguments: tuple[Node, ...]


@dataclass(frozen=True)
class Binary:
    """Two operands."""

    operator: str
    left: Node
    right: Node


@dataclass(frozen=True)
class Unary:
    """`-x` or `NOT x`."""

    operator: str
    operand: Node


@dataclass(frozen=True)
class InList:
    """`x IN { ... }`."""

    operand: Node
    choices: tuple[Node, ...]


@dataclass(frozen=True)
class Let:
    """`VAR name = value RETURN body`."""

    name: str
    value: Node
    body: Node


Node = Literal | ColumnRef | NameRef | Call | Binary | Unary | InList | Let


@dataclass(frozen=True)
class Query:
    """`EVALUATE table [ORDER BY ...]`; each order is an expression and whether it descends."""

    table: Node
    order: tuple[tuple[Node, bool], ...] = ()
