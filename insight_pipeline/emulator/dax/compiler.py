"""From the tree to functions: names are looked up once, rows run through plain closures.

Belongs here: scalars, and the choice of what makes a table. Does not: filter contexts (calculate.py), the
functions that make tables (relations.py).
"""

from __future__ import annotations

from collections.abc import Callable, Iterable
from dataclasses import dataclass
from datetime import datetime

from insight_pipeline.emulator.dax import calculate, relations
from insight_pipeline.emulator.dax.model import Context, Field, Layout, Model, Record
from insight_pipeline.emulator.dax.parser import parse_expression
from insight_pipeline.emulator.dax.syntax import (
    Binary,
    Call,
    ColumnRef,
    DaxError,
    InList,
    Let,
    Literal,
    NameRef,
    Node,
    Scalar,
    Unary,
)
from insight_pipeline.emulator.dax.values import (
    AGGREGATES,
    OPERATORS,
    distinct,
    distinct_known,
    divide,
    equal,
    fold,
    greatest,
    is_true,
    least,
    number,
)

ScalarFunction = Callable[[Context], Scalar]
Aggregate = Callable[[Iterable[Scalar]], Scalar]
Scope = tuple[Layout, ...]
"""Layouts of the rows that enclosing iterators stand on, outermost first."""
_VARIABLE = "\0variable"


@dataclass(frozen=True)
class Relation:
    """A table expression: its columns, and its rows in a context."""

    layout: Layout
    rows: Callable[[Context], list[Record]]


class Compiler:
    """Compiles expressions over one model."""

    def __init__(self, model: Model) -> None:
        """Start with no measure compiled."""
        self.model = model
        self._open_measures: list[str] = []

    def relation(self, node: Node, scope: Scope) -> Relation:
        """A node that must be a table."""
        if isinstance(node, NameRef):
            name = node.name
            return Relation(
                self.model.layout(name), lambda context: self.model.visible(name, context.filters)
            )
        if isinstance(node, Call) and node.name in relations.FUNCTIONS:
            return relations.FUNCTIONS[node.name](self, node.arguments, scope)
        message = f"a table is expected, not {_said(node)}"
        raise DaxError(message)

    def scalar(self, node: Node, scope: Scope) -> ScalarFunction:  # noqa: PLR0911 (a kind of node each)
        """A node that must be a single value."""
        match node:
            case Literal(value):
                return lambda _: value
            case ColumnRef():
                return self._column(node, scope)
            case NameRef(name):
                return self._value_at(Field(_VARIABLE, name), scope, node)
            case Binary():
                return self._binary(node, scope)
            case Unary("-", operand):
                inner = self.scalar(operand, scope)
                return lambda context: OPERATORS["*"](-1, inner(context))
            case Unary(_, operand):
                inner = self.scalar(operand, scope)
                return lambda context: not is_true(inner(context))
            case InList(operand, choices):
                inner = self.scalar(operand, scope)
                listed = [self.scalar(choice, scope) for choice in choices]
                return lambda context: any(equal(inner(context), each(context)) for each in listed)
            case Let():
                return self._let(node, scope)
            case Call():
                return self._call(node, scope)

    def _binary(self, node: Binary, scope: Scope) -> ScalarFunction:
        left, right = self.scalar(node.left, scope), self.scalar(node.right, scope)
        if node.operator == "&&":
            return lambda context: is_true(left(context)) and is_true(right(context))
        if node.operator == "||":
            return lambda context: is_true(left(context)) or is_true(right(context))
        apply = OPERATORS[node.operator]
        return lambda context: apply(left(context), right(context))

    def _let(self, node: Let, scope: Scope) -> ScalarFunction:
        value = self.scalar(node.value, scope)
        body = self.scalar(node.body, (*scope, (Field(_VARIABLE, node.name),)))
        return lambda context: body(context.at((value(context),)))

    def _column(self, node: ColumnRef, scope: Scope) -> ScalarFunction:
        measure = None if node.table else self.model.measure(node.name)
        if measure is None:
            return self._value_at(Field(node.table, node.name), scope, node)
        if measure.name in self._open_measures:
            message = f"the measure [{measure.name}] needs itself"
            raise DaxError(message)
        self._open_measures.append(measure.name)
        body = self.scalar(parse_expression(measure.expression), ())
        self._open_measures.pop()
        return calculate.in_filters(self, body, [], scope, keeps_rows=False)

    def _value_at(self, wanted: Field, scope: Scope, node: Node) -> ScalarFunction:
        for depth in range(len(scope) - 1, -1, -1):
            for place, known in enumerate(scope[depth]):
                is_named = known.key[1] == wanted.key[1]
                is_there = known.key == wanted.key or (
                    not wanted.table and known.table != _VARIABLE
                )
                if is_named and is_there:
                    return _reader(depth, place)
        message = f"{_said(node)} stands for no single value here"
        raise DaxError(message)

    def _call(self, node: Call, scope: Scope) -> ScalarFunction:
        name, arguments = node.name, node.arguments
        if name in _SPECIAL:
            return _SPECIAL[name](self, arguments, scope)
        iterated = name.removesuffix("X")
        if name.endswith("X") and name != "MAX" and iterated in AGGREGATES:
            return self._iterate(iterated, arguments, scope)
        if len(arguments) == 1 and isinstance(arguments[0], ColumnRef) and name in _OF_COLUMN:
            return self._aggregate(_OF_COLUMN[name], arguments[0])
        return self._plain(name, [self.scalar(argument, scope) for argument in arguments])

    def _aggregate(self, aggregate: Aggregate, column: ColumnRef) -> ScalarFunction:
        place = self.model.place(column.table, column.name)
        return lambda context: aggregate(
            row[place] for row in self.model.visible(column.table, context.filters)
        )

    def count_rows(self, arguments: tuple[Node, ...], scope: Scope) -> ScalarFunction:
        """COUNTROWS: BLANK for none."""
        rows = self.relation(arguments[0], scope).rows
        return lambda context: len(rows(context)) or None

    def is_empty(self, arguments: tuple[Node, ...], scope: Scope) -> ScalarFunction:
        """ISEMPTY."""
        rows = self.relation(arguments[0], scope).rows
        return lambda context: not rows(context)

    def _iterate(self, name: str, arguments: tuple[Node, ...], scope: Scope) -> ScalarFunction:
        relation = self.relation(arguments[0], scope)
        each = self.scalar(arguments[1], (*scope, relation.layout))
        aggregate = AGGREGATES[name]
        return lambda context: aggregate(each(context.at(row)) for row in relation.rows(context))

    def related(self, arguments: tuple[Node, ...], scope: Scope) -> ScalarFunction:
        """RELATED: a column of the one side, for the row at hand."""
        wanted = arguments[0]
        if not isinstance(wanted, ColumnRef) or not scope or not scope[-1]:
            message = "RELATED needs a column and a row"
            raise DaxError(message)
        read = self.model.related(scope[-1][0].table, wanted.table, wanted.name)
        depth = len(scope) - 1
        return lambda context: read(context.frames[depth])

    def _plain(self, name: str, parts: list[ScalarFunction]) -> ScalarFunction:
        if name not in _PLAIN:
            message = f"the function {name} is not understood here"
            raise DaxError(message)
        function = _PLAIN[name]
        return lambda context: function(context, parts)


_SPECIAL: dict[str, Callable[[Compiler, tuple[Node, ...], Scope], ScalarFunction]] = {
    "CALCULATE": calculate.calculate,
    "COUNTROWS": Compiler.count_rows,
    "ISEMPTY": Compiler.is_empty,
    "RELATED": Compiler.related,
}
_OF_COLUMN: dict[str, Aggregate] = {
    **AGGREGATES,
    "DISTINCTCOUNT": distinct,
    "DISTINCTCOUNTNOBLANK": distinct_known,
}


def _reader(depth: int, place: int) -> ScalarFunction:
    return lambda context: context.frames[depth][place]


def _said(node: Node) -> str:
    match node:
        case ColumnRef(table, name):
            return f"'{table}'[{name}]" if table else f"[{name}]"
        case NameRef(name) | Call(name, _):
            return name
    return "an expression"


def _if(context: Context, parts: list[ScalarFunction]) -> Scalar:
    condition, then, *otherwise = parts
    if is_true(condition(context)):
        return then(context)
    return otherwise[0](context) if otherwise else None


def _switch(context: Context, parts: list[ScalarFunction]) -> Scalar:
    value, *rest = parts
    wanted = value(context)
    while len(rest) > 1:
        if equal(wanted, rest[0](context)):
            return rest[1](context)
        rest = rest[2:]
    return rest[0](context) if rest else None


def _divide(context: Context, parts: list[ScalarFunction]) -> Scalar:
    left, right = parts[0](context), parts[1](context)
    if number(right):
        return divide(left, right)
    return parts[2](context) if parts[2:] else None


def _coalesce(context: Context, parts: list[ScalarFunction]) -> Scalar:
    return next((v for v in (part(context) for part in parts) if v is not None), None)


def _date(context: Context, parts: list[ScalarFunction]) -> Scalar:
    year, month, day = (int(number(part(context))) for part in parts)
    return datetime(year, month, day)  # noqa: DTZ001 (the service's times have no zone)


_PLAIN: dict[str, Callable[[Context, list[ScalarFunction]], Scalar]] = {
    "TRUE": lambda _, __: True,
    "FALSE": lambda _, __: False,
    "BLANK": lambda _, __: None,
    "ISBLANK": lambda context, parts: parts[0](context) is None,
    "NOT": lambda context, parts: not is_true(parts[0](context)),
    "AND": lambda context, parts: all(is_true(part(context)) for part in parts),
    "OR": lambda context, parts: any(is_true(part(context)) for part in parts),
    "IF": _if,
    "SWITCH": _switch,
    "DIVIDE": _divide,
    "COALESCE": _coalesce,
    "DATE": _date,
    "ABS": lambda context, parts: abs(number(parts[0](context))),
    "INT": lambda context, parts: int(number(parts[0](context)) // 1),
    "MIN": lambda context, parts: least(part(context) for part in parts),
    "MAX": lambda context, parts: greatest(part(context) for part in parts),
    "EXACT": lambda context, parts: parts[0](context) == parts[1](context),
    "LOWER": lambda context, parts: fold(parts[0](context)),
}
