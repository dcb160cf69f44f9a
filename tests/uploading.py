"""Uploading in a test: settings that point at an emulator, a login, and what it holds beside the lake.

Runs go through `pipeline`; only the waiting times of the upload are shorter than in use.
"""

from __future__ import annotations

from collections import Counter
from collections.abc import Callable, Sequence
from functools import partial
from pathlib import Path

import pyarrow as pa
import pytest

from insight_pipeline.emulator import Emulator, EmulatorOptions, LoginOptions
from insight_pipeline.emulator import Limits as ServiceLimits
from insight_pipeline.model.settings import Settings
from insight_pipeline.model.tables import TABLES, Kind
from insight_pipeline.orchestration import pushing
from insight_pipeline.orchestration.pushing import Push
from insight_pipeline.orchestration.site import sites
from insight_pipeline.settings import load_settings
from insight_pipeline.sinks.lake import Lake
from insight_pipeline.sinks.powerbi.datasets import NOT_PUSHED
from insight_pipeline.sinks.powerbi.delivery import Options
from insight_pipeline.sinks.powerbi.login import Login
from tests.conftest import write_settings
from tests.pipeline import GOLDEN, Pipeline

CLIENT_ID = "0f6b1f0e-6a53-4c0e-9d0a-3f5f0b7f2c11"
DATASET = "insight_historical"
DAY = "2026-03-12"
"""The day of the worked calls."""
SHARED = ("dim_date", "dim_interval")
SETTLE_SECONDS = 0.2
_COMPARED = (Kind.TEXT, Kind.INTEGER, Kind.FLAG)
Counted = Counter[tuple[object, ...]]


def approving(limits: ServiceLimits | None = None, **login: int) -> EmulatorOptions:
    """An emulator whose user approves every login at once."""
    options = LoginOptions(is_approved_at_once=True, **login)  # type: ignore[arg-type]
    return EmulatorOptions(limits=limits or ServiceLimits(), login=options)


def uploading_settings(
    folder: Path, url: str, *lines: str, landing: Path = GOLDEN / "examples" / "landing"
) -> Path:
    """Settings like those of other tests that upload to `url`; `lines` belong to [sinks.powerbi]."""
    config = write_settings(folder, landing)
    powerbi = [
        "[sinks.powerbi]",
        "upload = true",
        f'api_url = "{url}"',
        f'login_url = "{url}"',
        f'client_id = "{CLIENT_ID}"',
        *lines,
    ]
    config.write_text(config.read_text("utf-8") + "\n".join(powerbi) + "\n", "utf-8")
    return config


def log_in(config: Path) -> Settings:
    """Log in as `insight login` does; the emulator's user approves at once."""
    settings = load_settings(config, environ={})
    login = Login(settings.sinks.powerbi, settings.data_dir)
    login.finish_device_login(login.start_device_login())
    return settings


def uploading(folder: Path, emulator: Emulator, *lines: str) -> Pipeline:
    """A pipeline that is logged in."""
    config = uploading_settings(folder, emulator.url, *lines)
    log_in(config)
    return Pipeline(config)


def be_quick(monkeypatch: pytest.MonkeyPatch, patience_seconds: float = 2.0) -> None:
    """Settle and give up soon, wherever an upload is composed."""
    quick = partial(Options, settle_seconds=SETTLE_SECONDS, patience_seconds=patience_seconds)
    monkeypatch.setattr(pushing, "Options", quick)


def at(monkeypatch: pytest.MonkeyPatch, now: Callable[[], float]) -> None:
    """Let every upload composed from here on see this time."""
    monkeypatch.setattr(pushing, "Options", partial(Options, now=now, settle_seconds=0.2))


def held_rows(emulator: Emulator, table: str) -> Counted:
    """What a report sees of a table: its rows, those of a fact summed over `sign`."""
    rows = emulator.rows(DATASET, table)
    names = _names(table)
    found: Counted = Counter()
    for row in rows:
        sign = row.get("sign", 1)
        assert isinstance(sign, int)
        found[tuple(row[name] for name in names)] += sign
    return Counter({key: count for key, count in found.items() if count})


def lake_rows(settings: Settings, table: str) -> Counted:
    """The rows that the lake has, of all installations."""
    schema = TABLES[table].arrow_schema()
    if table in SHARED:
        parts = [Lake(settings.data_dir / "lake").read(table, schema)]
    elif TABLES[table].is_partitioned:
        lakes = [site.lake for site in sites(settings).values()]
        parts = [lake.read_days(table, lake.dates(table), schema) for lake in lakes]
    else:
        parts = [site.lake.read(table, schema) for site in sites(settings).values()]
    return Counter(tuple(row.values()) for row in _rows(parts, _names(table)))


def is_all_there(emulator: Emulator, settings: Settings) -> None:
    """Every table of the dataset holds what the lake has, each row once."""
    for table in tables(settings):
        assert held_rows(emulator, table) == lake_rows(settings, table), table


def tables(settings: Settings) -> list[str]:
    """The tables of the dataset."""
    return [table.name for table in Push(settings).dataset.tables]


def _names(table: str) -> list[str]:
    """Columns that are pushed, and whose values are the same in the lake and in JSON."""
    pushed = [column for column in TABLES[table].columns if column.name not in NOT_PUSHED]
    return [column.name for column in pushed if column.kind in _COMPARED]


def _rows(parts: Sequence[pa.Table], names: list[str]) -> list[dict[str, object]]:
    found: list[dict[str, object]] = pa.concat_tables(parts).select(names).to_pylist()
    return found
