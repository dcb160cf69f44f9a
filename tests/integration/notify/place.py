"""An installation with a lake of one queue, alerts of its own, and receivers that are real servers."""

from __future__ import annotations

from collections.abc import Callable
from datetime import datetime, timedelta
from pathlib import Path

import pyarrow as pa

from insight_pipeline.model.settings import Settings
from insight_pipeline.model.tables import QUEUE_COUNTERS, TABLES
from insight_pipeline.orchestration.alerting import Alerting
from insight_pipeline.orchestration.site import Site, sites
from insight_pipeline.settings import load_settings
from tests.conftest import write_settings
from tests.receiving import Hooks, MailBox

NINE = datetime(2026, 3, 12, 9, 0)
NOW = datetime(2026, 3, 12, 12, 0).timestamp()
QUEUE = 21
INTERVALS, QUEUES = TABLES["fact_queue_interval"], TABLES["dim_queue"]
ALERT = """
[alerts.verlust]
figure = "abandonment_rate"
above = 0.1
webhooks = ["zentrale"]
"""


def settings_of(
    folder: Path, text: str = ALERT, mail: MailBox | None = None, **hooks: Hooks
) -> Settings:
    """Settings with these sections, a mail server, and webhooks of our own JSON by name."""
    (folder / "landing").mkdir(exist_ok=True)
    config = write_settings(folder, folder / "landing")
    lines = [config.read_text("utf-8"), text]
    if mail is not None:
        lines += ["[mail]", f'host = "{mail.host}"', f"port = {mail.port}", 'security = "plain"']
        lines += ['from = "insight@firma.example"', "timeout_seconds = 5"]
    for name, served in hooks.items():
        (folder / f"{name}.url").write_text(f"{served.url}/hook/{name}\n")
        lines += [f"[webhooks.{name}]", 'kind = "json"', f'url_file = "{name}.url"']
        lines += ["timeout_seconds = 5"]
    config.write_text("\n".join(lines) + "\n", "utf-8")
    return load_settings(config, environ={})


def fill(site: Site, offered: int, abandoned: int, at: datetime = NINE, queue: int = QUEUE) -> None:
    """The day's only quarter hour of a queue, and the queue's name."""
    zero = {column.name: 0 for column in QUEUE_COUNTERS}
    day = at.date()
    row = {"installation": site.name, "local_date": day, "queue_id": queue}
    row |= {"interval_start_utc": at, **zero, "offered": offered, "abandoned": abandoned}
    table = pa.Table.from_pylist([row], INTERVALS.arrow_schema())
    site.lake.write_days(INTERVALS.name, table, [day])
    named = {"installation": site.name, "queue_id": queue, "queue_kind": "group"}
    named |= {"name": "Störungsannahme", "is_active": True, "is_known": True}
    site.lake.write(QUEUES.name, pa.Table.from_pylist([named], QUEUES.arrow_schema()))


def site_of(settings: Settings) -> Site:
    """The only installation."""
    (site,) = sites(settings).values()
    return site


class Clock:
    """A clock that a test turns on."""

    def __init__(self, at: float = NOW) -> None:
        self.at = at

    def __call__(self) -> float:
        return self.at

    def turn(self, **by: float) -> None:
        self.at += timedelta(**by).total_seconds()


def alerting_of(settings: Settings, now: Callable[[], float]) -> Alerting:
    """As a tick of the sensor makes it: everything from the files."""
    return Alerting(settings, now)


def kinds(hooks: Hooks) -> list[str]:
    """Kinds of the notices that came in."""
    return [posted.body["kind"] for posted in hooks.posted]
