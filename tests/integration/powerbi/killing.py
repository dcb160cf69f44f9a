"""Where an upload is killed: each point patches the uploading process so that it SIGKILLs itself there.

Belongs here: what runs in the process that dies. Nothing of the program is replaced, only interrupted; how
a point is reached (faults, what is wanted) and what must hold afterwards stands in `test_kill_points`.
"""

from __future__ import annotations

import os
import resource
import signal
import sys
import time
from collections.abc import Callable, Sequence
from dataclasses import dataclass, replace
from pathlib import Path
from typing import Any, NoReturn

import urllib3.connection

from insight_pipeline.model.errors import TransientError
from insight_pipeline.model.settings import PowerBI
from insight_pipeline.sinks.powerbi import changes
from insight_pipeline.sinks.powerbi.creation import Creation
from insight_pipeline.sinks.powerbi.delivery import TableDelivery
from insight_pipeline.sinks.powerbi.ledger import Ledger
from insight_pipeline.sinks.powerbi.login import Login
from insight_pipeline.sinks.powerbi.service import Service
from insight_pipeline.sinks.powerbi.upload import Uploader
from tests.integration.powerbi.small import OPTIONS, upload

ROWS_A_BATCH = 2
DISK_FULL = 28
CLIENT_ID = "11111111-2222-3333-4444-555555555555"
Match = Callable[[tuple[Any, ...], dict[str, Any]], bool]


def die(*_: object) -> NoReturn:
    """End this process as a power cut would."""
    os.kill(os.getpid(), signal.SIGKILL)
    raise AssertionError


def _any(_: tuple[Any, ...], __: dict[str, Any]) -> bool:
    return True


@dataclass(frozen=True)
class Call:
    """Die at the call of a method that matches for the `turn`-th time."""

    owner: type
    method: str
    is_after: bool = False
    matches: Match = _any
    turn: int = 1

    def install(self) -> None:
        """Patch this process."""
        real, left = getattr(self.owner, self.method), self.turn

        def patched(*arguments: Any, **named: Any) -> Any:
            nonlocal left
            is_here = self.matches(arguments, named)
            left -= is_here
            if is_here and left <= 0 and not self.is_after:
                die()
            result = real(*arguments, **named)
            if is_here and left <= 0:
                die()
            return result

        setattr(self.owner, self.method, patched)


@dataclass(frozen=True)
class Wire:
    """Die when so much of what begins with `start` has gone out."""

    start: bytes
    share: float = 1.0
    turn: int = 1

    def install(self) -> None:
        """Patch this process's HTTP connections."""
        real, left = urllib3.connection.HTTPConnection.send, self.turn

        def patched(connection: Any, data: Any) -> None:
            nonlocal left
            is_here = isinstance(data, bytes) and data.startswith(self.start)
            left -= is_here
            if not is_here or left > 0:
                real(connection, data)
                return
            real(connection, data[: int(len(data) * self.share)])
            die()

        urllib3.connection.HTTPConnection.send = patched  # type: ignore[assignment,method-assign]


@dataclass(frozen=True)
class Waiting:
    """Die in the middle of the first wait."""

    def install(self) -> None:
        """The wait is the options' own: see `upload_and_die`."""


@dataclass(frozen=True)
class FullDisk:
    """From the call of a method on, no file can grow: every write of the ledger fails for real."""

    owner: type
    method: str
    is_after: bool = False

    def install(self) -> None:
        """Patch this process."""
        real = getattr(self.owner, self.method)

        def patched(*arguments: Any, **named: Any) -> Any:
            if not self.is_after:
                _fill_disk()
            result = real(*arguments, **named)
            if self.is_after:
                _fill_disk()
            return result

        setattr(self.owner, self.method, patched)


Point = Call | Wire | Waiting | FullDisk


def _fill_disk() -> None:
    resource.setrlimit(resource.RLIMIT_FSIZE, (0, resource.RLIM_INFINITY))


def _has(*wanted: object) -> Match:
    return lambda arguments, named: all(
        value in arguments or value in named.values() for value in wanted
    )


_BATCH_POINTS: dict[str, Point] = {
    "before_the_plan": Call(Uploader, "plan_fact"),
    "planned": Call(Uploader, "deliver"),
    "sending_written": Call(Ledger, "start_sending", is_after=True),
    "half_the_body_out": Wire(b'{"rows"', share=0.5),
    "body_out_no_answer": Wire(b'{"rows"'),
    "answer_read_not_written": Call(Service, "push", is_after=True),
    "confirmed": Call(Ledger, "end", is_after=True, matches=_has("confirmed")),
    "all_confirmed": Call(TableDelivery, "_summary"),
    "second_batch": Call(Ledger, "start_sending", is_after=True, turn=2),
}
_SETTLING_POINTS: dict[str, Point] = {
    "uncertain_noted": Call(Ledger, "end", is_after=True, matches=_has("uncertain")),
    "before_the_look": Call(TableDelivery, "_look"),
    "looked": Call(TableDelivery, "_look", is_after=True),
    "before_settled": Call(Ledger, "end", turn=2),
    "settled": Call(Ledger, "end", is_after=True, turn=2),
}
_REBUILD_POINTS: dict[str, Point] = {
    "before_the_intent": Call(Ledger, "new_epoch"),
    "intent_written": Call(Ledger, "new_epoch", is_after=True),
    "deleting_noted": Call(Ledger, "set_table", is_after=True, matches=_has("deleting")),
    "before_the_delete": Call(Service, "empty"),
    "delete_out_no_answer": Wire(b"DELETE"),
    "delete_answered": Call(Service, "empty", is_after=True),
    "emptiness_seen": Call(TableDelivery, "_is_empty", is_after=True),
    "before_filling_noted": Call(Ledger, "emptied"),
    "filling_noted": Call(Ledger, "emptied", is_after=True),
    "filling_half_done": Call(Ledger, "end", is_after=True, matches=_has("confirmed")),
    "filling_body_out": Wire(b'{"rows"', turn=2),
    "before_closed": Call(Ledger, "set_table", matches=_has("open")),
    "closed": Call(Ledger, "set_table", is_after=True, matches=_has("open")),
}
_CREATE_POINTS: dict[str, Point] = {
    "before_asked": Call(Creation, "_ask"),
    "asked_noted": Call(Service, "create"),
    "create_out_no_answer": Wire(b'{"defaultMode"'),
    "created_not_noted": Call(Service, "create", is_after=True),
    "created_noted": Call(Ledger, "put_dataset", is_after=True, matches=_has("created")),
    "shape_half_done": Call(Service, "put_table", is_after=True),
}
_TOKEN_POINTS: dict[str, Point] = {
    "before_renewed_login_written": Call(os, "open"),  # type: ignore[arg-type]
    "renewed_login_not_synced": Call(os, "fsync"),  # type: ignore[arg-type]
    "renewed_login_not_in_place": Call(Path, "replace"),
    "renewed_login_in_place": Call(Path, "replace", is_after=True),
}
_DISK_POINTS: dict[str, Point] = {
    "before_sending_written": FullDisk(Ledger, "start_sending"),
    "before_answer_written": FullDisk(Service, "push", is_after=True),
    "before_plan_written": FullDisk(Ledger, "plan"),
    "before_intent_written": FullDisk(Ledger, "new_epoch"),
}
POINTS: dict[str, dict[str, Point]] = {
    "batch": _BATCH_POINTS,
    "settling": _SETTLING_POINTS,
    "rebuild": _REBUILD_POINTS,
    "create": _CREATE_POINTS,
    "token": _TOKEN_POINTS,
    "disk": _DISK_POINTS,
    "waiting": {"in_the_middle": Waiting()},
}


class RenewedToken:
    """The real login: a refusal by the service renews it, and so writes its cache."""

    def __init__(self, login: Login, place: tuple[str, str] | None) -> None:
        self._login = login
        self._place = place

    def access_token(self, *, renew: bool = False) -> str:
        """As `Login`; the process is armed to die once a renewal begins."""
        if renew and self._place:
            POINTS[self._place[0]][self._place[1]].install()
        return self._login.access_token(renew=renew)


def login_of(url: str, folder: Path) -> Login:
    """The login to the emulator, stored in a folder."""
    return Login(PowerBI(login_url=url, client_id=CLIENT_ID), folder)


def upload_and_die(
    folder: Path, url: str, token: str, place: tuple[str, str], rebuild: Sequence[str] = ()
) -> None:
    """Upload as always, in a process that dies at a point; a full disk ends it with its own code."""
    changes.MAX_ROWS = ROWS_A_BATCH
    group, name = place

    def half(seconds: float) -> None:
        time.sleep(seconds / 2)
        die()

    tokens = token if group != "token" else RenewedToken(login_of(url, folder), place)
    if group != "token":
        POINTS[group][name].install()
    options = replace(OPTIONS, sleep=half) if group == "waiting" else OPTIONS
    try:
        upload(folder, url, tokens, options, rebuild)
    except TransientError as error:
        sys.exit(DISK_FULL if error.code == "IA-560" else 1)
