"""`insight support-bundle`: what a support case needs, in one file that its sender can look through.

No secret, number or row of a call is in it; names are pseudonyms by a key that is made for the bundle and
forgotten. What goes into which file is gathered by `bundle_parts`.
"""

from __future__ import annotations

import os
import zipfile
from collections.abc import Callable, Mapping
from datetime import UTC, datetime
from functools import partial
from pathlib import Path

import click

from insight_pipeline import __version__
from insight_pipeline.cli.app import App, pass_app, report, writing
from insight_pipeline.cli.bundle_names import pseudonyms_of
from insight_pipeline.cli.bundle_parts import (
    CONTENTS,
    log_part,
    runs_part,
    settings_part,
    status_part,
    versions_part,
)
from insight_pipeline.logs.events import logger
from insight_pipeline.model.errors import InsightError
from insight_pipeline.model.terms import Term
from insight_pipeline.privacy.pseudonyms import Pseudonyms
from insight_pipeline.sinks.placing import replaced

MANIFEST = "manifest.txt"
_OWNER_ONLY = 0o600
_SHOWN_CHARACTERS = 200
_NOT_INSIDE = Term(
    "Nicht enthalten: Kennwörter, Schlüssel und Token, Rufnummern, Zeilen von Anrufen, Exporte und "
    "Datenbanken. Namen von Menschen, Konten, Gruppen, Anlagen, Rechnern und Datenbanken sowie Rufnummern "
    "und Mailadressen sind durch Pseudonyme wie person-abcdefgh ersetzt: derselbe Name bekommt in diesem "
    "Paket dasselbe, in einem anderen ein anderes. Pfade von Ordnern stehen im Klartext.",
    "Not inside: passwords, keys and tokens, phone numbers, rows of calls, exports and databases. Names of "
    "people, accounts, groups, installations, hosts and databases, and phone numbers and mail addresses are "
    "replaced by pseudonyms such as person-abcdefgh: the same name has the same one in this bundle and "
    "another one in the next. Paths of folders are in clear text.",
)
_LOOK = Term(
    "Bitte ansehen, bevor Sie es weitergeben: Texte von Fehlern können Unerwartetes enthalten.",
    "Please look at it before you send it: texts of errors may hold what nobody expects.",
)
_log = logger(__name__)


@click.command("support-bundle")
@click.option("-o", "--output", type=click.Path(path_type=Path), metavar="FILE.zip",
              help="File (default: insight-support-TIME.zip here).")  # fmt: skip
@pass_app
def support_bundle(app: App, output: Path | None) -> None:
    """Pack settings, versions, status, the last of the log and failed runs, without secrets."""
    now = datetime.now(UTC)
    target = output or Path(f"insight-support-{now:%Y%m%d-%H%M%S}.zip")
    files, problems = _gathered(app)
    files[MANIFEST] = _manifest(app.locale, now, files, problems).encode()
    with writing(target):
        _write(target, files)
    _tell(app, target, files)
    for problem in problems:
        report(problem, app.locale)


def _gathered(app: App) -> tuple[dict[str, bytes], list[InsightError]]:
    """The files, and which of them could not be made."""
    names = pseudonyms_of(app.settings)
    makers: dict[str, Callable[[], bytes]] = {
        "settings.json": partial(settings_part, app, names),
        "versions.json": partial(versions_part, app),
        "status.json": partial(status_part, app, names),
        "insight.log": partial(log_part, app, names),
        "failed_runs.json": partial(runs_part, app, names),
    }
    files: dict[str, bytes] = {}
    problems: list[InsightError] = []
    for name, make in makers.items():
        try:
            files[name] = make()
        except Exception as error:  # noqa: BLE001 - what is broken is why somebody packs
            _log.error("failed_unforeseen", code="IA-705", at=name, error=error)
            problems.append(_missing(name, error, names))
    return files, problems


def _missing(name: str, error: Exception, names: Pseudonyms) -> InsightError:
    said = names.error_text(str(error)).partition("\n")[0]
    detail = f"{type(error).__name__}: {said[:_SHOWN_CHARACTERS]}"
    return InsightError("IA-705", part=name, detail=detail)


def _manifest(
    locale: str, now: datetime, files: Mapping[str, bytes], problems: list[InsightError]
) -> str:
    lines = [f"insight-pipeline {__version__}, {now:%Y-%m-%d %H:%M:%S} UTC", ""]
    lines += [f"{name:<18}{CONTENTS[name].text(locale)}" for name in files]
    lines += [f"{one.code} {one.message(locale)}" for one in problems]
    return "\n".join([*lines, "", _NOT_INSIDE.text(locale), "", _LOOK.text(locale), ""])


def _write(target: Path, files: Mapping[str, bytes]) -> None:
    """Whole or not at all, readable by its owner alone."""
    if target.is_file():
        target.chmod(_OWNER_ONLY)  # else the new one would be as open as the old
    with replaced(target) as made:
        handle = os.open(made, os.O_RDWR | os.O_CREAT | os.O_EXCL, _OWNER_ONLY)
        with os.fdopen(handle, "w+b") as body, zipfile.ZipFile(body, "w") as packed:
            for name in (MANIFEST, *CONTENTS):
                if name in files:
                    packed.writestr(name, files[name], zipfile.ZIP_DEFLATED)


def _tell(app: App, target: Path, files: Mapping[str, bytes]) -> None:
    heads = ("Datei", "Inhalt") if app.locale == "de" else ("File", "Content")
    rows = [(name, text.text(app.locale)) for name, text in CONTENTS.items() if name in files]
    app.show(str(target), heads, rows)
    app.gap()
    app.say(_NOT_INSIDE.de, _NOT_INSIDE.en)
    app.gap()
    app.say(_LOOK.de, _LOOK.en)
