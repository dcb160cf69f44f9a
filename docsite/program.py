"""`insight` in this process, on an installation below a folder of its own.

A process for each of the commands that the documentation shows would take a second a piece; here the
program's own entry point is called instead, with the environment and the folder put back afterwards.
"""

from __future__ import annotations

import contextlib
import io
import os
import shutil
import sys
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from pathlib import Path
from unittest import mock

from docsite.places import EXAMPLES, ROOT
from insight_pipeline.cli.main import main

EXAMPLE_DAYS = ("2025-10-26", "2025-10-28")
DEMO_DAYS = ("2026-03-01", "2026-03-31")


@dataclass(frozen=True)
class Done:
    """What a command did: its exit code, and what it wrote."""

    exit_code: int
    output: str
    errors: str


@dataclass(frozen=True)
class Program:
    """The program with the settings `insight.toml` of a folder, in which it is called."""

    folder: Path

    def insight(self, arguments: Sequence[str], locale: str) -> Done:
        """Run a command; nothing of the environment's own settings reaches it."""
        output, errors = (io.TextIOWrapper(io.BytesIO(), "utf-8") for _ in range(2))
        with (
            _environment(locale),
            mock.patch.object(sys, "argv", ["insight", *arguments]),
            contextlib.chdir(self.folder),
            contextlib.redirect_stdout(output),
            contextlib.redirect_stderr(errors),
        ):
            try:
                main()
                code = 0
            except SystemExit as left:
                code = int(left.code or 0)
        return Done(code, *(_text(stream) for stream in (output, errors)))

    def load(self, first: str, last: str) -> None:
        """Load days; RuntimeError with what the program said where that fails."""
        done = self.insight(["run", "--from", first, "--to", last], "en")
        if done.exit_code:
            raise RuntimeError(done.output + done.errors)


def demo(folder: Path) -> Program:
    """The sample month with the settings that come with the project, loaded."""
    shutil.copy(ROOT / "insight.toml", folder)
    shutil.copytree(ROOT / "data" / "sample", folder / "data" / "sample")
    program = Program(folder)
    program.load(*DEMO_DAYS)
    return program


def examples(folder: Path) -> Program:
    """The calls behind the worked examples of the rules, loaded."""
    shutil.copytree(EXAMPLES, folder, dirs_exist_ok=True)
    program = Program(folder)
    program.load(*EXAMPLE_DAYS)
    return program


def _text(stream: io.TextIOWrapper) -> str:
    stream.flush()
    stream.seek(0)
    return stream.read()


@contextlib.contextmanager
def _environment(locale: str) -> Iterator[None]:
    kept = {k: v for k, v in os.environ.items() if not k.startswith(("INSIGHT_", "DAGSTER_"))}
    with mock.patch.dict(os.environ, {**kept, "INSIGHT_LOCALE": locale}, clear=True):
        yield
