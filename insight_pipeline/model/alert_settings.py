"""Types of the settings about sending: mail, webhooks, alerts, notices of failures, the report by mail.

Values only, each by itself; what must hold between sections is checked in `alert_problems`.
"""

from __future__ import annotations

import re
from datetime import time
from typing import Annotated, Literal

from pydantic import (
    AfterValidator,
    BeforeValidator,
    Field,
    SecretStr,
    ValidationInfo,
    field_validator,
    model_validator,
)
from pydantic_core import PydanticCustomError

from insight_pipeline.model.alerts import SHARES, FigureName, Threshold
from insight_pipeline.model.setting_types import Number, Part, Whole, listed, no_nul
from insight_pipeline.model.tls import is_loopback, is_safe_address

_ADDRESS = re.compile(
    r"[\w.!#$%&'*+/=?^`{|}~-]+@[A-Za-z0-9](?:[A-Za-z0-9.-]*[A-Za-z0-9])?", re.ASCII
)
_HOST = re.compile(r"[A-Za-z0-9:](?:[A-Za-z0-9.:_-]*[A-Za-z0-9])?")
_CLOCK = re.compile(r"(?:[01]\d|2[0-3]):[0-5]\d")
_VISIBLE = re.compile(r"[!-~]+")


def _mail_address(value: str) -> str:
    if not _ADDRESS.fullmatch(value):
        raise PydanticCustomError("mail_address", "a mail address")
    return value


def _clock(value: object) -> object:
    text = value.isoformat("minutes") if isinstance(value, time) else value
    if not isinstance(text, str) or not _CLOCK.fullmatch(text):
        raise PydanticCustomError("clock_time", "a time of day")
    return text


Address = Annotated[str, AfterValidator(_mail_address)]
Timeout = Annotated[Whole, Field(ge=1, le=60)]


class Mail(Part):
    """The mail server. The password is never shown."""

    host: str
    port: Whole = Field(587, ge=1, le=65_535)
    security: Literal["starttls", "tls", "plain"] = "starttls"
    """`tls`: encrypted from the first byte, mostly on port 465; `plain`: to this machine only."""
    user: str = ""
    """Empty: no login."""
    password: SecretStr = SecretStr("")
    sender: Address = Field(alias="from")
    ca_file: Annotated[str, BeforeValidator(no_nul)] = ""
    """Authorities that signed the server's certificate; empty: those of this machine."""
    timeout_seconds: Timeout = 10

    @field_validator("host")
    @classmethod
    def _plain_host(cls, value: str) -> str:
        if not _HOST.fullmatch(value):
            raise PydanticCustomError("host_name", "a host name")
        return value

    @field_validator("security")
    @classmethod
    def _encrypted(cls, value: str, info: ValidationInfo) -> str:
        if value == "plain" and not is_loopback(str(info.data.get("host", "localhost"))):
            raise PydanticCustomError("mail_plain", "an encrypted connection")
        return value


class Webhook(Part):
    """An address that takes notices. Whoever knows it may post there: it is never shown."""

    kind: Literal["teams", "slack", "json"]
    url: SecretStr
    ca_file: Annotated[str, BeforeValidator(no_nul)] = ""
    timeout_seconds: Timeout = 10

    @field_validator("url")
    @classmethod
    def _safe_url(cls, value: SecretStr) -> SecretStr:
        url = value.get_secret_value()
        if not _VISIBLE.fullmatch(url) or not is_safe_address(url):
            raise PydanticCustomError("service_url", "a URL with https://")
        return value


class Receivers(Part):
    """Who is told: mail addresses, and webhooks by name."""

    recipients: Annotated[tuple[Address, ...], BeforeValidator(listed)] = ()
    webhooks: Annotated[tuple[str, ...], BeforeValidator(listed)] = ()

    @property
    def is_empty(self) -> bool:
        """Whether nobody is told."""
        return not (self.recipients or self.webhooks)


class Alert(Receivers):
    """A threshold of a queue's figure: raised when it is crossed, and ended when it is back."""

    installation: str = ""
    """Empty: every installation."""
    queues: Annotated[tuple[Annotated[Whole, Field(ge=1)], ...], BeforeValidator(listed)] = ()
    """Account ids; none: every queue by itself."""
    figure: FigureName
    above: Number | None = Field(None, ge=0, allow_inf_nan=False)
    below: Number | None = Field(None, ge=0, allow_inf_nan=False)
    quarter_hours: Whole = Field(0, ge=0, le=96)
    """The figure of the last so many quarter hours; 0: of the day."""
    minimum_offered: Whole = Field(10, ge=1)
    """Calls before a share or an average counts."""

    @model_validator(mode="after")
    def _one_limit(self) -> Alert:
        if (self.above is None) == (self.below is None):
            raise PydanticCustomError("one_limit", "above or below")
        if self.figure in SHARES and self.limit > 1:
            raise PydanticCustomError("share", "a share between 0 and 1")
        return self

    @property
    def limit(self) -> float:
        """The value that is crossed."""
        return self.above if self.above is not None else self.below or 0.0

    def threshold(self, name: str) -> Threshold:
        """The limit under the alert's name, for those who hold figures against it."""
        is_above = self.above is not None
        window = (self.quarter_hours, self.minimum_offered)
        return Threshold(name, self.figure, self.limit, is_above, *window)

    def is_of(self, installation: str) -> bool:
        """Whether it watches this installation."""
        return self.installation in ("", installation)


class Report(Part):
    """The report by mail: who gets it, when, and so of which period."""

    recipients: Annotated[tuple[Address, ...], BeforeValidator(listed)] = ()
    every: Literal["day", "week", "month"] = "day"
    """The day, week (from Monday) or month that has ended; weeks on Mondays, months on the first."""
    at: Annotated[str, BeforeValidator(_clock)] = "07:00"
    """In the installation's time zone."""
