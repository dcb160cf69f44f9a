"""What the commands share: settings and language, options, tables on the terminal, JSON."""

from __future__ import annotations

import json
import os
from collections.abc import Callable, Iterable, Sequence
from datetime import date, datetime
from functools import cached_property
from pathlib import Path
from typing import Any, TypeVar

import click
from rich.console import Console
from rich.table import Table

from insight_pipeline.model.errors import PermanentError
from insight_pipeline.model.settings import Settings
from insight_pipeline.settings import load_settings, settings_path

_QUIET_INSTANCE = "telemetry:\n  enabled: false\nnux:\n  enabled: false\n"
"""For settings files without a dagster.yaml beside them: nothing is sent anywhere."""

HELD_BACK = 3
"""Exit code: done, but something waits or is held (a limit, the login)."""
DAY = click.DateTime(formats=["%Y-%m-%d"])
_Command = TypeVar("_Command", bound=Callable[..., Any])


class App:
    """Settings read when first needed, and the terminal."""

    def __init__(self, config: Path | None = None) -> None:
        """The settings file named with --config, if any."""
        self.config = config
        self.console = Console(markup=False)  # names and raw lines may hold [brackets]

    @cached_property
    def settings(self) -> Settings:
        """The settings; SettingsError if they are refused."""
        return load_settings(self.config)

    @property
    def locale(self) -> str:
        """Language of messages: that of the settings, German while they cannot be read."""
        return self.settings.locale if "settings" in self.__dict__ else "de"

    def say(self, german: str, english: str) -> None:
        """Print a sentence in the language of the settings."""
        self.console.print(german if self.settings.locale == "de" else english, highlight=False)

    def installations(self, name: str | None) -> list[str]:
        """The installation of that name, or all."""
        known = list(self.settings.installations)
        if name is not None and name not in known:
            raise PermanentError("IA-106", installation=name, known=", ".join(known))
        return known if name is None else [name]

    def show(self, title: str, headings: Sequence[str], rows: Iterable[Sequence[object]]) -> None:
        """A table on the terminal."""
        table = Table(title=title, title_justify="left")
        for heading in headings:
            table.add_column(heading, overflow="fold")
        for row in rows:
            table.add_row(*("" if value is None else str(value) for value in row))
        self.console.print(table)

    def prepare_dagster(self) -> None:
        """Point Dagster at the folder of the settings file, whose dagster.yaml it reads."""
        folder = settings_path(self.config).parent
        os.environ["INSIGHT_CONFIG"] = str(settings_path(self.config))
        state = self.settings.data_dir / "dagster"
        state.mkdir(parents=True, exist_ok=True)
        os.environ.setdefault("INSIGHT_DAGSTER_DIR", str(state))
        has_own = (folder / "dagster.yaml").exists()
        if not has_own and not (state / "dagster.yaml").exists():
            (state / "dagster.yaml").write_text(_QUIET_INSTANCE, encoding="utf-8")
        os.environ.setdefault("DAGSTER_HOME", str(folder if has_own else state))


pass_app = click.make_pass_decorator(App)


def as_json(value: object) -> None:
    """Print JSON for scripts."""
    click.echo(json.dumps(value, ensure_ascii=False, indent=2, default=str))


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


def day(value: datetime | None, default: date) -> date:
    """The date of an option, or a default."""
    return default if value is None else value.date()
