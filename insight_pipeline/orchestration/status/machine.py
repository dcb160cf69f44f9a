"""The machine: space on its disks, whether anything loads by itself, and notices that did not arrive."""

from __future__ import annotations

import shutil
from collections.abc import Iterator
from datetime import datetime
from pathlib import Path

from insight_pipeline.model.deliveries import Delivery, DeliveryState
from insight_pipeline.model.errors import InsightError
from insight_pipeline.model.findings import Finding, Urgency
from insight_pipeline.model.notices import Channel
from insight_pipeline.model.settings import Settings
from insight_pipeline.model.terms import Term
from insight_pipeline.orchestration.alerting import Alerting
from insight_pipeline.orchestration.site import database_of
from insight_pipeline.sinks.relational.loaded import place_of

AUTOMATION_SECONDS = 300
"""How often the sensor looks that keeps the status fresh."""
_MISSED_LOOKS = 3
_TOLD_SECONDS = 7 * 86400.0
"""Deliveries that were given up are named for so long."""
_STEP_BYTES = 256 * 1024**2
"""Free space is told in such steps, so that the page does not change with every file."""
_UNITS = (("GB", 1024**3), ("MB", 1024**2), ("kB", 1024))


def machine_findings(settings: Settings, now: datetime) -> Iterator[Finding]:
    """Everything that concerns all installations alike; `now` has a time zone."""
    for problem in full_disks(settings):
        yield Finding(Urgency.NOW, problem)
    for problem in undelivered(Alerting(settings), now.timestamp()):
        yield Finding(Urgency.NOTE, problem)
    for problem in automation_problems(settings, now):
        yield Finding(Urgency.NOTE, problem)


def full_disks(settings: Settings) -> Iterator[InsightError]:
    """Disks with less room than `limits.free_bytes`, each once."""
    least, seen = settings.limits.free_bytes, set()
    database = place_of(database_of(settings))
    places = [settings.data_dir, settings.landing_dir, *([database.parent] if database else [])]
    for place in map(_existing, places):
        disk = place.stat().st_dev
        free = shutil.disk_usage(place).free
        if disk not in seen and free < least:
            roughly = size(free // _STEP_BYTES * _STEP_BYTES)
            yield InsightError("IA-760", folder=place, free=roughly, least=size(least))
        seen.add(disk)


def _existing(folder: Path) -> Path:
    """The folder, or the nearest one above that is there."""
    return next(
        place for place in (folder.absolute(), *folder.absolute().parents) if place.exists()
    )


def size(count: int) -> Term:
    """A number of bytes in words."""
    unit, factor = next((u for u in _UNITS if count >= u[1]), ("Bytes", 1))
    text = f"{count / factor:.1f}" if factor > 1 else str(count)
    return Term(f"{text.replace('.', ',')} {unit}", f"{text} {unit}")


def automation_file(settings: Settings) -> Path:
    """Touched by the sensor whenever it looks."""
    return settings.data_dir / "state" / "automation"


def note_automation(settings: Settings) -> None:
    """Note that the sensors are at work."""
    file = automation_file(settings)
    file.parent.mkdir(parents=True, exist_ok=True)
    file.touch()


def last_look(settings: Settings) -> float | None:
    """When the sensors looked last, in seconds since 1970; None: never."""
    try:
        return automation_file(settings).stat().st_mtime
    except FileNotFoundError:
        return None


def is_automatic(settings: Settings, now: datetime) -> bool:
    """Whether what arrives is loaded without anybody's doing."""
    last = last_look(settings)
    return last is not None and abs(now.timestamp() - last) <= _MISSED_LOOKS * AUTOMATION_SECONDS


def automation_problems(settings: Settings, now: datetime) -> Iterator[InsightError]:
    """That nothing loads by itself, since the sensors never ran or have stopped."""
    last = last_look(settings)
    if last is None:
        yield InsightError("IA-762")
    elif not is_automatic(settings, now):
        at = datetime.fromtimestamp(last).astimezone().strftime("%Y-%m-%d %H:%M")
        yield InsightError("IA-763", at=at)


def undelivered(alerting: Alerting, now: float) -> Iterator[InsightError]:
    """What could not be delivered in the last days, by receiver."""
    if not alerting.outbox_file.exists():
        return
    given_up: dict[Channel, list[Delivery]] = {}
    for one in alerting.outbox.deliveries(since=now - _TOLD_SECONDS):
        if one.state is DeliveryState.GIVEN_UP:
            given_up.setdefault(one.channel, []).append(one)
    for channel, lost in given_up.items():
        detail = f"{lost[-1].code} {lost[-1].detail}"
        yield InsightError("IA-649", channel=channel.name, notices=len(lost), detail=detail)
