"""What is kept of a login, and what can be read from it without asking anybody.

MSAL's cache as text, the last renewal, and what went wrong since. Encryption and files are the business of
`token_cache`; what Microsoft says is the business of `login`.
"""

from __future__ import annotations

import json
from dataclasses import dataclass, field
from datetime import UTC, datetime, timedelta
from typing import Any

import msal

from insight_pipeline.model.errors import InsightError
from insight_pipeline.model.terms import Term
from insight_pipeline.sinks.powerbi.login_answers import LoginNeededError

_KIND = msal.TokenCache.CredentialType


@dataclass(frozen=True)
class Client:
    """For whom tokens are: the application, the authority's host, and the scope's base."""

    client_id: str
    authority: str
    scope: str


@dataclass(frozen=True)
class AccessToken:
    """A token and when it ends; the token itself is never shown."""

    secret: str = field(repr=False)
    valid_until: datetime

    def lasts(self, now: datetime, least: timedelta) -> bool:
        """Whether it is valid for at least that long."""
        return self.valid_until - now >= least


@dataclass(frozen=True)
class StoredLogin:
    """A login as it is stored."""

    msal_text: str = field(repr=False)
    renewed_at: datetime
    problem: InsightError | None = None

    def packed(self) -> bytes:
        """As bytes, to be encrypted."""
        problem = _packed_problem(self.problem) if self.problem else None
        return json.dumps([self.msal_text, self.renewed_at.isoformat(), problem]).encode()

    @classmethod
    def unpacked(cls, data: bytes) -> StoredLogin:
        """From bytes; ValueError or TypeError where they are something else."""
        msal_text, renewed_at, problem = json.loads(data)
        if not isinstance(json.loads(msal_text), dict):
            raise TypeError
        return cls(
            msal_text,
            datetime.fromisoformat(renewed_at),
            _unpacked_problem(problem) if problem else None,
        )

    def has_refresh_token(self, client: Client) -> bool:
        """Whether it can be renewed for this application and cloud."""
        query = {"client_id": client.client_id, "environment": client.authority}
        return any(True for _ in self._entries(_KIND.REFRESH_TOKEN, query))

    def access_token(self, client: Client) -> AccessToken | None:
        """The access token for the cloud's API that lasts longest."""
        query = {"client_id": client.client_id, "environment": client.authority}
        tokens = [
            AccessToken(entry["secret"], datetime.fromtimestamp(int(entry["expires_on"]), UTC))
            for entry in self._entries(_KIND.ACCESS_TOKEN, query)
            if any(scope.startswith(client.scope) for scope in entry["target"].split())
        ]
        return max(tokens, key=lambda token: token.valid_until, default=None)

    def account(self, client: Client) -> str | None:
        """The account's user name, masked: enough to know it by, too little to find it by."""
        names = [
            str(entry.get("username") or "")
            for entry in self._entries(_KIND.ACCOUNT, {"environment": client.authority})
        ]
        return masked(names[0]) if names else None

    def _entries(self, kind: str, query: dict[str, str]) -> list[dict[str, Any]]:
        cache = msal.SerializableTokenCache()
        cache.deserialize(self.msal_text)
        return list(cache.search(kind, query=query))


def masked(user_name: str) -> str:
    """The first letter and the domain of a user name."""
    name, at, domain = user_name.partition("@")
    return f"{name[:1]}***{at}{domain}"


def _packed_problem(problem: InsightError) -> list[object]:
    fields = {
        name: [value.de, value.en] if isinstance(value, Term) else str(value)
        for name, value in problem.fields.items()
    }
    return [problem.code, isinstance(problem, LoginNeededError), fields]


def _unpacked_problem(packed: list[Any]) -> InsightError:
    code, needs_login, values = packed
    fields = {
        name: Term(*value) if isinstance(value, list) else value for name, value in values.items()
    }
    return LoginNeededError(code, **fields) if needs_login else InsightError(code, **fields)
