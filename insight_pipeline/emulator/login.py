"""The login's state: device codes, grants, access and refresh tokens.

Belongs here: what is issued, for how long, and what ends it. Does not: HTTP addresses and forms
(login_routes.py), nor the numbers of refusals (aadsts.py).
"""

from __future__ import annotations

import secrets
from dataclasses import dataclass, field
from enum import StrEnum

from insight_pipeline.emulator import aadsts
from insight_pipeline.emulator.aadsts import LoginRefusal, login_refused, refusal_answer
from insight_pipeline.emulator.answers import RefusedError
from insight_pipeline.emulator.options import LoginOptions

_LETTERS = "BCDFGHJKLMNPQRSTVWXYZ23456789"
USER_CODE_LENGTH = 9


class CodeState(StrEnum):
    """How far the user is with a device code."""

    PENDING = "pending"
    APPROVED = "approved"
    DECLINED = "declined"
    USED = "used"


@dataclass
class DeviceCode:
    """A sign-in that waits for its user."""

    device_code: str
    user_code: str
    client_id: str
    scopes: tuple[str, ...]
    expires_at: float
    state: CodeState = CodeState.PENDING


@dataclass
class Grant:
    """One sign-in of the user to an application."""

    client_id: str
    scopes: tuple[str, ...]
    is_revoked: bool = False


@dataclass
class RefreshToken:
    """Renews access tokens as long as it is used now and then."""

    grant: Grant
    used_at: float
    is_replaced: bool = False


@dataclass
class AccessToken:
    """Opens the API until it expires."""

    grant: Grant
    expires_at: float


@dataclass(frozen=True)
class Issued:
    """What a successful token request gets."""

    access_token: str
    refresh_token: str
    expires_in_seconds: int
    grant: Grant


@dataclass
class Login:
    """Everything the login service knows."""

    options: LoginOptions
    device_codes: dict[str, DeviceCode] = field(default_factory=dict)
    refresh_tokens: dict[str, RefreshToken] = field(default_factory=dict)
    access_tokens: dict[str, AccessToken] = field(default_factory=dict)
    forced: int | None = None
    """While set, every login and renewal is refused with this AADSTS number."""

    def begin(self, client_id: str, scopes: tuple[str, ...], now: float) -> DeviceCode:
        """Issue a device code."""
        self._check_application(client_id, now)
        code = DeviceCode(
            secrets.token_urlsafe(48),
            "".join(secrets.choice(_LETTERS) for _ in range(USER_CODE_LENGTH)),
            client_id,
            scopes,
            now + self.options.device_code_seconds,
        )
        if self.options.is_approved_at_once:
            code.state = CodeState.APPROVED
        self.device_codes[code.device_code] = code
        return code

    def decide(self, user_code: str, now: float, *, is_approved: bool) -> bool:
        """The user's decision; False where no code waits for it."""
        wanted = user_code.strip().upper()
        for code in self.device_codes.values():
            is_waiting = code.state is CodeState.PENDING and now < code.expires_at
            if is_waiting and code.user_code == wanted:
                code.state = CodeState.APPROVED if is_approved else CodeState.DECLINED
                return True
        return False

    def redeem(self, device_code: str, client_id: str, now: float) -> Issued:
        """Tokens for a device code that was approved."""
        self._check_application(client_id, now)
        code = self.device_codes.get(device_code)
        if code is None or code.client_id != client_id or code.state is CodeState.USED:
            raise RefusedError(login_refused(aadsts.BAD_DEVICE_CODE, now))
        if now >= code.expires_at:
            raise RefusedError(login_refused(aadsts.EXPIRED_DEVICE_CODE, now))
        if code.state is CodeState.PENDING:
            raise RefusedError(login_refused(aadsts.PENDING, now))
        if code.state is CodeState.DECLINED:
            declined = LoginRefusal("authorization_declined", "The user declined the request.")
            raise RefusedError(refusal_answer(declined, declined.text, [], now))
        code.state = CodeState.USED
        return self.issue(Grant(client_id, code.scopes), now)

    def renew(self, refresh_token: str, client_id: str, now: float) -> Issued:
        """New tokens for a refresh token."""
        self._check_application(client_id, now)
        token = self.refresh_tokens.get(refresh_token)
        is_usable = self.options.is_replaced_refresh_token_accepted
        if token is None or token.grant.client_id != client_id:
            raise RefusedError(login_refused(aadsts.BAD_REFRESH_TOKEN, now))
        if token.grant.is_revoked:
            raise RefusedError(login_refused(aadsts.REVOKED, now))
        if now >= token.used_at + self.options.refresh_inactivity_seconds:
            raise RefusedError(login_refused(aadsts.INACTIVE, now))
        if token.is_replaced and not is_usable:
            raise RefusedError(login_refused(aadsts.BAD_REFRESH_TOKEN, now))
        token.used_at, token.is_replaced = now, True
        return self.issue(token.grant, now)

    def issue(self, grant: Grant, now: float) -> Issued:
        """An access token and the next refresh token of a grant."""
        access, refresh = secrets.token_urlsafe(64), secrets.token_urlsafe(64)
        seconds = self.options.access_token_seconds
        self.access_tokens[access] = AccessToken(grant, now + seconds)
        self.refresh_tokens[refresh] = RefreshToken(grant, now)
        return Issued(access, refresh, seconds, grant)

    def expire_all(self, now: float) -> None:
        """End the life of every access token; refresh tokens stay."""
        for token in self.access_tokens.values():
            token.expires_at = min(token.expires_at, now)

    def revoke_all(self) -> None:
        """Revoke every grant, as a new password does; access tokens live on until they expire."""
        for token in self.refresh_tokens.values():
            token.grant.is_revoked = True

    def forget_access_tokens(self) -> None:
        """Forget every access token: the API answers 401 to them."""
        self.access_tokens.clear()

    def _check_application(self, client_id: str, now: float) -> None:
        if self.forced is not None:
            raise RefusedError(login_refused(self.forced, now, self.options.user_name))
        known = self.options.client_ids
        if not client_id or (known and client_id not in known):
            raise RefusedError(login_refused(aadsts.UNKNOWN_APPLICATION, now))
