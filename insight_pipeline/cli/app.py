"""What the commands share: settings and language, options, printing on the terminal, JSON."""

from __future__ import annotations

import errno
import json
import os
from collections.abc import Callable, Iterable, Iterator, Sequence
from contextlib import contextmanager
from datetime import date, datetime
from functools import cached_property
from pathlib import Path
from typing import Any, TypeVar
from zoneinfo import ZoneInfo

import click
from rich.console import Console

from insight_pipeline.cli import layout
from insight_pipeline.model.errors import InsightError, PermanentError, SettingsError
from insight_pipeline.model.settings import Installation, Settings
from insight_pipeline.orchestration.in_use import Hold, hold
from insight_pipeline.settings import load_settings, settings_path

_QUIET_INSTANCE = "telemetry:\n  enabled: false\nnux:\n  enabled: false\n"
"""For settings files without a dagster.yaml beside them: nothing is sent anywhere."""

HELD_BACK = 3
"""Exit code: done, but something waits or is held (a limit, the login)."""
DAY = click.DateTime(formats=["%Y-%m-%d"])
_Command = TypeVar("_Command", bound=Callable[..., Any])


class App:
    """Settings read when first needed, and the terminal."""

    def __init__(
        self, config: Path | None = None, on_settings: Callable[[Settings], None] | None = None
    ) -> None:
        """The settings file named with --config, if any, and who is to know the settings once they are."""
        self.config = config
        self._on_settings = on_settings
        self.console = Console(markup=False)  # names and raw lines may hold [brackets]
        self._has_printed = False
        self._hold: Hold | None = None

    @cached_property
    def settings(self) -> Settings:
        """The settings; SettingsError if they are refused, or where a restored state is half in place."""
        found = load_settings(self.config)
        self._hold = hold(found.data_dir)
        if self._on_settings is not None:
            self._on_settings(found)
        return found

    @property
    def locale(self) -> str:
        """Language of the settings, German where they cannot be read."""
        try:
            return self.settings.locale
        except SettingsError:
            return "de"

    @property
    def width(self) -> int | None:
        """Columns of the terminal; None where the output goes to a pipe or a file."""
        return self.console.width if self.console.is_terminal else None

    def say(self, german: str, english: str) -> None:
        """Print a sentence in the language of the settings."""
        self.lines(layout.paragraph(german if self.locale == "de" else english, self.width))

    def lines(self, lines: Iterable[str]) -> None:
        """Print lines as they are."""
        for line in lines:
            self.console.print(line, highlight=False, soft_wrap=True)
            self._has_printed = True

    def gap(self) -> None:
        """An empty line between what was printed and what comes."""
        if self._has_printed:
            self.lines([""])

    def installations(self, name: str | None) -> list[str]:
        """The installation of that name, or all."""
        known = list(self.settings.installations)
        if name is not None and name not in known:
            raise PermanentError("IA-106", installation=name, known=", ".join(known))
        return known if name is None else [name]

    def title(self, text: str) -> None:
        """A heading, apart from what stands above it."""
        self.gap()
        self.console.print(text, style="bold", highlight=False, soft_wrap=True)
        self._has_printed = True

    def show(
        self,
        title: str,
        headings: Sequence[str],
        rows: Sequence[Sequence[object]],
        total: Sequence[object] = (),
    ) -> None:
        """A table with its title, perhaps with a line of totals."""
        self.title(title)
        found = layout.table(headings, rows, locale=self.locale, width=self.width, total=total)
        self.lines(found)

    def describe(self, title: str, values: Sequence[tuple[str, str]]) -> None:
        """One thing: its title, and a line for each label and value."""
        self.title(title)
        self.lines(layout.aligned(values))

    def prepare_dagster(self) -> None:
        """Point Dagster at the folder of the settings file, whose dagster.yaml it reads."""
        folder = settings_path(self.config).parent
        os.environ["INSIGHT_CONFIG"] = str(settings_path(self.config))
        state = self.settings.data_dir / "dagster"
        with writing(state):
            state.mkdir(parents=True, exist_ok=True)
            self._hold = self._hold or hold(self.settings.data_dir)
            has_own = (folder / "dagster.yaml").exists()
            if not has_own and not (state / "dagster.yaml").exists():
                (state / "dagster.yaml").write_text(_QUIET_INSTANCE, encoding="utf-8")
        storage = _folder_of("INSIGHT_DAGSTER_DIR", state)
        with writing(storage):
            storage.mkdir(parents=True, exist_ok=True)
        home = _folder_of("DAGSTER_HOME", folder if has_own else state)
        if not home.is_dir():
            detail = os.strerror(errno.ENOTDIR if home.exists() else errno.ENOENT)
            problem = InsightError("IA-110", variable="DAGSTER_HOME", folder=home, detail=detail)
            raise SettingsError([problem], self.locale)


def _folder_of(variable: str, default: Path) -> Path:
    """The folder of a variable, else a default; made absolute, for Dagster takes no other."""
    folder = Path(os.environ.get(variable) or default).expanduser().resolve()
    os.environ[variable] = str(folder)
    return folder


pass_app = click.make_pass_decorator(App, ensure=True)


def as_json(value: object) -> None:
    """Print JSON for scripts."""
    click.echo(json.dumps(value, ensure_ascii=False, indent=2, default=str))


def cause_of(error: OSError) -> str:
    """What the operating system says, without its number and the file."""
    return error.strerror or str(error)


@contextmanager
def writing(file: Path) -> Iterator[None]:
    """Say which file or folder could not be written, if so."""
    try:
        yield
    except OSError as error:
        detail = cause_of(error)
        raise PermanentError("IA-432", file=error.filename or file, detail=detail) from error


def report(error: InsightError, locale: str) -> None:
    """Print message, cause and next step on standard error."""
    console = Console(stderr=True)
    width = console.width if console.is_terminal else None
    problems = error.problems if isinstance(error, SettingsError) else [error]
    for problem in problems:
        click.echo("\n".join(problem_lines(problem, locale, width)), err=True)


def problem_lines(problem: InsightError, locale: str, width: int | None) -> list[str]:
    """An error in lines: what happened, why, and what to do."""
    text, cause = problem.message(locale), problem.cause(locale)
    return layout.told(problem.code, text, problem.next_step(locale), width=width, cause=cause)


def installation_option(command: _Command) -> _Command:
    """--installation NAME."""
    return click.option("--installation", metavar="NAME", help="One installation; default: all.")(
        command
    )


def json_option(command: _Command) -> _Command:
    """--json."""
    return click.option("--json", "is_json", is_flag=True, help="Print JSON for scripts.")(command)


def range_options(*, is_required: bool = True) -> Callable[[_Command], _Command]:
    """--from DATE and --to DATE (inclusive)."""

    def wrap(command: _Command) -> _Command:
        command = click.option("--to", "last", type=DAY, help="Last day (default: --from).")(
            command
        )
        return click.option("--from", "first", type=DAY, required=is_required, help="First day.")(
            command
        )

    return wrap


def partition_days(installation: Installation) -> tuple[date, date]:
    """The first and the last day that an installation has partitions for."""
    return installation.start_date, datetime.now(ZoneInfo(installation.timezone)).date()


def days(first: datetime, last: datetime | None) -> tuple[date, date]:
    """The range of --from and --to; wrong usage if it ends before it begins."""
    begin = first.date()
    end = begin if last is None else last.date()
    if end < begin:
        raise PermanentError("IA-408", first=begin, last=end)
    return begin, end
