"""The functions that make tables.

Belongs here: FILTER, VALUES, SUMMARIZE and the like. Does not: single values (compiler.py).
"""

from __future__ import annotations

from collections.abc import Callable, Sequence
from typing import TYPE_CHECKING

from insight_pipeline.emulator.dax import calculate
from insight_pipeline.emulator.dax.model import Context, Field, Layout, Record
from insight_pipeline.emulator.dax.syntax import ColumnRef, DaxError, Literal, NameRef, Node, Scalar
from insight_pipeline.emulator.dax.values import fold, is_true, number

if TYPE_CHECKING:
    from insight_pipeline.emulator.dax.compiler import Compiler, Relation, Scope

Arguments = Sequence[Node]


def _made(layout: Layout, rows: Callable[[Context], list[Record]]) -> Relation:
    from insight_pipeline.emulator.dax.compiler import Relation  # noqa: PLC0415 (they need each other)

    return Relation(layout, rows)


def _row(compiler: Compiler, arguments: Arguments, scope: Scope) -> Relation:
    names, parts = _named(compiler, arguments, scope)
    return _made(names, lambda context: [tuple(part(context) for part in parts)])


def _filter(compiler: Compiler, arguments: Arguments, scope: Scope) -> Relation:
    inner = compiler.relation(arguments[0], scope)
    test = compiler.scalar(arguments[1], (*scope, inner.layout))
    return _made(
        inner.layout,
        lambda context: [row for row in inner.rows(context) if is_true(test(context.at(row)))],
    )


def _values(compiler: Compiler, arguments: Arguments, scope: Scope) -> Relation:
    node = arguments[0]
    if not isinstance(node, ColumnRef):
        inner = compiler.relation(node, scope)
        return _made(inner.layout, lambda context: _distinct(inner.rows(context)))
    return _columns_of(compiler, [node], is_filtered=True)


def _all(compiler: Compiler, arguments: Arguments, _: Scope) -> Relation:
    node = arguments[0]
    if isinstance(node, NameRef):
        name = node.name
        return _made(compiler.model.layout(name), lambda _: compiler.model.all_rows(name))
    return _columns_of(compiler, arguments, is_filtered=False)


def _columns_of(compiler: Compiler, nodes: Arguments, *, is_filtered: bool) -> Relation:
    columns = [node for node in nodes if isinstance(node, ColumnRef)]
    if len(columns) != len(nodes) or len({c.table.casefold() for c in columns}) != 1:
        message = "columns of one table are expected"
        raise DaxError(message)
    table = columns[0].table
    places = [compiler.model.place(table, column.name) for column in columns]
    layout = tuple(compiler.model.layout(table)[place] for place in places)

    def rows(context: Context) -> list[Record]:
        filters = context.filters if is_filtered else ()
        visible = compiler.model.visible(table, filters)
        return _distinct([tuple(row[place] for place in places) for row in visible])

    return _made(layout, rows)


def _calculate_table(compiler: Compiler, arguments: Arguments, scope: Scope) -> Relation:
    inner = compiler.relation(arguments[0], scope)
    changed = calculate.change(compiler, arguments[1:], scope)
    return _made(
        inner.layout, lambda context: inner.rows(Context(changed(context), context.frames))
    )


def _add_columns(compiler: Compiler, arguments: Arguments, scope: Scope) -> Relation:
    inner = compiler.relation(arguments[0], scope)
    names, parts = _named(compiler, arguments[1:], (*scope, inner.layout))
    return _made(
        (*inner.layout, *names),
        lambda context: [
            (*row, *(part(context.at(row)) for part in parts)) for row in inner.rows(context)
        ],
    )


def _select_columns(compiler: Compiler, arguments: Arguments, scope: Scope) -> Relation:
    inner = compiler.relation(arguments[0], scope)
    names, parts = _named(compiler, arguments[1:], (*scope, inner.layout))
    return _made(
        names,
        lambda context: [
            tuple(part(context.at(row)) for part in parts) for row in inner.rows(context)
        ],
    )


def _summarize(compiler: Compiler, arguments: Arguments, scope: Scope) -> Relation:
    inner = compiler.relation(arguments[0], scope)
    until = next((i for i, n in enumerate(arguments) if isinstance(n, Literal)), len(arguments))
    columns = [node for node in arguments[1:until] if isinstance(node, ColumnRef)]
    readers = [compiler.scalar(node, (*scope, inner.layout)) for node in columns]
    layout = tuple(Field(node.table or _table_of(inner, node), node.name) for node in columns)
    names, parts = _named(compiler, arguments[until:], (*scope, layout))
    in_groups = calculate.in_groups(compiler, arguments[0], layout, scope)

    def rows(context: Context) -> list[Record]:
        within = in_groups(context)
        groups = _distinct(
            [tuple(read(context.at(row)) for read in readers) for row in inner.rows(context)]
        )
        return [(*group, *(part(within(group)) for part in parts)) for group in groups]

    return _made((*layout, *names), rows)


def _table_of(inner: Relation, node: ColumnRef) -> str:
    return next((f.table for f in inner.layout if f.name.casefold() == node.name.casefold()), "")


def _top(compiler: Compiler, arguments: Arguments, scope: Scope) -> Relation:
    most = compiler.scalar(arguments[0], scope)
    inner = compiler.relation(arguments[1], scope)
    if arguments[2:]:
        message = "TOPN with an order is not understood here"
        raise DaxError(message)
    return _made(inner.layout, lambda context: inner.rows(context)[: int(number(most(context)))])


def _named(
    compiler: Compiler, arguments: Arguments, scope: Scope
) -> tuple[Layout, list[Callable[[Context], Scalar]]]:
    names, parts = [], []
    for name, node in zip(arguments[::2], arguments[1::2], strict=False):
        if not isinstance(name, Literal) or not isinstance(name.value, str):
            message = "a name in quotes is expected before each expression"
            raise DaxError(message)
        names.append(Field("", name.value))
        parts.append(compiler.scalar(node, scope))
    if len(arguments) % 2:
        message = "an expression is missing after the last name"
        raise DaxError(message)
    return tuple(names), parts


def _distinct(rows: list[Record]) -> list[Record]:
    return list({tuple(fold(value) for value in row): row for row in reversed(rows)}.values())[::-1]


FUNCTIONS: dict[str, Callable[[Compiler, Arguments, Scope], Relation]] = {
    "ROW": _row,
    "FILTER": _filter,
    "VALUES": _values,
    "DISTINCT": _values,
    "ALL": _all,
    "CALCULATETABLE": _calculate_table,
    "ADDCOLUMNS": _add_columns,
    "SELECTCOLUMNS": _select_columns,
    "SUMMARIZE": _summarize,
    "TOPN": _top,
}
