"""DAX text to a tree: words, then precedence climbing.

Belongs here: the grammar. Does not: which tables, columns and functions there are.
"""

from __future__ import annotations

import re
from dataclasses import dataclass
from datetime import datetime

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
    Query,
    Unary,
)

_WORDS = re.compile(
    r"""(?P<space>\s+|--[^\n]*|//[^\n]*|/\*.*?\*/)
      | dt"(?P<moment>[^"]*)"
      | "(?P<text>(?:[^"]|"")*)"
      | '(?P<quoted>(?:[^']|'')*)'
      | \[(?P<bracket>(?:[^\]]|\]\])*)\]
      | (?P<number>\d+(?:\.\d+)?(?:[eE][+-]?\d+)?|\.\d+)
      | (?P<name>[^\W\d]\w*(?:\.\w+)*)
      | (?P<sign>&&|\|\||<>|<=|>=|==|[-+*/^&=<>(){},])""",
    re.VERBOSE | re.DOTALL,
)
_BINDING = {
    "||": 1, "&&": 2, "in": 4, "=": 4, "==": 4, "<>": 4, "<": 4, "<=": 4, ">": 4, ">=": 4,
    "&": 5, "+": 6, "-": 6, "*": 7, "/": 7, "^": 9,
}  # fmt: skip
_NOT, _MINUS = 3, 8
_KEYWORDS = {"in", "not", "var", "return", "order", "by", "asc", "desc", "evaluate"}


@dataclass(frozen=True)
class Word:
    """A word of the text: its kind, what it says, and where it stands."""

    kind: str
    text: str
    place: int


def parse(text: str) -> Query:
    """A query `EVALUATE ...`."""
    return _Parser(text).query()


def parse_expression(text: str) -> Node:
    """A measure's expression."""
    return _Parser(text).whole_expression()


def _words(text: str) -> list[Word]:
    words, place = [], 0
    while place < len(text):
        found = _WORDS.match(text, place)
        if found is None:
            message = f"nothing begins with {text[place : place + 10]!r} (character {place + 1})"
            raise DaxError(message)
        kind = str(found.lastgroup)
        if kind != "space":
            said = found[kind]
            if kind == "name" and said.casefold() in _KEYWORDS:
                kind, said = "sign", said.casefold()
            words.append(Word(kind, said, place))
        place = found.end()
    return [*words, Word("end", "", len(text))]


class _Parser:
    def __init__(self, text: str) -> None:
        self._words = _words(text)
        self._at = 0

    def query(self) -> Query:
        self._expect("evaluate")
        table = self._expression(0)
        order = []
        if self._takes("order"):
            self._expect("by")
            order.append(self._order())
            while self._takes(","):
                order.append(self._order())
        self._end()
        return Query(table, tuple(order))

    def whole_expression(self) -> Node:
        node = self._expression(0)
        self._end()
        return node

    def _order(self) -> tuple[Node, bool]:
        node = self._expression(0)
        is_descending = self._takes("desc")
        if not is_descending:
            self._takes("asc")
        return node, is_descending

    def _expression(self, least: int) -> Node:
        left = self._operand()
        while True:
            word = self._word()
            binding = _BINDING.get(word.text, -1) if word.kind == "sign" else -1
            if binding <= least:
                return left
            self._at += 1
            if word.text == "in":
                left = InList(left, self._listed("{", "}"))
            else:
                left = Binary(word.text, left, self._expression(binding))

    def _operand(self) -> Node:
        if self._takes("-"):
            return Unary("-", self._expression(_MINUS))
        if self._takes("+"):
            return self._expression(_MINUS)
        if self._takes("not"):
            return Unary("not", self._expression(_NOT))
        if self._takes("("):
            node = self._expression(0)
            self._expect(")")
            return node
        if self._takes("var"):
            return self._let()
        return self._plain()

    def _let(self) -> Node:
        name = self._word()
        self._at += 1
        self._expect("=")
        value = self._expression(0)
        body = self._let() if self._takes("var") else self._returned()
        return Let(name.text, value, body)

    def _returned(self) -> Node:
        self._expect("return")
        return self._expression(0)

    def _plain(self) -> Node:
        word = self._word()
        self._at += 1
        match word.kind:
            case "text":
                return Literal(word.text.replace('""', '"'))
            case "number":
                is_whole = word.text.isdigit()
                return Literal(int(word.text) if is_whole else float(word.text))
            case "moment":
                return Literal(_moment(word.text))
            case "bracket":
                return ColumnRef("", word.text.replace("]]", "]"))
            case "quoted" | "name":
                return self._named(word)
        message = f"{word.text or 'the end'!r} is not expected at character {word.place + 1}"
        raise DaxError(message)

    def _named(self, word: Word) -> Node:
        name = word.text.replace("''", "'") if word.kind == "quoted" else word.text
        following = self._word()
        if following.kind == "bracket":
            self._at += 1
            return ColumnRef(name, following.text.replace("]]", "]"))
        if word.kind == "name" and following.kind == "sign" and following.text == "(":
            return Call(name.upper(), self._listed("(", ")"))
        return NameRef(name)

    def _listed(self, opening: str, closing: str) -> tuple[Node, ...]:
        self._expect(opening)
        nodes: list[Node] = []
        while not self._takes(closing):
            if nodes:
                self._expect(",")
            nodes.append(self._expression(0))
        return tuple(nodes)

    def _word(self) -> Word:
        return self._words[self._at]

    def _takes(self, sign: str) -> bool:
        word = self._word()
        is_it = word.kind == "sign" and word.text == sign
        self._at += is_it
        return is_it

    def _expect(self, sign: str) -> None:
        if not self._takes(sign):
            word = self._word()
            message = f"{sign!r} is expected at character {word.place + 1}, not {word.text!r}"
            raise DaxError(message)

    def _end(self) -> None:
        if self._word().kind != "end":
            message = f"{self._word().text!r} is not expected at character {self._word().place + 1}"
            raise DaxError(message)


def _moment(text: str) -> datetime:
    try:
        return datetime.fromisoformat(text)
    except ValueError:
        message = f"{text!r} is no date"
        raise DaxError(message) from None
