"""Types of the settings. What they mean stands in the comments of `insight.toml`.

Values only; reading the file, the environment and secrets is done in `insight_pipeline.settings`.
"""

from __future__ import annotations

import re
from pathlib import Path
from typing import Annotated, Any, Literal
from zoneinfo import available_timezones

import holidays
import sqlalchemy as sa
from pydantic import (
    BeforeValidator,
    Field,
    SecretStr,
    ValidationInfo,
    field_validator,
)
from pydantic_core import PydanticCustomError

from insight_pipeline.model.alert_settings import Alert, Mail, Receivers, Report, Webhook
from insight_pipeline.model.hours import Hours
from insight_pipeline.model.log_settings import Log
from insight_pipeline.model.setting_types import Day, Number, Part, Whole, listed, no_nul
from insight_pipeline.model.tls import TLS_OPTIONS, is_allowed_mode, is_safe_address

SERVICE_LEVEL_VARIANTS = (
    "answered_only",
    "ignore_abandoned_within",
    "abandoned_negative",
    "abandoned_positive",
    "exclude_short",
    "short_as_success",
    "offered",
)
Variant = Literal[
    "answered_only",
    "ignore_abandoned_within",
    "abandoned_negative",
    "abandoned_positive",
    "exclude_short",
    "short_as_success",
    "offered",
]
DATABASES = ("sqlite", "postgresql", "mysql", "mariadb", "mssql")
Folder = Annotated[Path, BeforeValidator(no_nul)]
_NAME = re.compile(r"[a-z0-9_-]{1,40}")


class Cdrdata(Part):
    """The PBX's own database. The URL may hold a password and is never shown."""

    url: SecretStr
    schema_name: str = Field("public", alias="schema", min_length=1)
    table: str = Field("cdrdata", min_length=1)
    batch_rows: Whole = Field(50_000, ge=1)
    """Rows that are asked for at a time."""
    reread_hours: Whole = Field(48, ge=1)
    """How long rows are asked for again, in case they change or others turn up between them."""
    every_minutes: Whole = Field(15, ge=1)
    """How often the sensor looks for new rows."""
    timeout_seconds: Whole = Field(60, ge=1, le=86_400)
    """How long one question may take the server; reaching it may take a sixth of that."""

    @field_validator("url")
    @classmethod
    def _postgresql(cls, value: SecretStr) -> SecretStr:
        try:
            url = sa.make_url(value.get_secret_value())
            is_server = url.get_backend_name() == "postgresql" and bool(url.host and url.database)
        except (sa.exc.ArgumentError, ValueError):
            is_server = False
        if not is_server or "\0" in value.get_secret_value():
            raise PydanticCustomError("pbx_url", "a URL of a PostgreSQL server")
        if not set(url.query) <= set(TLS_OPTIONS):
            raise PydanticCustomError("pbx_options", "TLS options alone")
        mode = url.query.get("sslmode", "verify-full")
        if not isinstance(mode, str) or not is_allowed_mode(url.host or "", mode):
            raise PydanticCustomError("pbx_sslmode", "an encrypted connection")
        return value


class Installation(Part):
    """One PBX."""

    timezone: str
    region: str = "DE"
    start_date: Day
    groups: Annotated[tuple[Annotated[Whole, Field(ge=1)], ...], BeforeValidator(listed)] = ()
    """Account ids of the groups that are evaluated (edition lite: one)."""
    cdrdata: Cdrdata | None = None
    """The PBX's own database, read beside the exports."""
    silent_days: Whole = Field(1, ge=0)
    """After how many working days without a call it is told that none come; 0: never."""
    hours: Hours | None = None
    """When queues are open; None: it is not known."""

    @field_validator("timezone")
    @classmethod
    def _known_zone(cls, value: str) -> str:
        if value not in available_timezones():
            raise PydanticCustomError("time_zone", "an IANA time zone")
        return value

    @field_validator("region")
    @classmethod
    def _known_region(cls, value: str) -> str:
        country, _, part = value.partition("-")
        parts = holidays.list_supported_countries(include_aliases=True).get(country)
        if parts is None or (part and part not in parts):
            raise PydanticCustomError("region", "a country code such as DE or DE-BW")
        return value


class Limits(Part):
    """Largest line and, after decompression, largest file; how much room a disk must have."""

    line_bytes: Whole = Field(65536, ge=1024)
    file_bytes: Whole = Field(2147483648, ge=1024)
    free_bytes: Whole = Field(2147483648, ge=0)
    """Less room than that on a disk is told by the status."""


class Kpi(Part):
    """Definitions of the figures."""

    service_level_variant: Variant = "abandoned_negative"
    service_level_seconds: Whole = Field(20, ge=0)
    short_abandon_seconds: Whole = Field(5, ge=0)
    callback_window_hours: Whole = Field(24, ge=1)


class Forecast(Part):
    """How the forecast of calls and agents is made."""

    weeks: Whole = Field(8, ge=1, le=52)
    """How many weeks of history it rests on."""
    service_level: Number = Field(0.8, ge=0.01, le=0.999)
    """Share of calls to be answered within the queue's threshold."""


class Privacy(Part):
    """What leaves the raw store."""

    profile: Literal["clear", "pseudonymised", "anonymised"] = "clear"


class Relational(Part):
    """The database. The URL may hold a password and is never shown."""

    url: SecretStr = SecretStr("sqlite:///.insight/insight.db")
    schema_name: Annotated[str, BeforeValidator(no_nul)] = Field("", alias="schema")
    tls: Literal["verify", "off"] = "verify"
    """Off: for a network that protects the connection itself. This machine needs none."""
    ca_file: Annotated[str, BeforeValidator(no_nul)] = ""
    """Authorities that signed the server's certificate; empty: those of this machine."""

    @field_validator("url")
    @classmethod
    def _known_database(cls, value: SecretStr) -> SecretStr:
        text = value.get_secret_value()
        try:
            url = sa.make_url(text)
            is_known = url.get_backend_name() in DATABASES and "\0" not in text
        except (sa.exc.ArgumentError, ValueError):
            is_known = False
        if not is_known:
            raise PydanticCustomError("database_url", "a URL of a supported database")
        if url.get_backend_name() == "sqlite" and not _is_sqlite_file(url):
            raise PydanticCustomError("sqlite_file", "a URL of a file")
        if url.get_backend_name() in {"mysql", "mariadb"} and not url.database:
            raise PydanticCustomError("database_name", "a URL that names a database")
        return value

    @field_validator("schema_name")
    @classmethod
    def _schema_of_a_server(cls, value: str, info: ValidationInfo) -> str:
        url = info.data.get("url")
        if value and url and sa.make_url(url.get_secret_value()).get_backend_name() == "sqlite":
            raise PydanticCustomError("sqlite_schema", "empty with SQLite")
        return value


def _is_sqlite_file(url: sa.URL) -> bool:
    """Whether rows outlast the run: SQLite also has databases in memory, and knows no server."""
    named, mode = url.database or "", str(url.query.get("mode", ""))
    is_in_memory = not named or named.startswith((":memory:", "file::memory:")) or mode == "memory"
    return not is_in_memory and not (url.host or url.username or url.password or url.port)


class PowerBI(Part):
    """Power BI push datasets."""

    upload: bool = False
    cloud: Literal["public", "gcc", "gcc_high", "dod", "china", "germany"] = "public"
    workspace: str = ""
    retention: Literal["none", "fifo"] = "none"
    granularity: Literal["call", "interval"] = "call"
    api_url: str = ""
    login_url: str = ""
    client_id: str = ""
    tenant: str = "organizations"
    rows_an_hour: Annotated[Whole, Field(ge=1)] = 1_000_000
    """What the licence allows a dataset: 10,000 on a free plan."""

    @field_validator("retention")
    @classmethod
    def _no_fifo(cls, value: str) -> str:
        """A dataset that drops rows before their corrections breaks every sum."""
        if value == "fifo":
            raise PydanticCustomError("fifo", "none")
        return value

    @field_validator("cloud")
    @classmethod
    def _open_cloud(cls, value: str) -> str:
        if value == "germany":
            raise PydanticCustomError("closed_cloud", "a cloud that is open")
        return value

    @field_validator("api_url", "login_url")
    @classmethod
    def _safe_address(cls, value: str) -> str:
        if value and not is_safe_address(value):
            raise PydanticCustomError("service_url", "a URL with https://")
        return value


class Sinks(Part):
    """Where tables are loaded to."""

    relational: Relational = Relational()  # type: ignore[call-arg]
    powerbi: PowerBI = PowerBI()


class Retention(Part):
    """How long Dagster's history is kept: runs with their logs and events. What is loaded stays."""

    runs_days: Whole = Field(90, ge=7)
    failed_runs_days: Whole = Field(365, ge=7)
    """Failed and cancelled runs, whose logs say why."""


class Settings(Part):
    """All settings, paths absolute."""

    landing_dir: Folder = Path("data/landing")
    data_dir: Folder = Path(".insight")
    edition: Literal["lite", "pro", "enterprise"] = "enterprise"
    locale: Literal["de", "en"] = "de"
    installations: dict[str, Installation] = Field(min_length=1)
    limits: Limits = Limits()  # type: ignore[call-arg]
    kpi: Kpi = Kpi()  # type: ignore[call-arg]
    forecast: Forecast = Forecast()  # type: ignore[call-arg]
    privacy: Privacy = Privacy()
    sinks: Sinks = Sinks()
    mail: Mail | None = None
    webhooks: dict[str, Webhook] = Field(default_factory=dict)
    alerts: dict[str, Alert] = Field(default_factory=dict)
    failures: Receivers = Receivers()
    """Who is told of failed runs and a login that ended."""
    report: Report = Report()
    retention: Retention = Retention()  # type: ignore[call-arg]
    log: Log = Log()

    @field_validator("installations", "webhooks", "alerts")
    @classmethod
    def _plain_names(cls, value: dict[str, Any]) -> dict[str, Any]:
        for name in value:
            if not _NAME.fullmatch(name):
                raise PydanticCustomError("installation_name", "a plain name")
        return value
