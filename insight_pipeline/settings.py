"""Reading the settings: `insight.toml`, the environment over it, and secrets from files.

Unknown keys and bad values are refused at start-up, all of them at once, each with file (or variable),
key, and what would be right. The types stand in `model.settings`, the words in `model.setting_problems`.
"""

from __future__ import annotations

import errno
import os
import re
import tomllib
from collections.abc import Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import Any, TypeVar

import sqlalchemy as sa
from pydantic import SecretStr, ValidationError

from insight_pipeline.model.alert_problems import alert_problems
from insight_pipeline.model.alert_settings import Mail, Webhook
from insight_pipeline.model.errors import InsightError, SettingsError
from insight_pipeline.model.setting_problems import Place, bad_value, problem, source_of
from insight_pipeline.model.settings import Installation, Relational, Settings
from insight_pipeline.model.terms import Term

FILE_NAME = "insight.toml"
PREFIX = "INSIGHT_"
UNFINISHED_RESTORE = Path("restore", "decided.json")
"""Below the data folder, while a restored state takes the place of another."""
NOT_SETTINGS = frozenset(
    {
        "INSIGHT_CONFIG",
        "INSIGHT_REQUIRE_SERVICES",
        "INSIGHT_DAGSTER_DIR",
        "INSIGHT_MARIADB_URL",
        "INSIGHT_MSSQL_URL",
        "INSIGHT_POSTGRESQL_URL",
        "INSIGHT_TOKEN_KEY",
        "INSIGHT_TOKEN_KEY_FILE",
    }
)
SECRETS: tuple[Place, ...] = (
    ("sinks", "relational", "url"),
    ("installations", "*", "cdrdata", "url"),
    ("mail", "password"),
    ("webhooks", "*", "url"),
)
"""Settings that may hold a password; `<name>_file` beside one names a file to read it from."""
_NEVER_IN_THE_FILE = ("mail", "webhooks")
"""Sections whose secrets are secret as a whole: knowing the URL of a webhook is enough to post there."""

_PASSWORD_IN_URL = re.compile(r"://[^@\s]*:[^@\s]+@")
_PASSWORD_OPTION = re.compile(
    r"(password|passwd|pwd|secret|token)\s*(=|%3d)\s*[^&;\s]", re.IGNORECASE
)
Tree = dict[str, Any]
_Trusting = TypeVar("_Trusting", Relational, Mail, Webhook)


def settings_path(path: Path | None = None, environ: Mapping[str, str] | None = None) -> Path:
    """The settings file: the argument, else INSIGHT_CONFIG, else insight.toml here or above."""
    environ = os.environ if environ is None else environ
    if path is not None:
        return path.resolve()
    if named := environ.get("INSIGHT_CONFIG"):
        return Path(named).resolve()
    here = Path.cwd()
    found = (folder / FILE_NAME for folder in (here, *here.parents))
    return next((file for file in found if file.is_file()), here / FILE_NAME)


def load_settings(path: Path | None = None, environ: Mapping[str, str] | None = None) -> Settings:
    """Settings with absolute paths; SettingsError with every problem."""
    environ = os.environ if environ is None else environ
    file = settings_path(path, environ)
    tree = _read(file)
    problems = _stored_passwords(tree, file)
    variables = _override(tree, environ)
    problems += _read_secret_files(tree, file, variables)
    try:
        settings = Settings.model_validate(tree)
    except ValidationError as error:
        for item in error.errors(include_url=False):
            place = tuple(str(part) for part in item["loc"])
            problems.append(problem(item, source_of(place, variables, str(file))))
    else:
        found = _absolute(settings, file.parent)
        problems += _not_yet(settings, file, variables) + _not_possible(found, file, variables)
        problems += alert_problems(found, str(file), variables)
        if not problems:
            return found
    raise SettingsError(problems, "en" if tree.get("locale") == "en" else "de")


@dataclass(frozen=True)
class Sources:
    """What settings are given by: the file's own tree, variables by setting, and files with secrets."""

    tree: Tree
    variables: Mapping[Place, str]
    secret_files: Mapping[Place, Path]
    """By the setting that names the file; those that a variable overrides are left out."""


def sources_of(file: Path, environ: Mapping[str, str]) -> Sources:
    """Where values come from, whether they are right or not; SettingsError for a file that is no TOML."""
    tree, given = _read(file), _read(file)
    variables = _override(given, environ)
    named = {
        (*parents, f"{leaf}_file"): _section(given, parents).get(f"{leaf}_file")
        for *parents, leaf in _secrets(given)
        if (*parents, leaf) not in variables or (*parents, f"{leaf}_file") in variables
    }
    files = {place: file.parent / str(name) for place, name in named.items() if name is not None}
    return Sources(tree, variables, files)


def place_of_folder(
    name: str, tree: Mapping[str, Any], folder: Path, environ: Mapping[str, str]
) -> Path:
    """Where `data_dir` or `landing_dir` is by settings of which nothing else need be right.

    `folder` is the settings file's, from which relative paths count.
    """
    default = Settings.model_fields[name].default
    given = environ.get(PREFIX + name.upper()) or tree.get(name) or default
    return (folder / str(given)).resolve()


def _read(file: Path) -> Tree:
    try:
        return tomllib.loads(file.read_text(encoding="utf-8-sig"))
    except OSError as error:
        raise SettingsError([InsightError("IA-100", file=file, detail=error.strerror)]) from error
    except (tomllib.TOMLDecodeError, UnicodeDecodeError) as error:
        raise SettingsError([InsightError("IA-101", file=file, detail=error)]) from error


def _override(tree: Tree, environ: Mapping[str, str]) -> dict[Place, str]:
    """Put the variables' values into the tree, and say which variable gave which setting.

    The deepest come first: a value where a section should be is then seen, and refused.
    """
    names = [name for name in environ if name.startswith(PREFIX) and name not in NOT_SETTINGS]
    given: dict[Place, str] = {}
    for name in sorted(names, key=lambda name: (-name.count("__"), name)):
        *parents, last = name.removeprefix(PREFIX).lower().split("__")
        section, place = tree, []
        for part in parents:
            place.append(_name_in(section, part))
            if not isinstance(section.get(place[-1]), dict):
                section[place[-1]] = {}
            section = section[place[-1]]
        place.append(_name_in(section, last))
        section[place[-1]] = environ[name]
        given[tuple(place)] = name
    return given


def _name_in(section: Tree, part: str) -> str:
    """A variable's name has no `-`: an installation `hq-1` is meant by `HQ_1` too."""
    return next((name for name in section if name.replace("-", "_") == part), part)


def _stored_passwords(tree: Tree, file: Path) -> list[InsightError]:
    """Secrets do not belong into the TOML file."""
    found = []
    for *parents, leaf in _secrets(tree):
        text = _section(tree, parents).get(leaf)
        place = (*parents, leaf)
        is_whole = place[0] in _NEVER_IN_THE_FILE
        if isinstance(text, str) and (is_whole or _has_password(text)):
            variable = PREFIX + "__".join(place).replace("-", "_").upper()
            fields = {"key": ".".join(place), "variable": variable, "secret": f"{leaf}_file"}
            found.append(InsightError("IA-620" if is_whole else "IA-104", file=file, **fields))
    return found


def _secrets(tree: Tree) -> list[Place]:
    """The places of SECRETS, each name of the tree in place of a star."""
    found = []
    for place in SECRETS:
        if "*" in place:
            star = place.index("*")
            names = _section(tree, list(place[:star]))
            found += [(*place[:star], name, *place[star + 1 :]) for name in names]
        else:
            found.append(place)
    return found


def _has_password(url: str) -> bool:
    if url.lower().startswith("sqlite"):
        return False
    return bool(_PASSWORD_IN_URL.search(url) or _PASSWORD_OPTION.search(url))


def _section(tree: Tree, keys: list[str]) -> Tree:
    for key in keys:
        found = tree.get(key)
        tree = found if isinstance(found, dict) else {}
    return tree


def _read_secret_files(
    tree: Tree, file: Path, variables: Mapping[Place, str]
) -> list[InsightError]:
    """Replace `url_file` by the text of the file that it names, unless a variable gives the URL."""
    problems = []
    for *parents, leaf in _secrets(tree):
        section = _section(tree, parents)
        place = (*parents, f"{leaf}_file")
        named = section.pop(place[-1], None)
        is_overridden = (*parents, leaf) in variables and place not in variables
        if named is None or is_overridden:
            continue
        try:
            section[leaf] = (file.parent / str(named)).read_text(encoding="utf-8-sig").strip()
        except (OSError, ValueError) as error:
            detail = _why(error)
            source = source_of(place, variables, str(file))
            key = ".".join(place)
            problems.append(InsightError("IA-108", file=source, key=key, detail=detail))
    return problems


def _why(error: OSError | ValueError) -> object:
    """Why a file cannot be read, in few words."""
    if isinstance(error, OSError):
        return error.strerror
    is_text = isinstance(error, UnicodeDecodeError)
    return "UTF-8" if is_text else Term("NUL im Namen", "NUL in its name")


def _not_yet(settings: Settings, file: Path, variables: Mapping[Place, str]) -> list[InsightError]:
    """What the types allow and this version or the edition does not."""
    problems = []
    profile = settings.privacy.profile
    if profile != "clear":
        source = source_of(("privacy", "profile"), variables, str(file))
        problems.append(InsightError("IA-105", file=source, profile=profile))
    for name, installation in settings.installations.items():
        place = ("installations", name, "groups")
        if settings.edition == "lite" and len(installation.groups) != 1:
            right = Term("in lite genau eine Gruppe", "exactly one group in lite")
            value = ", ".join(str(group) for group in installation.groups) or "[]"
            problems.append(bad_value(place, source_of(place, variables, str(file)), value, right))
    url = sa.make_url(settings.sinks.relational.url.get_secret_value())
    if settings.edition != "enterprise" and url.get_backend_name() != "sqlite":
        place = ("sinks", "relational", "url")
        right = Term(
            f"in {settings.edition} eine lokale Datenbank, sqlite:///...",
            f"a local database in {settings.edition}, sqlite:///...",
        )
        problems.append(bad_value(place, source_of(place, variables, str(file)), "", right))
    return problems


def _not_possible(
    settings: Settings, file: Path, variables: Mapping[Place, str]
) -> list[InsightError]:
    """What each value allows and all together, or this machine, do not."""
    alike: dict[str, list[str]] = {}
    for name in settings.installations:
        alike.setdefault(name.replace("-", "_"), []).append(name)
    problems = [
        InsightError("IA-111", file=file, names=", ".join(names))
        for names in alike.values()
        if len(names) > 1
    ]
    if detail := _why_not_made(settings.data_dir):
        source = source_of(("data_dir",), variables, str(file))
        fields = {"folder": settings.data_dir, "key": "data_dir", "detail": detail}
        problems.append(InsightError("IA-109", file=source, **fields))
    elif os.path.exists(settings.data_dir / UNFINISHED_RESTORE):  # noqa: PTH110 - False where nobody may look
        problems.append(InsightError("IA-728", folder=settings.data_dir))
    for place, named in _authorities(settings).items():
        if named and not os.access(named, os.R_OK):
            source = source_of(place, variables, str(file))
            problems.append(InsightError("IA-108", file=source, key=".".join(place), detail=named))
    return problems


def _authorities(settings: Settings) -> dict[Place, str]:
    """Every setting that names a file of certificates, by its place."""
    found: dict[Place, str] = {
        ("sinks", "relational", "ca_file"): settings.sinks.relational.ca_file,
        ("mail", "ca_file"): settings.mail.ca_file if settings.mail else "",
    }
    hooks = settings.webhooks.items()
    return found | {("webhooks", name, "ca_file"): hook.ca_file for name, hook in hooks}


def _why_not_made(folder: Path) -> str | None:
    """What the operating system would say to making the folder; None where nothing is in the way."""
    there = next(path for path in (folder, *folder.parents) if os.path.lexists(path))
    if not os.path.isdir(there):  # noqa: PTH112 - a path that may not be looked at is no error here
        return f"{there}: {os.strerror(errno.ENOTDIR)}"
    is_writable = there == folder or os.access(there, os.W_OK | os.X_OK)
    return None if is_writable else f"{there}: {os.strerror(errno.EACCES)}"


def _absolute(settings: Settings, folder: Path) -> Settings:
    """Relative paths, those of SQLite URLs too, count from the folder of the settings file."""
    relational = settings.sinks.relational
    url = sa.make_url(relational.url.get_secret_value())
    named = url.database or ""
    if url.get_backend_name() == "sqlite" and named and not named.startswith((":memory:", "file:")):
        url = url.set(database=str((folder / named).resolve()))
        secret = SecretStr(url.render_as_string(hide_password=False))
        relational = relational.model_copy(update={"url": secret})
    installations = {
        name: _with_certificates(installation, folder)
        for name, installation in settings.installations.items()
    }
    mail, webhooks = settings.mail, settings.webhooks
    return settings.model_copy(
        update={
            "installations": installations,
            "landing_dir": (folder / settings.landing_dir).resolve(),
            "data_dir": (folder / settings.data_dir).resolve(),
            "sinks": settings.sinks.model_copy(
                update={"relational": _with_authorities(relational, folder)}
            ),
            "mail": _with_authorities(mail, folder) if mail is not None else None,
            "webhooks": {name: _with_authorities(one, folder) for name, one in webhooks.items()},
        }
    )


def _with_authorities(part: _Trusting, folder: Path) -> _Trusting:
    if not part.ca_file:
        return part
    return part.model_copy(update={"ca_file": str((folder / part.ca_file).resolve())})


def _with_certificates(installation: Installation, folder: Path) -> Installation:
    """Certificates that the URL of a PBX names lie relative to the settings file too."""
    if installation.cdrdata is None:
        return installation
    url = sa.make_url(installation.cdrdata.url.get_secret_value())
    files = {
        name: str((folder / str(url.query[name])).resolve())
        for name in ("sslrootcert", "sslcert", "sslkey")
        if url.query.get(name) not in (None, "system")
    }
    secret = SecretStr(url.update_query_dict(files).render_as_string(hide_password=False))
    cdrdata = installation.cdrdata.model_copy(update={"url": secret})
    return installation.model_copy(update={"cdrdata": cdrdata})
