"""Login to Microsoft with a device code, and the access token that uploads need.

A token that lasts is handed out without asking anybody; one that ends soon is renewed under the lock of
the stored login, by one process at a time. How things are stored, asked and understood stands in
`token_cache`, `login_app` and `login_answers`.
"""

from __future__ import annotations

import time
from collections.abc import Callable
from contextlib import suppress
from dataclasses import dataclass, field, replace
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import Any

from insight_pipeline.logs.events import logger
from insight_pipeline.model.errors import InsightError, PermanentError, TransientError
from insight_pipeline.model.settings import PowerBI
from insight_pipeline.model.terms import Term
from insight_pipeline.sinks.powerbi.clouds import service_addresses
from insight_pipeline.sinks.powerbi.login_answers import (
    LoginNeededError,
    LoginPendingError,
    LoginServiceAwayError,
)
from insight_pipeline.sinks.powerbi.login_app import LoginApp
from insight_pipeline.sinks.powerbi.stored_login import AccessToken, Client, StoredLogin
from insight_pipeline.sinks.powerbi.token_cache import TokenCache

RENEW_AHEAD = timedelta(minutes=10)
LEAST_REST = timedelta(minutes=1)
"""While the login service is away, a token is used to its end but for this."""
INACTIVITY_DAYS = 90
WARN_DAYS = 14
_log = logger(__name__)
_NOT_LASTING = Term("ohne das Recht offline_access", "without the right offline_access")
_NO_RIGHT = Term("kein Recht auf die Schnittstelle von Power BI", "no right to Power BI's API")


@dataclass(frozen=True)
class DeviceCode:
    """What the user needs to log in; the code that is ours to poll with is never shown."""

    address: str
    user_code: str
    message: str
    """Microsoft's own words for the user."""
    expires_at: datetime
    flow: dict[str, Any] = field(repr=False, compare=False)
    """MSAL's state of this login, a secret."""

    @property
    def interval_seconds(self) -> int:
        """How long to wait between two questions; the service may lengthen it."""
        return int(self.flow["interval"])


@dataclass(frozen=True)
class LoginState:
    """How it stands with the login, as far as is known without asking."""

    is_logged_in: bool
    account: str | None = None
    """User name, masked."""
    token_valid_until: datetime | None = None
    last_renewal: datetime | None = None
    inactivity_days_left: int | None = None
    """Days until the login ends if it is not renewed."""
    problem: InsightError | None = None
    """What went wrong last, else the warning."""
    warning: InsightError | None = None
    """That it ends soon, if so."""


def utc_now() -> datetime:
    """The present moment."""
    return datetime.now(UTC)


class Login:
    """The login of this data folder to the cloud of the settings."""

    def __init__(
        self, settings: PowerBI, data_dir: Path, clock: Callable[[], datetime] = utc_now
    ) -> None:
        """The login to the cloud of the settings, stored below a data folder."""
        addresses = service_addresses(settings)
        self._client = Client(settings.client_id, addresses.authority, addresses.scope)
        self._cache = TokenCache(data_dir)
        self._clock = clock
        # A login has tokens of its own in memory until it is finished.
        self._device_app = LoginApp(settings, addresses)
        self._app = LoginApp(settings, addresses)

    def start_device_login(self) -> DeviceCode:
        """Ask Microsoft for a code that the user enters in a browser."""
        flow = self._device_app.start()
        return DeviceCode(
            address=_plain(flow["verification_uri"]),
            user_code=_plain(flow["user_code"]),
            message=_plain(flow.get("message", "")),
            expires_at=self._clock() + timedelta(seconds=flow["expires_in"]),
            flow=flow,
        )

    def poll_device_login(self, code: DeviceCode) -> LoginState:
        """Ask once; LoginPendingError while the user has not finished."""
        try:
            text = self._device_app.poll(code.flow)
        except LoginPendingError:
            if self._clock() < code.expires_at:
                raise
            raise PermanentError("IA-511") from None
        login = StoredLogin(text, self._clock())
        if not login.has_refresh_token(self._client):
            raise PermanentError("IA-525", detail=_NOT_LASTING)
        with self._cache.locked():
            self._cache.write(login)
        _log.info("login_stored")
        return self.state()

    def finish_device_login(
        self, code: DeviceCode, pause: Callable[[float], None] = time.sleep
    ) -> LoginState:
        """Ask in the service's interval until the user has finished or the code has expired."""
        while True:
            try:
                return self.poll_device_login(code)
            except (LoginPendingError, LoginServiceAwayError):
                if self._clock() >= code.expires_at:
                    raise
            pause(code.interval_seconds)

    def access_token(self, *, renew: bool = False) -> str:
        """A token for the API, valid for ten minutes or more while the service can be reached.

        With `renew` it is another one than was last handed out: the service refused that.
        """
        known = self._known_token()
        if known and not renew and self._is_long(known):
            return known.secret
        with self._cache.locked():
            stored = self._cache.read()
            if stored is None or not stored.has_refresh_token(self._client):
                raise LoginNeededError("IA-501")
            token = stored.access_token(self._client)
            is_another = not renew or (known is not None and token != known)
            if token and is_another and self._is_long(token):
                return token.secret
            return self._renewed(stored, None if renew else token).secret

    def state(self) -> LoginState:
        """What is stored; asks nobody."""
        try:
            stored = self._cache.read()
        except PermanentError as error:
            return LoginState(is_logged_in=False, problem=error)
        if stored is None or not stored.has_refresh_token(self._client):
            return LoginState(is_logged_in=False, problem=LoginNeededError("IA-501"))
        token = stored.access_token(self._client)
        days = max(0, INACTIVITY_DAYS - (self._clock() - stored.renewed_at).days)
        warning = None
        if days <= WARN_DAYS:
            renewed = stored.renewed_at.date().isoformat()
            warning = InsightError("IA-531", days=days, renewed=renewed)
        return LoginState(
            is_logged_in=not isinstance(stored.problem, LoginNeededError),
            account=stored.account(self._client),
            token_valid_until=token.valid_until if token else None,
            last_renewal=stored.renewed_at,
            inactivity_days_left=days,
            problem=stored.problem or warning,
            warning=warning,
        )

    def logout(self) -> None:
        """Forget the stored login; Microsoft is not told, there is nothing to tell it with."""
        with self._cache.locked():
            self._cache.clear()
        _log.info("login_forgotten")

    def _known_token(self) -> AccessToken | None:
        """The token as stored now; a login that cannot be read is reported under the lock."""
        try:
            stored = self._cache.read()
        except PermanentError:
            return None
        return stored.access_token(self._client) if stored else None

    def _is_long(self, token: AccessToken) -> bool:
        return token.lasts(self._clock(), RENEW_AHEAD)

    def _renewed(self, stored: StoredLogin, rest: AccessToken | None) -> AccessToken:
        """Renew under the lock; while the service is away, the rest of the old token will do."""
        try:
            text = self._app.renew(stored.msal_text)
        except InsightError as error:
            _log.warning("login_failed", code=error.code)
            with suppress(TransientError):  # what went wrong matters more than noting it
                self._cache.write(replace(stored, problem=error))
            is_away = isinstance(error, LoginServiceAwayError)
            if is_away and rest and rest.lasts(self._clock(), LEAST_REST):
                return rest
            raise
        login = StoredLogin(text, self._clock())
        token = login.access_token(self._client)
        if token is None:
            raise PermanentError("IA-525", detail=_NO_RIGHT)
        self._cache.write(login)
        _log.info("login_renewed")
        return token


def _plain(text: object) -> str:
    """Text of the service for the terminal, without control characters."""
    return "".join(letter for letter in str(text) if letter.isprintable())
