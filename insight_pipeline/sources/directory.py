"""Reading directory/accounts.csv and services.csv, and remembering the accounts that disappear.

Both files may be missing. A row with an unreadable id or kind is reported and left out; a file that
cannot be read as a whole is reported, and the directory read last stays in force. What an unlisted
account is, `legs.parties` decides.
"""

from __future__ import annotations

import json
import os
from collections.abc import Iterator, Mapping
from contextlib import suppress
from dataclasses import asdict
from pathlib import Path
from typing import Any

from insight_pipeline.model.directory import (
    ACCOUNT_KINDS,
    SERVICE_KINDS,
    Account,
    Directory,
    DirectoryProblem,
    dimension_of,
)
from insight_pipeline.model.errors import DataError
from insight_pipeline.model.messages import DIRECTORY_CODES, REFUSAL_CODES
from insight_pipeline.model.rows import Refusal
from insight_pipeline.sources.files import ChangedWhileReadError, RefusedError, opened
from insight_pipeline.sources.lines import split_row

_ACCOUNTS, _SERVICES = "accounts.csv", "services.csv"
_FILE_LIMIT_BYTES = 1 << 28
_MOST_DIGITS = 18
Row = dict[str, str]


def read_directory(folder: Path, previous: Directory) -> Directory:
    """The directory in `folder`; what `previous` listed and this one does not becomes former."""
    problems: list[DirectoryProblem] = []
    rows = _rows(folder / _ACCOUNTS, ("accountid", "kind", "name"), problems)
    accounts = dict(previous.accounts) if rows is None else _accounts(rows, problems)
    rows = _rows(folder / _SERVICES, ("serviceid", "kind"), problems)
    services = dict(previous.services) if rows is None else _services(rows, problems)
    former = {**previous.former, **previous.accounts}
    former = {i: account for i, account in former.items() if _is_gone(account, accounts)}
    changing = {p.file_name for p in problems if p.code == DIRECTORY_CODES["still_written"]}
    stamps = tuple(s for s in stamps_of(folder) if s.partition(":")[0] not in changing)
    return Directory(accounts, services, former, tuple(problems), stamps)


def _is_gone(account: Account, accounts: Mapping[int, Account]) -> bool:
    """Whether an account is listed no more, or under its id is now one of another dimension."""
    present = accounts.get(account.account_id)
    return present is None or dimension_of(present.kind) != dimension_of(account.kind)


def stamps_of(folder: Path) -> tuple[str, ...]:
    """What the directory's files look like now, rights included; one that is not there has no stamp."""
    found = []
    for name in (_ACCOUNTS, _SERVICES):
        with suppress(OSError):
            seen = (folder / name).lstat()
            found.append(f"{name}:{seen.st_size}:{seen.st_mtime_ns}:{seen.st_ctime_ns}")
    return tuple(found)


def load_directory(file: Path) -> Directory:
    """The directory stored last, an empty one if there is none yet; DataError IA-769 if it is damaged."""
    if not file.exists():
        return Directory()
    try:
        return _directory_of(json.loads(file.read_text(encoding="utf-8")))
    except (ValueError, KeyError, TypeError, AttributeError) as error:
        raise DataError("IA-769", file=file) from error


def _directory_of(stored: dict[str, Any]) -> Directory:
    return Directory(
        {a["account_id"]: _account_of(a) for a in stored["accounts"]},
        {int(i): kind for i, kind in stored["services"].items()},
        {a["account_id"]: _account_of(a) for a in stored["former"]},
        tuple(DirectoryProblem(**p) for p in stored["problems"]),
        tuple(stored.get("stamps", ())),
        stored.get("evaluated", ""),
    )


def store_directory(directory: Directory, file: Path) -> None:
    """Write the directory, replacing the stored one in one step."""
    stored = {
        "accounts": [asdict(a) for a in directory.accounts.values()],
        "services": directory.services,
        "former": [asdict(a) for a in directory.former.values()],
        "problems": [asdict(p) for p in directory.problems],
        "stamps": directory.stamps,
        "evaluated": directory.evaluated,
    }
    file.parent.mkdir(parents=True, exist_ok=True)
    temporary = file.with_suffix(f".{os.getpid()}.tmp")
    with temporary.open("w", encoding="utf-8") as written:
        json.dump(stored, written, ensure_ascii=False, indent=1)
        written.flush()
        os.fsync(written.fileno())
    temporary.replace(file)


def _account_of(stored: dict[str, Any]) -> Account:
    return Account(**{**stored, "groups": tuple(stored["groups"])})


def _rows(
    path: Path, required: tuple[str, ...], problems: list[DirectoryProblem]
) -> list[tuple[int, Row]] | None:
    """The rows of a file with their lines; [] if it is missing, None if it cannot be read."""
    try:
        path.lstat()
    except FileNotFoundError:
        return []
    except OSError as error:
        code = REFUSAL_CODES[Refusal.UNREADABLE]
        problems.append(DirectoryProblem(path.name, 0, code, error.strerror or ""))
        return None
    try:
        with opened(path, _FILE_LIMIT_BYTES) as file:
            data = file.body.read()
            text = data if file.is_utf8 else data.decode("cp1252", errors="replace").encode()
        return list(_parse(text, required))
    except RefusedError as error:
        code = REFUSAL_CODES[error.reason]
        problems.append(DirectoryProblem(path.name, 0, code, error.detail))
    except ChangedWhileReadError:
        problems.append(DirectoryProblem(path.name, 0, DIRECTORY_CODES["still_written"], ""))
    return None


def _text(value: bytes) -> str:
    """A value as text; what no text holds, NUL among it, as U+FFFD: databases refuse it."""
    return value.decode("utf-8", errors="replace").replace("\0", "\ufffd").strip()


def _parse(data: bytes, required: tuple[str, ...]) -> Iterator[tuple[int, Row]]:
    names: list[str] | None = None
    position, line = 0, 1
    while position < len(data):
        fields, end, is_closed = split_row(data, position)
        if not is_closed:
            raise RefusedError(Refusal.UNCLOSED_QUOTE, f"line {line}")
        values = [_text(value) for value in fields]
        if names is None:
            names = [value.lower() for value in values]
            if missing := [name for name in required if name not in names]:
                is_other = len(missing) == len(required)
                reason = Refusal.NO_HEADER if is_other else Refusal.MISSING_COLUMN
                raise RefusedError(reason, ", ".join(missing))
        elif any(values):
            padded = values + [""] * (len(names) - len(values))
            yield line, dict(zip(names, padded, strict=False))
        line += data.count(b"\n", position, end)
        position = end


def _integer(text: str) -> int | None:
    digits = text.removeprefix("-")
    return (
        int(text) if digits.isascii() and digits.isdigit() and len(digits) <= _MOST_DIGITS else None
    )


def _accounts(rows: list[tuple[int, Row]], problems: list[DirectoryProblem]) -> dict[int, Account]:
    found: dict[int, Account] = {}
    for line, row in rows:
        account_id, kind = _integer(row["accountid"]), row["kind"].lower()
        if account_id is None or account_id <= 0:
            problems.append(_problem(_ACCOUNTS, line, "bad_id", row["accountid"]))
        elif kind not in ACCOUNT_KINDS:
            problems.append(_problem(_ACCOUNTS, line, "unknown_kind", row["kind"]))
        else:
            found[account_id] = _account(account_id, kind, row, line, problems)
    return found


def _account(
    account_id: int, kind: str, row: Row, line: int, problems: list[DirectoryProblem]
) -> Account:
    level = row.get("service_level_seconds", "")
    seconds = _integer(level)
    active = row.get("active", "").lower()
    if level and (seconds is None or seconds < 0):
        problems.append(_problem(_ACCOUNTS, line, "bad_value", f"service_level_seconds: {level}"))
        seconds = None
    if active and active not in {"true", "t", "1", "yes", "false", "f", "0", "no"}:
        problems.append(_problem(_ACCOUNTS, line, "bad_value", f"active: {active}"))
    groups = [_integer(part.strip()) for part in row.get("groups", "").split("|")]
    return Account(
        account_id=account_id,
        kind=kind,
        name=row["name"] or f"Konto {account_id}",
        login=row.get("login") or None,
        number=row.get("number") or None,
        licence=row.get("licence") or None,
        is_active=active not in {"false", "f", "0", "no"},
        groups=tuple(group for group in groups if group is not None),
        service_level_seconds=seconds,
    )


def _services(rows: list[tuple[int, Row]], problems: list[DirectoryProblem]) -> dict[int, str]:
    found: dict[int, str] = {}
    for line, row in rows:
        service_id, kind = _integer(row["serviceid"]), row["kind"].lower()
        if service_id is None:
            problems.append(_problem(_SERVICES, line, "bad_id", row["serviceid"]))
        elif kind not in SERVICE_KINDS:
            problems.append(_problem(_SERVICES, line, "unknown_kind", row["kind"]))
        else:
            found[service_id] = kind
    return found


def _problem(file_name: str, line: int, what: str, detail: str) -> DirectoryProblem:
    return DirectoryProblem(file_name, line, DIRECTORY_CODES[what], detail)
