"""What a support bundle holds: settings, versions, status, the last of the log, the runs that failed last.

Each part is data that goes through the pseudonyms before it is written; a part that cannot be found out is
named in the manifest and stops no other. Packing and telling belong to `support_bundle`.
"""

from __future__ import annotations

import io
import json
import os
import platform
import sys
from collections import deque
from collections.abc import Iterator
from contextlib import redirect_stdout, suppress
from dataclasses import asdict
from importlib.metadata import distributions
from typing import Any

import click
import sqlalchemy as sa
from pydantic import BaseModel, SecretStr

from insight_pipeline import __version__
from insight_pipeline.cli.app import App
from insight_pipeline.logs.reading import Entry, entries
from insight_pipeline.logs.writing import log_file
from insight_pipeline.model.settings import DATABASES, Settings
from insight_pipeline.model.terms import Term
from insight_pipeline.orchestration.site import database_of
from insight_pipeline.privacy.pseudonyms import Pseudonyms
from insight_pipeline.settings import PREFIX, settings_path
from insight_pipeline.sinks.relational.connecting import make_engine

LOG_ENTRIES, RUNS = 5_000, 20
_SET, _NOT_SET = "set", "not set"


def settings_part(app: App, names: Pseudonyms) -> bytes:
    """The settings as they are in force, secrets as `set` or `not set`; which variables are given."""
    variables = sorted(name for name in os.environ if name.startswith(PREFIX))
    found = {
        "file": str(settings_path(app.config)),
        "variables": variables,
        "settings": shown(app.settings),
    }
    return _json(names.tree(found))


def shown(value: Any) -> Any:  # noqa: ANN401 - any value of the settings
    """A value of the settings that may be looked at."""
    if isinstance(value, SecretStr):
        return _shown_secret(value.get_secret_value())
    if isinstance(value, BaseModel):
        fields = type(value).model_fields
        return {known.alias or name: shown(getattr(value, name)) for name, known in fields.items()}
    if isinstance(value, dict):
        return {str(name): shown(one) for name, one in value.items()}
    if isinstance(value, list | tuple):
        return [shown(one) for one in value]
    return value if value is None or isinstance(value, bool | int | float) else str(value)


def _shown_secret(text: str) -> object:
    """Whether it is there; of a database, where it goes."""
    try:
        url = sa.make_url(text)
    except (sa.exc.ArgumentError, ValueError):
        return _SET if text else _NOT_SET
    if url.get_backend_name() not in DATABASES:
        return _SET
    return {
        "kind": url.get_backend_name(),
        "host": url.host or "",
        "port": url.port,
        "database": url.database or "",
        "user": url.username or _NOT_SET,
        "password": _SET if url.password else _NOT_SET,
        "options": sorted(url.query),
    }


def versions_part(app: App) -> bytes:
    """Program, Python, system, packages, and the server of the database."""
    packages = {one.metadata["Name"]: one.version for one in distributions()}
    return _json(
        {
            "insight": __version__,
            "python": sys.version,
            "system": platform.platform(),
            "database": _database_version(app.settings),
            "packages": dict(sorted(packages.items())),
        }
    )


def _database_version(settings: Settings) -> str:
    engine = make_engine(database_of(settings))
    name, asked = engine.dialect.name, "SELECT sqlite_version()"
    if name == "sqlite":  # no file is made only to ask it
        engine.dispose()
        engine = sa.create_engine("sqlite://")
    try:
        with engine.connect() as connection:
            if name == "sqlite":
                return f"sqlite {connection.execute(sa.text(asked)).scalar_one()}"
            numbers = engine.dialect.server_version_info or ()
            return f"{name} {'.'.join(map(str, numbers))}"
    except sa.exc.SQLAlchemyError as error:
        return f"{name}, not reached ({type(error).__name__})"
    finally:
        engine.dispose()


def status_part(app: App, names: Pseudonyms) -> bytes:
    """What `insight status --json` says."""
    from insight_pipeline.cli.status import status  # noqa: PLC0415 - as `main` imports commands

    said = io.StringIO()
    # What waits or is amiss is said in the output; the exit code is for others.
    with redirect_stdout(said), suppress(click.exceptions.Exit):
        status.main(["--json"], "status", standalone_mode=False, obj=app)
    return _json(names.tree(json.loads(said.getvalue())))


def log_part(app: App, names: Pseudonyms) -> bytes:
    """The last entries of the log, one a line."""
    last = deque(entries(log_file(app.settings.data_dir)), maxlen=LOG_ENTRIES)
    lines = (_line(entry, names) for entry in last if entry is not None)
    return b"".join(line + b"\n" for line in lines)


def _line(entry: Entry, names: Pseudonyms) -> bytes:
    """An entry with pseudonyms; errors may repeat what they were given."""
    rest = dict(entry.fields)
    special: dict[str, str] = {
        name: names.error_text(str(rest.pop(name)))
        for name in ("error", "text", "detail")
        if name in rest
    }
    if "trace" in rest:
        special["trace"] = names.stack_trace(str(rest.pop("trace")))
    own = {"time": entry.time.isoformat(), "level": entry.level, "event": entry.event}
    found = names.tree(rest)
    told = found if isinstance(found, dict) else {}
    return json.dumps({**own, **told, **special}, ensure_ascii=False).encode()


def runs_part(app: App, names: Pseudonyms) -> bytes:
    """Dagster's last failed runs, each with what the log says of its failures."""
    import dagster as dg  # noqa: PLC0415 - slow to import

    from insight_pipeline.orchestration.failed_runs import failed_runs  # noqa: PLC0415 - likewise

    app.prepare_dagster()
    with dg.DagsterInstance.get() as instance:
        runs = list(failed_runs(instance, RUNS))
    said: dict[str, list[object]] = {run.run_id: [] for run in runs}
    for entry in entries(log_file(app.settings.data_dir)):
        if entry is not None and entry.level == "error" and entry.fields.get("run_id") in said:
            told = {name: entry.fields.get(name) for name in ("asset", "code", "text", "error")}
            texts = {name: names.error_text(str(text)) for name, text in told.items() if text}
            said[entry.fields["run_id"]].append(texts)
    return _json(
        [{**dict(_texts(asdict(run), names)), "failures": said[run.run_id]} for run in runs]
    )


def _texts(fields: dict[str, str], names: Pseudonyms) -> Iterator[tuple[str, str]]:
    for name, text in fields.items():
        yield name, names.error_text(text)


def _json(value: object) -> bytes:
    return json.dumps(value, ensure_ascii=False, indent=2).encode() + b"\n"


CONTENTS: dict[str, Term] = {
    "settings.json": Term(
        "Einstellungen; von Geheimnissen nur, ob sie gesetzt sind",
        "settings; of secrets only whether they are set",
    ),
    "versions.json": Term(
        "Versionen von Programm, Python, System, Paketen und Datenbank",
        "versions of program, Python, system, packages and database",
    ),
    "status.json": Term("Ausgabe von insight status --json", "output of insight status --json"),
    "insight.log": Term(
        f"die letzten Einträge des Protokolls, höchstens {LOG_ENTRIES}",
        f"the last entries of the log, at most {LOG_ENTRIES}",
    ),
    "failed_runs.json": Term(
        f"die zuletzt gescheiterten Läufe, höchstens {RUNS}",
        f"the runs that failed last, at most {RUNS}",
    ),
}
"""The files of a bundle, beside the manifest."""
