"""Code of a page, found: fenced blocks with their language, spans between backticks, and commands in both."""

from __future__ import annotations

import re
import textwrap
from collections.abc import Iterator
from dataclasses import dataclass

_BLOCK = re.compile(r"^( *)```(\w*)\n(.*?)^\1```$", re.MULTILINE | re.DOTALL)
_SPAN = re.compile(r"`([^`\n]+)`")
_COMMENT = re.compile(r"\s+#\s.*$")


@dataclass(frozen=True)
class Block:
    """A fenced block: the language behind its opening fence, and its text without indentation."""

    language: str
    text: str


def blocks(text: str) -> Iterator[Block]:
    """The fenced blocks of a page, in their order."""
    for found in _BLOCK.finditer(text):
        yield Block(found[2], textwrap.dedent(found[3]))


def spans(text: str) -> Iterator[str]:
    """What stands between backticks, outside of blocks."""
    for found in _SPAN.finditer(_BLOCK.sub("", text)):
        yield found[1]


def shell_lines(text: str) -> Iterator[str]:
    """What a page tells people to type, a line each, without comments."""
    for block in blocks(text):
        if block.language == "sh":
            lines = (_COMMENT.sub("", line).strip() for line in block.text.splitlines())
            yield from (line for line in lines if line)
        elif block.language == "console":
            yield block.text.splitlines()[0].removeprefix("$ ")


def commands(text: str) -> Iterator[str]:
    """Every call of `insight` that a page shows whole: typed lines, and spans without a gap in them."""
    for line in shell_lines(text):
        if line.startswith("insight "):
            yield line
    for span in spans(text):
        if span.startswith("insight ") and not re.search(r"\.\.\.|\b[A-Z]{2,}\b", span):
            yield span
