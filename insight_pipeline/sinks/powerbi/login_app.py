"""MSAL, asked in our words: every answer and every exception of it becomes a value or an error of ours.

MSAL's exceptions and log lines may hold tokens, codes and names, so none leaves this module. Storing,
locking and the clock are the business of `login`.
"""

from __future__ import annotations

import logging
import re
from collections.abc import Callable
from typing import Any

import msal
from msal.exceptions import MsalServiceError

from insight_pipeline.model.errors import InsightError, PermanentError
from insight_pipeline.model.settings import PowerBI
from insight_pipeline.model.terms import Term
from insight_pipeline.sinks.powerbi.clouds import Addresses
from insight_pipeline.sinks.powerbi.login_answers import (
    LoginNeededError,
    LoginServiceAwayError,
    refusal,
)
from insight_pipeline.sinks.powerbi.login_http import LoginHttp, UnreachableError

PERMISSION = "Dataset.ReadWrite.All"
_TENANT = re.compile(r"[A-Za-z0-9.-]{1,255}")
_CLIENT_ERROR, _SERVER_ERROR = 400, 500
_NEITHER = Term("weder Token noch Fehlermeldung", "neither a token nor an error")

Answer = dict[str, Any]


class LoginApp:
    """The application that logs in, with a token cache in memory."""

    def __init__(self, settings: PowerBI, addresses: Addresses) -> None:
        """Nothing is asked before it is needed, so that an outage stops nobody here."""
        _silence_msal()
        self._settings = settings
        self._addresses = addresses
        self._cache = msal.SerializableTokenCache()
        self._made: msal.PublicClientApplication | None = None

    def start(self) -> Answer:
        """Ask for a device code."""
        flow = self._asked(lambda app: app.initiate_device_flow(scopes=self._scopes()))
        if not {"user_code", "device_code", "verification_uri"} <= flow.keys():
            raise self._refusal(flow)
        # MSAL polls without a pause where the service asks for none.
        return flow | {"interval": max(1, flow["interval"])}

    def poll(self, flow: Answer) -> str:
        """Ask once whether the user has finished; the cache with the tokens, as text."""
        self._cache.deserialize(None)
        self._granted(
            lambda app: app.acquire_token_by_device_flow(flow, exit_condition=lambda _: True)
        )
        return self._cache.serialize()

    def renew(self, msal_text: str) -> str:
        """Ask for new tokens; the cache with them, as text."""
        self._cache.deserialize(msal_text)

        def question(app: msal.PublicClientApplication) -> Answer | None:
            account = next(iter(app.get_accounts()), None)
            if account is None:
                raise LoginNeededError("IA-501")
            return app.acquire_token_silent_with_error(
                self._scopes(), account=account, force_refresh=True
            )

        self._granted(question)
        return self._cache.serialize()

    def _granted(self, question: Callable[[msal.PublicClientApplication], Answer | None]) -> None:
        answer = self._asked(question)
        if not answer or "access_token" not in answer:
            raise self._refusal(answer or {})

    def _asked(self, question: Callable[[msal.PublicClientApplication], Any]) -> Any:  # noqa: ANN401 - as MSAL answers
        try:
            return question(self._app())
        except InsightError:
            raise
        except UnreachableError as error:
            failure = self._away("IA-508", error.detail)
        except MsalServiceError as error:
            failure = self._away("IA-508", str(error) or "HTTP 5xx")
        except Exception as error:  # noqa: BLE001 - whatever it is, its text may hold a token
            failure = self._away("IA-509", type(error).__name__)
        raise failure  # outside, so that the caught error is not chained to it

    def _app(self) -> msal.PublicClientApplication:
        if self._made is None:
            self._made = self._make()
        return self._made

    def _make(self) -> msal.PublicClientApplication:
        """MSAL looks the tenant up here, and says ValueError where the service knows none."""
        if not self._settings.client_id:
            raise PermanentError("IA-505")
        authority, tenant = self._addresses.authority, self._settings.tenant
        http = LoginHttp(authority, self._addresses.login_url)
        unknown = PermanentError("IA-523", authority=authority, tenant=tenant)
        if not _TENANT.fullmatch(tenant):
            raise unknown
        try:
            return msal.PublicClientApplication(
                self._settings.client_id,
                authority=f"https://{authority}/{tenant}",
                http_client=http,
                instance_discovery=False,
                token_cache=self._cache,
            )
        except ValueError:
            if not _CLIENT_ERROR <= http.last_status < _SERVER_ERROR:
                raise
        raise unknown

    def _scopes(self) -> list[str]:
        return [f"{self._addresses.scope}/{PERMISSION}"]

    def _refusal(self, answer: Answer) -> InsightError:
        if "error" not in answer:
            return self._away("IA-509", _NEITHER)
        return refusal(answer, self._addresses.authority, self._settings.tenant)

    def _away(self, code: str, detail: object) -> LoginServiceAwayError:
        return LoginServiceAwayError(code, authority=self._addresses.authority, detail=detail)


def _silence_msal() -> None:
    """At DEBUG it logs device codes, on odd answers whole bodies."""
    logger = logging.getLogger("msal")
    logger.setLevel(logging.CRITICAL)
    logger.propagate = False
    if not logger.handlers:
        logger.addHandler(logging.NullHandler())
