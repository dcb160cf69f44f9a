"""Two days of one installation: callers who are lost on the first, and who calls back on the second.

Belongs here: the landing folder of those days, and runs of them in processes of their own, which may die
at a place of the caller's choice. What must hold afterwards stands in `test_callbacks`.
"""

from __future__ import annotations

import os
import shutil
import signal
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from datetime import date
from multiprocessing import get_context
from multiprocessing.process import BaseProcess
from multiprocessing.synchronize import Barrier
from pathlib import Path
from typing import Any

from insight_pipeline.model.rows import CALL_LIST
from insight_pipeline.orchestration.callbacks import CALLBACK
from insight_pipeline.sinks.lake import Lake
from insight_pipeline.sinks.relational.writer import RelationalSink
from insight_pipeline.sources.raw_index import RawIndex
from tests import direct
from tests.conftest import write_settings
from tests.pipeline import GOLDEN

FIRST, SECOND, THIRD = date(2026, 3, 12), date(2026, 3, 13), date(2026, 3, 14)
CALLER, OTHER = "+49711123456", "+4930998877"
_CONTEXT = get_context("forkserver")
_CONTEXT.set_forkserver_preload(["tests.orchestration.two_days"])


def row(
    number: int, day: date, clock: str, seconds: int = 40, *, caller: str = CALLER, is_taken: bool
) -> str:
    """One call to Anna at this minute, local time: taken after five seconds, or lost at its end."""
    begin = f"{day:%d.%m.%Y} {clock}"
    values = {
        "id": number,
        "callid": number,
        "callstepid": 0,
        "callleguuid": f"leg-{number}",
        "cdraccountid": 101,
        "calleraccountid": 0,
        "callercallerid": f"Muster GmbH <{caller}>",
        "calledaccountid": 101,
        "calledcallerid": "Anna Bauer <21>",
        "serviceid": 1,
        "starttime": f"{begin}:00",
        "ringingtime": f"{begin}:01",
        "linktime": f"{begin}:05" if is_taken else "",
        "callresulttime": f"{begin}:{seconds:02d}",
        "callresult": "CONNECTED" if is_taken else "NOT_CONNECTED",
        "incoming": "true",
        "answered": "true" if is_taken else "false",
        "login": "a.bauer",
    }
    return ";".join(str(values.get(name, "")) for name in CALL_LIST.fields)


def put(folder: Path, name: str, *rows: str) -> None:
    """An export with these rows arrives."""
    file = folder / "landing" / "demo" / "call_list" / f"{name}.csv"
    file.parent.mkdir(parents=True, exist_ok=True)
    file.write_text("\n".join((";".join(CALL_LIST.fields), *rows, "")), encoding="utf-8")


def two_days(folder: Path) -> Path:
    """The settings of the two days, whose exports lie in the landing folder."""
    shutil.copytree(
        GOLDEN / "examples" / "landing" / "demo" / "directory",
        folder / "landing" / "demo" / "directory",
    )
    put(
        folder,
        "first",
        row(1, FIRST, "09:00", caller=OTHER, is_taken=True),
        row(2, FIRST, "16:00", is_taken=False),
        row(3, FIRST, "17:00", caller="+4940111111", is_taken=False),
    )
    put(
        folder,
        "second",
        row(4, SECOND, "09:00", is_taken=True),
        row(5, SECOND, "10:00", caller=OTHER, is_taken=False),
    )
    return write_settings(folder, folder / "landing")


def die(*_: object, **__: object) -> None:
    """End this process as a power cut would."""
    os.kill(os.getpid(), signal.SIGKILL)


@dataclass(frozen=True)
class Place:
    """Before a call of a method that is about the callbacks of the first day."""

    owner: type
    method: str
    is_here: Callable[..., bool] = lambda *_: True

    def arm(self) -> None:
        """Let this process die there."""
        real = getattr(self.owner, self.method)

        def patched(*arguments: Any) -> Any:
            if self.is_here(*arguments):
                die()
            return real(*arguments)

        setattr(self.owner, self.method, patched)


def _writes_lake(lake: Lake, name: str, *_: object) -> bool:
    return name == CALLBACK and lake.folder.parent.name == "lake"


def _loads_callbacks_alone(_: RelationalSink, tables: dict[str, object], *__: object) -> bool:
    return list(tables) == [CALLBACK]


PLACES = {
    "published, nothing noted": Place(RawIndex, "put_callback_due"),
    "noted, the lake as it was": Place(Lake, "write_days", _writes_lake),
    "in the lake, nothing in the database": Place(RelationalSink, "replace_partition"),
    "the run's own day in the database": Place(RawIndex, "callback_due"),
    "about to load the first day": Place(
        RelationalSink, "replace_partition", _loads_callbacks_alone
    ),
    "all in the database, still noted": Place(RawIndex, "drop_callback_due"),
}
HEALED_BY_ANY_DAY = list(PLACES)[2:]
"""Where the lake is right already, and whatever day is loaded next brings the database to it."""


@contextmanager
def loading(
    config: Path, day: date, place: str | None = None, together: Barrier | None = None
) -> Iterator[BaseProcess]:
    """A process of its own that loads a day: up to a place, or to the end."""
    process = _CONTEXT.Process(target=_load, args=(config, day, place, together))
    process.start()
    try:
        yield process
    finally:
        process.kill()
        process.join()


def barrier(parties: int) -> Barrier:
    """Where processes wait for each other before they load."""
    return _CONTEXT.Barrier(parties)


def _load(config: Path, day: date, place: str | None, together: Barrier | None) -> None:
    (site,) = direct.sites_of(config)
    if place is not None:
        PLACES[place].arm()
    if together is not None:
        together.wait()
    direct.load_database(site, [day])
