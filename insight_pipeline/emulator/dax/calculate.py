"""Filter contexts: CALCULATE, what its arguments do to the filters, and rows that become filters.

Belongs here: how filters are set, replaced and taken away. Does not: which rows they leave (model.py).
"""

from __future__ import annotations

from collections.abc import Callable, Iterator, Sequence
from dataclasses import fields, is_dataclass
from typing import TYPE_CHECKING

from insight_pipeline.emulator.dax.model import Context, Filter, Layout, Record
from insight_pipeline.emulator.dax.syntax import Call, ColumnRef, DaxError, NameRef, Node, Scalar
from insight_pipeline.emulator.dax.values import fold, is_true

if TYPE_CHECKING:
    from insight_pipeline.emulator.dax.compiler import Compiler, ScalarFunction, Scope

Change = Callable[[Context, tuple[Filter, ...]], tuple[Filter, ...]]
"""What one argument makes of the filters, given the context outside."""
_REMOVING = {"ALL", "REMOVEFILTERS", "ALLSELECTED"}
_TABLES = {"FILTER", "VALUES", "DISTINCT", "SUMMARIZE", "CALCULATETABLE", "TOPN", "ADDCOLUMNS"}


def calculate(compiler: Compiler, arguments: Sequence[Node], scope: Scope) -> ScalarFunction:
    """CALCULATE(expression, filter, ...)."""
    body = compiler.scalar(arguments[0], scope)
    return in_filters(compiler, body, arguments[1:], scope)


def in_filters(
    compiler: Compiler,
    body: ScalarFunction,
    arguments: Sequence[Node],
    scope: Scope,
    *,
    keeps_rows: bool = True,
) -> ScalarFunction:
    """An expression in changed filters; rows that iterators stand on become filters."""
    changed = change(compiler, arguments, scope)
    return lambda context: body(Context(changed(context), context.frames if keeps_rows else ()))


def change(
    compiler: Compiler, arguments: Sequence[Node], scope: Scope
) -> Callable[[Context], tuple[Filter, ...]]:
    """The filters that hold inside, from the context outside."""
    rows = [
        (depth, table, places)
        for depth, layout in enumerate(scope)
        for table, places in _tables(compiler, layout)
    ]
    changes = [_change(compiler, argument, scope) for argument in arguments]

    def changed(context: Context) -> tuple[Filter, ...]:
        filters = context.filters
        for depth, table, places in rows:
            filters = (*filters, _standing(table, places, context.frames[depth]))
        for each in changes:
            filters = each(context, filters)
        return filters

    return changed


Places = tuple[tuple[str, int, int], ...]
"""Columns of a table (case folded): name, place in the row at hand, place in the table."""


def _tables(compiler: Compiler, layout: Layout) -> Iterator[tuple[str, Places]]:
    names = dict.fromkeys(each.key[0] for each in layout)
    for name in names:
        if name and not name.startswith("\0"):
            yield (
                name,
                tuple(
                    (each.key[1], place, compiler.model.place(name, each.name))
                    for place, each in enumerate(layout)
                    if each.key[0] == name
                ),
            )


def _standing(table: str, places: Places, row: Record) -> Filter:
    wanted = [(to, fold(row[at])) for _, at, to in places]
    return Filter(
        table,
        frozenset(name for name, _, _ in places),
        lambda r: all(fold(r[to]) == value for to, value in wanted),
        (tuple(to for to, _ in wanted), tuple(value for _, value in wanted)),
    )


def in_groups(
    compiler: Compiler, table: Node, layout: Layout, scope: Scope
) -> Callable[[Context], Callable[[Record], Context]]:
    """For each group of a table's rows the context that leaves the rows of the group."""
    tables = list(_tables(compiler, layout))
    # A stored table brings no filters but those of the context.
    added = None if isinstance(table, NameRef) else _add_rows(compiler, table, scope)

    def groups(context: Context) -> Callable[[Record], Context]:
        filters = context.filters if added is None else added(context, context.filters)
        return lambda group: Context(
            (*filters, *(_standing(name, places, group) for name, places in tables)),
            (*context.frames, group),
        )

    return groups


def _change(compiler: Compiler, node: Node, scope: Scope) -> Change:
    if isinstance(node, Call):
        if node.name == "KEEPFILTERS":
            return _add(compiler, node.arguments[0], scope, replaces=False)
        if node.name in _REMOVING:
            return _remove(node.arguments)
    return _add(compiler, node, scope, replaces=True)


def _remove(arguments: Sequence[Node]) -> Change:
    tables, columns = set(), set()
    for node in arguments:
        if isinstance(node, NameRef):
            tables.add(node.name.casefold())
        elif isinstance(node, ColumnRef):
            columns.add((node.table.casefold(), node.name.casefold()))
    if not arguments:
        return lambda _, __: ()
    return lambda _, filters: tuple(
        each
        for each in filters
        if each.table not in tables
        and not all((each.table, name) in columns for name in each.columns)
    )


def _add(compiler: Compiler, node: Node, scope: Scope, *, replaces: bool) -> Change:
    if isinstance(node, NameRef) or (isinstance(node, Call) and node.name in _TABLES):
        return _add_rows(compiler, node, scope)
    return _add_condition(compiler, node, scope, replaces=replaces)


def _add_rows(compiler: Compiler, node: Node, scope: Scope) -> Change:
    relation = compiler.relation(node, scope)
    tables = list(_tables(compiler, relation.layout))

    def added(context: Context, filters: tuple[Filter, ...]) -> tuple[Filter, ...]:
        rows = relation.rows(context)
        for table, places in tables:
            allowed = {tuple(fold(row[at]) for _, at, _ in places) for row in rows}
            filters = (*filters, _among(table, places, allowed))
        return filters

    return added


def _among(table: str, places: Places, allowed: set[tuple[Scalar, ...]]) -> Filter:
    columns = frozenset(name for name, _, _ in places)
    to = [place for _, _, place in places]
    return Filter(table, columns, lambda row: tuple(fold(row[place]) for place in to) in allowed)


def _add_condition(compiler: Compiler, node: Node, scope: Scope, *, replaces: bool) -> Change:
    columns = set(_columns(node))
    tables = {column.table.casefold() for column in columns}
    if len(tables) != 1 or "" in tables:
        message = "a condition of CALCULATE must be about the columns of one table"
        raise DaxError(message)
    table = tables.pop()
    names = frozenset(column.name.casefold() for column in columns)
    test = compiler.scalar(node, (*scope, compiler.model.layout(table)))

    def added(context: Context, filters: tuple[Filter, ...]) -> tuple[Filter, ...]:
        kept = filters
        if replaces:
            kept = tuple(f for f in filters if f.table != table or not f.columns <= names)
        return (*kept, Filter(table, names, lambda row: is_true(test(context.at(row)))))

    return added


def _columns(node: object) -> Iterator[ColumnRef]:
    if isinstance(node, ColumnRef):
        yield node
    elif isinstance(node, tuple):
        for each in node:
            yield from _columns(each)
    elif is_dataclass(node):
        for part in fields(node):
            yield from _columns(getattr(node, part.name))
