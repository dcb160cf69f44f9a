"""`insight` with every logger at DEBUG and short waits, or the sensors of an upload; both for the canaries.

CANARY_CRASH names a place that raises an error nobody foresaw, whose text holds what the place was given.
"""

from __future__ import annotations

import logging
import os
import sys
from collections.abc import Callable
from functools import partial
from typing import Any
from urllib.parse import urlsplit

import dagster as dg

from insight_pipeline.cli.app import App
from insight_pipeline.cli.main import main
from insight_pipeline.definitions import build_defs
from insight_pipeline.logs.writing import start
from insight_pipeline.model.alert_settings import Mail, Webhook
from insight_pipeline.model.notices import Notice
from insight_pipeline.orchestration import failures, pushing
from insight_pipeline.orchestration.resources import Sites
from insight_pipeline.sinks.lake import Lake
from insight_pipeline.sinks.notify import sending
from insight_pipeline.sinks.powerbi.delivery import Options
from insight_pipeline.sinks.powerbi.ledger import Ledger
from insight_pipeline.sinks.powerbi.service import Service

SENSORS = ("powerbi_token_sensor", "powerbi_quota_sensor", "alerts")
LOUD = ("msal", "msal.application", "msal.token_cache", "urllib3", "urllib3.connectionpool")


def _log_everything() -> None:
    logging.basicConfig(level=logging.DEBUG, stream=sys.stderr)
    for name in LOUD:
        logging.getLogger(name).setLevel(logging.DEBUG)


def _crash_at(place: str) -> None:
    owner, name, told = _CRASHES[place]

    def crash(*arguments: Any, **_: Any) -> None:
        text = told(*arguments)
        raise ValueError(text)

    setattr(owner, name, crash)


def _request(service: Service, _: str, __: str, body: bytes, ___: int) -> str:
    return f"Authorization: Bearer {service._tokens.access_token()} {body!r}"


def _rows(_: Lake, __: str, rows: Any, *___: Any) -> str:
    return str(rows.to_pylist())


def _key(_: Ledger, __: str) -> str:
    return f"cannot open with {os.environ['INSIGHT_TOKEN_KEY']}"


def _hook(_: str, webhook: Webhook, __: Notice) -> str:
    path = urlsplit(webhook.url.get_secret_value()).path
    return f"cannot reach https://hooks.slack.com{path}"


def _mail(mail: Mail, _: Notice, __: str) -> str:
    return f"password={mail.password.get_secret_value()}"


_CRASHES: dict[str, tuple[Any, str, Callable[..., str]]] = {
    "webhook": (sending, "send_webhook", _hook),
    "mail": (sending, "send_mail", _mail),
    "push": (Service, "push", _request),
    "step": (Lake, "write_days", _rows),
    "sensor": (Ledger, "usage", _key),
}


def _sensors() -> None:
    """Evaluate both, and tell everything that a tick would keep."""
    app = App()
    settings = app.settings
    start(settings.data_dir, settings.log, "sensors", settings.locale)
    app.prepare_dagster()
    definitions = build_defs(app.settings)
    with dg.DagsterInstance.get() as instance:
        for name in SENSORS:
            repository = definitions.get_repository_def()
            context = dg.build_sensor_context(instance=instance, repository_def=repository)
            sensor = definitions.resolve_sensor_def(name)
            result: Any = sensor(context, sites=Sites(app.settings))
            print(result)
            for event in getattr(result, "asset_events", []):
                instance.report_runless_asset_event(event)


if __name__ == "__main__":
    _log_everything()
    failures.RETRY_SECONDS = 0
    quick = partial(Options, settle_seconds=0.2, patience_seconds=2.0)
    pushing.Options = quick  # type: ignore[assignment,attr-defined]
    if place := os.environ.get("CANARY_CRASH"):
        _crash_at(place)
    if sys.argv[1:] == ["sensors"]:
        _sensors()
    else:
        main()
