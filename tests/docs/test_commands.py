"""Every command that a page shows whole is run on the sample month, or it is said here why not."""

from __future__ import annotations

import re
import shlex

import click
import pytest

from docsite.outputs import PAGES_OF_EXAMPLES, locale_of
from docsite.places import ROOT, pages
from docsite.program import DEMO_DAYS, Program
from docsite.snippets import commands, shell_lines
from insight_pipeline.cli.main import insight

NOT_RUN = {
    "--log-level debug run": "loads a day (tests/integration/logs)",
    "alerts test": "sends, and no channel is set up (tests/integration/notify)",
    "backfill": "loads what `run` has loaded (tests/integration/test_command_line.py)",
    "database script": "SQLite has no roles (tests/integration/relational)",
    "emulator": "serves until it is stopped (tests/integration/emulator)",
    "logs --follow": "goes on until it is stopped (tests/integration/logs)",
    "login": "asks Microsoft (tests/integration/test_login.py)",
    "powerbi create": "needs the service (tests/integration/test_powerbi_command.py)",
    "powerbi push": "likewise",
    "run": "the sample is loaded by it (docsite/program.py)",
    "simulate": "writes ten weeks (tests/unit/simulator)",
}
"""Commands that are read alone, by how they begin, with the reason and where they are run instead."""
OTHER = {
    "make demo": "CI begins with it",
    "make ui": "tests/ui",
    "set -a; . ./.env; INSIGHT_CONFIG=$PWD/company.toml; "
    "INSIGHT_DAGSTER_DIR=$PWD/company_data/dagster; PATH=$PWD/.venv/bin:$PATH; set +a": "shell",
    "set -a; . ./.env; INSIGHT_CONFIG=$PWD/firma.toml; "
    "INSIGHT_DAGSTER_DIR=$PWD/firma_daten/dagster; PATH=$PWD/.venv/bin:$PATH; set +a": "shell",
}
"""Typed lines that do not begin with `insight`."""
NAMED_ALONE = {"backfill", "explain", "reconcile", "run"}
"""Commands that take more, and that a text may call by their name."""
BEHIND = {"status": {0, 3}}
"""Exit codes besides 0: the sample's days end long ago, and two of its files are refused on purpose."""

FOUND = {
    (command, page.name in PAGES_OF_EXAMPLES): locale_of(text)
    for page in pages()
    for text in [page.read_text("utf-8")]
    for command in commands(text)
}
COMMANDS = sorted({command for command, _ in FOUND})


def words_of(command: str) -> list[str]:
    """The arguments of a command, up to a pipe."""
    words = shlex.split(command, comments=True)[1:]
    return words[: words.index("|")] if "|" in words else words


def read(words: list[str]) -> None:
    """Parse a command as the program does, without running it; click's own errors where it is wrong."""
    command: click.Command = insight
    context = insight.make_context("insight", list(words))
    while isinstance(command, click.Group) and (left := [*context._protected_args, *context.args]):
        name, inner, left = command.resolve_command(context, left)
        assert inner is not None
        context = inner.make_context(name, left, parent=context)
        command = inner


def is_named_alone(words: list[str]) -> bool:
    return len(words) == 1 and words[0] in NAMED_ALONE


def is_run(command: str) -> bool:
    words = words_of(command)
    return not is_named_alone(words) and not any(
        words[: len(begin.split())] == begin.split() for begin in (*NOT_RUN, "--help")
    )


@pytest.mark.parametrize("command", COMMANDS)
def test_every_command_on_a_page_is_one_that_the_program_takes(command: str) -> None:
    words = words_of(command)
    if is_named_alone(words):
        assert insight.get_command(click.Context(insight), words[0]) is not None
    elif words != ["--help"]:
        read(words)


@pytest.mark.parametrize(
    "command",
    [
        "insight runs",
        "insight powerbi renew",
        "insight export fact_call --form csv",
        "insight explain",
        "insight run --from yesterday",
    ],
)
def test_a_wrong_command_would_be_found(command: str) -> None:
    with pytest.raises(click.UsageError):
        read(words_of(command))


@pytest.mark.slow
@pytest.mark.parametrize(
    ("command", "is_example", "locale"),
    sorted((command, example, locale) for (command, example), locale in FOUND.items() if is_run(command)),
)  # fmt: skip
def test_every_command_on_a_page_runs(
    command: str, is_example: bool, locale: str, programs: dict[str, Program]
) -> None:
    program = programs["examples" if is_example else "demo"]
    words = words_of(command)
    done = program.insight(words, locale)
    assert done.exit_code in BEHIND.get(words[0], {0}), done.output + done.errors
    assert done.output
    if written := re.search(r"-o (\S+\.\w+)", command):
        assert (program.folder / written[1]).stat().st_size > 0


def test_the_sample_is_loaded_by_the_command_of_the_quick_starts() -> None:
    run = f"insight run --from {DEMO_DAYS[0]} --to {DEMO_DAYS[1]}"
    for name in ("quickstart.md", "schnellstart.md"):
        assert run in set(shell_lines((ROOT / "docs" / name).read_text("utf-8")))


def test_every_exception_is_still_needed() -> None:
    for begin in NOT_RUN:
        assert any(f"{command} ".startswith(f"insight {begin} ") for command in COMMANDS), begin
    typed = {line for page in pages() for line in shell_lines(page.read_text("utf-8"))}
    assert {line for line in typed if not line.startswith("insight ")} == set(OTHER)


def test_every_target_of_make_that_a_page_names_exists() -> None:
    makefile = (ROOT / "Makefile").read_text("utf-8")
    named = {
        target
        for page in pages()
        for target in re.findall(r"(?:`|^)make (\w+)", page.read_text("utf-8"), re.MULTILINE)
    }
    assert {"demo", "docs", "ui"} <= named
    assert named <= set(re.findall(r"^(\w+):.*## ", makefile, re.MULTILINE))
