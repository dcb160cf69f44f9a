"""Commands that documents and messages name exist, with every option they name."""

from __future__ import annotations

import re
from collections.abc import Iterator
from pathlib import Path

import click
import pytest

from insight_pipeline.cli.main import insight
from insight_pipeline.model.messages import CATALOGUE

ROOT = Path(__file__).parents[2]
DOCUMENTS = (
    *("README.md", "Makefile", "docs/powerbi.md", "docs/report.md", "docs/export.md"),
    *("docs/editions.md", "docs/databases.md", "docs/alerts.md", "docs/status.md"),
    *("docs/backup.md", "docs/logs.md"),
)
_CODE = re.compile(r"`([^`\n]+)`|^(?: {4}|\t)(.+)$", re.MULTILINE)
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
    known = {option for each in command.get_params(context) for option in each.opts}
    options = [word.strip(".,:;)") for word in left if word.startswith("--") and word != "--"]
    unknown = [option for option in options if option not in known]
    return f"no option {unknown}" if unknown else None


@pytest.mark.parametrize("document", DOCUMENTS)
def test_every_command_of_a_document_exists(document: str) -> None:
    text = (ROOT / document).read_text("utf-8")
    pieces = [found[1] or found[2] for found in _CODE.finditer(text)]
    commands = [words for piece in pieces for words in _named(piece)]
    assert commands
    wrong = {" ".join(words): problem for words in commands if (problem := _wrong(words))}
    assert wrong == {}


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


@pytest.mark.parametrize("target", ["demo", "ui"])
def test_every_target_of_make_that_the_readme_names_exists(target: str) -> None:
    named = set(re.findall(r"`make (\w+)", (ROOT / "README.md").read_text("utf-8")))
    assert target in named
    makefile = (ROOT / "Makefile").read_text("utf-8")
    assert named <= set(re.findall(r"^(\w+):", makefile, re.MULTILINE))
