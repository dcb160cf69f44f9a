"""Commands that documents and messages name exist, with every option they name."""

from __future__ import annotations

import re
from collections.abc import Iterator
from pathlib import Path

import click
import pytest

from docsite.places import ROOT, pages
from docsite.snippets import blocks, spans
from insight_pipeline.cli.main import insight
from insight_pipeline.model.messages import CATALOGUE

_TYPED = re.compile(r"^\t(.+)$", re.MULTILINE)
_GLOBAL = r"--(?:config|log-level) \S+"
_NAMED = re.compile(
    rf"(?<![\w.-])insight((?: (?:{_GLOBAL}|[a-z]+(?:-[a-z]+)*\b|-[-\w]+|[^\s&|;`'\"]+))+)"
)


def _named(text: str) -> Iterator[list[str]]:
    """The words after each `insight`."""
    for found in _NAMED.finditer(text):
        yield re.sub(rf"{_GLOBAL} ", "", found[1]).split()


def _wrong(words: list[str]) -> str | None:
    """What is wrong with such a command, if anything."""
    command: click.Command = insight
    context = click.Context(insight)
    left = list(words)
    while isinstance(command, click.Group) and not (left and left[0].startswith("-")):
        name = left.pop(0).strip(".,:;)") if left else ""
        inner = command.get_command(context, name)
        if inner is None:
            return f"no command {name!r}"
        command = inner
        if isinstance(command, click.Group) and not left:
            break
    known = {
        option
        for each in command.get_params(context)
        for option in (*each.opts, *each.secondary_opts)
    }
    options = [word.strip(".,:;)") for word in left if word.startswith("--") and word != "--"]
    unknown = [option for option in options if option not in known]
    return f"no option {unknown}" if unknown else None


def _code(document: Path) -> Iterator[str]:
    """What a page sets as code, or what the Makefile runs."""
    text = document.read_text("utf-8")
    if document.suffix != ".md":
        yield from _TYPED.findall(text)
        return
    yield from spans(text)
    for block in blocks(text):
        if block.language != "bash":  # an administrator's, in which `insight` is a user as well
            yield from block.text.splitlines()


@pytest.mark.parametrize("document", [ROOT / "Makefile", *pages()], ids=lambda file: file.name)
def test_every_command_of_a_document_exists(document: Path) -> None:
    commands = [words for piece in _code(document) for words in _named(piece)]
    wrong = {" ".join(words): problem for words in commands if (problem := _wrong(words))}
    assert wrong == {}


def test_commands_are_found_in_documents() -> None:
    found = [words for page in pages() for piece in _code(page) for words in _named(piece)]
    assert len(found) > 100


@pytest.mark.parametrize("locale", ["de", "en"])
def test_every_command_of_a_message_exists(locale: str) -> None:
    texts = [
        text
        for message in CATALOGUE.values()
        for text in (message.text(locale), message.cause(locale), message.next_step(locale))
    ]
    commands = [words for text in texts for words in _named(text)]
    assert len(commands) > 20
    wrong = {" ".join(words): problem for words in commands if (problem := _wrong(words))}
    assert wrong == {}


def test_a_wrong_command_or_option_would_be_found() -> None:
    assert _wrong(["runs"]) == "no command 'runs'"
    assert next(_named("insight support-bundel -o x.zip"))[0] == "support-bundel"
    assert _wrong(["powerbi", "renew"]) == "no command 'renew'"
    assert _wrong(["run", "--form"]) == "no option ['--form']"
